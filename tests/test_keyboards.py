"""The right next actions under each message, in Telegram's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.handlers import keyboards
from src.handlers.callbacks import Buttons, ListLocations, OpenReport, Panel, PickLocation, Span
from src.handlers.state import Home
from src.models import Location

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

BUTTONS = Buttons()
PANELS = {Panel.STATUS, Panel.WAN, Panel.STATS, Panel.NODES, Panel.WIFI}
HOME = Home("b1b1b1b1b1b1b1b100000000", "c2c2c2c2c2c2000000000000", "Home")


def _rows(keyboard: InlineKeyboardMarkup | None) -> list[list[str]]:
    assert keyboard is not None
    return [[button.text for button in row] for row in keyboard.inline_keyboard]


def _presses(keyboard: InlineKeyboardMarkup) -> list[object]:
    return [BUTTONS.unpack(b.callback_data) for row in keyboard.inline_keyboard for b in row]


@pytest.mark.parametrize("panel", sorted(PANELS))
def test_a_report_offers_the_others_refresh_and_change(panel: Panel) -> None:
    keyboard = keyboards.report(BUTTONS, panel, HOME, Span.HOURS_24)
    opened = [p for p in _presses(keyboard) if isinstance(p, OpenReport)]
    assert {p.panel for p in opened} == PANELS
    assert all(
        (p.customer_id, p.location_id) == (HOME.customer_id, HOME.location_id) for p in opened
    )
    (refresh,) = (row[0] for row in _rows(keyboard) if "Refresh" in row[0])
    assert refresh
    assert _rows(keyboard)[-1] == ["🔄 Refresh", "📍 Change location"]
    assert all(len(row) <= 3 for row in _rows(keyboard))


def test_refresh_keeps_the_span_that_is_shown() -> None:
    keyboard = keyboards.report(BUTTONS, Panel.STATS, HOME, Span.HOURS_3)
    assert _rows(keyboard)[0] == ["• 3 Hrs •", "24 Hrs", "7 Days"]
    data = keyboard.inline_keyboard[-1][0].callback_data
    assert BUTTONS.unpack(data) == OpenReport(
        Panel.STATS, HOME.customer_id, HOME.location_id, Span.HOURS_3
    )


def _locations(count: int, name: str | None = None) -> list[Location]:
    return [Location(id=f"c2c2c2{n:018}", name=name or f"Flat {n}") for n in range(count)]


@pytest.mark.parametrize(
    ("count", "page", "shown", "turning"),
    [
        (2, 0, 2, None),
        (8, 0, 8, None),
        (9, 0, 8, ["<", "1/2", ">"]),
        (9, 1, 1, ["<", "2/2", ">"]),
        (300, 37, 4, ["<", "38/38", ">"]),
    ],
)
def test_locations_are_paged_beyond_eight(
    count: int, page: int, shown: int, turning: list[str] | None
) -> None:
    keyboard = keyboards.location_page(BUTTONS, HOME.customer_id, _locations(count), page)
    rows = _rows(keyboard)
    assert len([p for p in _presses(keyboard) if isinstance(p, PickLocation)]) == shown
    assert (rows[-1] if len(rows[-1]) == 3 else None) == turning


@pytest.mark.parametrize(("page", "back", "forth"), [(0, 2, 1), (1, 0, 2), (2, 1, 0)])
def test_the_pages_go_round(page: int, back: int, forth: int) -> None:
    keyboard = keyboards.location_page(BUTTONS, HOME.customer_id, _locations(20), page)
    turned = [p.page for p in _presses(keyboard) if isinstance(p, ListLocations)]
    assert turned == [back, page, forth]


def test_names_that_cannot_be_told_apart_show_the_end_of_the_id() -> None:
    keyboard = keyboards.location_page(BUTTONS, HOME.customer_id, _locations(2, "Home"), 0)
    assert _rows(keyboard) == [["Home (…000000)"], ["Home (…000001)"]]


def test_a_nameless_location_and_a_very_long_name_have_a_label() -> None:
    odd = [Location(id="c2c2c2abcdef"), Location(id="c2c2c2abcdee", name="x" * 300)]
    labels = _rows(keyboards.location_page(BUTTONS, HOME.customer_id, odd, 0))
    assert labels[0] == ["Location …abcdef"]
    assert len(labels[1][0]) == 48


def test_the_customer_at_hand_is_offered_beside_the_question() -> None:
    assert keyboards.ask_customer(BUTTONS, None) is None
    assert _rows(keyboards.ask_customer(BUTTONS, HOME)) == [["Locations of the same customer"]]


def test_the_small_keyboards_lead_on() -> None:
    press = PickLocation(HOME.customer_id, HOME.location_id)
    retry = keyboards.retry(BUTTONS, press)
    assert _presses(retry)[0] == press
    assert _rows(keyboards.connect(BUTTONS)) == [["🔑 Connect to Plume"]]
    assert _rows(keyboards.choose(BUTTONS)) == [["📍 Choose a location"]]
    assert keyboards.page_count(0) == 1
