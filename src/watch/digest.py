"""The digest and the hand-over: what broke in a chat's homes, for how long, and what is open."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from src.models.watching import MOMENTARY, Outgoing, WhyLine
from src.utils.digest_formatter import Period, format_digest
from src.utils.timezones import from_local, to_local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from src.models.watching import ChatPolicy, Digest, HomeKey, Incident, Spot
    from src.watch.cases import Case, Desk
    from src.watch.verdict import Draft

__all__ = ["digests", "last_due", "period_of"]

_NOISIEST: Final = 3
# A digest that was missed because the bot was down for longer than this is not sent any more.
_LATE: Final = timedelta(hours=12)


def last_due(digest: Digest, zone_name: str | None, now: datetime) -> datetime:
    """The newest moment, at or before now, at which the chat wanted its digest."""
    today = to_local(now, zone_name).date()
    for back in range(9):
        day = today - timedelta(days=back)
        at = from_local(datetime.combine(day, time(digest.hour, digest.minute)), zone_name)
        if at <= now and digest.weekday in {None, day.weekday()}:
            return at
    raise ValueError("a week has seven days")


def digests(draft: Draft, desk: Desk, incidents: Mapping[str, Incident]) -> None:
    """The digests that are due."""
    for spot, policy in desk.policies.items():
        if policy.digest is None:
            continue
        due = last_due(policy.digest, policy.timezone, desk.now)
        if policy.digest_sent_at is not None and policy.digest_sent_at >= due:
            continue
        current = next((p for p in reversed(draft.policies) if p.spot == spot), policy)
        draft.policies.append(replace(current, digest_sent_at=desk.now))
        if desk.now - due <= _LATE:
            _send(draft, desk, policy, due, incidents.values())


def _send(
    draft: Draft, desk: Desk, policy: ChatPolicy, due: datetime, incidents: Iterable[Incident]
) -> None:
    spot, now = policy.spot, desk.now
    weekly = policy.digest is not None and policy.digest.weekday is not None
    since = due - timedelta(days=7 if weekly else 1)
    period = period_of(desk, spot, since, incidents)
    if not period.watched:
        return
    once = f"digest:{spot.chat_id}:{spot.thread_id}:{due.timestamp():.0f}"
    text = format_digest(period, weekly=weekly, zone=policy.timezone)
    buttons = "summary" if period.still_open else ""
    draft.outgoing.append(Outgoing(once, spot, "digest", text, now, silent=True, buttons=buttons))
    draft.log.append(WhyLine(now, spot, "silent", "The digest was sent, without a sound."))


def period_of(desk: Desk, spot: Spot, since: datetime, incidents: Iterable[Incident]) -> Period:
    """What happened in the homes that a chat watches, from then until now."""
    keys = {watch.key for watch in desk.watches if watch.spot == spot}
    own = {key.owner for key in keys}
    cases = [
        desk.case(incident, spot)
        for incident in incidents
        if _concerns(incident, keys, own) and _within(incident, since)
    ]
    cases.sort(key=lambda case: case.incident.began_at)
    broke = [case for case in cases if case.incident.trigger not in MOMENTARY]
    return Period(
        since=since,
        until=desk.now,
        watched=len(keys),
        still_open=[_entry(case) for case in broke if case.incident.open],
        over=[_entry(case) for case in broke if not case.incident.open],
        changes=sum(case.incident.trigger in MOMENTARY for case in cases),
        noisiest=_noisiest(cases),
    )


def _concerns(incident: Incident, keys: set[HomeKey], owners: set[int]) -> bool:
    if incident.trigger == "blind":
        return incident.owner in owners
    return any(home.key in keys for home in incident.homes)


def _within(incident: Incident, since: datetime) -> bool:
    """What a larger incident explains is counted there."""
    if incident.ending == "swallowed":
        return False
    over = incident.closed_at or incident.ended_at
    return incident.open or (over is not None and over >= since)


def _entry(case: Case) -> Period.Entry:
    return Period.Entry(case.incident, case.homes, case.notice)


def _noisiest(cases: list[Case]) -> list[tuple[str, int]]:
    """The homes with the most trouble of their own: a flip counts as much as an incident."""
    noise: Counter[HomeKey] = Counter()
    names: dict[HomeKey, str] = {}
    for case in cases:
        if len(case.incident.homes) == 1:
            (home,) = case.incident.homes
            noise[home.key] += 1 + case.incident.flips
            names[home.key] = case.homes[0].name
    return [(names[key], times) for key, times in noise.most_common(_NOISIEST) if times > 1]
