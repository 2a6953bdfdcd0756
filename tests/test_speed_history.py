"""A node's speed tests: the newest beside its usual, the trend, and what failed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.speed_history import analyze_speed_history
from src.models.plume import SpeedTest
from src.utils.thresholds import Thresholds

NOW = datetime(2026, 5, 18, 18, 0, tzinfo=UTC)


def speed(
    days: float, down: float | None = 480, up: float | None = 95, status: str | None = "succeeded"
) -> SpeedTest:
    """A test that many days before NOW."""
    return SpeedTest(status=status, download=down, upload=up, started_at=NOW - timedelta(days=days))


def days(number: int, down: float = 480, up: float = 95) -> list[SpeedTest]:
    return [speed(day, down + day % 3, up) for day in range(1, number + 1)]


CASES = [
    ([*days(10), speed(0)], "usual"),
    ([*days(10), speed(0, down=200)], "slower"),
    ([*days(10), speed(0, up=20)], "slower"),
    ([*days(10), speed(0, down=200, up=300)], "slower"),
    ([*days(10), speed(0, down=900)], "faster"),
    ([*days(10), speed(0, down=None, up=95)], "usual"),
    ([*days(10), speed(0, down=None, up=None)], "unknown"),
    ([*days(3), speed(0, down=200)], "unknown"),  # too few days to know what is usual
    ([*days(10), speed(0, down=200, status="failed")], "usual"),  # the newest is that of day 1
    ([], "unknown"),
]


@pytest.mark.parametrize(("tests", "verdict"), CASES)
def test_verdict(tests: list[SpeedTest], verdict: str) -> None:
    assert analyze_speed_history(tests)["verdict"] == verdict
    assert analyze_speed_history(tests[::-1])["verdict"] == verdict


def test_usual_is_of_the_same_time_of_day() -> None:
    """Every night is fast and every evening slow: a slow evening is as usual."""
    evenings = [speed(day, 100) for day in range(15)]
    nights = [speed(day + 0.5, 900) for day in range(14)]
    history = analyze_speed_history([*evenings, *nights], "Europe/Stockholm")
    assert history["verdict"] == "usual"
    assert history["usual_download"] is not None
    assert history["usual_download"]["median"] == 100
    assert history["tests"] == 29


def test_figures() -> None:
    newest = speed(0).model_copy(update={"rtt": 6.5})
    history = analyze_speed_history([speed(1), newest, speed(2, status="FAILED")])
    assert history["newest"] == {
        "download_mbps": 480,
        "upload_mbps": 95,
        "rtt_ms": 6.5,
        "at": NOW.isoformat(),
    }
    assert (history["tests"], history["failed"], history["last_failed_at"]) == (2, 1, None)
    assert history["start"] == (NOW - timedelta(days=2)).isoformat()
    assert history["end"] == NOW.isoformat()


def test_a_failure_after_the_newest_is_told() -> None:
    history = analyze_speed_history([speed(1), speed(0, status="failed")])
    assert history["last_failed_at"] == NOW.isoformat()
    assert history["newest"] is not None


def test_only_failures() -> None:
    history = analyze_speed_history([speed(1, status="failed"), speed(2, status="timeout")])
    assert (history["newest"], history["failed"]) == (None, 2)
    assert history["last_failed_at"] == (NOW - timedelta(days=1)).isoformat()
    assert (history["usual_download"], history["download"]) == (None, None)


def test_neither_success_nor_failure_nor_dated_counts_as_neither() -> None:
    undated = SpeedTest(status="succeeded", download=1)
    history = analyze_speed_history([speed(1, status="running"), speed(1, status=None), undated])
    assert (history["tests"], history["failed"], history["start"]) == (0, 0, None)


TRENDS = [
    ([500, 500, 500, 500, 500, 500], "steady", 0),
    ([500, 500, 500, 400, 400, 400], "slower", -20),
    ([400, 400, 400, 500, 500, 500], "faster", 25),
    ([500, 500, 500, 460, 460, 460], "steady", -8),
    ([500, 100, 500, 500, 100, 500], "steady", 0),  # one bad test in each half
    ([500, 500, 400, 400], None, None),
    ([0, 0, 0, 400, 400, 400], None, None),  # nothing to compare with
    ([], None, None),
]


@pytest.mark.parametrize(("speeds", "trend", "pct"), TRENDS)
def test_trend(speeds: list[float], trend: str | None, pct: float | None) -> None:
    tests = [speed(len(speeds) - place, value) for place, value in enumerate(speeds)]
    history = analyze_speed_history(tests)
    assert (history["trend"], history["trend_pct"]) == (trend, pct)


def test_limits_are_an_argument() -> None:
    tests = [speed(6 - place, value) for place, value in enumerate([500.0] * 3 + [460.0] * 3)]
    history = analyze_speed_history(tests, limits=Thresholds(speed_trend_pct=5))
    assert history["trend"] == "slower"


@settings(max_examples=300)
@given(
    tests=st.lists(
        st.builds(
            speed,
            st.floats(0, 20),
            st.none() | st.floats(0, 1e6),
            st.none() | st.floats(0, 1e6),
            st.sampled_from(["succeeded", "failed", "running", None]),
        ),
        max_size=30,
    ),
    zone=st.none() | st.sampled_from(["Europe/Stockholm", "Australia/Lord_Howe", "Mars/Olympus"]),
)
def test_any_tests_are_judged(tests: list[SpeedTest], zone: str | None) -> None:
    history = analyze_speed_history(tests, zone)
    assert json.loads(json.dumps(history, allow_nan=False)) == history
    assert history["tests"] + history["failed"] <= len(tests)
    assert (history["newest"] is None) == (history["tests"] == 0)
    assert (history["trend"] is None) == (history["trend_pct"] is None)
    if history["verdict"] in {"slower", "faster"}:
        assert history["tests"] > 5
