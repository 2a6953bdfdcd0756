"""What the bot says about watching that is no alert: Telegram HTML, values escaped."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from src.handlers.offers import VALID_MIN
from src.models.watching import TRIGGERS
from src.utils.alert_words import TRIGGER_LABELS
from src.utils.board_formatter import pace_sentence
from src.utils.markup import MESSAGE_LIMIT, bold, escape, fit
from src.utils.timezones import to_local
from src.utils.when import clock
from src.utils.wording import count, duration, join_names
from src.watch.modes import mode_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.handlers.state import Home
    from src.models.watching import ChatPolicy, Maintenance, Mode, QuietHours, WhyLine
    from src.watch.engine import HomeState
    from src.watch.schedule import Pace

_WHY_ROWS: Final = 15

NOT_HERE: Final = "This incident is not known here any more. /alerts lists what is open."
OVER: Final = "It is over already."
YOU_HAVE_IT: Final = "You have it. Every chat that was told sees that."
SOMEBODY_HAS_IT: Final = "{name} has it already."
SNOOZED: Final = "Silent here. It is still watched."
UNDONE: Final = "Taken back."
TOO_LATE: Final = "Too late to take that back: it works for 5 minutes."
LOOKING: Final = "Looking…"
PINNED: Final = "Pinned."
CANNOT_PIN: Final = "Telegram does not let me pin here. Make me an administrator who may pin."
TEST_ON_ITS_WAY: Final = "On its way. It takes the way of every alert, so it may take a moment."
NOT_ADDRESSED: Final = (
    "I cannot write to you in private yet. Open our private chat and send /start first."
)
ESCALATE_FROM_GROUPS: Final = (
    "This is your own chat already. Set this in a group, so that what nobody there acknowledges "
    "reaches you here. For a group that shall hear of yours, send /watch escalate there."
)
NO_SUCH_OFFER: Final = (
    "That code is not known, too old, or of this very chat. Send /watch escalate in the chat that "
    "shall be told, and then here what I answer there."
)
_SEEN_BY_PODS: Final = {
    TRIGGER_LABELS[each]
    for each in ("home_offline", "neighbourhood", "pod_offline", "unreadable", "blind")
}
BOARD_MOVED: Final = "📋 The board has moved down: there is a newer one in this chat."
NO_SUCH_PANEL: Final = "I do not know that. /watch settings shows how this chat is told."
CALLED_OFF: Final = "Called off. What is still broken is told now."

_MODE_TITLES: Final[dict[Mode, str]] = {"loud": "🔔 Loud", "silent": "🔕 Silent", "off": "✖ Off"}
_DAYS: Final = {7: "every night", 5: "nights before a working day", 2: "Friday and Saturday nights"}


def watching(home: Home, pace: Pace, *, new: bool, topic: bool, private: bool) -> str:
    """The answer to /watch."""
    here = "you" if private else "this topic" if topic else "this chat"
    said = f"I tell {here} when something breaks, and when it is over" if new else ""
    head = f"👁 {bold(home.title)} is watched from here{'' if new else ' already'}."
    every = pace_sentence(pace.interval_s, stretched=pace.stretched)
    return " ".join(part for part in (head, f"{said}." if said else "", every) if part)


def not_watching(home: Home, *, was: bool) -> str:
    """The answer to /unwatch."""
    if was:
        return f"{bold(home.title)} is not watched from here any more."
    return f"{bold(home.title)} was not watched from here. /watches shows the homes that are."


def looked(state: HomeState) -> str:
    """What a look that somebody asked for saw; it may not be confirmed yet."""
    up, total = state.pods_up, state.pods_total
    if state.word in {"blind", "unreadable"}:
        said = "Plume cannot be read now"
    elif up is None or not total:
        said = "Plume does not say how the pods are"
    elif up < total:
        said = f"{up or 'none'} of {count(total, 'pod')} connected"
    else:
        said = f"{count(total, 'pod')} connected, none missing"
    # Pods that are connected say nothing of a cable, a weak link or a slow line.
    others = {TRIGGER_LABELS[each.trigger] for each in state.incidents} - _SEEN_BY_PODS
    said += f". Still open: {join_names(sorted(others), 3)}" if others else ""
    if total and up == total and state.incidents:
        said += ". What stays well for 3 minutes is told as over"
    return f"🔄 Looked just now: {said}."


def why(name: str, lines: Sequence[WhyLine], zone: str | None, kept_days: int) -> str:
    """/why: the newest decisions for a home in this chat."""
    if not lines:
        return (
            f"Nothing was decided about {bold(name)} in this chat in {kept_days} days: I saw "
            "nothing that would be told. If you expected an alert, /status shows what Plume says."
        )
    rows = []
    for text, same in groupby(lines, key=lambda line: line.text):
        newest, *others = same
        times = f" ({len(others) + 1} times)" if others else ""
        rows.append(f"{clock(newest.at, zone, weekday=True)} {escape(text, 400)}{times}")
    head = f"❔ <b>Why I told you or not</b>: {bold(name)}, newest first"
    return fit([head, *rows[:_WHY_ROWS]], MESSAGE_LIMIT)


def taken(name: str, at: datetime, zone: str | None) -> str:
    """Under a hand-over that somebody has taken."""
    return f"🤝 {bold(name)} has the shift since {clock(at, zone, weekday=False)}."


# ------------------------------------------------------------------------------- settings


def time_zone(chosen: str | None, used: str | None, now: datetime) -> str:
    """Whose time the chat's hours are, and why; `used` is what its policy goes by."""
    zone = chosen or used or "UTC"
    why = ": none is set, and no home watched here tells one"
    if chosen:
        why = ""
    elif used:
        why = ": none is set, so it is that of the first home watched here"
    return f"{bold(zone)}, {to_local(now, zone):%H:%M} now{why}"


def policy(current: ChatPolicy, works: Sequence[str], zone: str, escalates_to: str = "") -> str:
    """How this chat is told, all of it; `works` are the maintenance windows in words.

    `zone` is what `time_zone` says; `escalates_to` names who is told when nobody acknowledges.
    """
    lines = ["⚙ <b>How I tell this chat</b>", *_modes(current)]
    lines.append(f"🌙 Quiet hours: {quiet(current.quiet)}")
    lines.append(f"🛠 Maintenance: {join_names(works, 5) or 'none'}")
    lines.append(f"⏫ Escalation: {escalation(current, escalates_to)}")
    lines.append(f"📋 Digest: {digest(current)}")
    lines.append(f"🕑 Time zone: {zone} (/settings changes it)")
    return "\n".join(lines)


def _modes(current: ChatPolicy) -> list[str]:
    lines = []
    for mode, title in _MODE_TITLES.items():
        labels = [TRIGGER_LABELS[t] for t in TRIGGERS if mode_of(current, t) == mode]
        if labels:
            lines.append(f"{title}: {escape(', '.join(labels))}")
    return lines


def quiet(hours: QuietHours | None) -> str:
    """ "22:00 to 07:00, every night; critical breaks through"."""
    if hours is None:
        return "none"
    start, end = _time(hours.start_min), _time(hours.end_min)
    days = _DAYS.get(len(hours.days), f"{count(len(hours.days), 'night')} a week")
    through = {"critical": "critical breaks through", "warning": "warnings break through"}
    return f"{start} to {end}, {days}; {through.get(hours.floor, 'all breaks through')}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def work(each: Maintenance, zone: str | None, name: str, now: datetime) -> str:
    """One maintenance window in words."""
    start, end = to_local(each.start, zone), to_local(each.end, zone)
    whose = escape(name, 60)
    why = f": {escape(each.reason, 120)}" if each.reason else ""
    if each.weekly:
        return f"{whose} every {start:%A} {start:%H:%M} to {end:%H:%M}{why}"
    if each.start > now:
        return f"{whose} from {start:%a %d %b %H:%M} to {end:%a %H:%M}{why}"
    left = duration((each.end - now).total_seconds())
    return f"{whose} until {end:%a %H:%M} ({left} more){why}"


def escalation(current: ChatPolicy, name: str) -> str:
    """Who is told when nobody acknowledges."""
    if current.escalate_to is None:
        return "to nobody"
    after = duration(current.escalate_after_s)
    whom = escape(name, 60) or f"chat {current.escalate_to.chat_id}"
    return f"what nobody acknowledges within {after} goes to {whom}"


def escalate_here(code: str) -> str:
    """How the chat in which this is said gets what nobody acknowledged in another."""
    return (
        "⏫ Send this in the chat or topic whose alerts shall be passed on to here, within "
        f"{VALID_MIN} minutes: <code>/watch escalate {code} 30</code>. The number is how many "
        "minutes I wait for somebody to acknowledge."
    )


def digest(current: ChatPolicy) -> str:
    """When the summary comes."""
    wanted = current.digest
    if wanted is None:
        return "none"
    days = "daily" if wanted.weekday is None else f"every {_WEEKDAYS[wanted.weekday]}"
    return f"{days} at {wanted.hour:02}:{wanted.minute:02}"


TYPE_LIKE_THIS: Final = {
    "q": "Other times: <code>/watch quiet 22:30-06:15</code>.",
    "w": "Planned: <code>/watch maintenance sun 02:00-04:00 weekly new firmware</code>; the day, "
    "“weekly” and the reason may be left out.",
}
_WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip

SECTIONS: Final = {
    "m": "<b>Loud or silent</b>\nLoud has a sound and reminders; silent has neither; off is not "
    "sent. Press to change.",
    "q": "<b>Quiet hours</b>\nWhat comes in them waits for one summary at their end. What breaks "
    "through is sent at once.",
    "w": "<b>Maintenance</b>\nNothing is told while it lasts, and no echo after it. What is still "
    "broken a few minutes after its end is told then.",
    "e": "<b>Escalation</b>\nWhat nobody has acknowledged goes to another chat: to your private "
    "chat with me, if you press; to another group or topic, if you send /watch escalate there.",
    "d": "<b>Digest</b>\nOne message without a sound: what broke, for how long, what is open. One "
    "line when all was well.",
}


def section(name: str, works: Sequence[str], zone: str | None) -> str:
    """A panel's text; the maintenance windows with the numbers of their buttons."""
    parts = [SECTIONS[name]]
    if name == "w" and works:
        parts.append("\n".join(f"{n}. {each}" for n, each in enumerate(works, 1)))
    if name in TYPE_LIKE_THIS:
        parts.append(f"{TYPE_LIKE_THIS[name]} Times are those of {escape(zone or 'UTC')}.")
    return "\n\n".join(parts)
