"""What people do about incidents: acknowledge, snooze, take back; begin and stop watching.

To acknowledge is for the whole team: every chat that was told sees who has it. A snooze is for one
chat. Both can be taken back for five minutes, and end by themselves with the incident.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from src.models.watching import MOMENTARY, Outgoing, WhyLine
from src.utils.alert_formatter import FOR_GOOD, format_test
from src.utils.markup import clean
from src.utils.timezones import to_local
from src.watch.telling import announce, revive
from src.watch.verdict import Draft, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from src.models.watching import HomeKey, Incident, Notice, Spot
    from src.watch.cases import Case, Desk

__all__ = ["UNDO", "acknowledge", "follow", "leave", "snooze", "trial_alert", "undo", "undoable"]

UNDO: Final = timedelta(minutes=5)
_NAME: Final = 60


def acknowledge(desk: Desk, incident: Incident, *, by: int, name: str) -> Verdict:
    """Somebody has it: no more reminders, and nobody else is asked. Empty when there is nothing
    to take: it is over, or somebody had it before.
    """
    draft = Draft()
    if not incident.open:
        return draft.done()
    for case in desk.cases(incident):
        notice = case.notice
        if notice is None or notice.state == "done" or notice.acked_at is not None:
            continue
        who = clean(name, _NAME)
        taken = replace(notice, acked_by=by, acked_name=who, acked_at=desk.now)
        _changed(draft, case, taken, "acked", f"{who} acknowledged it")
    return draft.done()


def snooze(
    desk: Desk, incident: Incident, spot: Spot, until: datetime | None, *, name: str
) -> Verdict:
    """Silence in this chat until then, or (None) until it is over. Empty when it is over."""
    draft, case = Draft(), desk.case(incident, spot)
    notice = case.notice
    if not incident.open or notice is None or notice.state == "done":
        return draft.done()
    who = clean(name, _NAME)
    asleep = replace(notice, snoozed_until=until or FOR_GOOD, snoozed_by=who, snoozed_at=desk.now)
    end = f"{to_local(until, case.zone):%a %H:%M %Z}" if until else "it is over"
    _changed(draft, case, asleep, "snoozed", f"{who} snoozed it until {end}")
    return draft.done()


def undoable(notice: Notice | None, now: datetime) -> str:
    """What can be taken back in a chat now, the newer of the two: "acked", "snoozed" or ""."""
    if notice is None:
        return ""
    done = [
        (at, what)
        for at, what in ((notice.acked_at, "acked"), (notice.snoozed_at, "snoozed"))
        if at is not None and now - at <= UNDO
    ]
    return max(done)[1] if done else ""


def undo(desk: Desk, incident: Incident, spot: Spot, *, name: str) -> Verdict:
    """Take back what was pressed last here. Empty when it is too late or over."""
    draft, who = Draft(), clean(name, _NAME)
    what = undoable(desk.notices.get((incident.id, spot)), desk.now)
    if not incident.open or not what:
        return draft.done()
    for case in desk.cases(incident):
        notice = case.notice
        if notice is None or notice.state == "done":
            continue
        if what == "snoozed" and case.spot == spot:
            awake = replace(notice, snoozed_until=None, snoozed_by="", snoozed_at=None)
            _changed(draft, case, awake, "undone", f"{who} took the snooze back")
        elif what == "acked" and notice.acked_at is not None:
            free = replace(notice, acked_by=None, acked_name="", acked_at=None)
            _changed(draft, case, free, "undone", f"{who} took the acknowledgement back")
    return draft.done()


def _changed(draft: Draft, case: Case, notice: Notice, what: str, why: str) -> None:
    """Keep it, show it in the alert, remember it."""
    case = case.note(draft, notice)
    if notice.state == "told":
        case.edit(draft, what)
    case.log(draft, "updated", f"{why}: {case.headline}.")


def follow(desk: Desk, key: HomeKey, spot: Spot, incidents: Iterable[Incident]) -> Verdict:
    """A chat begins to watch a home: of what is open there it is told now, so that it can act.

    `desk` has the new watch already.
    """
    draft = Draft()
    for incident in incidents:
        here = any(home.key == key and home.ended_at is None for home in incident.homes)
        if incident.open and here and incident.trigger not in MOMENTARY:
            case = desk.case(incident, spot)
            if case.notice is None or (case.notice.state == "done" and not case.notice.told_at):
                announce(draft, case)
            elif case.notice.state == "done":
                revive(draft, case)
    return draft.done()


def leave(desk: Desk, key: HomeKey, spot: Spot, incidents: Iterable[Incident]) -> Verdict:
    """A chat stops watching a home: it hears nothing more of what is open there.

    `desk` has no such watch any more. What concerns other homes that it watches goes on.
    """
    draft = Draft()
    left = {watch.key for watch in desk.watches if watch.spot == spot}
    for incident in incidents:
        notice = desk.notices.get((incident.id, spot))
        keys = {home.key for home in incident.homes}
        blind = incident.trigger == "blind" and any(each.owner == key.owner for each in left)
        if notice is None or key not in keys or keys & left or blind:
            continue
        case = desk.case(incident, spot)
        left_here = case.fresh("done", "The home is not watched here any more")
        case = case.note(draft, left_here)
        if notice.state == "told":
            case.edit(draft, "left")
    draft.log.append(
        WhyLine(desk.now, spot, "updated", "The home is not watched here any more.", key=key)
    )
    return draft.done()


def trial_alert(spot: Spot, now: datetime, *, by: str, zone: str | None = None) -> Verdict:
    """A message that takes the way of every alert."""
    once = f"test:{spot.chat_id}:{spot.thread_id}:{now.timestamp():.3f}"
    text = format_test(by, now, zone=zone)
    why = WhyLine(now, spot, "told", f"{clean(by, _NAME)} asked for a test alert.")
    return Verdict(outgoing=(Outgoing(once, spot, "alert", text, now),), log=(why,))
