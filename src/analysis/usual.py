"""This home's own normal: what a figure was at the same time of day over the last 14 days.

Each day counts once, by the median of its values near that time of the home's clock, so that a day
with many tests weighs no more than another. Times of day are wall-clock times, so the usual evening
stays the evening when clocks change.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from src.analysis.wan import wan_rows
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.timezones import to_local, zone
from src.utils.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from src.analysis.wan import Consumption
    from src.models.findings import Comparison, Usual
    from src.models.plume import SpeedTest

__all__ = ["compare", "speed_values", "usual", "wan_values"]

_DAY_MINUTES = 24 * 60
_BITS_PER_BYTE = 8


def usual(
    values: Iterable[tuple[datetime, float | None]],
    now: datetime,
    timezone: str | None,
    *,
    limits: Thresholds = DEFAULT,
) -> Usual:
    """The normal at this time of day; no normal before five days have a value near it.

    `values` are (aware moment, figure); None and what lies outside of the 14 days before `now` are
    left out, and so is a value at `now` itself: it is the one to be compared. `low` to `high`
    holds eight of ten days, and a tenth of the median to each side at least.
    """
    by_day: dict[date, list[float]] = defaultdict(list)
    start = now - timedelta(days=limits.usual_days)
    minute = _minute_of_day(to_local(now, timezone))
    for at, value in values:
        if value is None or value < 0 or not start <= at < now:
            continue
        local = to_local(at, timezone)
        ahead = minute - _minute_of_day(local)
        if min(abs(ahead), _DAY_MINUTES - abs(ahead)) <= limits.usual_window_min:
            by_day[_day(local, ahead)].append(value)
    daily = [statistics.median(found) for found in by_day.values()]
    enough = len(daily) >= max(2, limits.usual_days_least)
    low, median, high = _spread(daily, limits) if enough else (None, None, None)
    return {
        "median": median,
        "low": low,
        "high": high,
        "days": len(daily),
        "days_needed": 0 if enough else max(2, limits.usual_days_least) - len(daily),
        "timezone": (timezone or "UTC").strip() if zone(timezone) else "UTC",
        "timezone_known": zone(timezone) is not None,
    }


def _minute_of_day(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _day(local: datetime, ahead: int) -> date:
    """The day whose occurrence of a time of day is nearest: 23:50 and 00:10 are one night.

    `ahead` is how many minutes that time of day is later than this one, on the same date.
    """
    shift = 0
    if abs(ahead) > _DAY_MINUTES / 2:
        shift = -1 if ahead > 0 else 1
    return local.date() + timedelta(days=shift)


def _spread(daily: list[float], limits: Thresholds) -> tuple[float, float, float]:
    median = statistics.median(daily)
    deciles = statistics.quantiles(daily, n=10, method="inclusive")
    slack = median * limits.usual_slack_pct / 100
    return min(deciles[0], median - slack), median, max(deciles[-1], median + slack)


def compare(value: float | None, normal: Usual) -> Comparison:
    """A value beside its normal, in a verdict and in words."""
    median, low, high = normal["median"], normal["low"], normal["high"]
    if value is None:
        return {"verdict": "unknown", "percent": None, "text": "not reported"}
    if median is None or low is None or high is None:
        more = count(normal["days_needed"], "more day")
        return {
            "verdict": "no usual yet",
            "percent": None,
            "text": f"no usual yet (needs {more})",
        }
    distance = 100 * abs(value - median) / median if median else None
    if low <= value <= high:
        return {"verdict": "usual", "percent": distance, "text": "usual"}
    verdict: Literal["below", "above"] = "below" if value < low else "above"
    by = f" by {distance:.0f}%" if distance is not None else ""
    return {"verdict": verdict, "percent": distance, "text": f"{verdict} usual{by}"}


def speed_values(
    tests: Iterable[SpeedTest], figure: Literal["download", "upload", "rtt"]
) -> list[tuple[datetime, float | None]]:
    """Successful tests with a moment, as values (Mbit/s, or ms for "rtt")."""
    return [
        (test.at, getattr(test, figure))
        for test in tests
        if test.at is not None and (test.status or "").lower() == "succeeded"
    ]


def wan_values(
    wan: Consumption,
    direction: Literal["download", "upload"],
    *,
    limits: Thresholds = DEFAULT,
) -> list[tuple[datetime, float | None]]:
    """Mean rates of the line's intervals, Mbit/s from the bytes moved, as values."""
    rows, interval_s = wan_rows(wan, limits=limits)
    amounts = [(row.at, row.down_mb if direction == "download" else row.up_mb) for row in rows]
    return [
        (at.astimezone(UTC), None if mb is None else mb * _BITS_PER_BYTE / interval_s)
        for at, mb in amounts
    ]
