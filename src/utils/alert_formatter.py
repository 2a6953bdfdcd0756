"""Alerts, their ends and what people did about them, as Telegram HTML within one message.

An alert begins with the state, a recovery with how long it lasted. The same function writes an
alert when it is sent and after each change, so that an edit never says something else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from src.models.watching import MOMENTARY
from src.utils.alert_words import back_words, lasting, next_step, pod_name, sign, state_word
from src.utils.markup import MESSAGE_LIMIT, bold, clean, escape, expandable, fit
from src.utils.when import clock, local_text, when
from src.utils.wording import count, duration, join_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.watching import AffectedHome, Incident, Notice

__all__ = [
    "FOR_GOOD",
    "about",
    "format_alert",
    "format_escalation",
    "format_recovery",
    "format_reminder",
    "format_test",
    "lasted_s",
    "span_of",
    "title",
]

# A snooze that only the recovery ends.
FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)

_NAME: Final = 60
_MINUTE_S: Final = 60.0
_SENTENCE: Final = 400
_PODS_NAMED: Final = 6
_EVIDENCE_SHOWN: Final = 4
_HOMES_SHOWN: Final = 40
_LIST_ROOM: Final = 2600
_ENDINGS: Final = {
    "swallowed": ("↪", "PART OF A LARGER INCIDENT", "More of the home went with it."),
    "new normal": ("☑", "NOW USUAL", "It stayed like this, so I take it as usual from now on."),
    "unwatched": ("☐", "NOT WATCHED ANY MORE", "I do not know how it went on."),
}


def title(incident: Incident, homes: Sequence[AffectedHome]) -> str:
    """Sign, state and what it is about: "🔴 <b>OFFLINE</b> · <b>Olson family</b>"."""
    return _headed(sign(incident), state_word(incident), incident, homes)


def _headed(mark: str, word: str, incident: Incident, homes: Sequence[AffectedHome]) -> str:
    parts = [f"{mark} {bold(word)}"]
    parts.append(escape(pod_name(incident), _NAME))
    parts.append(bold(about(incident, homes), _NAME))
    return " · ".join(part for part in parts if part)


def about(incident: Incident, homes: Sequence[AffectedHome]) -> str:
    """What an incident is about, plain: the home's name, how many homes, or all of them."""
    if incident.trigger == "blind":
        return "all watched homes"
    return homes[0].name if len(homes) == 1 else count(len(homes), "home")


def span_of(incident: Incident, homes: Sequence[AffectedHome]) -> tuple[datetime, datetime | None]:
    """Begin and end; of several homes those that count here, for each has its own."""
    if incident.trigger != "neighbourhood" or not homes:
        return incident.began_at, incident.ended_at
    ends = [home.ended_at for home in homes if home.ended_at is not None]
    return min(home.began_at for home in homes), max(ends) if len(ends) == len(homes) else None


def lasted_s(incident: Incident, homes: Sequence[AffectedHome] = ()) -> float:
    """How long it lasted (or has until it was confirmed), in seconds.

    From a minute on between the minutes that are shown: "00:01 to 00:08" reads as 7 minutes.
    """
    began, ended = span_of(incident, homes)
    end = ended or incident.closed_at or incident.opened_at
    exact = (end - began).total_seconds()
    if exact < _MINUTE_S:
        return max(0.0, exact)
    shown = end.replace(second=0, microsecond=0) - began.replace(second=0, microsecond=0)
    return shown.total_seconds()


def format_alert(
    incident: Incident,
    homes: Sequence[AffectedHome],
    *,
    elsewhere: int = 0,
    zone: str | None = None,
    notice: Notice | None = None,
    before: str = "",
    after: str = "",
) -> str:
    """The alert as it should read now: open, acknowledged, snoozed, or over.

    `homes` are those that this chat watches, `elsewhere` counts the others of the incident. `zone`
    names the reader's time zone for clients that do not show their own. `before` and `after` are
    lines of Telegram HTML that go above and below.
    """
    # What happens and is over at once reads as it did when it was told.
    as_open = incident.open or incident.trigger in MOMENTARY
    body = _open(incident, zone) if as_open else _over(incident, homes, zone)
    head = title(incident, homes) if as_open else _end_title(incident, homes)
    blocks = [before, head, *body, *_homes(incident, homes, elsewhere, zone)]
    blocks += [*_people(notice, zone, is_open=incident.open), after]
    return fit([block for block in blocks if block], MESSAGE_LIMIT, "… shortened")


def _open(incident: Incident, zone: str | None) -> list[str]:
    step = next_step(incident)
    return [
        escape(incident.cause, _SENTENCE),
        f"{'On' if incident.trigger in MOMENTARY else 'Since'} {when(incident.began_at, zone)}",
        _unstable(incident),
        *(f"• {escape(fact, _SENTENCE)}" for fact in incident.evidence[:_EVIDENCE_SHOWN]),
        _swallowed(incident),
        f"<b>Next</b>: {escape(step, _SENTENCE)}" if step else "",
    ]


def _unstable(incident: Incident) -> str:
    """Told once, counted since; an edit brings the count up to date."""
    if not incident.unstable:
        return ""
    times = count(incident.flips, "change")
    return f"It comes and goes: {times} so far. I say nothing more until it is steady for a while."


def _swallowed(incident: Incident) -> str:
    if not incident.pods:
        return ""
    names = join_names([clean(pod.name, _NAME) for pod in incident.pods], _PODS_NAMED)
    return f"With it: {escape(names, _NAME * (_PODS_NAMED + 2))}"


def _end_title(incident: Incident, homes: Sequence[AffectedHome]) -> str:
    mark, word, _ = _ENDINGS.get(incident.ending or "", ("✅", "", ""))
    said = word or f"RESOLVED after {duration(lasted_s(incident, homes))}"
    return _headed(mark, said, incident, homes)


def _over(incident: Incident, homes: Sequence[AffectedHome], zone: str | None) -> list[str]:
    _, _, remark = _ENDINGS.get(incident.ending or "", ("", "", ""))
    was = f"{state_word(incident)}: {incident.cause}"
    return [escape(was, _SENTENCE), _span(incident, homes, zone), _frozen(incident), escape(remark)]


def _span(incident: Incident, homes: Sequence[AffectedHome], zone: str | None) -> str:
    """From when to when, in the reader's own zone."""
    began, ended = span_of(incident, homes)
    return f"From {when(began, zone)}" + (f" to {when(ended, zone)}" if ended else "")


def _frozen(incident: Incident) -> str:
    if incident.frozen_s < _MINUTE_S or incident.trigger == "blind":
        return ""
    return f"For {duration(incident.frozen_s)} of it I could not look, so it may have been shorter."


def _homes(
    incident: Incident, homes: Sequence[AffectedHome], elsewhere: int, zone: str | None
) -> list[str]:
    """What several homes share, how many are fine, and the list of them, opened by a tap."""
    if incident.trigger != "neighbourhood":
        return []
    facts = []
    if any(each not in incident.cause for each in incident.shared):  # else it was just said
        facts.append(f"They share: {escape(', '.join(incident.shared), _SENTENCE)}")
    if incident.unaffected is not None:
        facts.append(f"Not affected: {count(incident.unaffected, 'watched home')}")
    if elsewhere:
        facts.append(f"Also affected, not watched here: {count(elsewhere, 'home')}")
    rows = [_home_row(home, zone) for home in homes[:_HOMES_SHOWN]]
    more = len(homes) - len(rows)
    rows += [f"… and {more} more"] * bool(more)
    return [*facts, expandable([fit(rows, _LIST_ROOM)])]


def _home_row(home: AffectedHome, zone: str | None) -> str:
    """Plain times: Telegram drops formatting beyond a hundred pieces."""
    name = escape(home.name, _NAME)
    if home.ended_at is None:
        return f"{name}, since {escape(_short(home.began_at, zone or home.timezone))}"
    lasted = duration((home.ended_at - home.began_at).total_seconds())
    return f"{name}, {lasted}, back {escape(_short(home.ended_at, zone or home.timezone))}"


def _short(at: datetime, zone: str | None) -> str:
    return local_text(at, zone)


def _people(notice: Notice | None, zone: str | None, *, is_open: bool) -> list[str]:
    """Who has it, and until when it is silent here; everybody in the chat sees it."""
    if notice is None:
        return []
    lines = []
    if notice.acked_at is not None:
        who, verb = escape(notice.acked_name or "Somebody", _NAME), "has" if is_open else "had"
        lines.append(f"🙋 {who} {verb} it since {clock(notice.acked_at, zone, weekday=False)}")
    if is_open and notice.snoozed_until is not None:
        who = escape(notice.snoozed_by or "somebody", _NAME)
        until = (
            "it is over"
            if notice.snoozed_until >= FOR_GOOD
            else clock(notice.snoozed_until, zone, weekday=False)
        )
        lines.append(f"💤 Snoozed by {who} until {until}")
    return lines


def format_recovery(
    incident: Incident,
    homes: Sequence[AffectedHome],
    *,
    elsewhere: int = 0,
    zone: str | None = None,
) -> str:
    """The end, duration first: "14 min offline. Back since 10:42 · Olson family"."""
    first = bold(f"{duration(lasted_s(incident, homes))} {lasting(incident)}.")
    _, ended = span_of(incident, homes)
    since = clock(ended or incident.closed_at, zone, weekday=False)
    pod = f" · {name}" if (name := escape(pod_name(incident), _NAME)) else ""
    back = (
        "Back" if incident.trigger == "neighbourhood" and len(homes) == 1 else back_words(incident)
    )
    head = f"{first} 🟢 {back} since {since}{pod} · {bold(about(incident, homes), _NAME)}"
    blocks = [head, _span(incident, homes, zone), _frozen(incident)]
    if incident.trigger == "blind":
        blocks.append("What is wrong now is told next; what came and went meanwhile is not.")
    blocks += _homes(incident, homes, elsewhere, zone)
    return fit([block for block in blocks if block], MESSAGE_LIMIT, "… shortened")


def format_reminder(
    incident: Incident,
    homes: Sequence[AffectedHome],
    now: datetime,
    *,
    zone: str | None = None,
    notice: Notice | None = None,
) -> str:
    """It is still so, and for how long."""
    so_far = duration((now - incident.began_at).total_seconds())
    word = state_word(incident)
    still = word.replace("I ", "I STILL ", 1) if word.startswith("I ") else f"STILL {word}"
    head = _headed("⏰", f"{still} after {so_far}", incident, homes)
    has = _people(notice, zone, is_open=True) or ["Nobody has acknowledged it."]
    since = f"Since {when(incident.began_at, zone)}."
    return "\n".join([head, escape(incident.cause, _SENTENCE), since, *has])


def format_escalation(
    incident: Incident,
    homes: Sequence[AffectedHome],
    *,
    after_s: float,
    elsewhere: int = 0,
    zone: str | None = None,
) -> str:
    """The alert for those who are asked because nobody took it."""
    before = f"⏫ {bold(f'NOBODY HAS IT for {duration(after_s)}')}, so I tell you."
    return format_alert(incident, homes, elsewhere=elsewhere, zone=zone, before=before)


def format_test(by: str, at: datetime, *, zone: str | None = None) -> str:
    """A test of the way that alerts take."""
    who = escape(by or "somebody", _NAME)
    return (
        f"🔔 {bold('TEST ALERT')}: nothing is broken.\n"
        f"{who} asked for it on {when(at, zone)}. An alert would arrive here like this, with this "
        f"sound."
    )
