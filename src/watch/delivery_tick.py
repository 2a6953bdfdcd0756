"""What time alone brings: reminders, escalations, ends of quiet hours, of work and of snoozes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from src.models.watching import MOMENTARY, Outgoing, WhyLine
from src.utils.alert_formatter import format_escalation, format_reminder
from src.utils.digest_formatter import format_summary
from src.utils.wording import count, duration
from src.watch.cases import Case, Desk
from src.watch.digest import digests
from src.watch.maintenance import ended, window_of_all
from src.watch.quiet import is_held
from src.watch.telling import announce, covering_work, with_times
from src.watch.verdict import Draft, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.watching import ChatPolicy, HomeKey, Incident, Level, Notice, Spot, Watch

__all__ = ["tick"]

# After the first hour, after four, then daily.
_SECOND: Final = timedelta(hours=4)
_DAILY: Final = timedelta(days=1)
_LEVELS: Final[tuple[Level, ...]] = ("critical", "warning", "info")
_OUR_EYES: Final = frozenset({"blind", "unreadable"})


@dataclass(slots=True)
class _Due:
    """What one chat has coming at this moment."""

    held: list[Case] = field(default_factory=list)
    reminders: list[Case] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Unseen:
    """What cannot be looked at: everything of these owners, and these homes."""

    owners: frozenset[int]
    homes: frozenset[HomeKey]

    @classmethod
    def of(cls, incidents: Mapping[str, Incident]) -> _Unseen:
        """As the open incidents tell."""
        dark = [each for each in incidents.values() if each.trigger in _OUR_EYES and each.open]
        owners = frozenset(each.owner for each in dark if each.trigger == "blind")
        return cls(owners, frozenset(home.key for each in dark for home in each.homes))

    def hides(self, incident: Incident) -> bool:
        """Whether nobody can tell how this one stands."""
        if not incident.open or incident.trigger in _OUR_EYES:
            return False
        keys = {home.key for home in incident.homes if home.ended_at is None}
        return incident.owner in self.owners or (bool(keys) and keys <= self.homes)


def tick(
    now: datetime,
    *,
    incidents: Mapping[str, Incident],
    watches: Sequence[Watch],
    policies: Mapping[Spot, ChatPolicy],
    notices: Mapping[tuple[str, Spot], Notice],
) -> Verdict:
    """Everything that has come due since the last time; empty almost always.

    `incidents`, by id, must hold all open ones, all with a notice that is not done, and those that
    ended within the last eight days (a weekly digest speaks of them).
    """
    desk, draft = Desk(watches, policies, notices, now), Draft()
    unseen = _Unseen.of(incidents)
    due: dict[Spot, _Due] = {}
    nights: dict[tuple[Spot, Level], bool] = {}
    for (incident_id, spot), notice in notices.items():
        if _may_be_due(notice, now):
            incident = incidents.get(incident_id)
            if incident is None:
                draft.notices.append(replace(notice, state="done"))
            elif notice.state == "told" and unseen.hides(incident):
                continue  # "still down" would be a guess; it is said when it can be seen again
            elif notice.state != "held" or not _sleeps(nights, desk, spot, incident.level):
                _look(draft, desk.case(incident, spot), desk, due.setdefault(spot, _Due()))
    for spot, items in due.items():
        _say(draft, desk, spot, items)
    digests(draft, desk, incidents)
    _drop_old_work(draft, desk)
    return draft.done()


def _may_be_due(notice: Notice, now: datetime) -> bool:
    """Cheap, because it is asked of every notice every few seconds."""
    if notice.state != "told":
        withheld = notice.state == "withheld" and notice.next_reminder_at is not None
        return withheld or notice.state == "held"
    times = (notice.next_reminder_at, notice.escalate_at, notice.snoozed_until)
    return any(at is not None and at <= now for at in times)


def _sleeps(nights: dict[tuple[Spot, Level], bool], desk: Desk, spot: Spot, level: Level) -> bool:
    """Whether the chat's quiet hours hold this level back; worked out once for all of them."""
    if (spot, level) not in nights:
        nights[spot, level] = is_held(desk.policy(spot), level, desk.now)
    return nights[spot, level]


def _look(draft: Draft, case: Case, desk: Desk, due: _Due) -> None:
    notice = case.notice
    if notice is None:
        return
    if notice.state == "held":
        if case.incident.open and covering_work(case) is not None:
            announce(draft, case)
        else:
            due.held.append(case)
    elif notice.state == "withheld":
        _after_work(draft, case)
    else:
        _while_open(draft, case, desk, due)


def _after_work(draft: Draft, case: Case) -> None:
    """The maintenance is over, or was called off: what is still broken is told now."""
    if not case.incident.open:
        case.note(draft, case.fresh("done", case.notice.reason if case.notice else ""))
    elif covering_work(case) is None:
        announce(draft, case)


def _while_open(draft: Draft, case: Case, desk: Desk, due: _Due) -> None:
    notice = case.notice
    if notice is None or not case.incident.open:
        return
    if notice.snoozed_until is not None and notice.snoozed_until <= case.now:
        case = _wake(draft, case, notice)
        notice = case.notice or notice
    if case.snoozed or notice.acked_at is not None or _in_maintenance(case):
        return
    if notice.escalate_at is not None and notice.escalate_at <= case.now:
        case = _escalate(draft, case, notice, desk)
        notice = case.notice or notice
    if notice.next_reminder_at is None or notice.next_reminder_at > case.now:
        return
    if not is_held(case.policy, case.incident.level, case.now):
        due.reminders.append(case)


def _in_maintenance(case: Case) -> bool:
    return window_of_all(case.policy, case.location_ids, case.now) is not None


def _wake(draft: Draft, case: Case, notice: Notice) -> Case:
    """The snooze is over and it is not: that is said now, unless somebody has it."""
    again = None if notice.silent else case.now
    awake = replace(
        notice, snoozed_until=None, snoozed_by="", snoozed_at=None, next_reminder_at=again
    )
    case = case.note(draft, awake)
    case.edit(draft, "awake")
    case.log(draft, "updated", f"The snooze is over and it is not: {case.headline}.")
    return case


def _escalate(draft: Draft, case: Case, notice: Notice, desk: Desk) -> Case:
    """Nobody took it: another chat is told, once, and of the end as well."""
    case = case.note(draft, replace(notice, escalate_at=None))
    target = case.policy.escalate_to
    if target is None:
        return case
    there = desk.case(case.incident, target)
    text = format_escalation(
        case.incident,
        there.homes,
        after_s=case.policy.escalate_after_s,
        elsewhere=there.elsewhere,
        zone=there.zone,
    )
    silent = is_held(there.policy, case.incident.level, case.now)
    there.send(draft, "escalation", text, silent=silent)
    if there.notice is None or there.notice.state != "told":
        there.note(draft, replace(there.fresh("told"), told_at=case.now, silent=silent))
    after = duration(case.policy.escalate_after_s)
    why = f"Passed on, because nobody acknowledged it within {after}: {case.headline}."
    case.log(draft, "told", why)
    there.log(draft, "told", why)
    return case


# ------------------------------------------------------------------------------ saying it


def _say(draft: Draft, desk: Desk, spot: Spot, due: _Due) -> None:
    """One thing is said on its own; several are one message."""
    if len(due.held) == 1 and not due.reminders and _is_news(due.held[0].incident):
        (case,) = due.held
        announce(draft, case)
    elif due.held or len(due.reminders) > 1:
        _sum_up(draft, desk, spot, due)
    elif due.reminders:
        (case,) = due.reminders
        text = format_reminder(case.incident, case.homes, case.now, zone=case.zone)
        nth = str(case.notice.reminders if case.notice else 0)
        case.send(draft, "reminder", text, nth)
        _reminded(draft, case)


def _is_news(incident: Incident) -> bool:
    return incident.open or incident.trigger in MOMENTARY


def _reminded(draft: Draft, case: Case) -> None:
    notice = case.notice
    if notice is None:
        return
    told_at = notice.told_at or case.now
    at = told_at + _SECOND
    if notice.reminders or at <= case.now:
        at = case.now + _DAILY
    case.note(draft, replace(notice, reminders=notice.reminders + 1, next_reminder_at=at))
    case.log(draft, "told", f"Reminded, because nobody has acknowledged it: {case.headline}.")


def _worst_first(case: Case) -> tuple[int, datetime, str]:
    """Of equal ones the oldest, and always in the same order."""
    return _LEVELS.index(case.incident.level), case.incident.began_at, case.incident.id


def _sum_up(draft: Draft, desk: Desk, spot: Spot, due: _Due) -> None:
    """The morning summary, or several reminders in one message."""
    now, policy = desk.now, desk.policy(spot)
    held = sorted(due.held, key=_worst_first)
    still = [case for case in held if case.incident.open]
    over = [case for case in held if not case.incident.open]
    reminders = sorted(due.reminders, key=_worst_first)
    text = format_summary(
        [(case.incident, case.homes) for case in still],
        [(case.incident, case.homes) for case in over],
        [(case.incident, case.homes) for case in reminders],
        now,
        zone=policy.timezone,
    )
    once = f"summary:{spot.chat_id}:{spot.thread_id}:{now.timestamp():.0f}"
    draft.outgoing.append(Outgoing(once, spot, "summary", text, now, buttons="summary"))
    for case in still:
        told = replace(case.fresh("told"), in_summary=True)
        case.note(draft, with_times(case, told)).log(
            draft, "told", f"In the summary: {case.headline}."
        )
    for case in over:
        case.note(draft, case.fresh("done")).log(
            draft, "told", f"In the summary, over by then: {case.headline}."
        )
    for case in due.reminders:
        _reminded(draft, case)
    if not (still or over):
        draft.log.append(
            WhyLine(now, spot, "told", f"{count(len(due.reminders), 'reminder')} in one message.")
        )


def _drop_old_work(draft: Draft, desk: Desk) -> None:
    """Windows that will not come again leave the settings."""
    latest = {policy.spot: policy for policy in draft.policies}
    for spot, policy in desk.policies.items():
        if not any(ended(work, desk.now) for work in policy.maintenance):
            continue
        waiting = [n for n in desk.notices.values() if n.spot == spot and n.state == "withheld"]
        if any(n.next_reminder_at is not None for n in waiting):
            continue
        kept = tuple(work for work in policy.maintenance if not ended(work, desk.now))
        current = latest.get(spot, policy)
        draft.policies.append(replace(current, maintenance=kept))
