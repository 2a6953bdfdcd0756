"""Line or Wi-Fi: was the line nearly full in the evening, by what speed tests proved it carries.

A maximum is the best second inside its interval, so one full second is no full line; it is the
share of evening intervals that counts. Intervals in which a speed test ran are left out, because
the test itself fills the line.
"""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple

from src.analysis.wan import WanRow, wan_rows
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.timezones import hour_of_day, zone
from src.utils.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from src.analysis.wan import Consumption
    from src.models.findings import LineVerdict, WorstHour
    from src.models.plume import SpeedTest

__all__ = ["Capacity", "calm_rows", "judge_line", "prove_capacity"]

_Direction = Literal["download", "upload"]
_DIRECTIONS: tuple[_Direction, ...] = ("download", "upload")


class Capacity(NamedTuple):
    """Mbit/s that recent speed tests proved, download and upload; None when not proven."""

    download: float | None
    upload: float | None
    tests: int  # successful ones that were used
    needed: int  # how many more would prove a capacity

    def limit(self, direction: _Direction, limits: Thresholds) -> float | None:
        """From this rate on an interval counts as full."""
        proven = self.download if direction == "download" else self.upload
        return proven * limits.line_full_pct / 100 if proven else None


class _Share(NamedTuple):
    """Of intervals with a figure, how many were above the limit, and their mean maximum."""

    intervals: int
    above: int
    mean_max: float

    @property
    def pct(self) -> float:
        return 100 * self.above / self.intervals


def prove_capacity(
    speed_tests: Iterable[SpeedTest],
    *,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> Capacity:
    """What the line carries: the 90th percentile of the last 14 days' successful tests.

    Tests that a pod ran measure its Wi-Fi as well and are left out. Without `now` the newest test
    ends the 14 days. At least three tests prove something.
    """
    dated = [(test.at, test) for test in speed_tests if test.at is not None and _counts(test)]
    end = now or max((at for at, _test in dated), default=None)
    start = end - timedelta(days=limits.capacity_days) if end else None
    latest = end + timedelta(seconds=limits.clock_skew_s) if end else None
    tests = [test for at, test in dated if start and latest and start <= at <= latest]
    download = _percentile([test.download for test in tests], limits)
    upload = _percentile([test.upload for test in tests], limits)
    needed = limits.capacity_tests_least - len(tests)
    return Capacity(download, upload, len(tests), max(0, needed))


def _counts(test: SpeedTest) -> bool:
    return (test.status or "").lower() == "succeeded" and test.gateway is not False


def _percentile(values: Sequence[float | None], limits: Thresholds) -> float | None:
    usable = [v for v in values if v is not None and 0 < v <= limits.plausible_mbps]
    if len(usable) < max(2, limits.capacity_tests_least):
        return None
    cuts = statistics.quantiles(usable, n=100, method="inclusive")
    return cuts[limits.capacity_percentile - 1]


def judge_line(
    wan: Consumption,
    speed_tests: Sequence[SpeedTest],
    timezone: str | None,
    *,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> LineVerdict:
    """Whether the line is full in the evening (18 to 23 o'clock at home), down and up apart.

    `wan` is the consumption of the last days (model or raw JSON, None when unread). A home without
    a known zone has no known evening: then only "never full at any hour" is a verdict.
    """
    rows, interval_s = wan_rows(wan, limits=limits)
    capacity = prove_capacity(speed_tests, now=now, limits=limits)
    known = [row for row in rows if row.down_max is not None or row.up_max is not None]
    calm = calm_rows(known, interval_s, speed_tests)
    hourly = calm if interval_s <= limits.busy_interval_max_s else []
    evening = [row for row in hourly if _in_evening(row.at, timezone, limits)]
    shares = {way: _share(evening, way, capacity, limits) for way in _DIRECTIONS}
    verdict, reason = _verdict(capacity, hourly, evening, timezone, limits)
    home_zone = zone(timezone) is not None
    download, upload = shares["download"], shares["upload"]
    return {
        "verdict": verdict,
        "reason": reason,
        "capacity_download_mbps": capacity.download,
        "capacity_upload_mbps": capacity.upload,
        "tests_used": capacity.tests,
        "tests_needed": capacity.needed,
        "limit_pct": limits.line_full_pct,
        "evening_from_hour": limits.evening_from_hour,
        "evening_to_hour": limits.evening_to_hour,
        "evening_intervals": len(evening) if home_zone else 0,
        "evening_download_pct": download.pct if download and home_zone else None,
        "evening_upload_pct": upload.pct if upload and home_zone else None,
        "tested_intervals": len(known) - len(calm),
        "worst_hour": _worst_hour(hourly, capacity, timezone, limits),
        "timezone": (timezone or "UTC").strip() if home_zone else "UTC",
        "timezone_known": home_zone,
    }


def calm_rows(rows: Iterable[WanRow], interval_s: int, tests: Sequence[SpeedTest]) -> list[WanRow]:
    """The intervals in which no speed test, failed ones included, filled the line."""
    begun, latest_end = _spans(tests)

    def is_tested(row: WanRow) -> bool:
        start = row.at.timestamp()
        before = bisect_left(begun, start + interval_s)
        return before > 0 and latest_end[before - 1] >= start

    return [row for row in rows if not is_tested(row)]


def _spans(tests: Iterable[SpeedTest]) -> tuple[list[float], list[float]]:
    """When tests began, in order, and when the last of those begun by then had ended.

    A week has hundreds of intervals and of tests: looking at each pair was most of the work.
    """
    moments = (
        (test.started_at or test.ended_at, test.ended_at or test.started_at) for test in tests
    )
    spans = sorted(
        (begun.timestamp(), ended.timestamp())
        for begun, ended in moments
        if begun is not None and ended is not None
    )
    return [begun for begun, _ in spans], list(accumulate((ended for _, ended in spans), max))


def _in_evening(at: datetime, timezone: str | None, limits: Thresholds) -> bool:
    return limits.evening_from_hour <= hour_of_day(at, timezone) < limits.evening_to_hour


def _share(
    rows: Iterable[WanRow], direction: _Direction, capacity: Capacity, limits: Thresholds
) -> _Share | None:
    limit = capacity.limit(direction, limits)
    values = [row.down_max if direction == "download" else row.up_max for row in rows]
    known = [value for value in values if value is not None]
    if limit is None or not known:
        return None
    above = sum(value > limit for value in known)
    return _Share(len(known), above, statistics.fmean(known))


def _verdict(
    capacity: Capacity,
    rows: Sequence[WanRow],
    evening: Sequence[WanRow],
    timezone: str | None,
    limits: Thresholds,
) -> tuple[Literal["full", "sometimes", "room", "unknown"], str | None]:
    if capacity.download is None and capacity.upload is None:
        more = max(1, capacity.needed)
        return "unknown", f"{count(more, 'more successful speed test')} needed to know the line"
    if zone(timezone) is None:
        return _all_day(rows, capacity, limits)
    shares = [_share(evening, way, capacity, limits) for way in _DIRECTIONS]
    known = [share for share in shares if share is not None]
    if max((share.intervals for share in known), default=0) < limits.evening_intervals_least:
        return "unknown", "too few evening intervals have figures"
    worst = max(share.pct for share in known)
    if worst >= limits.evening_full_share_pct:
        return "full", None
    return ("sometimes", None) if worst >= limits.evening_room_share_pct else ("room", None)


def _all_day(
    rows: Sequence[WanRow], capacity: Capacity, limits: Thresholds
) -> tuple[Literal["room", "unknown"], str]:
    """Without a zone: a whole day that is never full has an evening that is not full."""
    hours = {row.at.astimezone(UTC).hour for row in rows}
    shares = [_share(rows, way, capacity, limits) for way in _DIRECTIONS]
    if len(hours) == 24 and not any(share.above for share in shares if share):
        return "room", "the home's time zone is unknown, but no hour of the day is full"
    return "unknown", "the home's time zone is unknown, so its evening is too"


def _worst_hour(
    rows: Iterable[WanRow], capacity: Capacity, timezone: str | None, limits: Thresholds
) -> WorstHour | None:
    by_hour: dict[int, list[WanRow]] = defaultdict(list)
    for row in rows:
        by_hour[hour_of_day(row.at, timezone)].append(row)
    found: list[tuple[float, float, WorstHour]] = []
    for hour, inside in sorted(by_hour.items()):
        for way in _DIRECTIONS:
            share, limit = _share(inside, way, capacity, limits), capacity.limit(way, limits)
            if share is None or limit is None:
                continue
            entry: WorstHour = {
                "hour": hour,
                "above_pct": share.pct,
                "mean_max_mbps": share.mean_max,
                "direction": way,
            }
            found.append((share.pct, share.mean_max / limit, entry))
    return max(found, key=lambda item: item[:2])[2] if found else None
