"""What a button carries: typed, versioned, at most 64 bytes, and never trusted when it comes back.

A press names what it wants and the home it is about, so that a button works whatever was chosen
since, and after a restart. Whether the person may have it is decided again by the handler, with
the credentials of whoever pressed.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, get_args
from urllib.parse import quote, unquote

from telegram import Update
from telegram.ext import BaseHandler

from src.handlers.context import PanoptesContext
from src.handlers.member_presses import MemberPress
from src.handlers.watch_presses import WatchPress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from src.handlers.context import Application

__all__ = [
    "Buttons",
    "ChangeLocation",
    "Connect",
    "DevicePage",
    "ExportReport",
    "FileKind",
    "FindPage",
    "ListLocations",
    "More",
    "OpenReport",
    "Panel",
    "PickLocation",
    "Press",
    "PressHandler",
    "SetFavourite",
    "ShowMore",
    "Span",
    "Star",
]

VERSION = "1"
_SEPARATOR = "|"  # cannot occur in an id
_LIMIT = 64  # core.telegram.org/bots/api#inlinekeyboardbutton, in bytes
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_PARKED = "~"
_MOST_PARKED = 10_000


class Panel(StrEnum):
    """The reports."""

    STATUS = "s"
    WAN = "w"
    STATS = "o"
    NODES = "n"
    WIFI = "i"
    DEVICES = "d"
    SPEED = "v"
    CALL = "c"
    MESH = "m"
    WAN_TEXT = "W"
    STATS_TEXT = "O"


class Span(StrEnum):
    """The periods of the online history and of the line."""

    HOURS_3 = "3h"
    HOURS_24 = "24h"
    DAYS_7 = "7d"
    DAYS_30 = "30d"


class FileKind(StrEnum):
    """What an export is written as."""

    CSV = "c"
    JSON = "j"


class Star(StrEnum):
    """Whether a home shall be a favourite."""

    ON = "1"
    OFF = "0"


class More(StrEnum):
    """Which buttons a status shows."""

    MORE = "1"
    USUAL = "0"


def _identifier(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("not an id")
    return text


@dataclass(frozen=True, slots=True)
class OpenReport:
    """Show this report of this home in the message that carries the button."""

    panel: Panel
    customer_id: str
    location_id: str
    span: Span = Span.DAYS_7

    code: ClassVar[str] = "r"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (Panel, _identifier, _identifier, Span)


@dataclass(frozen=True, slots=True)
class ListLocations:
    """Show this page (from 0) of a customer's locations."""

    customer_id: str
    page: int = 0

    code: ClassVar[str] = "l"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (_identifier, int)


@dataclass(frozen=True, slots=True)
class PickLocation:
    """Choose this home and show its status."""

    customer_id: str
    location_id: str

    code: ClassVar[str] = "p"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (_identifier, _identifier)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Send what this report shows as a file."""

    kind: FileKind
    panel: Panel
    customer_id: str
    location_id: str
    span: Span

    code: ClassVar[str] = "x"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (
        FileKind, Panel, _identifier, _identifier, Span,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Show this page (from 0) of a home's devices by name: personal data, on demand only."""

    customer_id: str
    location_id: str
    page: int = 0

    code: ClassVar[str] = "d"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (_identifier, _identifier, int)


@dataclass(frozen=True, slots=True)
class SetFavourite:
    """Put this home on the person's list of favourites, or take it off.

    It says which of the two: Telegram delivers a press again to a bot that was killed.
    """

    customer_id: str
    location_id: str
    star: Star

    code: ClassVar[str] = "f"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (_identifier, _identifier, Star)


@dataclass(frozen=True, slots=True)
class ShowMore:
    """Swap the buttons under a home's status: more of them, or the usual ones."""

    customer_id: str
    location_id: str
    more: More

    code: ClassVar[str] = "h"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (_identifier, _identifier, More)


@dataclass(frozen=True, slots=True)
class FindPage:
    """Search for the text again and show this page (from 0). Build it with `of`."""

    quoted: str  # percent-encoded, so that the separator cannot occur in it
    page: int = 0

    code: ClassVar[str] = "q"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = (str, int)

    @classmethod
    def of(cls, text: str, page: int = 0) -> FindPage:
        """The page of what was typed."""
        return cls(quote(text, safe=" @"), page)

    @property
    def text(self) -> str:
        """What was typed."""
        return unquote(self.quoted)


@dataclass(frozen=True, slots=True)
class ChangeLocation:
    """Ask for a customer id again."""

    code: ClassVar[str] = "c"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = ()


@dataclass(frozen=True, slots=True)
class Connect:
    """Start the set-up."""

    code: ClassVar[str] = "k"
    readers: ClassVar[tuple[Callable[[str], Any], ...]] = ()


Press = (
    OpenReport
    | ListLocations
    | PickLocation
    | ExportReport
    | DevicePage
    | SetFavourite
    | ShowMore
    | FindPage
    | ChangeLocation
    | Connect
    | MemberPress
    | WatchPress
)
_KINDS: dict[str, type[Press]] = {kind.code: kind for kind in get_args(Press)}


class Buttons:
    """Packs presses into callback data and reads them back.

    Plume's ids are 24 characters, so two fit. Longer ones are parked here under a short key; such
    a button expires with the process, which its answer says.
    """

    def __init__(self) -> None:
        """Nothing parked."""
        self._parked: OrderedDict[str, str] = OrderedDict()

    def pack(self, press: Press) -> str:
        """The callback data of a press."""
        data = _SEPARATOR.join((VERSION, press.code, *map(str, astuple(press))))
        if len(data.encode()) <= _LIMIT:
            return data
        key = hashlib.blake2b(data.encode(), digest_size=12).hexdigest()
        self._parked[key] = data
        self._parked.move_to_end(key)
        if len(self._parked) > _MOST_PARKED:
            self._parked.popitem(last=False)
        return _SEPARATOR.join((VERSION, _PARKED, key))

    def unpack(self, data: object) -> Press | None:
        """The press behind callback data; None for anything old, cut or forged."""
        if not isinstance(data, str):
            return None
        version, _, rest = data.partition(_SEPARATOR)
        code, *values = rest.split(_SEPARATOR)
        if code == _PARKED and len(values) == 1:
            return self.unpack(self._parked.get(values[0]))
        kind = _KINDS.get(code)
        if version != VERSION or kind is None or len(values) != len(kind.readers):
            return None
        try:
            return kind(*(read(value) for read, value in zip(kind.readers, values, strict=True)))
        except ValueError:
            return None


P = TypeVar("P", bound=Press)


class PressHandler(BaseHandler[Update, PanoptesContext, Any]):
    """Runs a callback for presses of one kind, on a message that can still be seen."""

    def __init__(
        self,
        buttons: Buttons,
        kind: type[P],
        callback: Callable[[Update, PanoptesContext, P], Awaitable[Any]],
    ) -> None:
        """Hand `callback` the press as a third argument."""
        super().__init__(cast("Any", callback))  # the base class knows two arguments only
        self._buttons = buttons
        self._kind = kind

    def check_update(self, update: object) -> Press | None:
        """The press when it is one of ours."""
        query = update.callback_query if isinstance(update, Update) else None
        if query is None or query.message is None or not query.message.is_accessible:
            return None
        press = self._buttons.unpack(query.data)
        return press if isinstance(press, self._kind) else None

    async def handle_update(
        self,
        update: Update,
        application: Application,  # noqa: ARG002 - the base class's signature
        check_result: Any,
        context: PanoptesContext,
    ) -> Any:
        """Call the callback with what `check_update` read."""
        return await self.callback(update, context, check_result)  # type: ignore[call-arg]  # ours
