"""Maintenance windows: announced work, once or every week, in which nothing is told.

And no echo: what ends within a window, or began in one and ends soon after it, is not told either.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from src.utils.timezones import from_local, to_local

if TYPE_CHECKING:
    from collections.abc import Iterable

    from src.models.watching import ChatPolicy, Maintenance

__all__ = ["ECHO", "Window", "ended", "window_at", "window_of_all", "windows_at"]

# Homes come back while a window ends; a recovery is confirmed by two looks and three minutes. What
# is still broken so long after the end is told.
ECHO: Final = timedelta(minutes=6)
_WEEK: Final = timedelta(days=7)


class Window(NamedTuple):
    """One occurrence of announced work."""

    work: Maintenance
    start: datetime
    end: datetime


def windows_at(policy: ChatPolicy, at: datetime, grace: timedelta = timedelta(0)) -> list[Window]:
    """The occurrences that hold at this moment, or ended at most `grace` before it."""
    found = (_occurrence(work, policy.timezone, at, grace) for work in policy.maintenance)
    return [window for window in found if window is not None]


def window_at(
    policy: ChatPolicy, location_id: str, at: datetime, grace: timedelta = timedelta(0)
) -> Window | None:
    """The occurrence that covers a home at this moment; of several, the one that ends last."""
    covering = [
        window
        for window in windows_at(policy, at, grace)
        if window.work.location_id in {None, location_id}
    ]
    return max(covering, key=lambda window: window.end, default=None)


def window_of_all(
    policy: ChatPolicy, location_ids: Iterable[str], at: datetime, grace: timedelta = timedelta(0)
) -> Window | None:
    """The occurrence that ends last of those that cover every one of these homes.

    Without homes (we are blind) only work on all homes of the chat counts.
    """
    windows = windows_at(policy, at, grace)
    everywhere = [window for window in windows if window.work.location_id is None]
    if everywhere:
        return max(everywhere, key=lambda window: window.end)
    each = [window_at(policy, location_id, at, grace) for location_id in location_ids]
    covered = [window for window in each if window is not None]
    if not each or len(covered) < len(each):
        return None
    return max(covered, key=lambda window: window.end)


def ended(work: Maintenance, now: datetime) -> bool:
    """Whether it is over for good, so that it can be dropped from the policy."""
    return not work.weekly and work.end + ECHO < now


def _occurrence(
    work: Maintenance, zone_name: str | None, at: datetime, grace: timedelta
) -> Window | None:
    if at < work.start:
        return None
    if not work.weekly:
        return Window(work, work.start, work.end) if at < work.end + grace else None
    # The same time on the clock every week, whatever daylight saving does in between.
    wall = to_local(work.start, zone_name).replace(tzinfo=None)
    weeks = (at - work.start) // _WEEK
    for nth in (weeks + 1, weeks, weeks - 1):
        start = from_local(wall + nth * _WEEK, zone_name).astimezone(UTC)
        end = start + (work.end - work.start)
        if nth >= 0 and start <= at < end + grace:
            return Window(work, start, end)
    return None
