"""Quiet hours: when a chat's night begins and ends, over midnight and over changes of the clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from src.utils.timezones import from_local, to_local
from src.watch.modes import at_least

if TYPE_CHECKING:
    from src.models.watching import ChatPolicy, Level, QuietHours

__all__ = ["is_held", "quiet_until"]

_DAY_MIN: Final = 24 * 60


def quiet_until(quiet: QuietHours | None, zone_name: str | None, now: datetime) -> datetime | None:
    """When the quiet hours that hold now end (UTC); None outside of them.

    Begin and end are what the clocks in the zone show, so a night with a change of the clock is an
    hour longer or shorter. Equal begin and end are a whole day.
    """
    if quiet is None:
        return None
    today = to_local(now, zone_name).date()
    for day in (today - timedelta(days=1), today):
        if day.weekday() in quiet.days:
            start, end = _span(quiet, day, zone_name)
            if start <= now < end:
                return end
    return None


def is_held(policy: ChatPolicy, level: Level, now: datetime) -> bool:
    """Whether something of this level waits for the end of the chat's quiet hours."""
    if policy.quiet is None or at_least(level, policy.quiet.floor):
        return False
    return quiet_until(policy.quiet, policy.timezone, now) is not None


def _span(quiet: QuietHours, day: date, zone_name: str | None) -> tuple[datetime, datetime]:
    start, end = quiet.start_min % _DAY_MIN, quiet.end_min % _DAY_MIN
    last = day + timedelta(days=1) if end <= start else day
    return _moment(day, start, zone_name), _moment(last, end, zone_name)


def _moment(day: date, minutes: int, zone_name: str | None) -> datetime:
    return from_local(datetime.combine(day, time(*divmod(minutes, 60))), zone_name)
