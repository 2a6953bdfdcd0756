"""The buttons under each message: short labels, the next useful actions, the way back last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from src.handlers.callbacks import (
    ChangeLocation,
    Connect,
    ListLocations,
    OpenReport,
    Panel,
    PickLocation,
    Span,
)
from src.utils.markup import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.handlers.callbacks import Buttons, Press
    from src.handlers.state import Home
    from src.models import Location

__all__ = [
    "PAGE_SIZE",
    "SPAN_LABELS",
    "ask_customer",
    "choose",
    "connect",
    "location_page",
    "page_count",
    "report",
    "retry",
]

PAGE_SIZE: Final = 8
_LABEL_LENGTH: Final = 48
_PANEL_LABELS: Final = {
    Panel.STATUS: "🩺 Status",
    Panel.WAN: "📈 WAN",
    Panel.STATS: "🕑 Online history",
    Panel.NODES: "📡 Pods",
    Panel.WIFI: "📶 Wi-Fi",
}
SPAN_LABELS: Final = {Span.HOURS_3: "3 Hrs", Span.HOURS_24: "24 Hrs", Span.DAYS_7: "7 Days"}


def _button(buttons: Buttons, label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=buttons.pack(press))


def _open(
    buttons: Buttons, label: str, panel: Panel, home: Home, span: Span
) -> InlineKeyboardButton:
    return _button(buttons, label, OpenReport(panel, home.customer_id, home.location_id, span))


def report(
    buttons: Buttons, panel: Panel, home: Home, span: Span = Span.DAYS_7
) -> InlineKeyboardMarkup:
    """Under a report: its own periods, the other reports, refresh and change."""
    rows = []
    if panel is Panel.STATS:
        rows.append(
            [
                _open(buttons, f"• {label} •" if each is span else label, panel, home, each)
                for each, label in SPAN_LABELS.items()
            ]
        )
    others = [
        _open(buttons, label, other, home, Span.DAYS_7)
        for other, label in _PANEL_LABELS.items()
        if other is not panel
    ]
    rows += [others[:2], others[2:]]
    rows.append(
        [
            _open(buttons, "🔄 Refresh", panel, home, span),
            _button(buttons, "📍 Change location", ChangeLocation()),
        ]
    )
    return InlineKeyboardMarkup(rows)


def retry(buttons: Buttons, press: Press) -> InlineKeyboardMarkup:
    """Under an error that may pass."""
    return InlineKeyboardMarkup(
        [
            [
                _button(buttons, "🔄 Try again", press),
                _button(buttons, "📍 Change location", ChangeLocation()),
            ]
        ]
    )


def connect(buttons: Buttons) -> InlineKeyboardMarkup:
    """Where credentials are missing or refused."""
    return InlineKeyboardMarkup([[_button(buttons, "🔑 Connect to Plume", Connect())]])


def choose(buttons: Buttons) -> InlineKeyboardMarkup:
    """The step after connecting, and wherever no home is chosen."""
    return InlineKeyboardMarkup([[_button(buttons, "📍 Choose a location", ChangeLocation())]])


def ask_customer(buttons: Buttons, home: Home | None) -> InlineKeyboardMarkup | None:
    """Beside the question for a customer id: the customer at hand, if there is one."""
    if home is None:
        return None
    same = _button(buttons, "Locations of the same customer", ListLocations(home.customer_id))
    return InlineKeyboardMarkup([[same]])


def page_count(items: int) -> int:
    """How many pages these need; at least one."""
    return max(1, -(-items // PAGE_SIZE))


def location_page(
    buttons: Buttons, customer_id: str, locations: Sequence[Location], page: int
) -> InlineKeyboardMarkup:
    """One page of locations, one a row, with `< 2/7 >` when there are more pages."""
    names = [location.name for location in locations]
    shown = locations[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    rows = [
        [
            _button(
                buttons,
                _label(location, unique=names.count(location.name) == 1),
                PickLocation(customer_id, location.id),
            )
        ]
        for location in shown
    ]
    pages = page_count(len(locations))
    if pages > 1:
        rows.append(
            [
                _button(buttons, "<", ListLocations(customer_id, (page - 1) % pages)),
                _button(buttons, f"{page + 1}/{pages}", ListLocations(customer_id, page)),
                _button(buttons, ">", ListLocations(customer_id, (page + 1) % pages)),
            ]
        )
    return InlineKeyboardMarkup(rows)


def _label(location: Location, *, unique: bool) -> str:
    """The name; where two share one, or there is none, the end of the id tells them apart."""
    name = clean(location.name or "", _LABEL_LENGTH)
    tail = f"…{location.id[-6:]}"
    if not name:
        return f"Location {tail}"
    return name if unique else f"{name} ({tail})"
