"""What a look changed, as each chat is told of it: alerts, updates, recoveries, or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from src.models.watching import MOMENTARY
from src.utils.alert_formatter import FOR_GOOD, format_reminder, lasted_s, span_of
from src.utils.alert_words import TRIGGER_LABELS
from src.utils.timezones import to_local
from src.utils.wording import duration
from src.watch.cases import Case, Desk
from src.watch.maintenance import ECHO, Window, window_of_all
from src.watch.modes import mode_of
from src.watch.quiet import is_held, quiet_until
from src.watch.verdict import Draft, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from src.models.watching import ChatPolicy, IncidentEvent, Notice, Spot, Watch

__all__ = ["announce", "covering_work", "decide", "finish", "revive", "with_times"]

FIRST_REMINDER: Final = timedelta(hours=1)


def decide(
    events: Iterable[IncidentEvent],
    *,
    watches: Sequence[Watch],
    policies: Mapping[Spot, ChatPolicy],
    notices: Mapping[tuple[str, Spot], Notice],
    now: datetime,
) -> Verdict:
    """What each chat is told of these events.

    `watches` must hold those of all homes that the events name (of all homes of the owner when
    blind), `notices` those of the events' incidents.
    """
    desk, verdict = Desk(watches, policies, notices, now), Verdict()
    for event in events:
        draft = Draft()
        for case in desk.cases(event.incident):
            _STEPS[event.kind](draft, case)
        verdict += draft.done()
        # A later event of the same incident meets what this one left.
        changed = {(notice.incident_id, notice.spot): notice for notice in draft.notices}
        desk = replace(desk, notices={**desk.notices, **changed}) if changed else desk
    return verdict


# ------------------------------------------------------------------------------------ it began


def _began(draft: Draft, case: Case) -> None:
    """Opened; a chat that knows already, because a look was repeated, only gets an edit."""
    if case.notice is None:
        announce(draft, case)
    elif case.notice.state == "told":
        case.edit(draft, "again")


def _changed(draft: Draft, case: Case) -> None:
    """More or fewer homes or pods, other words, or it flips now: the same message says so."""
    if case.notice is None:
        announce(draft, case)
    elif case.notice.state == "told" and _is_over_here(case):
        _recover(draft, case)
    elif case.notice.state == "told":
        case.edit(draft, "grew")
        case.log(draft, "updated", f"The alert was brought up to date: {case.headline}.")
    elif case.notice.state == "done" and case.watching and not _is_over_here(case):
        revive(draft, case)


def _is_over_here(case: Case) -> bool:
    """Of several homes those that are watched here are back, others are not yet."""
    several = case.incident.trigger == "neighbourhood"
    return several and all(home.ended_at is not None for home in case.homes)


def revive(draft: Draft, case: Case) -> None:
    """It concerns the chat again: the message it knows is brought up to date, and answered."""
    notice = case.notice
    if notice is None or not case.incident.open:
        return
    again = replace(with_times(case, notice), state="told", reason="")
    case = case.note(draft, again)
    case.edit(draft, "revived")
    if is_held(case.policy, case.incident.level, case.now) or covering_work(case) is not None:
        return
    text = format_reminder(case.incident, case.homes, case.now, zone=case.zone, notice=notice)
    case.send(draft, "reminder", text, f"{case.now.timestamp():.0f}", silent=notice.silent)
    case.log(draft, "told", f"Told again, because it concerns this chat again: {case.headline}.")


def announce(draft: Draft, case: Case) -> None:
    """Tell the chat of an incident, unless its own rules keep it from that; say why either way."""
    if mode_of(case.policy, case.incident.trigger) == "off":
        label = TRIGGER_LABELS[case.incident.trigger]
        _withhold(draft, case, f"“{label}” is off here", None)
        return
    window = covering_work(case)
    if window is not None:
        again = None if case.incident.trigger in MOMENTARY else window.end + ECHO
        _withhold(draft, case, _work(window, case), again)
        return
    if is_held(case.policy, case.incident.level, case.now):
        _hold(draft, case)
        return
    _tell(draft, case)


def covering_work(case: Case) -> Window | None:
    """The work that an incident belongs to: it began within, and that is not over for long."""
    window = window_of_all(case.policy, case.location_ids, case.now, ECHO)
    if window is None or case.now < window.end or case.incident.began_at < window.end:
        return window
    return None


def _withhold(draft: Draft, case: Case, reason: str, again: datetime | None) -> None:
    """Send nothing; `again` is when it is told after all, if it is still so."""
    because = f"of {reason}" if reason.startswith("maintenance") else reason
    case.log(draft, "withheld", f"Not sent, because {because}: {case.headline}.")
    case.note(draft, replace(case.fresh("withheld", reason), next_reminder_at=again))


def _work(window: Window, case: Case) -> str:
    return f"maintenance until {_clock(window.end, case)}{_why(window)}"


def _why(window: Window) -> str:
    return f" ({window.work.reason})" if window.work.reason else ""


def _hold(draft: Draft, case: Case) -> None:
    end = quiet_until(case.policy.quiet, case.policy.timezone, case.now) or case.now
    reason = f"quiet hours until {_clock(end, case)}"
    case.log(draft, "held", f"Kept for the end of the {reason}: {case.headline}.")
    case.note(draft, case.fresh("held", reason))


def _tell(draft: Draft, case: Case) -> None:
    """The alert itself. What is loud is reminded of and may be escalated."""
    momentary = case.incident.trigger in MOMENTARY
    silent = mode_of(case.policy, case.incident.trigger) == "silent"
    told = case.fresh("done" if momentary or not case.incident.open else "told")
    case = case.note(draft, with_times(case, replace(told, silent=silent)))
    buttons = "closed" if momentary else None
    case.send(draft, "alert", case.alert_text(), silent=silent, buttons=buttons)
    case.log(draft, "silent" if silent else "told", _sent(case, silent=silent))


def with_times(case: Case, notice: Notice) -> Notice:
    """Told now; what is loud and can be acted on is reminded of, and may be passed on."""
    loud = not notice.silent and case.incident.trigger not in MOMENTARY and case.incident.open
    passes_on = loud and case.policy.escalate_to not in {None, case.spot}
    after = timedelta(seconds=case.policy.escalate_after_s)
    return replace(
        notice,
        told_at=case.now,
        reminders=0,
        next_reminder_at=case.now + FIRST_REMINDER if loud else None,
        escalate_at=case.now + after if passes_on else None,
    )


def _sent(case: Case, *, silent: bool) -> str:
    with_it = f", with {len(case.incident.pods)} pods behind it" if case.incident.pods else ""
    if silent:
        label = TRIGGER_LABELS[case.incident.trigger]
        return f"Sent without a sound, because “{label}” is silent here: {case.headline}{with_it}."
    night = quiet_until(case.policy.quiet, case.policy.timezone, case.now) is not None
    through = f", because {case.incident.level} breaks through the quiet hours" if night else ""
    return f"Sent{through}: {case.headline}{with_it}."


# ------------------------------------------------------------------------------------- it ended


def finish(draft: Draft, case: Case) -> None:
    """It is over: say so where it was told, and leave no echo where it was not."""
    notice = case.notice
    if notice is None or notice.state == "done":
        return
    if case.incident.ending != "recovered":
        _end_without_words(draft, case)
    elif notice.state == "withheld":
        case.log(draft, "withheld", f"Its end is not sent either, as its begin: {case.headline}.")
        case.note(draft, case.fresh("done", notice.reason))
    elif notice.state == "told":
        _recover(draft, case)
    # What is held stays held: the summary will say that it came and went.


def _end_without_words(draft: Draft, case: Case) -> None:
    """Swallowed, usual by now, or not watched any more: an edit, no message."""
    notice, ending = case.notice, case.incident.ending
    case = case.note(draft, case.fresh("done", _ENDED.get(ending or "", "")))
    if notice is not None and notice.state == "told":
        case.edit(draft, "end")
    case.log(draft, "updated", f"{_ENDED.get(ending or '', 'Over')}: {case.headline}.")


_ENDED: Final = {
    "swallowed": "Part of a larger incident, so nothing more is said of it",
    "new normal": "It stayed like this and counts as usual now, so its end is not sent",
    "unwatched": "The home is not watched any more",
}


def _recover(draft: Draft, case: Case) -> None:
    """A reply with the duration first; the alert itself says that it is resolved."""
    notice, incident = case.notice, case.incident
    lasted = duration(lasted_s(incident, case.homes))
    _, ended = span_of(incident, case.homes)
    window = window_of_all(case.policy, case.location_ids, ended or case.now)
    if window is not None:
        reason = _work(window, case)
        case = case.note(draft, case.fresh("done", reason))
        case.edit(draft, "end")
        case.log(draft, "withheld", f"Its end is not sent, because of {reason}: {case.headline}.")
        return
    if is_held(case.policy, incident.level, case.now):
        case.edit(draft, "end")
        _hold(draft, case)
        return
    night = quiet_until(case.policy.quiet, case.policy.timezone, case.now) is not None
    silent = (notice is not None and notice.silent) or night or _is_snoozed(case)
    case = case.note(draft, case.fresh("done"))
    case.edit(draft, "end")
    # Of several homes one may be back more than once before all are.
    nth = f"{ended.timestamp():.0f}" if ended and incident.trigger == "neighbourhood" else ""
    case.send(draft, "recovery", case.recovery_text(), nth, silent=silent, buttons="closed")
    how = "Sent without a sound" if silent else "Sent"
    case.log(draft, "silent" if silent else "told", f"{how}: over after {lasted}, {case.headline}.")


def _is_snoozed(case: Case) -> bool:
    """A snooze "until it recovers" asks for the recovery; one for an hour wants an hour's peace."""
    return case.snoozed and case.notice is not None and case.notice.snoozed_until != FOR_GOOD


def _clock(at: datetime, case: Case) -> str:
    return f"{to_local(at, case.zone):%a %H:%M %Z}"


_STEPS: Final = {"opened": _began, "grew": _changed, "unstable": _changed, "closed": finish}
