"""When a board's message is edited: on a change, at most every half minute, once after a start."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from src.models.watching import ChatPolicy, HomeKey, Notice
from src.storage.records import Board
from src.watch.board import Boards, show_board
from src.watch.cases import Desk
from src.watch.engine import HomeState
from src.watch.schedule import Pace
from tests.watch.incidents import ANNS, BOBS, NIGHT, START, at, incident, watch

if TYPE_CHECKING:
    from datetime import datetime

BOARD = Board(NIGHT, 77)


@dataclass
class Homes:
    """What a board needs of the watching service, as plain values."""

    states: dict[HomeKey, HomeState]
    desk_: Desk
    pace: Pace = field(default_factory=lambda: Pace(60.0, 10, stretched=False))

    def desk(self) -> Desk:
        return self.desk_

    def home(self, key: HomeKey) -> HomeState:
        return self.states[key]


def _homes(number: int = 1) -> Homes:
    keys = [ANNS._replace(location_id=f"{n:03}") for n in range(number)]
    watches = [replace(watch(), key=key, name=f"Home {n:03}") for n, key in enumerate(keys)]
    states = {key: HomeState(key, "x", "online", START) for key in keys}
    return Homes(states, Desk(watches, {NIGHT: ChatPolicy(NIGHT)}, {}, START))


def _breaks(homes: Homes) -> None:
    key = next(iter(homes.states))
    homes.states[key] = HomeState(key, "x", "offline", START, (incident(),), pods_up=0)


def _due(boards: Boards, homes: Homes, seconds: float) -> list[datetime]:
    now = START + timedelta(seconds=seconds)
    return [edit.created_at for edit in boards.due(homes, [BOARD], now)]  # type: ignore[arg-type]  # as much of it as is asked for


def test_an_edit_for_each_change_and_none_without() -> None:
    boards, homes = Boards(), _homes()
    boards.put_up(NIGHT, 77, show_board(homes, NIGHT), START)  # type: ignore[arg-type]  # as above
    assert _due(boards, homes, 60) == []
    _breaks(homes)
    assert len(_due(boards, homes, 61)) == 1
    assert _due(boards, homes, 100) == []


def test_at_most_every_half_minute() -> None:
    boards, homes = Boards(), _homes()
    boards.put_up(NIGHT, 77, show_board(homes, NIGHT), START)  # type: ignore[arg-type]  # as above
    _breaks(homes)
    assert _due(boards, homes, 29) == []
    assert len(_due(boards, homes, 30)) == 1


def test_after_a_start_it_is_written_once() -> None:
    boards, homes = Boards(), _homes()
    assert len(_due(boards, homes, 0)) == 1
    assert _due(boards, homes, 60) == []


def test_what_is_written_is_an_edit_of_that_message_with_its_page() -> None:
    homes = _homes(45)
    (edit,) = Boards().due(homes, [replace(BOARD, page=9)], START)  # type: ignore[arg-type]  # as above
    assert (edit.kind, edit.message_id, edit.silent, edit.buttons) == (
        "board",
        77,
        True,
        "board:2:3",
    )
    assert "Page 3 of 3." in edit.text
    assert "Home 044" in edit.text
    assert "Home 039" not in edit.text


def test_who_has_it_stands_beside_the_home() -> None:
    homes = _homes()
    _breaks(homes)
    what = incident()
    notice = Notice(what.id, NIGHT, "told", acked_name="Bea", acked_at=at(5))
    homes.desk_ = replace(homes.desk_, notices={(what.id, NIGHT): notice})
    assert "🙋 Bea" in show_board(homes, NIGHT).body  # type: ignore[arg-type]  # as above


def test_a_chat_sees_its_own_homes_only() -> None:
    homes = _homes(2)
    other = replace(homes.desk_.watches[1], spot=NIGHT._replace(chat_id=5), key=BOBS)
    homes.desk_ = replace(homes.desk_, watches=[homes.desk_.watches[0], other])
    assert "1 watched home" in show_board(homes, NIGHT).body  # type: ignore[arg-type]  # as above
