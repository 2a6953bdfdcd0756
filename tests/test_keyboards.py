"""The right next actions under each message, in Telegram's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.handlers import keyboards
from src.handlers.callbacks import (
    Buttons,
    ExportReport,
    FileKind,
    ListLocations,
    More,
    OpenReport,
    Panel,
    PickLocation,
    ShowMore,
    Span,
)
from src.handlers.keyboards import Extras
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


SUB_PANELS = sorted(panel for panel in Panel if panel is not Panel.STATUS)
IDS = (HOME.customer_id, HOME.location_id)


def _report(
    panel: Panel, span: Span = Span.DAYS_7, extras: Extras | None = None
) -> InlineKeyboardMarkup:
    return keyboards.report(BUTTONS, panel, HOME, span, extras or Extras())


def _press_of(keyboard: InlineKeyboardMarkup, label: str) -> object:
    data = [b.callback_data for row in keyboard.inline_keyboard for b in row if b.text == label]
    return BUTTONS.unpack(data[0])


def test_the_status_leads_to_every_report() -> None:
    keyboard = _report(Panel.STATUS)
    opened = [p for p in _presses(keyboard) if isinstance(p, OpenReport)]
    more = keyboards.more_of_status(BUTTONS, HOME, "https://t.me/b?start=loc_a_b")
    behind = [p for p in _presses(more) if isinstance(p, OpenReport)]
    every = {p.panel for p in [*opened, *behind]}
    assert every == set(Panel) - {Panel.WAN_TEXT, Panel.STATS_TEXT}
    assert all((p.customer_id, p.location_id) == IDS for p in opened)
    assert all(p.span is keyboards.first_span(p.panel) for p in opened)
    assert _rows(keyboard)[-1] == ["📍 Change location", "⋯ More"]
    assert _press_of(keyboard, "⋯ More") == ShowMore(*IDS, More.MORE)
    assert _rows(more) == [
        ["🕸 Mesh picture", "🔗 Copy link"],
        ["👁 Watch", "💾 CSV", "💾 JSON"],
        ["⬅ Back", "🔄 Refresh"],
    ]
    assert _press_of(more, "⬅ Back") == ShowMore(*IDS, More.USUAL)
    assert _rows(keyboards.more_of_status(BUTTONS, HOME, None))[0] == ["🕸 Mesh picture"]


SHORT = 12


@pytest.mark.parametrize("panel", sorted(Panel))
def test_a_keyboard_is_low_and_its_labels_fit_a_phone(panel: Panel) -> None:
    rows = _rows(_report(panel, keyboards.first_span(panel), Extras(exports=True, details=True)))
    assert len(rows) <= 4
    assert all(len(row) <= 4 for row in rows)
    wide = [row for row in rows[:-1] if len(row) == 3 and max(map(len, row)) > SHORT]
    assert not wide
    assert [row for row in rows if row == ["📶 Wi-Fi"]] == []


@pytest.mark.parametrize("panel", SUB_PANELS)
def test_every_other_report_leads_back_and_home(panel: Panel) -> None:
    keyboard = _report(panel, keyboards.first_span(panel))
    labels = [button.text for row in keyboard.inline_keyboard for button in row]
    back = _press_of(keyboard, "⬅ Back")
    assert isinstance(back, OpenReport)
    parents = {Panel.WAN_TEXT: Panel.WAN, Panel.STATS_TEXT: Panel.STATS}
    assert back.panel is parents.get(panel, Panel.STATUS)
    assert ("🏠 Home" in labels) is (panel in parents)
    assert _press_of(keyboard, "🔄 Refresh") == OpenReport(panel, *IDS, keyboards.first_span(panel))
    assert labels[-1] == "📍 Change location"


def test_refresh_keeps_the_span_that_is_shown() -> None:
    keyboard = _report(Panel.STATS, Span.HOURS_3)
    assert _rows(keyboard)[0] == ["• 3 Hrs •", "24 Hrs", "7 Days", "30 Days"]
    assert _press_of(keyboard, "🔄 Refresh") == OpenReport(Panel.STATS, *IDS, Span.HOURS_3)


@pytest.mark.parametrize(
    ("panel", "asked", "shown"),
    [
        (Panel.WAN, Span.HOURS_3, Span.HOURS_24),
        (Panel.WAN, Span.DAYS_30, Span.DAYS_30),
        (Panel.STATS, Span.HOURS_3, Span.HOURS_3),
        (Panel.NODES, Span.DAYS_7, Span.DAYS_7),
    ],
)
def test_a_span_that_a_report_does_not_have_becomes_its_first(
    panel: Panel, asked: Span, shown: Span
) -> None:
    assert keyboards.span_of(panel, asked) is shown


def test_texts_to_copy_are_cut_to_what_telegram_takes() -> None:
    copies = [("SN", "7K3Q9X0001"), ("no", ""), ("long", "🦊" * 200), ("MAC", "02:00"), ("IP", "1")]
    rows = _report(Panel.NODES, extras=Extras(copies=copies)).inline_keyboard
    assert [[b.text for b in row] for row in rows[:2]] == [["SN", "long", "MAC"], ["IP"]]
    assert rows[0][1].copy_text is not None
    assert rows[0][1].copy_text.text == "🦊" * 128


def test_details_and_files_stand_under_what_has_them() -> None:
    keyboard = _report(Panel.WAN, Span.DAYS_7, Extras(exports=True, details=True))
    assert ["📄 Details", "💾 CSV", "💾 JSON"] in _rows(keyboard)
    assert _press_of(keyboard, "📄 Details") == OpenReport(Panel.WAN_TEXT, *IDS, Span.DAYS_7)
    wanted = ExportReport(FileKind.JSON, Panel.WAN, *IDS, Span.DAYS_7)
    assert _press_of(keyboard, "💾 JSON") == wanted


@pytest.mark.parametrize(
    ("page", "pages", "labels"),
    [
        (0, 0, ["👤 Names and addresses"]),
        (0, 1, ["🔢 Only numbers"]),
        (1, 2, ["<", "2/2", ">", "🔢 Only numbers"]),
    ],
)
def test_names_of_devices_take_a_press_of_their_own(
    page: int, pages: int, labels: list[str]
) -> None:
    keyboard = _report(Panel.DEVICES, extras=Extras(page=page, pages=pages))
    assert _rows(keyboard)[0] == labels


def test_the_star_changes_alone() -> None:
    before = _report(Panel.STATUS)
    after = keyboards.with_star(BUTTONS, before, HOME, on=True)
    changed = [
        (a.text, b.text)
        for one, two in zip(before.inline_keyboard, after.inline_keyboard, strict=True)
        for a, b in zip(one, two, strict=True)
        if a != b
    ]
    assert changed == [("☆ Favourite", "★ Favourite")]


def test_homes_at_hand_stand_once_favourites_first() -> None:
    others = [Home("b1", f"c{n}", f"Home {n}") for n in range(6)]
    keyboard = keyboards.ask_customer(BUTTONS, None, [HOME], [HOME, *others])
    assert [row[0] for row in _rows(keyboard)] == ["★ Home", *(f"🕘 Home {n}" for n in range(4))]


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
    assert (rows[-2] if len(rows[-2]) == 3 else None) == turning
    assert rows[-1] == ["📍 Another search"]


@pytest.mark.parametrize(("page", "back", "forth"), [(0, 2, 1), (1, 0, 2), (2, 1, 0)])
def test_the_pages_go_round(page: int, back: int, forth: int) -> None:
    keyboard = keyboards.location_page(BUTTONS, HOME.customer_id, _locations(20), page)
    turned = [p.page for p in _presses(keyboard) if isinstance(p, ListLocations)]
    assert turned == [back, page, forth]


def test_names_that_cannot_be_told_apart_show_the_end_of_the_id() -> None:
    keyboard = keyboards.location_page(BUTTONS, HOME.customer_id, _locations(2, "Home"), 0)
    assert _rows(keyboard) == [["Home (…000000)"], ["Home (…000001)"], ["📍 Another search"]]


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
