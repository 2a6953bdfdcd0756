"""Consumption of a home's line: peaks, means, percentiles and busy hours from interval reports.

Rates come from the bytes moved (MB x 8 / interval), never from the maxima: a maximum is the best
second inside its interval and says nothing about the rest. Maxima are reported as peaks only.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from src.models.plume import ShapeError, WanPoint, WanStats, parse_wan_stats
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.timezones import hour_of_day, zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.results import BusyHour, WanAnalysis, WanPeak

__all__ = ["Consumption", "WanRow", "WanRows", "analyze_wan_stats", "wan_rows"]

_BITS_PER_BYTE = 8


class WanRow(NamedTuple):
    """One interval: MB moved and the highest Mbit/s; None where nothing usable was reported."""

    at: datetime
    down_mb: float | None
    up_mb: float | None
    down_max: float | None
    up_max: float | None

    @property
    def has_data(self) -> bool:
        return any(value is not None for value in self[1:])


class WanRows(NamedTuple):
    """Consumption as the analysis reads it: intervals, oldest first, and the seconds of each.

    Whoever asks several questions about the same consumption reads it once, with `wan_rows`.
    """

    rows: list[WanRow]
    interval_s: int


# The model or the raw JSON, None for "could not be read"; or what was read of it before.
Consumption: TypeAlias = "WanStats | WanRows | Mapping[str, Any] | None"


def analyze_wan_stats(
    wan: Consumption,
    *,
    timezone: str | None = None,
    limits: Thresholds = DEFAULT,
) -> WanAnalysis:
    """Describe the line's use.

    `timezone` is the home's IANA name and decides the busy hours; UTC when unknown. Points may
    come in any order and number; intervals without figures count as intervals without data.
    """
    rows, interval_s = wan_rows(wan, limits=limits)
    known = [row for row in rows if row.has_data]
    intervals = _intervals(rows, interval_s)
    downs = [row.down_mb for row in rows if row.down_mb is not None]
    ups = [row.up_mb for row in rows if row.up_mb is not None]
    return {
        "has_data": bool(known),
        "start": rows[0].at.isoformat() if rows else None,
        "end": _end(rows[-1].at, interval_s).isoformat() if rows else None,
        "interval_s": interval_s,
        "intervals": intervals,
        "intervals_with_data": len(known),
        "coverage_pct": 100 * len(known) / intervals if intervals else None,
        "peak_download": _peak([(row.down_max, row.at) for row in rows]),
        "peak_upload": _peak([(row.up_max, row.at) for row in rows]),
        "mean_download_mbps": _mean(downs, interval_s),
        "mean_upload_mbps": _mean(ups, interval_s),
        "p95_download_mbps": _p95(downs, interval_s),
        "p95_upload_mbps": _p95(ups, interval_s),
        "total_download_mb": sum(downs) if downs else None,
        "total_upload_mb": sum(ups) if ups else None,
        "busy_hours": _busy_hours(rows, interval_s, timezone, limits),
        "timezone": (timezone or "UTC").strip() if zone(timezone) else "UTC",
        "timezone_known": zone(timezone) is not None,
    }


def wan_rows(wan: Consumption, *, limits: Thresholds = DEFAULT) -> WanRows:
    """The intervals as the analysis reads them; as they are when they were read before."""
    if isinstance(wan, WanRows):
        return wan
    points = _read(wan)
    interval_s = _interval(points, limits)
    return WanRows([_row(point, interval_s, limits) for point in points], interval_s)


def _read(wan: object) -> list[WanPoint]:
    """Points, oldest first, one per moment (the one that reports more)."""
    try:
        stats = wan if isinstance(wan, WanStats) else parse_wan_stats(wan)
    except ShapeError:
        return []
    by_time: dict[datetime, WanPoint] = {}
    for point in stats.points:
        other = by_time.get(point.timestamp)
        if other is None or _reported(point) > _reported(other):
            by_time[point.timestamp] = point
    return [by_time[at] for at in sorted(by_time)]


def _reported(point: WanPoint) -> int:
    values = (point.rx_mbytes, point.tx_mbytes, point.rx_max_mbps, point.tx_max_mbps)
    return sum(value is not None for value in values)


def _interval(points: Sequence[WanPoint], limits: Thresholds) -> int:
    """Seconds per interval: the usual spacing, so that gaps do not stretch it."""
    stamps = [point.timestamp for point in points]
    gaps = [(b - a).total_seconds() for a, b in pairwise(stamps)]
    return max(1, round(statistics.median_low(gaps))) if gaps else limits.wan_interval_s


def _intervals(rows: Sequence[WanRow], interval_s: int) -> int:
    """How many intervals the range holds, the missing ones included."""
    if not rows:
        return 0
    span = (rows[-1].at - rows[0].at).total_seconds()
    return max(len(rows), round(span / interval_s) + 1)


def _end(last: datetime, interval_s: int) -> datetime:
    try:
        return last + timedelta(seconds=interval_s)
    except OverflowError:  # the last day that Python knows
        return last


def _row(point: WanPoint, interval_s: int, limits: Thresholds) -> WanRow:
    most_mb = limits.plausible_mbps * interval_s / _BITS_PER_BYTE
    return WanRow(
        point.timestamp,
        _plausible(point.rx_mbytes, most_mb),
        _plausible(point.tx_mbytes, most_mb),
        _plausible(point.rx_max_mbps, limits.plausible_mbps),
        _plausible(point.tx_max_mbps, limits.plausible_mbps),
    )


def _plausible(value: float | None, most: float) -> float | None:
    return value if value is not None and 0 <= value <= most else None


def _peak(values: Sequence[tuple[float | None, datetime]]) -> WanPeak | None:
    """The highest rate and the first time that it was reached."""
    known = [(value, at) for value, at in values if value is not None]
    if not known:
        return None
    mbps, at = max(known, key=lambda pair: pair[0])
    return {"mbps": mbps, "at": at.isoformat()}


def _mean(megabytes: Sequence[float], interval_s: int) -> float | None:
    if not megabytes:
        return None
    return sum(megabytes) * _BITS_PER_BYTE / (interval_s * len(megabytes))


def _p95(megabytes: Sequence[float], interval_s: int) -> float | None:
    """The rate that 95% of the intervals stay at or below; inclusive, as the data is the whole."""
    if not megabytes:
        return None
    if len(megabytes) == 1:
        return _mean(megabytes, interval_s)
    mb = statistics.quantiles(megabytes, n=20, method="inclusive")[-1]
    return mb * _BITS_PER_BYTE / interval_s


def _busy_hours(
    rows: Sequence[WanRow], interval_s: int, timezone: str | None, limits: Thresholds
) -> list[BusyHour]:
    """Hours of the home's day that carry clearly more than the mean, the busiest first."""
    by_hour: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        if row.down_mb is not None or row.up_mb is not None:
            by_hour[hour_of_day(row.at, timezone)].append((row.down_mb or 0) + (row.up_mb or 0))
    overall = _mean([mb for amounts in by_hour.values() for mb in amounts], interval_s)
    if not overall or interval_s > limits.busy_interval_max_s:
        return []
    busy: list[BusyHour] = []
    for hour, amounts in sorted(by_hour.items()):
        mean = _mean(amounts, interval_s) or 0.0
        times = mean / overall
        if times > limits.busy_moderate_times:
            busy.append(
                {
                    "hour": hour,
                    "mean_mbps": mean,
                    "times_mean": times,
                    "level": "high" if times > limits.busy_high_times else "moderate",
                }
            )
    busy.sort(key=lambda entry: -entry["times_mean"])
    return busy[: limits.busy_hours_max]
