"""The board of a chat, and when its message is edited: on a change, at most every 30 seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from src.models.watching import Outgoing
from src.utils.board_formatter import (
    BOARD_PAGE,
    BoardRow,
    board_order,
    format_board,
    pace_sentence,
)
from src.utils.when import when
from src.watch.modes import mode_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from src.models.watching import Spot, Watch
    from src.storage.records import Board
    from src.watch.cases import Desk
    from src.watch.watching import Watching

__all__ = ["BOARD_EVERY", "Boards", "Shown", "board_buttons", "show_board"]

BOARD_EVERY: Final = timedelta(seconds=30)


class Shown(NamedTuple):
    """A page of the board: Telegram HTML without the moment of writing, and which page it is."""

    body: str
    page: int
    pages: int

    def text(self, now: datetime, zone: str | None) -> str:
        """With the moment at which it was true."""
        return f"{self.body}\n\nAs of {when(now, zone)}. This message changes as homes do."


def show_board(watching: Watching, spot: Spot, page: int = 0) -> Shown:
    """The board of a chat now; a page beyond is the last."""
    desk, pace = watching.desk(), watching.pace
    zone = desk.policy(spot).timezone
    here = [watch for watch in desk.watches if watch.spot == spot]
    rows = sorted((_row(watching, desk, watch) for watch in here), key=board_order)
    pages = max(1, -(-len(rows) // BOARD_PAGE))
    page = max(0, min(page, pages - 1))
    said = pace_sentence(pace.interval_s, stretched=pace.stretched)
    return Shown(format_board(rows, page, pages, said, zone=zone), page, pages)


def _row(watching: Watching, desk: Desk, watch: Watch) -> BoardRow:
    state, policy = watching.home(watch.key), desk.policy(watch.spot)
    told = [each for each in state.incidents if mode_of(policy, each.trigger) != "off"]
    notices = (desk.notices.get((each.id, watch.spot)) for each in told)
    acked = [notice.acked_name for notice in notices if notice is not None and notice.acked_at]
    return BoardRow(
        name=watch.name,
        word=state.word,
        since=state.since,
        incidents=told,
        acked_by=acked[0] if acked else "",
        pods_up=state.pods_up,
        pods_total=state.pods_total,
        timezone=watch.timezone,
    )


def board_buttons(shown: Shown) -> str:
    """The name of its keyboard, as the outbox keeps it."""
    return f"board:{shown.page}:{shown.pages}"


class Boards:
    """Knows what each board shows; after a restart it learns by one edit that may change nothing.

    Ask `due` every few seconds, and write what it gives into the outbox.
    """

    def __init__(self, every: timedelta = BOARD_EVERY) -> None:
        self._every = every
        self._shown: dict[tuple[Spot, int], tuple[str, datetime]] = {}

    def put_up(self, spot: Spot, message_id: int, shown: Shown, now: datetime) -> None:
        """This message shows this now, because somebody asked for it."""
        self._shown[spot, message_id] = (shown.body, now)

    def due(self, watching: Watching, boards: Iterable[Board], now: datetime) -> list[Outgoing]:
        """Edits of the boards that are out of date, for each at most one in 30 seconds."""
        edits, known = [], {}
        for board in boards:
            key = (board.spot, board.message_id)
            before = self._shown.get(key)
            if before is not None and now - before[1] < self._every:
                known[key] = before
                continue
            shown = show_board(watching, board.spot, board.page)
            if before is not None and before[0] == shown.body:
                known[key] = before
                continue
            known[key] = (shown.body, now)
            edits.append(_edit(board, shown, now, watching.desk().policy(board.spot).timezone))
        self._shown = known
        return edits


def _edit(board: Board, shown: Shown, now: datetime, zone: str | None) -> Outgoing:
    spot = board.spot
    return Outgoing(
        once=f"board:{spot.chat_id}:{spot.thread_id}:{board.message_id}:{now.timestamp():.0f}",
        spot=spot,
        kind="board",
        text=shown.text(now, zone),
        created_at=now,
        silent=True,
        buttons=board_buttons(shown),
        message_id=board.message_id,
    )
