"""The buttons under alerts, the board, and the panels of how a chat is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from src.handlers.callbacks import ChangeLocation
from src.handlers.watch_presses import (
    AlertPanel,
    BoardPage,
    EndWork,
    ListAlerts,
    OpenBeside,
    PinBoard,
    Section,
    SetDigest,
    SetEscalation,
    SetMode,
    SetQuiet,
    SetWatch,
    SetWork,
    ShowAlert,
    SnoozeAlert,
    SnoozeFor,
    TakeAlert,
    TakeShift,
    TestAgain,
    UndoAlert,
    Wanted,
)
from src.models.watching import TRIGGERS
from src.utils.alert_formatter import about
from src.utils.alert_words import TRIGGER_LABELS, sign, state_word
from src.utils.markup import clean
from src.watch.modes import mode_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.handlers.callbacks import Buttons, Press
    from src.handlers.state import Home
    from src.models.watching import ChatPolicy, Maintenance, Mode, Outgoing
    from src.utils.digest_formatter import Period

__all__ = [
    "alert",
    "alerts",
    "board",
    "panel",
    "shift",
    "under",
    "watched",
]

Row = list[InlineKeyboardButton]

MODES: Final[tuple[Mode, ...]] = ("loud", "silent", "off")
_MODE_SIGNS: Final[dict[Mode, str]] = {"loud": "🔔", "silent": "🔕", "off": "✖"}
_ALERTS_SHOWN: Final = 10
_LABEL: Final = 40
_HOURS: Final = (1, 2, 4, 8)


def _markup(*rows: Row) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([row for row in rows if row])


def _button(buttons: Buttons, label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(clean(label, _LABEL), callback_data=buttons.pack(press))


def under(buttons: Buttons, message: Outgoing) -> InlineKeyboardMarkup | None:
    """The keyboard of a message of the outbox, by its name there; None where it has none."""
    name, _, rest = message.buttons.partition(":")
    if name == "board":
        page, _, pages = rest.partition(":")
        return board(buttons, int(page or 0), int(pages or 1))
    if name == "summary":
        return _markup([_button(buttons, "🚨 Open incidents", ListAlerts())])
    if not name or message.incident_id is None:
        return None
    home = message.customer_id, message.location_id
    return alert(buttons, message.incident_id, name, home)


def alert(
    buttons: Buttons, incident_id: str, state: str, home: tuple[str | None, str | None]
) -> InlineKeyboardMarkup:
    """Under an alert that is "open", "acked", "snoozed" or "closed"."""
    rows: list[Row] = []
    if state != "closed":
        take = _button(buttons, "🙋 I have it", TakeAlert(incident_id))
        undo = _button(buttons, "↩ Undo", UndoAlert(incident_id))
        first = {"open": [take], "acked": [undo], "snoozed": [take, undo]}.get(state, [take])
        again = [_button(buttons, "🔄 Test again", TestAgain(incident_id))]
        rows.append([*first, *(again if all(home) else [])])
        rows.append(
            [
                _button(buttons, label, SnoozeAlert(incident_id, how_long))
                for label, how_long in (
                    ("💤 1 h", SnoozeFor.HOUR),
                    ("💤 4 h", SnoozeFor.FOUR_HOURS),
                    ("💤 Until over", SnoozeFor.FOR_GOOD),
                )
            ]
        )
    customer_id, location_id = home
    if customer_id and location_id:
        rows.append(
            [
                _button(buttons, label, OpenBeside(panel_of, customer_id, location_id))
                for label, panel_of in (("📊 Open", "s"), ("🕸 Mesh", "m"), ("📈 Line", "w"))
            ]
        )
    else:
        rows.append([_button(buttons, "🚨 Open incidents", ListAlerts())])
    return _markup(*rows)


def alerts(buttons: Buttons, entries: Sequence[Period.Entry]) -> InlineKeyboardMarkup | None:
    """A button for each open incident, in the order of the list above."""
    rows = [
        [
            _button(
                buttons,
                f"{sign(entry.incident)} {state_word(entry.incident)} · "
                f"{about(entry.incident, entry.homes)}",
                ShowAlert(entry.incident.id),
            )
        ]
        for entry in entries[:_ALERTS_SHOWN]
    ]
    return _markup(*rows) if rows else None


def board(buttons: Buttons, page: int, pages: int) -> InlineKeyboardMarkup:
    """Pages, the open incidents, and the pin."""
    turn: Row = []
    if pages > 1:
        turn = [
            _button(buttons, "<", BoardPage((page - 1) % pages)),
            _button(buttons, f"{page + 1}/{pages}", BoardPage(page)),
            _button(buttons, ">", BoardPage((page + 1) % pages)),
        ]
    return _markup(
        turn,
        [
            _button(buttons, "🚨 Open incidents", ListAlerts()),
            _button(buttons, "🔄 Refresh", BoardPage(page)),
            _button(buttons, "📌 Pin", PinBoard()),
        ],
    )


def watched(buttons: Buttons, home: Home, *, on: bool) -> InlineKeyboardMarkup:
    """Under the answer to /watch and /unwatch."""
    wanted, label = (Wanted.OFF, "👁 Unwatch") if on else (Wanted.ON, "👁 Watch")
    press = SetWatch(home.customer_id, home.location_id, wanted)
    last = (
        _button(buttons, "⚙ How I tell you", AlertPanel())
        if on
        else _button(buttons, "📍 Change location", ChangeLocation())
    )
    return _markup([_button(buttons, label, press), last])


def shift(buttons: Buttons, *, taken: bool = False) -> InlineKeyboardMarkup:
    """Under the hand-over; one takes the shift."""
    take = [] if taken else [_button(buttons, "🤝 I have the shift", TakeShift())]
    return _markup([*take, _button(buttons, "🚨 Open incidents", ListAlerts())])


# ------------------------------------------------------------------------------- settings


def panel(
    buttons: Buttons, section: Section, policy: ChatPolicy, home: Home | None, *, now_work: bool
) -> InlineKeyboardMarkup:
    """A panel of how the chat is told; `home` is the one that is chosen there."""
    if section is Section.ALL:
        return _sections(buttons, now_work=now_work)
    rows = {
        Section.MODES: _modes,
        Section.QUIET: _quiet,
        Section.ESCALATION: _escalation,
        Section.DIGEST: _digest,
    }
    made = (
        _work(buttons, policy, home) if section is Section.WORK else rows[section](buttons, policy)
    )
    return _markup(*made, [_button(buttons, "⬅ Back", AlertPanel())])


def _sections(buttons: Buttons, *, now_work: bool) -> InlineKeyboardMarkup:
    work = "🛠 Maintenance (now)" if now_work else "🛠 Maintenance"
    return _markup(
        [
            _button(buttons, "🔔 Loud or silent", AlertPanel(Section.MODES)),
            _button(buttons, "🌙 Quiet hours", AlertPanel(Section.QUIET)),
        ],
        [
            _button(buttons, work, AlertPanel(Section.WORK)),
            _button(buttons, "⏫ Escalation", AlertPanel(Section.ESCALATION)),
        ],
        [_button(buttons, "📋 Digest", AlertPanel(Section.DIGEST))],
    )


def _modes(buttons: Buttons, policy: ChatPolicy) -> list[Row]:
    """Each press goes on to the next of loud, silent, off."""
    made = []
    for number, trigger in enumerate(TRIGGERS):
        mode = mode_of(policy, trigger)
        then = (MODES.index(mode) + 1) % len(MODES)
        label = f"{_MODE_SIGNS[mode]} {TRIGGER_LABELS[trigger]}: {mode}"
        made.append(_button(buttons, label, SetMode(number, then)))
    return [made[n : n + 2] for n in range(0, len(made), 2)]


def _quiet(buttons: Buttons, policy: ChatPolicy) -> list[Row]:
    quiet = policy.quiet

    def choice(label: str, what: str, value: int, chosen: object) -> InlineKeyboardButton:
        mark = f"• {label} •" if quiet is not None and chosen == value else label
        return _button(buttons, mark, SetQuiet(what, value))

    start, end = (quiet.start_min, quiet.end_min) if quiet else (None, None)
    days = {7: 0, 5: 1, 2: 2}.get(len(quiet.days)) if quiet else None
    floor = {"critical": 0, "warning": 1}.get(quiet.floor) if quiet else None
    rows = [
        [choice(f"From {h}:00", "start", h * 60, start) for h in (20, 21, 22, 23)],
        [choice(f"To {h}:00", "end", h * 60, end) for h in (5, 6, 7, 8)],
        [
            choice("Every night", "days", 0, days),
            choice("Sun–Thu", "days", 1, days),
            choice("Fri, Sat", "days", 2, days),
        ],
        [
            choice("Only critical", "floor", 0, floor),
            choice("Warnings, too", "floor", 1, floor),
        ],
    ]
    off = [_button(buttons, "✖ No quiet hours", SetQuiet("off"))] if quiet else []
    return [*rows, off]


def _work(buttons: Buttons, policy: ChatPolicy, home: Home | None) -> list[Row]:
    rows = [
        [_button(buttons, f"All: next {h} h", SetWork(h, Wanted.OFF)) for h in _HOURS[1:]],
    ]
    if home is not None:
        name = clean(home.title, 16)
        rows.append(
            [
                _button(buttons, f"{name}: {h} h", SetWork(h, Wanted.OFF, home.location_id))
                for h in _HOURS[1:3]
            ]
        )
    rows.append(
        [_button(buttons, f"Weekly, from now: {h} h", SetWork(h, Wanted.ON)) for h in _HOURS[:2]]
    )
    rows += [[_end(buttons, work, number)] for number, work in enumerate(policy.maintenance, 1)]
    return rows


def _end(buttons: Buttons, work: Maintenance, number: int) -> InlineKeyboardButton:
    return _button(buttons, f"✖ End number {number}", EndWork(work.id))


def _escalation(buttons: Buttons, policy: ChatPolicy) -> list[Row]:
    minutes = policy.escalate_after_s // 60 if policy.escalate_to else 0
    row = [
        _button(buttons, f"• {m} min •" if m == minutes else f"To me after {m} min", press)
        for m, press in ((m, SetEscalation(m)) for m in (10, 30, 60))
    ]
    off = [_button(buttons, "✖ To nobody", SetEscalation(0))] if minutes else []
    return [row[:2], row[2:], off]


def _digest(buttons: Buttons, policy: ChatPolicy) -> list[Row]:
    digest = policy.digest
    weekday = 7 if digest is None or digest.weekday is None else digest.weekday
    hour = 7 if digest is None else digest.hour

    def choice(label: str, press: SetDigest, *, chosen: bool) -> InlineKeyboardButton:
        return _button(buttons, f"• {label} •" if chosen and digest else label, press)

    rows = [
        [
            choice("Daily", SetDigest(hour), chosen=weekday == 7),
            choice("Mondays", SetDigest(hour, 0), chosen=weekday == 0),
        ],
        [choice(f"{h}:00", SetDigest(h, weekday), chosen=h == hour) for h in (6, 7, 8, 17)],
    ]
    off = [_button(buttons, "✖ No digest", SetDigest(24))] if digest else []
    return [*rows, off]
