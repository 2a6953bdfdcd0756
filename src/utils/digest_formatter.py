"""Several incidents in one message: morning summary, digest, hand-over, open incidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from src.models.watching import MOMENTARY
from src.utils.alert_formatter import about, lasted_s
from src.utils.alert_words import lasting, pod_name, sign, state_word
from src.utils.markup import MESSAGE_LIMIT, bold, escape, fit
from src.utils.when import clock, local_text, when
from src.utils.wording import count, duration, join_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.models.watching import AffectedHome, Incident, Notice

__all__ = [
    "Period",
    "format_alerts",
    "format_digest",
    "format_handover",
    "format_summary",
    "incident_line",
]

Item = tuple["Incident", "Sequence[AffectedHome]"]

_NAME: Final = 60
_CAUSE: Final = 160
# Up to two moments a line, and Telegram drops formatting beyond a hundred pieces.
_SHOWN: Final = 15
_ROOM: Final = 900


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in a chat's homes between two moments, oldest first."""

    class Entry(NamedTuple):
        """An incident with its homes here, and what was done about it here."""

        incident: Incident
        homes: Sequence[AffectedHome]
        notice: Notice | None

    since: datetime
    until: datetime
    watched: int
    still_open: Sequence[Entry] = ()
    over: Sequence[Entry] = ()
    changes: int = 0  # restarts, moves and other things that are over as they happen
    noisiest: Sequence[tuple[str, int]] = field(default_factory=list)  # home, how many times


def incident_line(
    incident: Incident,
    homes: Sequence[AffectedHome],
    *,
    zone: str | None = None,
    now: datetime | None = None,
    notice: Notice | None = None,
) -> str:
    """One incident on one line, with how long it lasted or has lasted, and who has it."""
    zone = zone or (homes[0].timezone if homes else None)
    what = f"{sign(incident)} {bold(state_word(incident))}"
    pod = f" {pod}" if (pod := escape(pod_name(incident), _NAME)) else ""
    name = escape(about(incident, homes), _NAME)
    if incident.open:
        so_far = f" ({duration((now - incident.began_at).total_seconds())})" if now else ""
        acked = notice.acked_name if notice and notice.acked_at else ""
        has = f" · 🙋 {escape(acked, _NAME)}" if acked else ""
        since = clock(incident.began_at, zone, weekday=True)
        return f"{what}{pod} · {name}, since {since}{so_far}{has}"
    began = local_text(incident.began_at, zone)
    if incident.trigger in MOMENTARY:
        return f"{what}{pod} · {name}, {escape(began)}"
    how_long = escape(f"{duration(lasted_s(incident, homes))} {lasting(incident)}")
    return f"✅ {how_long}{pod} · {name}, from {escape(began)}"


def _listed(title: str, items: Sequence[Item], zone: str | None, now: datetime) -> str:
    if not items:
        return ""
    lines = [incident_line(incident, homes, zone=zone, now=now) for incident, homes in items]
    return f"<b>{title}</b>\n{_cut(lines)}"


def _cut(lines: Sequence[str]) -> str:
    more = len(lines) - _SHOWN
    tail = [f"… and {more} more"] if more > 0 else []
    return fit([*lines[:_SHOWN], *tail], _ROOM)


def format_summary(
    still: Sequence[Item],
    over: Sequence[Item],
    reminders: Sequence[Item],
    now: datetime,
    *,
    zone: str | None = None,
) -> str:
    """What was kept during the quiet hours, and what is still open from before."""
    kept, total = len(still) + len(over), len(still) + len(reminders)
    head = f"☀️ <b>{count(kept, 'alert')} in the quiet hours</b>" if kept else "⏰ <b>Reminder</b>"
    verdict = f"{total} still open." if total else "All of it is over."
    sections = [
        f"{head}: {verdict}",
        _listed("Open", still, zone, now),
        _listed("Open since before", reminders, zone, now) if kept else "",
        _listed("Open", reminders, zone, now) if not kept else "",
        _listed("Came and went", over, zone, now),
    ]
    return fit(["\n\n".join(section for section in sections if section)], MESSAGE_LIMIT)


def format_digest(period: Period, *, weekly: bool, zone: str | None = None) -> str:
    """One line when all was well; else what broke, for how long, what is open, who was noisy."""
    span = "Last 7 days" if weekly else "Last 24 hours"
    homes = count(period.watched, "home")
    if not period.over and not period.still_open:
        changes = f" {count(period.changes, 'small change')}." if period.changes else ""
        return f"🟢 <b>{span}: all was well</b> in {homes}.{changes}"
    broke = len(period.over) + len(period.still_open)
    open_now = f"{len(period.still_open)} still open" if period.still_open else "none open now"
    sections = [
        f"📋 <b>{span}: {count(broke, 'incident')}</b> in {homes}, {open_now}.",
        _listed("Open", _items(period.still_open), zone, period.until),
        _listed("Over", _longest(period.over), zone, period.until),
        _noisy(period),
    ]
    return fit(["\n\n".join(section for section in sections if section)], MESSAGE_LIMIT)


def _items(entries: Sequence[Period.Entry]) -> list[Item]:
    return [(entry.incident, entry.homes) for entry in entries]


def _longest(entries: Sequence[Period.Entry]) -> list[Item]:
    return _items(sorted(entries, key=lambda entry: -lasted_s(entry.incident, entry.homes)))


def _noisy(period: Period) -> str:
    if not period.noisiest:
        return ""
    lines = [f"{n}. {escape(name, _NAME)}: {times} times" for n, (name, times) in _ranked(period)]
    return "<b>Noisiest homes</b>\n" + "\n".join(lines)


def _ranked(period: Period) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(period.noisiest, 1))


def format_handover(period: Period, *, zone: str | None = None) -> str:
    """For the next shift: what is open and whose, what comes back soon, what went by itself."""
    alone = [entry for entry in period.over if entry.notice is None or not entry.notice.acked_at]
    handled = [entry for entry in period.over if entry not in alone]
    open_now = count(len(period.still_open), "open incident")
    since = when(period.since, zone)
    sections = [
        f"🤝 <b>Hand-over: {open_now}</b>, {len(period.over)} over since {since}.",
        _open_of(period, zone),
        _snoozes(period, zone),
        _listed("Taken care of", _items(handled), zone, period.until),
        _listed("Over by itself", _items(alone), zone, period.until),
        _noisy(period),
    ]
    return fit(["\n\n".join(section for section in sections if section)], MESSAGE_LIMIT)


def _open_of(period: Period, zone: str | None) -> str:
    if not period.still_open:
        return "Nothing is open."
    lines = [
        incident_line(entry.incident, entry.homes, zone=zone, now=period.until, notice=entry.notice)
        for entry in period.still_open
    ]
    nobody = [e for e in period.still_open if e.notice is None or not e.notice.acked_at]
    tail = f"\nNobody has {len(nobody)} of them." if nobody else ""
    return f"<b>Open</b>\n{_cut(lines)}{tail}"


def _snoozes(period: Period, zone: str | None) -> str:
    ends = [
        f"{escape(about(entry.incident, entry.homes), _NAME)} until "
        f"{clock(entry.notice.snoozed_until, zone, weekday=False)}"
        for entry in period.still_open
        if entry.notice and entry.notice.snoozed_until and entry.notice.snoozed_until.year < 9999
    ]
    return f"<b>Snoozed</b>: {join_names(ends, 5)}" if ends else ""


def format_alerts(entries: Sequence[Period.Entry], now: datetime, *, zone: str | None) -> str:
    """/alerts: what is open now, worst first."""
    if not entries:
        return "🟢 <b>No open incidents</b> in the homes that are watched here."
    order = {"critical": 0, "warning": 1, "info": 2}
    ranked = sorted(entries, key=lambda e: (order[e.incident.level], e.incident.began_at))
    blocks = []
    for entry in ranked[:_SHOWN]:
        line = incident_line(entry.incident, entry.homes, zone=zone, now=now, notice=entry.notice)
        blocks.append(f"{line}\n{escape(entry.incident.cause, _CAUSE)}")
    head = f"<b>{count(len(entries), 'open incident')}</b>, worst first"
    more = len(ranked) - _SHOWN
    if more > 0:
        blocks.append(f"… and {more} more")
    return fit([head, *blocks], MESSAGE_LIMIT)
