"""What the engine remembers between looks: small frozen values, stored as JSON text.

A memory is enough to go on after a restart as if there had been none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - pydantic reads these annotations to store values
from functools import cache

from pydantic import TypeAdapter

from src.models.watching import (  # noqa: TC001 - pydantic reads these annotations
    HomeKey,
    Incident,
    SpeedSight,
    Trigger,
)

__all__ = [
    "Boots",
    "Edge",
    "HomeMemory",
    "ScopeMemory",
    "Track",
    "dump_home",
    "dump_scope",
    "load_home",
    "load_scope",
]


@dataclass(frozen=True, slots=True)
class Edge:
    """One condition of a home that is bad, or was lately; what is well has no edge.

    `bad` is what was last seen; an unknown look changes nothing. With `incident` it is told (and,
    when `bad` is False, on its way to be over). With `part_of` a larger incident explains it.
    """

    trigger: Trigger
    subject: str
    bad: bool
    looks: int  # in a row in this state, as far as it matters; 0: to be confirmed from anew
    turned_at: datetime  # the first look of this state
    began_at: datetime  # of the last bad stretch: the cloud's moment, or the first bad look
    counts_from: datetime  # the confirmation's seconds run from here
    reported: bool = False  # `began_at` is the cloud's moment
    ended_at: datetime | None = None  # of the last bad stretch, once it is not bad
    incident: str = ""
    part_of: str = ""
    flips: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """A value that may change for good: what it is, and what it may have become."""

    value: str
    maybe: str | None = None
    maybe_at: datetime | None = None
    looks: int = 0
    since: datetime | None = None  # when `value` was accepted


@dataclass(frozen=True, slots=True)
class Boots:
    """A pod's boots: the last one that is known, and those that were seen to happen."""

    last: datetime
    seen: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeMemory:
    """One watched home. Dictionaries are never changed in place: a new memory has new ones."""

    name: str = ""
    looked_at: datetime | None = None  # the last look that saw something
    failed_at: datetime | None = None  # first failed look of an unbroken row
    edges: dict[str, Edge] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)  # open ones, by id
    settles: dict[str, datetime] = field(default_factory=dict)  # "" or pod -> its leaves wait
    doubts: dict[str, datetime] = field(default_factory=dict)  # edge, unsaid now -> last said
    parents: dict[str, str] = field(default_factory=dict)  # leaf -> what it last hung off
    places: dict[str, Track] = field(default_factory=dict)  # leaf -> "hops parent"
    backhauls: dict[str, Track] = field(default_factory=dict)
    boots: dict[str, Boots] = field(default_factory=dict)
    rebooted: Incident | None = None  # the last reboot that was told, for those that go with it
    level: Track | None = None
    address: Track | None = None
    speeds: tuple[SpeedSight, ...] = ()
    slow: int = 0  # slow tests in a row
    recalled: bool = False  # tests from before it was watched are in `speeds`, where there are any
    isp: str | None = None
    timezone: str | None = None
    hardware: str | None = None  # model and firmware of the gateway
    waiting: Incident | None = None  # home_offline, confirmed, while neighbours are gathered
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScopeMemory:
    """What concerns all homes of an owner: blindness and neighbourhoods."""

    looked_at: datetime | None = None  # written now and then: a restart learns how long it took
    paused_at: datetime | None = None  # the last look before the last pause of looking
    resumed_at: datetime | None = None  # the first look after it
    fault: str = ""
    detail: str = ""
    failed: tuple[HomeKey, ...] = ()  # homes in this row of failures, as many as matter
    failed_looks: int = 0
    failed_at: datetime | None = None
    well_at: datetime | None = None  # first good look while blind
    well_looks: int = 0
    failed_since_well: int = 0
    blind_ended_at: datetime | None = None
    incidents: dict[str, Incident] = field(default_factory=dict)  # blind, neighbourhoods
    areas: dict[str, tuple[str, ...]] = field(default_factory=dict)  # neighbourhood -> its traits


@cache
def _homes() -> TypeAdapter[HomeMemory]:
    return TypeAdapter(HomeMemory)


@cache
def _scopes() -> TypeAdapter[ScopeMemory]:
    return TypeAdapter(ScopeMemory)


def dump_home(memory: HomeMemory) -> str:
    """The memory as JSON text."""
    return _homes().dump_json(memory, exclude_defaults=True).decode()


def load_home(text: str) -> HomeMemory:
    """The memory from `dump_home`; pydantic.ValidationError when it is not one."""
    return _homes().validate_json(text)


def dump_scope(memory: ScopeMemory) -> str:
    """The memory as JSON text."""
    return _scopes().dump_json(memory, exclude_defaults=True).decode()


def load_scope(text: str) -> ScopeMemory:
    """The memory from `dump_scope`; pydantic.ValidationError when it is not one."""
    return _scopes().validate_json(text)
