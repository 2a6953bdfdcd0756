"""The watching engine: looks in, incidents out; pure, but for what it has accepted.

Use it as: `step = engine.look(...)`; write `step` in one transaction; then `engine.accept(step)`.
A step that is never accepted has not happened. Between making a step and accepting it no other
step of the same owner may be made (`accept` refuses an outdated one), so hold one lock around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from src.models.watching import Sight
from src.watch.blindness import fail_scope, is_blind, see_scope
from src.watch.draft import Draft
from src.watch.drift import recall_speeds
from src.watch.edges import When
from src.watch.home import fail_home, look_home
from src.watch.memory import HomeMemory, ScopeMemory
from src.watch.neighbours import Town, Views, came_back, decide, left
from src.watch.rules import DEFAULT, WatchRules
from src.watch.timers import next_due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from src.models.watching import Blindness, HomeKey, Incident, IncidentEvent, SpeedSight, Trigger

__all__ = ["Engine", "HomeState", "StateWord", "Step"]

# waiting: not looked at yet since the start
StateWord = Literal["offline", "unreadable", "blind", "partial", "unknown", "online", "waiting"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a look (or a timer) changes: to be written, then accepted.

    With `changed` False nothing needs to be written; accept it all the same. Else write `scope`,
    `all_homes` and `incidents`, and with `forgotten` delete the own home's memory. `others` are
    homes whose memory changes too; `incidents` are the last words on each one of `events`.
    """

    key: HomeKey
    at: datetime
    home: HomeMemory
    scope: ScopeMemory
    events: tuple[IncidentEvent, ...] = ()
    changed: bool = False
    home_changed: bool = False
    others: Mapping[HomeKey, HomeMemory] = field(default_factory=dict)
    forgotten: bool = False
    found: Sight | None = None
    version: int = 0

    @property
    def all_homes(self) -> dict[HomeKey, HomeMemory]:
        """Every memory to be written."""
        own = {self.key: self.home} if self.home_changed and not self.forgotten else {}
        return {**self.others, **own}

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents that changed, each in its last state."""
        return tuple({event.incident.id: event.incident for event in self.events}.values())


@dataclass(frozen=True, slots=True)
class HomeState:
    """A watched home for the board. Counts are None until it was looked at since the start."""

    key: HomeKey
    name: str
    word: StateWord
    since: datetime | None = None
    incidents: tuple[Incident, ...] = ()  # open ones that concern it, neighbourhoods included
    looked_at: datetime | None = None
    pods_up: int | None = None
    pods_total: int | None = None


class Engine:
    """All watched homes. `homes` and `scopes` are what was stored before."""

    def __init__(
        self,
        rules: WatchRules = DEFAULT,
        homes: Mapping[HomeKey, HomeMemory] | None = None,
        scopes: Mapping[int, ScopeMemory] | None = None,
    ) -> None:
        self.rules = rules
        self._homes: dict[HomeKey, HomeMemory] = {}
        self._scopes = dict(scopes or {})
        self._towns: dict[int, Town] = {}
        self._versions: dict[int, int] = {}
        self._looked: dict[HomeKey, datetime] = {}
        self._seen: dict[HomeKey, Sight] = {}
        self._due: dict[HomeKey, datetime | None] = {}
        self._waits: dict[HomeKey, datetime] = {}
        for key, memory in (homes or {}).items():
            self._take(key, memory)

    def look(
        self, key: HomeKey, found: Sight | Blindness, now: datetime, *, interval_s: float, name: str
    ) -> Step:
        """What this look changes; nothing is changed yet. `interval_s` is the present pace."""
        home, scope = self.memory(key), self.scope(key.owner)
        when = When(now, self._before(key, home, scope, interval_s), interval_s, self.rules)
        if isinstance(found, Sight) and self._is_quiet(key, found, when, name):
            return self._unchanged(key, found, when)
        if isinstance(found, Sight):
            scope, events = see_scope(scope, now, self.rules)
            when = replace(when, fresh=self._returned(scope, when))
            draft = look_home(key, home, found, when, name=name)
        else:
            scope, events = self._fail(scope, key, found, now)
            blind = is_blind(scope) is not None or len(scope.failed) >= self.rules.blind_looks
            draft = fail_home(key, home, found, when, name=name, blind=blind)
        views = self._views(key.owner, scope)
        if draft.back is not None:
            came_back(draft, views)
        decide(draft, views)
        return self._step(draft, views, list(events), found if isinstance(found, Sight) else None)

    def recall(self, key: HomeKey, tests: Sequence[SpeedSight], now: datetime) -> Step:
        """What was tested at a watched home before it was, so that its usual speed is known."""
        draft = Draft(key, self.memory(key), When(now, None, 0.0, self.rules))
        recall_speeds(draft, tests)
        home = draft.done()
        return Step(
            key,
            now,
            home,
            self.scope(key.owner),
            changed=True,
            home_changed=True,
            version=self._versions.get(key.owner, 0),
        )

    def due(self, owner: int, now: datetime) -> list[HomeKey]:
        """The owner's homes whose timers ran out, without a look."""
        return sorted(
            key for key, until in self._waits.items() if key.owner == owner and now >= until
        )

    def tick(self, now: datetime) -> list[Step]:
        """What timers change; at most one step for each owner. Write and accept each."""
        steps = []
        for owner in sorted({key.owner for key, until in self._waits.items() if now >= until}):
            views = self._views(owner, self.scope(owner))
            first: Draft | None = None
            for key in self.due(owner, now):
                draft = Draft(key, views.memory(key), When(now, None, 0.0, self.rules))
                decide(draft, views)
                views.changed[key] = draft.done()
                views.events += draft.events
                first = first or draft
            if first is not None:
                steps.append(self._timed(first.key, views, now))
        return steps

    def accept(self, step: Step) -> None:
        """Take over what was written; RuntimeError when another step came in between."""
        owner = step.key.owner
        if step.changed:
            if step.version != self._versions.get(owner, 0):
                raise RuntimeError("another step of this owner was accepted since this was made")
            self._versions[owner] = step.version + 1
            self._scopes[owner] = step.scope
            for key, memory in step.others.items():
                self._take(key, memory)
        if step.forgotten:
            self._drop(step.key)
            return
        if step.home_changed:
            self._take(step.key, step.home)
        if step.found is not None:
            self._looked[step.key] = step.at
            self._seen[step.key] = _merged(self._seen.get(step.key), step.found)

    def forget(self, key: HomeKey, now: datetime) -> Step:
        """Nobody watches the home any more: its open incidents end as "unwatched"."""
        home = self.memory(key)
        draft = Draft(key, home, When(now, None, 0.0, self.rules))
        for incident in list(draft.incidents.values()):
            draft.close(incident, now, "unwatched")
        views = self._views(key.owner, self.scope(key.owner))
        left(key, views, now)
        step = self._step(draft, views, [], None)
        return replace(step, home=HomeMemory(), home_changed=False, forgotten=True, changed=True)

    def health(self, key: HomeKey) -> HomeState:
        """The home for the board."""
        home, seen = self.memory(key), self._seen.get(key)
        scope = self.scope(key.owner)
        shared = [one for one in scope.incidents.values() if _concerns(one, key)]
        open_ones = (*shared, *home.incidents.values())
        word, since = _word(seen, open_ones)
        return HomeState(
            key,
            home.name,
            word,
            since,
            open_ones,
            self._looked.get(key, home.looked_at),
            sum(1 for pod in seen.pods if pod.connected) if seen else None,
            len(seen.pods) if seen else None,
        )

    def homes(self) -> list[HomeKey]:
        """Every home that the engine remembers."""
        return list(self._homes)

    def memory(self, key: HomeKey) -> HomeMemory:
        """What is remembered of the home; an empty memory of an unknown one."""
        found = self._homes.get(key)
        return HomeMemory() if found is None else found

    def scope(self, owner: int) -> ScopeMemory:
        """What is remembered of the owner."""
        found = self._scopes.get(owner)
        return ScopeMemory() if found is None else found

    # ------------------------------------------------------------------------ the quick way

    def _is_quiet(self, key: HomeKey, found: Sight, when: When, name: str) -> bool:
        """Whether this look can change nothing: it sees the same, and no time has run out."""
        seen, home = self._seen.get(key), self._homes.get(key)
        if seen is None or home is None or not _same(seen, found) or home.name != name:
            return False
        due, scope = self._due.get(key), self.scope(key.owner)
        if (due is not None and when.now >= due) or not _is_calm(scope):
            return False
        return not self._returned(scope, when)

    def _unchanged(self, key: HomeKey, found: Sight, when: When) -> Step:
        scope = self.scope(key.owner)
        alive = self._alive(scope, when)
        return Step(
            key,
            when.now,
            self._homes[key],
            alive,
            changed=alive is not scope,
            found=found,
            version=self._versions.get(key.owner, 0),
        )

    def _alive(self, scope: ScopeMemory, when: When) -> ScopeMemory:
        """That we look is written now and then, and since when without a pause."""
        last, now = scope.looked_at, when.now
        if last is None:
            return replace(scope, looked_at=now, resumed_at=now)
        if (now - last).total_seconds() > self._longest(when):
            return replace(scope, looked_at=now, resumed_at=now, paused_at=last)
        if (now - last).total_seconds() < self.rules.alive_s:
            return scope
        return replace(scope, looked_at=now)

    # ------------------------------------------------------------------------------- inside

    def _before(
        self, key: HomeKey, home: HomeMemory, scope: ScopeMemory, interval_s: float
    ) -> datetime | None:
        """The last look that saw this home; after a restart, as late as it must have been.

        Every home is looked at within an interval, and what a look changes is written. So without
        a pause it was not before one interval ago; else not before the pause.
        """
        if key in self._looked or home.looked_at is None:
            return self._looked.get(key)
        interval = timedelta(seconds=interval_s)
        if home.failed_at is not None or scope.looked_at is None or scope.resumed_at is None:
            return home.looked_at
        last = scope.looked_at if scope.looked_at - scope.resumed_at > interval else scope.paused_at
        return max(home.looked_at, last - interval) if last is not None else home.looked_at

    def _longest(self, when: When) -> float:
        """A longer pause between two looks is blindness of ours."""
        return max(self.rules.gap_factor * when.interval_s, self.rules.gap_least_s)

    def _returned(self, scope: ScopeMemory, when: When) -> bool:
        """Whether nobody could look at the home for a while."""
        if when.before is None:
            return False
        if (when.now - when.before).total_seconds() > self._longest(when):
            return True
        return scope.blind_ended_at is not None and scope.blind_ended_at > when.before

    def _fail(
        self, scope: ScopeMemory, key: HomeKey, found: Blindness, now: datetime
    ) -> tuple[ScopeMemory, tuple[IncidentEvent, ...]]:
        if found.fault == "home":
            return scope, ()
        known = self._town(key.owner).homes
        homes = len(known) + (key not in known)
        return fail_scope(scope, key, found, now, homes=homes, rules=self.rules)

    def _views(self, owner: int, scope: ScopeMemory) -> Views:
        return Views(scope, self._town(owner), self._homes)

    def _step(
        self, draft: Draft, views: Views, events: list[IncidentEvent], found: Sight | None
    ) -> Step:
        key, home = draft.key, draft.done()
        old, now = self.scope(key.owner), draft.when.now
        changed = home is not self._homes.get(key)
        scope = views.scope if found is None else self._alive(views.scope, draft.when)
        return Step(
            key,
            now,
            home,
            scope,
            (*events, *views.events, *draft.events),
            changed=changed or bool(views.changed) or scope != old,
            home_changed=changed,
            others=views.changed,
            found=found,
            version=self._versions.get(key.owner, 0),
        )

    def _timed(self, key: HomeKey, views: Views, now: datetime) -> Step:
        home = views.changed.pop(key)
        return Step(
            key,
            now,
            home,
            views.scope,
            tuple(views.events),
            changed=True,
            home_changed=True,
            others=views.changed,
            version=self._versions.get(key.owner, 0),
        )

    def _town(self, owner: int) -> Town:
        found = self._towns.get(owner)
        if found is None:
            found = self._towns[owner] = Town()
        return found

    def _take(self, key: HomeKey, memory: HomeMemory) -> None:
        self._town(key.owner).update(key, self._homes.get(key), memory)
        self._homes[key] = memory
        self._due[key] = next_due(memory, self.rules)
        if memory.waits_until is not None and memory.waiting is not None:
            self._waits[key] = memory.waits_until
        else:
            self._waits.pop(key, None)

    def _drop(self, key: HomeKey) -> None:
        self._town(key.owner).update(key, self._homes.pop(key, None), None)
        for table in (self._looked, self._seen, self._due, self._waits):
            table.pop(key, None)


def _same(old: Sight, new: Sight) -> bool:
    """Whether a look sees nothing new; what was not asked for is nothing new."""
    return (
        new.pods == old.pods
        and new.online is old.online
        and new.since == old.since
        and new.service_level in {None, old.service_level}
        and new.public_address in {None, old.public_address}
        and new.isp in {None, old.isp}
        and new.timezone in {None, old.timezone}
        and (new.speed is None or new.speed == old.speed)
    )


def _merged(old: Sight | None, new: Sight) -> Sight:
    """The last look, with what an earlier one was told and this one did not ask for."""
    if old is None:
        return new
    if _same(old, new):
        return old
    return replace(
        new,
        service_level=new.service_level or old.service_level,
        public_address=new.public_address or old.public_address,
        isp=new.isp or old.isp,
        timezone=new.timezone or old.timezone,
        speed=new.speed or old.speed,
    )


def _is_calm(scope: ScopeMemory) -> bool:
    return not scope.failed and is_blind(scope) is None


def _concerns(incident: Incident, key: HomeKey) -> bool:
    if incident.trigger == "blind":
        return True
    return any(home.key == key and home.ended_at is None for home in incident.homes)


_WORDS: tuple[tuple[StateWord, frozenset[Trigger]], ...] = (
    ("blind", frozenset({"blind"})),
    ("unreadable", frozenset({"unreadable"})),
    ("offline", frozenset({"home_offline", "neighbourhood"})),
    ("partial", frozenset({"pod_offline", "reboot_loop"})),
)


def _word(seen: Sight | None, open_ones: tuple[Incident, ...]) -> tuple[StateWord, datetime | None]:
    for word, triggers in _WORDS:
        told = [one for one in open_ones if one.trigger in triggers]
        if told:
            return word, min(one.began_at for one in told)
    if seen is None:
        return "waiting", None
    if seen.online is None:
        return "unknown", seen.since
    return ("online", seen.since) if seen.online else ("offline", seen.since)
