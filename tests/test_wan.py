"""Consumption: means from bytes, peaks from maxima, gaps counted, hours in the home's zone."""

from __future__ import annotations

import json
import statistics
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.wan import analyze_wan_stats, wan_rows
from src.models import parse_wan_stats
from tests.samples import NOW, Body, wan_point

if TYPE_CHECKING:
    from src.models.results import WanAnalysis


def analyse(points: list[Body], **options: Any) -> WanAnalysis:
    analysis = analyze_wan_stats({"fifteenMins": points}, **options)
    assert json.loads(json.dumps(analysis, allow_nan=False)) == analysis
    return analysis


def day(start: datetime, megabytes: dict[int, float], *, step_min: int = 15) -> list[Body]:
    """A day of intervals with 10 MB down each, but for the given UTC hours."""
    count = 24 * 60 // step_min
    moments = [start + timedelta(minutes=step_min * index) for index in range(count)]
    return [
        {"timestamp": at.isoformat(), "rxMbytes": megabytes.get(at.hour, 10.0), "txMbytes": 0.0}
        for at in moments
    ]


MIDNIGHT = datetime(2026, 5, 17, tzinfo=UTC)


def test_rates_come_from_bytes_and_peaks_from_maxima() -> None:
    points = [wan_point(30, rxMaxMbps=88.3), wan_point(15), wan_point(45, txMaxMbps=12.7)]
    analysis = analyse(points)
    # 112.5 MB in 900 s are 1 Mbit/s, whatever the best second was.
    assert analysis["mean_download_mbps"] == pytest.approx(1.0)
    assert analysis["mean_upload_mbps"] == pytest.approx(0.1)
    assert analysis["total_download_mb"] == pytest.approx(337.5)
    assert analysis["peak_download"] == {
        "mbps": 88.3,
        "at": (NOW - timedelta(minutes=30)).isoformat(),
    }
    assert analysis["peak_upload"] == {
        "mbps": 12.7,
        "at": (NOW - timedelta(minutes=45)).isoformat(),
    }
    assert (analysis["interval_s"], analysis["intervals"]) == (900, 3)
    assert analysis["coverage_pct"] == 100


def test_a_burst_does_not_make_a_busy_line() -> None:
    """4 MB in an hour are 0.009 Mbit/s, also when a second of it ran at 100."""
    points = [wan_point(15 * i, rxMbytes=1, rxMaxMbps=100) for i in range(1, 5)]
    analysis = analyse(points)
    assert analysis["mean_download_mbps"] == pytest.approx(0.00889, abs=1e-5)


def test_95th_percentile_is_the_inclusive_quantile_of_the_rates() -> None:
    points = [wan_point(15 * i, rxMbytes=float(i)) for i in range(1, 97)]
    rates = [i * 8 / 900 for i in range(1, 97)]
    expected = statistics.quantiles(rates, n=100, method="inclusive")[94]
    assert analyse(points)["p95_download_mbps"] == pytest.approx(expected)


def test_order_does_not_matter() -> None:
    points = [wan_point(15 * i, rxMbytes=float(i % 7)) for i in range(1, 97)]
    shuffled = points[1::2] + points[::2]
    assert analyse(shuffled) == analyse(points) == analyse(points[::-1])


def test_one_point_is_enough() -> None:
    analysis = analyse([wan_point(15)])
    assert (analysis["interval_s"], analysis["intervals"]) == (900, 1)
    assert analysis["mean_download_mbps"] == analysis["p95_download_mbps"] == pytest.approx(1)
    assert analysis["end"] == NOW.isoformat()


def test_missing_and_null_intervals_lower_the_coverage() -> None:
    empty = dict.fromkeys(("rxMbytes", "txMbytes", "rxMaxMbps", "txMaxMbps"))
    points = [wan_point(15 * i) for i in (1, 2, 3, 9, 10)] + [wan_point(60, **empty)]
    analysis = analyse(points)
    assert (analysis["intervals"], analysis["intervals_with_data"]) == (10, 5)
    assert analysis["coverage_pct"] == 50
    assert analysis["mean_download_mbps"] == pytest.approx(1)


def test_a_direction_may_be_missing_alone() -> None:
    analysis = analyse([wan_point(15 * i, txMbytes=None, txMaxMbps=None) for i in (1, 2, 3)])
    assert analysis["has_data"] is True
    assert analysis["mean_upload_mbps"] is analysis["total_upload_mb"] is None
    assert (analysis["p95_upload_mbps"], analysis["peak_upload"]) == (None, None)
    assert analysis["mean_download_mbps"] == pytest.approx(1)


@pytest.mark.parametrize("bad", [-1, 1e300, "nan", float("inf"), True, {}, "lots"])
def test_impossible_figures_are_not_reported(bad: Any) -> None:
    points = [wan_point(15), wan_point(30, rxMbytes=bad, rxMaxMbps=bad)]
    analysis = analyse(points)
    assert analysis["total_download_mb"] == 112.5
    assert analysis["peak_download"] == {
        "mbps": 20.0,
        "at": (NOW - timedelta(minutes=15)).isoformat(),
    }


def test_a_moment_sent_twice_counts_once_with_the_fuller_figures() -> None:
    half = wan_point(15, txMbytes=None, rxMbytes=1)
    analysis = analyse([half, wan_point(15), half, wan_point(30)])
    assert analysis["intervals_with_data"] == 2
    assert analysis["total_download_mb"] == 225


NOTHING: dict[str, Any] = {
    "not read": None,
    "empty": {"fifteenMins": []},
    "null": {"fifteenMins": None},
    "wrong shape": {"error": "text"},
    "no moments": {"fifteenMins": [{"timestamp": None, "rxMbytes": 1}]},
}


@pytest.mark.parametrize("case", NOTHING)
def test_no_data_has_no_figures(case: str) -> None:
    analysis = analyze_wan_stats(NOTHING[case])
    assert analysis["has_data"] is False
    assert analysis["coverage_pct"] is analysis["mean_download_mbps"] is None
    assert (analysis["intervals"], analysis["busy_hours"]) == (0, [])
    assert analysis["start"] is analysis["end"] is None


def test_only_nulls_is_no_data_but_has_a_period() -> None:
    empty = dict.fromkeys(("rxMbytes", "txMbytes", "rxMaxMbps", "txMaxMbps"))
    analysis = analyse([wan_point(15, **empty), wan_point(30, **empty)])
    assert (analysis["has_data"], analysis["coverage_pct"]) == (False, 0)
    assert analysis["start"] is not None


def test_busy_hours_are_the_homes() -> None:
    points = day(MIDNIGHT, {18: 100.0, 19: 24.0})
    utc, local = analyse(points), analyse(points, timezone="Europe/Stockholm")
    assert [(hour["hour"], hour["level"]) for hour in utc["busy_hours"]] == [
        (18, "high"),
        (19, "moderate"),
    ]
    assert [hour["hour"] for hour in local["busy_hours"]] == [20, 21]
    assert (local["timezone"], local["timezone_known"]) == ("Europe/Stockholm", True)
    assert (utc["timezone"], utc["timezone_known"]) == ("UTC", False)
    first = utc["busy_hours"][0]
    assert first["mean_mbps"] == pytest.approx(100 * 8 / 900)
    assert first["times_mean"] == pytest.approx(100 / ((22 * 10 + 100 + 24) / 24))


def test_at_most_three_busy_hours_the_busiest_first() -> None:
    points = day(MIDNIGHT, {1: 50.0, 5: 70.0, 9: 60.0, 13: 80.0})
    assert [hour["hour"] for hour in analyse(points)["busy_hours"]] == [13, 5, 9]


@pytest.mark.parametrize(("times", "level"), [(1.49, None), (1.51, "moderate"), (2.01, "high")])
def test_levels_of_busy_hours(times: float, level: str | None) -> None:
    """x times the mean of all 24 hours, the busy one included: x = 24 b / (23 * 10 + b)."""
    busy = times * 230 / (24 - times)
    hours = analyse(day(MIDNIGHT, {12: busy}))["busy_hours"]
    assert [hour["level"] for hour in hours] == ([level] if level else [])


def test_the_hour_of_a_dst_day_is_what_the_clock_shows() -> None:
    """2026-03-29 in Stockholm: 00:00 UTC is 01:00, and 01:00 UTC is 03:00 already."""
    points = day(datetime(2026, 3, 29, tzinfo=UTC), {1: 100.0})
    hours = analyse(points, timezone="Europe/Stockholm")["busy_hours"]
    assert [hour["hour"] for hour in hours] == [3]


def test_no_busy_hours_of_an_idle_line_or_of_daily_points() -> None:
    assert analyse(day(MIDNIGHT, dict.fromkeys(range(24), 0.0)))["busy_hours"] == []
    daily = [
        {"timestamp": (MIDNIGHT + timedelta(days=i)).isoformat(), "rxMbytes": 10.0**i}
        for i in range(5)
    ]
    analysis = analyse(daily)
    assert (analysis["interval_s"], analysis["busy_hours"]) == (86_400, [])


def test_the_end_of_time_is_survived() -> None:
    points: list[Body] = [{"timestamp": "9999-12-31T23:59:59Z", "rxMbytes": 1, "txMbytes": 1}]
    analysis = analyse(points, timezone="Pacific/Auckland")
    assert analysis["end"] == "9999-12-31T23:59:59+00:00"


def test_models_and_raw_json_give_the_same() -> None:
    body = {"fifteenMins": [wan_point(15), wan_point(30)]}
    assert analyze_wan_stats(parse_wan_stats(body)) == analyze_wan_stats(body)


def test_rows_are_what_the_analysis_read() -> None:
    body = {"fifteenMins": [wan_point(30), wan_point(90, rxMbytes=-1.0), wan_point(45)]}
    rows, interval_s = wan_rows(body)
    assert [(NOW - row.at).total_seconds() / 60 for row in rows] == [90, 45, 30]
    assert ([row.down_mb for row in rows], interval_s) == ([None, 112.5, 112.5], 900)
    assert wan_rows(None) == ([], 900)
