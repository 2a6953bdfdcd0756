"""The watching engine: looks in, incidents out; pure, but for what it has accepted.

Use it as: `step = engine.look(...)`; write `step` in one transaction; then `engine.accept(step)`.
A step that is never accepted has not happened. Between making a step and accepting it no other
step of the same owner may be made (`accept` refuses an outdated one), so hold one lock around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from src.models.watching import Blindness, HomeKey, Incident, IncidentEvent, Sight
from src.watch.memory import HomeMemory, ScopeMemory
from src.watch.rules import DEFAULT, WatchRules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["Engine", "HomeState", "StateWord", "Step"]

# waiting: not looked at yet since the start
StateWord = Literal["offline", "unreadable", "blind", "partial", "unknown", "online", "waiting"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a look (or a timer) changes: to be written, then accepted.

    With `changed` False nothing needs to be written; accept it all the same. `others` are homes
    whose memory changes too (`all_homes` has them and the own one). `forgotten`: delete the own
    home's memory. `incidents` are the last words on each incident of `events`.
    """

    key: HomeKey
    at: datetime
    home: HomeMemory
    scope: ScopeMemory
    events: tuple[IncidentEvent, ...] = ()
    changed: bool = False
    others: Mapping[HomeKey, HomeMemory] = field(default_factory=dict)
    forgotten: bool = False
    found: Sight | None = None
    version: int = 0

    @property
    def all_homes(self) -> dict[HomeKey, HomeMemory]:
        """Every memory to be written; without the own one when it is forgotten."""
        own = {} if self.forgotten else {self.key: self.home}
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
        self._homes = dict(homes or {})
        self._scopes = dict(scopes or {})
        self._versions: dict[int, int] = {}

    def look(
        self, key: HomeKey, found: Sight | Blindness, now: datetime, *, interval_s: float, name: str
    ) -> Step:
        """What this look changes; nothing is changed yet. `interval_s` is the present pace."""
        del interval_s
        home = self._homes.get(key, HomeMemory())
        scope = self._scopes.get(key.owner, ScopeMemory())
        seen = found if isinstance(found, Sight) else None
        home = replace(home, name=name, looked_at=now if seen else home.looked_at)
        return Step(key, now, home, scope, changed=True, found=seen, version=self._version(key))

    def due(self, owner: int, now: datetime) -> list[HomeKey]:
        """The homes whose timers ran out, without a look."""
        del owner, now
        return []

    def tick(self, now: datetime) -> list[Step]:
        """What timers change; at most one step for each owner. Write and accept each."""
        del now
        return []

    def accept(self, step: Step) -> None:
        """Take over what was written; RuntimeError when another step came in between."""
        if step.version != self._version(step.key):
            raise RuntimeError("another step of this owner was accepted since this one was made")
        self._versions[step.key.owner] = step.version + 1
        self._scopes[step.key.owner] = step.scope
        self._homes.update(step.others)
        if step.forgotten:
            self._homes.pop(step.key, None)
        else:
            self._homes[step.key] = step.home

    def forget(self, key: HomeKey, now: datetime) -> Step:
        """Nobody watches the home any more: its open incidents end as "unwatched"."""
        home = self._homes.get(key, HomeMemory())
        scope = self._scopes.get(key.owner, ScopeMemory())
        version = self._version(key)
        return Step(key, now, home, scope, changed=True, forgotten=True, version=version)

    def health(self, key: HomeKey) -> HomeState:
        """The home for the board."""
        home = self._homes.get(key, HomeMemory())
        return HomeState(key, home.name, "waiting", looked_at=home.looked_at)

    def homes(self) -> list[HomeKey]:
        """Every home that the engine remembers."""
        return list(self._homes)

    def _version(self, key: HomeKey) -> int:
        return self._versions.get(key.owner, 0)
