"""The buttons under messages about people: what can be pressed, and what is marked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from src.handlers import member_keyboards as keyboards
from src.handlers.callbacks import Buttons
from src.handlers.member_presses import ListPeople, SetZone
from src.handlers.state import Member
from src.storage.records import JoinRequest, Settings

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

BUTTONS = Buttons()
AT = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)


def _rows(keyboard: InlineKeyboardMarkup) -> list[list[str]]:
    return [[button.text for button in row] for row in keyboard.inline_keyboard]


def _presses(keyboard: InlineKeyboardMarkup) -> list[object]:
    return [BUTTONS.unpack(b.callback_data) for row in keyboard.inline_keyboard for b in row]


def test_requests_come_before_people_and_there_is_an_end_to_them() -> None:
    waiting = [JoinRequest(number, f"Eve {number}", AT) for number in range(9)]
    rows = _rows(keyboards.people(BUTTONS, [Member(5, "Ann", "admin", named=True)], waiting, 0))
    assert rows[0] == ["🙋 Eve 0: viewer", "operator", "deny"]
    assert len(rows) == 5 + 1 + 1
    assert rows[-2:] == [["Ann – admin"], ["📜 Audit log"]]


def test_pages_go_round() -> None:
    members = [Member(number, "", "viewer", named=False) for number in range(17)]
    presses = _presses(keyboards.people(BUTTONS, members, [], 0))
    assert [each.page for each in presses if isinstance(each, ListPeople)] == [2, 1]


@pytest.mark.parametrize(
    ("changeable", "named", "expected"),
    [
        (True, False, [["Make operator", "Make admin"], ["✖ Remove"], ["⬅ People"]]),
        (True, True, [["Make operator", "Make admin"], ["⬅ People"]]),
        (False, False, [["⬅ People"]]),
    ],
)
def test_a_card_offers_what_may_be_changed(
    changeable: bool, named: bool, expected: list[list[str]]
) -> None:
    member = Member(5, "Ann", "viewer", named=named)
    assert _rows(keyboards.person(BUTTONS, member, changeable=changeable)) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), [["🕑 Time zone"], ["✓ ☀ Light pictures", "🌙 Dark pictures"]]),
        (
            Settings("UTC", "dark"),
            [["🕑 Time zone", "✖ No time zone"], ["☀ Light pictures", "✓ 🌙 Dark pictures"]],
        ),
    ],
)
def test_what_is_set_is_marked(settings: Settings, expected: list[list[str]]) -> None:
    assert _rows(keyboards.settings(BUTTONS, settings)) == expected


def test_zones_are_offered_with_their_distance() -> None:
    keyboard = keyboards.zones(BUTTONS, ["America/New_York", "Asia/Kathmandu"], AT)
    assert _rows(keyboard)[:2] == [["America/New York, UTC-04:00"], ["Asia/Kathmandu, UTC+05:45"]]
    assert _presses(keyboard)[0] == SetZone("America/New_York")


@pytest.mark.parametrize(("page", "more", "labels"), [
    (0, False, [["👥 People"]]),
    (0, True, [["Older ➡"], ["👥 People"]]),
    (2, True, [["⬅ Newer", "Older ➡"], ["👥 People"]]),
])  # fmt: skip
def test_the_audit_log_turns_where_there_is_more(
    page: int, more: bool, labels: list[list[str]]
) -> None:
    assert _rows(keyboards.audit(BUTTONS, page, more=more)) == labels
