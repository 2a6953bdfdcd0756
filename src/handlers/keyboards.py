"""The buttons under each message: short labels, the next useful actions, the way back last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from src.handlers.callbacks import (
    ChangeLocation,
    Connect,
    DevicePage,
    ExportReport,
    FileKind,
    FindPage,
    ListLocations,
    More,
    OpenReport,
    Panel,
    PickLocation,
    SetFavourite,
    ShowMore,
    Span,
    Star,
)
from src.handlers.watch_presses import SetWatch, Wanted
from src.utils.markup import clean
from src.utils.paging import page_of
from src.utils.search_formatter import hit_label, hit_pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.handlers.callbacks import Buttons, Press
    from src.handlers.state import Home
    from src.models import Location
    from src.models.lookup import SearchHit, SearchResult

__all__ = [
    "PAGE_SIZE",
    "SPAN_LABELS",
    "Extras",
    "ask_customer",
    "choose",
    "connect",
    "connect_at",
    "first_span",
    "hits",
    "location_page",
    "more_of_status",
    "page_count",
    "report",
    "retry",
    "span_of",
    "with_star",
]

PAGE_SIZE: Final = 8
_LABEL_LENGTH: Final = 48
_COPY_LIMIT: Final = 256  # Telegram's, in UTF-16 units
_AT_HAND_MOST: Final = 4
# Three stand in a row, which leaves a phone about a dozen letters for each.
_PANEL_LABELS: Final = {
    Panel.CALL: "📞 Call card",
    Panel.NODES: "📡 Pods",
    Panel.DEVICES: "📱 Devices",
    Panel.WAN: "📈 WAN",
    Panel.STATS: "🕑 History",
    Panel.SPEED: "🚀 Speed",
    Panel.WIFI: "📶 Wi-Fi",
    Panel.MESH: "🕸 Mesh picture",
}
_NEIGHBOURS: Final = (Panel.WAN, Panel.STATS, Panel.NODES, Panel.WIFI)
_IN_A_ROW: Final = 3
# Where Back leads; all others lead to the status, which is the home's first screen.
_PARENT: Final = {Panel.WAN_TEXT: Panel.WAN, Panel.STATS_TEXT: Panel.STATS}
_TEXT_OF: Final = {Panel.WAN: Panel.WAN_TEXT, Panel.STATS: Panel.STATS_TEXT}
SPAN_LABELS: Final = {
    Span.HOURS_3: "3 Hrs",
    Span.HOURS_24: "24 Hrs",
    Span.DAYS_7: "7 Days",
    Span.DAYS_30: "30 Days",
}
_WAN_LABELS: Final = {Span.HOURS_24: "Day", Span.DAYS_7: "Week", Span.DAYS_30: "Month"}
_SPANS: Final = {
    Panel.WAN: _WAN_LABELS,
    Panel.WAN_TEXT: _WAN_LABELS,
    Panel.STATS: SPAN_LABELS,
    Panel.STATS_TEXT: SPAN_LABELS,
}
_STAR: Final = {False: "☆ Favourite", True: "★ Favourite"}


@dataclass(frozen=True, slots=True)
class Extras:
    """What a report wants under it beside the usual: texts to copy, a file, its full text."""

    copies: Sequence[tuple[str, str]] = ()
    exports: bool = False
    details: bool = False
    page: int = 0
    pages: int = 1
    starred: bool = False


def first_span(panel: Panel) -> Span:
    """The period that a report begins with: the line's last day, else a week."""
    return Span.HOURS_24 if _SPANS.get(panel) is _WAN_LABELS else Span.DAYS_7


def span_of(panel: Panel, span: Span) -> Span:
    """The span, or the first one where the report does not have it."""
    return span if span in _SPANS.get(panel, SPAN_LABELS) else first_span(panel)


def _button(buttons: Buttons, label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=buttons.pack(press))


def _open(
    buttons: Buttons, label: str, panel: Panel, home: Home, span: Span | None = None
) -> InlineKeyboardButton:
    wanted = span or first_span(panel)
    return _button(buttons, label, OpenReport(panel, home.customer_id, home.location_id, wanted))


def report(
    buttons: Buttons, panel: Panel, home: Home, span: Span, extras: Extras
) -> InlineKeyboardMarkup:
    """Under a report: its own periods and pages, what can be copied, the others, the way back."""
    if panel is Panel.STATUS:
        return _of_status(buttons, home, extras)
    others = [
        _open(buttons, _PANEL_LABELS[other], other, home)
        for other in _NEIGHBOURS
        if other not in {panel, _PARENT.get(panel)}
    ]
    parent = _PARENT.get(panel, Panel.STATUS)
    way = [_open(buttons, "⬅ Back", parent, home, span if panel in _PARENT else None)]
    if parent is not Panel.STATUS:
        way.append(_open(buttons, "🏠 Home", Panel.STATUS, home))
    way.append(_open(buttons, "🔄 Refresh", panel, home, span))
    rows = [
        _spans(buttons, panel, home, span),
        *_copies(extras),
        _pages(buttons, home, extras) if panel is Panel.DEVICES else [],
        _files(buttons, panel, home, span, extras),
        others,
        [*way, _button(buttons, "📍 Change location", ChangeLocation())],
    ]
    return InlineKeyboardMarkup([row for row in rows if row])


def _spans(buttons: Buttons, panel: Panel, home: Home, span: Span) -> list[InlineKeyboardButton]:
    return [
        _open(buttons, f"• {label} •" if each is span else label, panel, home, each)
        for each, label in _SPANS.get(panel, {}).items()
    ]


def _copies(extras: Extras) -> list[list[InlineKeyboardButton]]:
    """Buttons that copy: at most three a row."""
    made = [
        InlineKeyboardButton(
            clean(label, _LABEL_LENGTH), copy_text=CopyTextButton(_within(text, _COPY_LIMIT))
        )
        for label, text in extras.copies
        if text
    ]
    return [made[n : n + 3] for n in range(0, len(made), 3)]


def _within(text: str, limit: int) -> str:
    """The text cut to so many UTF-16 units."""
    return text.encode("utf-16-le", "replace")[: 2 * limit].decode("utf-16-le", "ignore")


def _pages(buttons: Buttons, home: Home, extras: Extras) -> list[InlineKeyboardButton]:
    """Devices: names only after a press of their own."""
    ids = (home.customer_id, home.location_id)
    if extras.pages < 1:
        return [_button(buttons, "👤 Names and addresses", DevicePage(*ids, 0))]
    counts = _open(buttons, "🔢 Only numbers", Panel.DEVICES, home)
    if extras.pages == 1:
        return [counts]
    return [
        _button(buttons, "<", DevicePage(*ids, (extras.page - 1) % extras.pages)),
        _button(buttons, f"{extras.page + 1}/{extras.pages}", DevicePage(*ids, extras.page)),
        _button(buttons, ">", DevicePage(*ids, (extras.page + 1) % extras.pages)),
        counts,
    ]


def _files(
    buttons: Buttons, panel: Panel, home: Home, span: Span, extras: Extras
) -> list[InlineKeyboardButton]:
    row = []
    if extras.details:
        row.append(_open(buttons, "📄 Details", _TEXT_OF.get(panel, panel), home, span))
    if extras.exports:
        ids = (home.customer_id, home.location_id)
        for label, kind in (("💾 CSV", FileKind.CSV), ("💾 JSON", FileKind.JSON)):
            row.append(_button(buttons, label, ExportReport(kind, panel, *ids, span)))
    return row


def _of_status(buttons: Buttons, home: Home, extras: Extras) -> InlineKeyboardMarkup:
    """The home's first screen leads everywhere; what is wanted now and then is behind "More"."""
    opened = [
        _open(buttons, label, panel, home)
        for panel, label in _PANEL_LABELS.items()
        if panel is not Panel.MESH
    ]
    own = [
        *opened,
        _star(buttons, home, on=extras.starred),
        _open(buttons, "🔄 Refresh", Panel.STATUS, home),
    ]
    rows = [own[n : n + _IN_A_ROW] for n in range(0, len(own), _IN_A_ROW)]
    more = ShowMore(home.customer_id, home.location_id, More.MORE)
    change = _button(buttons, "📍 Change location", ChangeLocation())
    return InlineKeyboardMarkup([*rows, [change, _button(buttons, "⋯ More", more)]])


def more_of_status(
    buttons: Buttons, home: Home, link: str | None, *, watched: bool = False
) -> InlineKeyboardMarkup:
    """The other buttons under a status: the mesh drawn, a link to pass on, watching, files."""
    span = first_span(Panel.STATUS)
    first = [_open(buttons, _PANEL_LABELS[Panel.MESH], Panel.MESH, home)]
    if link:
        first.append(InlineKeyboardButton("🔗 Copy link", copy_text=CopyTextButton(link)))
    back = ShowMore(home.customer_id, home.location_id, More.USUAL)
    label, wanted = ("👁 Unwatch", Wanted.OFF) if watched else ("👁 Watch", Wanted.ON)
    watch = _button(buttons, label, SetWatch(home.customer_id, home.location_id, wanted))
    return InlineKeyboardMarkup(
        [
            first,
            [watch, *_files(buttons, Panel.STATUS, home, span, Extras(exports=True))],
            [
                _button(buttons, "⬅ Back", back),
                _open(buttons, "🔄 Refresh", Panel.STATUS, home),
            ],
        ]
    )


def _star(buttons: Buttons, home: Home, *, on: bool) -> InlineKeyboardButton:
    """The label says what is, the press what shall be."""
    press = SetFavourite(home.customer_id, home.location_id, Star.OFF if on else Star.ON)
    return _button(buttons, _STAR[on], press)


def with_star(
    buttons: Buttons, keyboard: InlineKeyboardMarkup, home: Home, *, on: bool
) -> InlineKeyboardMarkup:
    """The same keyboard with the home's star filled or empty."""
    return InlineKeyboardMarkup(
        [
            [
                _star(buttons, home, on=on) if button.text in _STAR.values() else button
                for button in row
            ]
            for row in keyboard.inline_keyboard
        ]
    )


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


def connect_at(link: str) -> InlineKeyboardMarkup:
    """The same, where credentials have no place: in a group."""
    return InlineKeyboardMarkup([[InlineKeyboardButton("🔑 Connect in private", url=link)]])


def choose(buttons: Buttons) -> InlineKeyboardMarkup:
    """The step after connecting, and wherever no home is chosen."""
    return InlineKeyboardMarkup([[_button(buttons, "📍 Choose a location", ChangeLocation())]])


def ask_customer(
    buttons: Buttons,
    home: Home | None,
    favourites: Sequence[Home] = (),
    recents: Sequence[Home] = (),
) -> InlineKeyboardMarkup | None:
    """Beside the question for a home: favourites, recents, and the customer at hand."""
    starred = list(favourites)[: 2 * _AT_HAND_MOST]
    lately = [r for r in recents if not any(r.same_as(f) for f in starred)][:_AT_HAND_MOST]
    rows = [[_pick(buttons, "★", each)] for each in starred]
    rows += [[_pick(buttons, "🕘", each)] for each in lately]
    if home is not None:
        same = ListLocations(home.customer_id)
        rows.append([_button(buttons, "Locations of the same customer", same)])
    return InlineKeyboardMarkup(rows) if rows else None


def _pick(buttons: Buttons, sign: str, home: Home) -> InlineKeyboardButton:
    label = clean(f"{sign} {home.name or f'Location …{home.location_id[-6:]}'}", _LABEL_LENGTH)
    return _button(buttons, label, PickLocation(home.customer_id, home.location_id))


def hits(buttons: Buttons, result: SearchResult, page: int) -> InlineKeyboardMarkup:
    """One page of what a search found, a row for each; then the pages, and another search."""
    pages = hit_pages(result["hits"])
    shown, page, before = page_of(pages, page)
    rows = [[_hit(buttons, hit, before + n)] for n, hit in enumerate(shown, 1)]
    if len(pages) > 1:
        turn = [("<", page - 1), (f"{page + 1}/{len(pages)}", page), (">", page + 1)]
        rows.append(
            [
                _button(buttons, label, FindPage.of(result["query"], to % len(pages)))
                for label, to in turn
            ]
        )
    rows.append([_button(buttons, "📍 Another search", ChangeLocation())])
    return InlineKeyboardMarkup(rows)


def _hit(buttons: Buttons, hit: SearchHit, number: int) -> InlineKeyboardButton:
    """A home; a customer whose homes are not known yet opens the list of them."""
    label = f"{number}. {hit_label(hit, _LABEL_LENGTH)}"
    if hit["location_id"] is None:
        return _button(buttons, label, ListLocations(hit["customer_id"]))
    return _button(buttons, label, PickLocation(hit["customer_id"], hit["location_id"]))


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
    rows.append([_button(buttons, "📍 Another search", ChangeLocation())])
    return InlineKeyboardMarkup(rows)


def _label(location: Location, *, unique: bool) -> str:
    """The name; where two share one, or there is none, the end of the id tells them apart."""
    name = clean(location.name or "", _LABEL_LENGTH)
    tail = f"…{location.id[-6:]}"
    if not name:
        return f"Location {tail}"
    return name if unique else f"{name} ({tail})"
