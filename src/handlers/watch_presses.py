"""The buttons of watching: alerts, the board, and how a chat wants to be told.

Codec and rules are those of src/handlers/callbacks.py; nothing here is trusted either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AlertPanel",
    "BoardPage",
    "EndWork",
    "ListAlerts",
    "OpenBeside",
    "PinBoard",
    "Section",
    "SetDigest",
    "SetEscalation",
    "SetMode",
    "SetQuiet",
    "SetWatch",
    "SetWork",
    "ShowAlert",
    "SnoozeAlert",
    "SnoozeFor",
    "TakeAlert",
    "TakeShift",
    "TestAgain",
    "UndoAlert",
    "Wanted",
    "WatchPress",
]

Readers: TypeAlias = "tuple[Callable[[str], Any], ...]"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def _identifier(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("not an id")
    return text


def _no_or_identifier(text: str) -> str:
    return text and _identifier(text)


def _within(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError("out of range")
        return number

    return read


class Wanted(StrEnum):
    """Whether something shall be so."""

    ON = "1"
    OFF = "0"


class SnoozeFor(StrEnum):
    """For how long an alert shall be silent."""

    HOUR = "1"
    FOUR_HOURS = "4"
    FOR_GOOD = "r"


class Section(StrEnum):
    """The panels of how a chat is told."""

    ALL = "a"
    MODES = "m"
    QUIET = "q"
    WORK = "w"
    ESCALATION = "e"
    DIGEST = "d"


@dataclass(frozen=True, slots=True)
class SetWatch:
    """Watch this home from here, or stop it."""

    customer_id: str
    location_id: str
    wanted: Wanted

    code: ClassVar[str] = "ww"
    readers: ClassVar[Readers] = (_identifier, _identifier, Wanted)


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Show this page (from 0) of the board in place, and keep it up to date."""

    page: int = 0

    code: ClassVar[str] = "wb"
    readers: ClassVar[Readers] = (int,)


@dataclass(frozen=True, slots=True)
class PinBoard:
    """Pin the board in its chat."""

    code: ClassVar[str] = "wp"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class ListAlerts:
    """Show what is open here, as a new message."""

    code: ClassVar[str] = "wl"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class ShowAlert:
    """Show one open incident with its buttons, as a new message."""

    incident_id: str

    code: ClassVar[str] = "wi"
    readers: ClassVar[Readers] = (_identifier,)


@dataclass(frozen=True, slots=True)
class TakeAlert:
    """Acknowledge it: "I have it"."""

    incident_id: str

    code: ClassVar[str] = "wk"
    readers: ClassVar[Readers] = (_identifier,)


@dataclass(frozen=True, slots=True)
class SnoozeAlert:
    """Be silent about it in this chat."""

    incident_id: str
    how_long: SnoozeFor

    code: ClassVar[str] = "wz"
    readers: ClassVar[Readers] = (_identifier, SnoozeFor)


@dataclass(frozen=True, slots=True)
class UndoAlert:
    """Take back what was pressed last."""

    incident_id: str

    code: ClassVar[str] = "wu"
    readers: ClassVar[Readers] = (_identifier,)


@dataclass(frozen=True, slots=True)
class TestAgain:
    """Look at the home of an incident now."""

    incident_id: str

    code: ClassVar[str] = "wt"
    readers: ClassVar[Readers] = (_identifier,)

    __test__: ClassVar[bool] = False  # no test of pytest's


@dataclass(frozen=True, slots=True)
class OpenBeside:
    """Show a report ("s", "m" or "w") of this home below the alert, which stays as it is."""

    panel: str
    customer_id: str
    location_id: str

    code: ClassVar[str] = "wo"
    readers: ClassVar[Readers] = (_identifier, _identifier, _identifier)


@dataclass(frozen=True, slots=True)
class TakeShift:
    """The next shift has it."""

    code: ClassVar[str] = "ws"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class AlertPanel:
    """Show how this chat is told."""

    section: Section = Section.ALL

    code: ClassVar[str] = "wa"
    readers: ClassVar[Readers] = (Section,)


@dataclass(frozen=True, slots=True)
class SetMode:
    """Make one trigger (its place in TRIGGERS) loud (0), silent (1) or off (2)."""

    trigger: int
    mode: int

    code: ClassVar[str] = "wm"
    readers: ClassVar[Readers] = (int, _within(0, 2))


@dataclass(frozen=True, slots=True)
class SetQuiet:
    """Set one thing of the quiet hours: see src/handlers/watch_settings.py."""

    what: str  # start, end, days, floor, or off
    value: int = 0

    code: ClassVar[str] = "wq"
    readers: ClassVar[Readers] = (_identifier, _within(0, 1439))


@dataclass(frozen=True, slots=True)
class SetWork:
    """Maintenance from now on for so many hours, of one home or all; `weekly`: every week."""

    hours: int
    weekly: Wanted
    location_id: str = ""

    code: ClassVar[str] = "wr"
    readers: ClassVar[Readers] = (_within(1, 48), Wanted, _no_or_identifier)


@dataclass(frozen=True, slots=True)
class EndWork:
    """Call this maintenance off."""

    work_id: str

    code: ClassVar[str] = "wx"
    readers: ClassVar[Readers] = (_identifier,)


@dataclass(frozen=True, slots=True)
class SetEscalation:
    """Pass on to the private chat of whoever presses after so many minutes; 0: to nobody."""

    minutes: int

    code: ClassVar[str] = "we"
    readers: ClassVar[Readers] = (_within(0, 1440),)


@dataclass(frozen=True, slots=True)
class SetDigest:
    """At this hour, on this day of the week (7: every day); hour 24: none."""

    hour: int
    weekday: int = 7

    code: ClassVar[str] = "wd"
    readers: ClassVar[Readers] = (_within(0, 24), _within(0, 7))


WatchPress = (
    SetWatch
    | BoardPage
    | PinBoard
    | ListAlerts
    | ShowAlert
    | TakeAlert
    | SnoozeAlert
    | UndoAlert
    | TestAgain
    | OpenBeside
    | TakeShift
    | AlertPanel
    | SetMode
    | SetQuiet
    | SetWork
    | EndWork
    | SetEscalation
    | SetDigest
)
