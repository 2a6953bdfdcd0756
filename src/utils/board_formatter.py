"""The board: all homes that a chat watches, worst first, counts on top."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from src.utils.alert_words import sign, state_word
from src.utils.markup import MESSAGE_LIMIT, bold, escape, fit
from src.utils.when import clock
from src.utils.wording import count, duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.models.watching import Incident

__all__ = ["BOARD_PAGE", "BoardRow", "board_order", "format_board", "pace_sentence"]

Word = Literal["offline", "unreadable", "blind", "partial", "unknown", "online", "waiting"]

BOARD_PAGE: Final = 20
_NAME: Final = 48
_WHO: Final = 20
# Worst first; what cannot be seen comes before what is well.
_WORDS: Final[dict[Word, str]] = {
    "offline": "🔴 OFFLINE",
    "partial": "🟠 pods down",
    "unreadable": "⚪ unreadable",
    "blind": "⚪ not seen now",
    "unknown": "⚪ unknown",
    "waiting": "⚪ not looked at yet",
    "online": "🟢 online",
}
_ORDER: Final = list(_WORDS)
_SAID_BY_WORD: Final = frozenset({"home_offline", "pod_offline", "unreadable", "blind"})


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A watched home; counts of pods are None where they are not known."""

    name: str
    word: Word
    since: datetime | None = None
    incidents: Sequence[Incident] = ()
    acked_by: str = ""
    pods_up: int | None = None
    pods_total: int | None = None
    timezone: str | None = None


def board_order(row: BoardRow) -> tuple[int, int, str]:
    """Worst first; of equals those with something open, then by name."""
    return _ORDER.index(row.word), -len(row.incidents), row.name.casefold()


def format_board(
    rows: Sequence[BoardRow], page: int, pages: int, pace: str, *, zone: str | None = None
) -> str:
    """One page of the board; `rows` are all homes, in their order. No moment of writing in it."""
    if not rows:
        return "📋 <b>No home is watched here.</b> Choose a home, then send /watch."
    numbers = Counter(row.word for row in rows)
    counts = ", ".join(f"{_WORDS[word]} {numbers[word]}" for word in _ORDER if numbers[word])
    turn = f" Page {page + 1} of {pages}." if pages > 1 else ""
    head = f"📋 <b>{count(len(rows), 'watched home')}</b>: {counts}.{turn}"
    shown = rows[page * BOARD_PAGE : (page + 1) * BOARD_PAGE]
    lines = [_line(row, zone or row.timezone) for row in shown]
    return fit([f"{head}\n{pace}\n", *lines], MESSAGE_LIMIT - 100)


def pace_sentence(interval_s: float, *, stretched: bool) -> str:
    """How often homes are looked at; honest about being slower than asked for."""
    often = "minute" if interval_s == 60 else duration(interval_s)
    said = f"I look at each home every {often}."
    if not stretched:
        return said
    return f"{said} More often does not fit into what Plume allows for so many homes."


def _line(row: BoardRow, zone: str | None) -> str:
    """State, name, since when if it is not well, and what else is open."""
    name = escape(row.name, _NAME)
    what = _WORDS[row.word]
    if row.word == "partial" and row.pods_up is not None and row.pods_total is not None:
        what = f"🟠 {row.pods_up} of {row.pods_total} pods up"
    well = row.word == "online"
    since = _since(row.since, zone) if row.since and not well else ""
    own = [i for i in row.incidents if i.unstable or i.trigger not in _SAID_BY_WORD]
    tail = f" · {sign(own[0])} {state_word(own[0]).lower()}" if own else ""
    # Of a home that is online, the moment belongs to what is not well there.
    tail += _since(own[0].began_at, zone) if own and well else ""
    has = f" · 🙋 {escape(row.acked_by, _WHO)}" if row.acked_by else ""
    mark, _, words = what.partition(" ")
    return f"{mark} {bold(words) if not well else words} · {name}{since}{tail}{has}"


def _since(at: datetime, zone: str | None) -> str:
    return f", since {clock(at, zone, weekday=True)}"
