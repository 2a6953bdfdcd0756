"""Runs a scripted month: every look through the engine, every event through delivery, into a store.

Looks that can change nothing are left out: the home looks the same as at the look before, no timer
of it is due, and nobody is blind. That this is so is held by a test of its own
(test_invariants.py), so a month of a thousand homes takes seconds.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from src.models.watching import Spot, Watch
from src.watch import delivery
from src.watch.blindness import is_blind
from src.watch.engine import Engine
from src.watch.ledger import CLOSED_FOR
from src.watch.memory import dump_home, dump_scope, load_home, load_scope
from src.watch.timers import NOW
from tests.watch.script import ANN, LOOK_S, START, TEAM, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from src.models.watching import HomeKey, Incident, IncidentEvent, Notice, Outgoing
    from src.storage.store import Store
    from src.watch.engine import Step
    from src.watch.memory import HomeMemory
    from src.watch.verdict import Verdict
    from tests.watch.script import Expected, Script, ScriptedHome

    _Known = tuple[Engine, dict[str, Incident], dict[tuple[str, Spot], Notice]]

NIGHT_SHIFT = Spot(100)
_TICK_S = 900
_TOGETHER = 1000


# The same text is the same memory: most homes have not changed between two kills.
_loaded = cache(load_home)


class Killed(BaseException):
    """The process is gone."""


class Keeper(Protocol):
    """What a look's outcome is written to."""

    async def write(self, steps: Sequence[Step], verdict: Verdict) -> None:
        """All of it, or nothing."""

    async def read(self, now: datetime) -> _Known:
        """What a new process goes on from."""


class Memory:
    """Keeps nothing: for a run that is never killed."""

    async def write(self, steps: Sequence[Step], verdict: Verdict) -> None:
        """Nothing to do."""

    async def read(self, now: datetime) -> _Known:
        """A new beginning."""
        return Engine(), {}, {}


class Disk:
    """A real store, and a process that is killed now and then around its writing.

    What one transaction each would write is put together and written before anybody reads it:
    before a kill, and at last. That a transaction is whole or not at all is the store's promise.
    """

    def __init__(self, store: Store, kills: Iterable[int] = (), seed: int = 0) -> None:
        self.store = store
        self.kills = {number: ("before", "after")[(number ^ seed) % 2] for number in kills}
        self.writes = 0
        self.killed: Counter[str] = Counter()
        self.written: list[Outgoing] = []
        self._steps: list[Step] = []
        self._verdict = delivery.Verdict()

    async def write(self, steps: Sequence[Step], verdict: Verdict) -> None:
        """One transaction; at some of them the process ends just before or just after it."""
        self.writes += 1
        dies = self.kills.get(self.writes, "")
        if dies != "before":
            self._steps += steps
            self._verdict += verdict
            self.written += verdict.outgoing
        if dies or len(self._steps) >= _TOGETHER:
            await self.flush()
        if dies:
            self.killed[dies] += 1
            raise Killed(dies)

    async def flush(self) -> None:
        """Write what has come together."""
        homes: dict[HomeKey, HomeMemory] = {}
        for step in self._steps:
            homes |= step.all_homes
        verdict = self._verdict
        await self.store.commit_watch(
            homes={key: dump_home(memory) for key, memory in homes.items()},
            scopes={step.key.owner: dump_scope(step.scope) for step in self._steps},
            incidents=_last(one for step in self._steps for one in step.incidents),
            notices=_last_notices(verdict.notices),
            outgoing=verdict.outgoing,
            log=verdict.log,
            policies=verdict.policies,
        )
        self._steps, self._verdict = [], delivery.Verdict()

    async def read(self, now: datetime) -> _Known:
        """As the service does at its start."""
        state = await self.store.watch_state(now - CLOSED_FOR)
        homes = {key: _loaded(text) for key, text in state.homes.items()}
        scopes = {owner: load_scope(text) for owner, text in state.scopes.items()}
        open_ones = {one.id: one for one in state.incidents}
        return Engine(homes=homes, scopes=scopes), open_ones, state.notices


def _last(incidents: Iterable[Incident]) -> list[Incident]:
    return list({one.id: one for one in incidents}.values())


def _last_notices(notices: Iterable[Notice]) -> list[Notice]:
    return list({(one.incident_id, one.spot): one for one in notices}.values())


@dataclass
class Run:
    """One run of a script, and everything that came of it."""

    script: Script
    keeper: Keeper
    engine: Engine = field(default_factory=Engine)
    incidents: dict[str, Incident] = field(default_factory=dict)
    notices: dict[tuple[str, Spot], Notice] = field(default_factory=dict)
    events: list[IncidentEvent] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)
    looks: int = 0
    writes: int = 0
    restarts: int = 0
    restarted_s: float = 0.0

    async def play(self) -> Run:
        """From the first look to the last."""
        self._homes = {home.key: home for home in self.script.homes}
        self._watches = tuple(
            Watch(key, NIGHT_SHIFT, f"Home {home.number}", 1, START)
            for key, home in self._homes.items()
        )
        self._watched_by = {watch.key: (watch,) for watch in self._watches}
        queue = [(self._phase(home), home.number) for home in self.script.homes]
        heapq.heapify(queue)
        ticks_s = float(_TICK_S)
        while queue and queue[0][0] < self.script.end_s:
            now_s, number = heapq.heappop(queue)
            if ticks_s <= now_s:
                await self._safely(self._tick, ticks_s)
                ticks_s += _TICK_S
            await self._timers(now_s)
            home = self.script.homes[number]
            back_s = self.script.pause(now_s)
            if back_s is not None:
                heapq.heappush(queue, (self._slot(home, back_s), number))
                continue
            await self._safely(self._look, now_s, home)
            heapq.heappush(queue, (self._next(home, now_s), number))
        return self

    # ------------------------------------------------------------------------- looks

    def _phase(self, home: ScriptedHome) -> float:
        """Looks are spread evenly: each home has its own second of the minute."""
        return (home.number * 0.6180339887 % 1) * LOOK_S

    def _slot(self, home: ScriptedHome, from_s: float) -> float:
        """The home's first look from then on."""
        phase = self._phase(home)
        return phase + math.ceil((from_s - phase) / LOOK_S - 1e-9) * LOOK_S

    def _next(self, home: ScriptedHome, now_s: float) -> float:
        """The next look that may change something."""
        soon = now_s + LOOK_S
        due = self.engine._due.get(home.key)
        owner = home.key.owner
        if due == NOW or not self._is_calm(owner):
            return soon
        times = [due_s for due_s in [self._dim_from(owner, now_s)] if due_s is not None]
        change = home.next_change(now_s)
        times += [change] if change is not None else []
        times += [(due - START).total_seconds()] if due is not None else []
        return max(soon, self._slot(home, min(times, default=self.script.end_s)))

    def _is_calm(self, owner: int) -> bool:
        scope = self.engine.scope(owner)
        return not scope.failed and is_blind(scope) is None

    def _dim_from(self, owner: int, now_s: float) -> float | None:
        """When the owner's homes next cannot be seen; all of them are looked at then and after."""
        marks = [
            mark
            for outage in self.script.outages
            if outage.owner in {None, owner}
            for mark in (outage.start_s, outage.end_s)
            if mark > now_s
        ]
        return min(marks, default=None)

    async def _look(self, now_s: float, home: ScriptedHome) -> None:
        now = moment(now_s)
        found = self.script.blind(home.key.owner, now_s) or home.seen(now_s)
        self._pass_by(home, now_s)
        step = self.engine.look(home.key, found, now, interval_s=LOOK_S, name=f"Home {home.number}")
        self.looks += 1
        await self._commit([step], now)

    def _pass_by(self, home: ScriptedHome, now_s: float) -> None:
        """The looks that were left out took place, the last one a minute ago."""
        last = now_s - LOOK_S
        known = self.engine._looked.get(home.key)
        if known is None and last > self.restarted_s and home.key in self.engine._homes:
            known = START
        if known is None or self.script.blind(home.key.owner, last) is not None:
            return
        if self.script.pause(last) is not None:
            began = max(
                o.start_s for o in self.script.outages if o.owner is None and o.start_s <= last
            )
            last = self._slot(home, began) - LOOK_S
        if moment(last) > known:
            self.engine._looked[home.key] = moment(last)
        scope = self.engine.scope(home.key.owner)
        if (
            scope.looked_at is not None
            and moment(last) > scope.looked_at
            and self._is_calm(home.key.owner)
        ):
            self.engine._scopes[home.key.owner] = replace(scope, looked_at=moment(last))

    async def _timers(self, now_s: float) -> None:
        """The engine's own timers; in production they are looked at every few seconds."""
        waits = self.engine._waits
        while waits and min(waits.values()) <= moment(now_s):
            due_s = (min(waits.values()) - START).total_seconds()
            if self.script.pause(due_s) is not None:
                return
            await self._safely(self._fire, due_s)
            waits = self.engine._waits

    async def _fire(self, now_s: float) -> None:
        for step in self.engine.tick(moment(now_s)):
            await self._commit([step], moment(now_s))

    async def _tick(self, now_s: float) -> None:
        now = moment(now_s)
        verdict = delivery.tick(
            now, incidents=self.incidents, watches=self._watches, policies={}, notices=self.notices
        )
        if verdict:
            await self.keeper.write([], verdict)
            self._take(verdict, ())
        done = [key for key, notice in self.notices.items() if notice.state == "done"]
        for key in done:
            del self.notices[key]

    # ------------------------------------------------------------------------ writing

    async def _commit(self, steps: Sequence[Step], now: datetime) -> None:
        """Decide, write in one transaction, take over: as the service does it."""
        events = [event for step in steps for event in step.events]
        verdict = delivery.Verdict()
        if events:
            concerned = self._concerned(events)
            verdict = delivery.decide(
                events, watches=concerned, policies={}, notices=self.notices, now=now
            )
        changed = [step for step in steps if step.changed]
        if changed or verdict:
            self.writes += 1
            await self.keeper.write(changed, verdict)
        for step in steps:
            self.engine.accept(step)
        self._take(verdict, events)

    def _concerned(self, events: Sequence[IncidentEvent]) -> Sequence[Watch]:
        if any(event.incident.trigger == "blind" for event in events):
            return self._watches
        keys = {home.key for event in events for home in event.incident.homes}
        return [watch for key in sorted(keys) for watch in self._watched_by[key]]

    def _take(self, verdict: Verdict, events: Sequence[IncidentEvent]) -> None:
        self.messages += verdict.outgoing
        self.events += events
        for notice in verdict.notices:
            self.notices[notice.incident_id, notice.spot] = notice
        for event in events:
            self.incidents[event.incident.id] = event.incident

    async def _safely(self, act: object, now_s: float, *more: object) -> None:
        """Do it; a process that is killed while it does is started again and goes on."""
        while True:
            try:
                await act(now_s, *more)  # type: ignore[operator]  # one of the coroutines above
            except Killed as kill:
                self.restarts, self.restarted_s = self.restarts + 1, now_s
                self.engine, self.incidents, self.notices = await self.keeper.read(moment(now_s))
                self._alive(now_s)
                if str(kill) == "before":
                    continue
            return

    def _alive(self, now_s: float) -> None:
        """Looks that were left out would have written that we are alive, once a minute."""
        last = now_s - LOOK_S
        for owner in (TEAM, ANN):
            scope = self.engine.scope(owner)
            dim = self.script.pause(last) is not None or self.script.blind(owner, last) is not None
            if dim or not self._is_calm(owner) or scope.looked_at is None:
                continue
            self.engine._scopes[owner] = replace(
                scope, looked_at=max(scope.looked_at, moment(last))
            )


# ------------------------------------------------------------------------------- the verdict


def shortcomings(run: Run) -> list[str]:
    """What was not told as the script says; empty when all is well."""
    found: list[str] = []
    alerts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for message in run.messages:
        if message.incident_id is None:
            continue
        if message.kind == "alert":
            alerts[message.incident_id] += 1
        elif message.kind == "recovery":
            ends[message.incident_id] += 1
    told: dict[tuple[str, frozenset[HomeKey], str], list[Incident]] = defaultdict(list)
    for incident in run.incidents.values():
        if alerts[incident.id]:
            homes = frozenset(home.key for home in incident.homes)
            subject = "" if incident.trigger == "neighbourhood" else incident.subject
            told[incident.trigger, homes, subject].append(incident)
    for expected in run.script.expected:
        keys = frozenset(run.script.homes[number].key for number in expected.homes)
        known = told.get((expected.trigger, keys, expected.subject), [])
        fitting = [one for one in known if _fits(one, expected)]
        if len(fitting) != 1:
            found.append(f"told {len(fitting)} times: {expected}; near: {_near(run, expected)}")
            continue
        incident = fitting[0]
        known.remove(incident)
        found += [f"{fault}: {expected}: {incident}" for fault in _faults(run, incident, expected)]
        if alerts[incident.id] != 1 or ends[incident.id] != (expected.over_s is not None):
            found.append(f"messages {alerts[incident.id]}, {ends[incident.id]}: {expected}")
    found += [f"false alarm: {one}" for rest in told.values() for one in rest]
    return found


def _seconds(at: datetime | None) -> float:
    return (at - START).total_seconds() if at is not None else math.nan


def _fits(incident: Incident, expected: Expected) -> bool:
    return expected.told_from_s - 1 <= _seconds(incident.opened_at) <= expected.told_by_s + 1


def _near(run: Run, expected: Expected) -> list[str]:
    return [
        f"{one.trigger} {one.subject} opened {_seconds(one.opened_at):.0f} ending {one.ending}"
        for one in run.incidents.values()
        if abs(_seconds(one.opened_at) - expected.told_from_s) < 4000
        and {home.key for home in one.homes}
        & {run.script.homes[number].key for number in expected.homes}
    ]


def _faults(run: Run, incident: Incident, expected: Expected) -> list[str]:
    found = []
    began = _seconds(incident.began_at)
    latest = max(expected.began_s, expected.told_from_s) + LOOK_S
    if not expected.began_s - 1 <= began <= latest:
        found.append(f"began {began:.0f}")
    if incident.unstable is not expected.unstable:
        found.append(f"unstable {incident.unstable}")
    if expected.over_s is None:
        return found
    ended, closed = _seconds(incident.ended_at), _seconds(incident.closed_at)
    if not expected.over_s - 1 <= ended <= expected.over_s + LOOK_S:
        found.append(f"ended {ended:.0f}")
    if not expected.over_s <= closed <= expected.over_by_s + 1:
        found.append(f"closed {closed:.0f}")
    homes = {home.key: _seconds(home.ended_at) for home in incident.homes}
    for number, end in zip(expected.homes, expected.ends_s, strict=False):
        if not end - 1 <= homes[run.script.homes[number].key] <= end + LOOK_S:
            found.append(
                f"home {number} ended {homes[run.script.homes[number].key]:.0f}, not {end}"
            )
    return found
