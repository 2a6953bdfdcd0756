"""A figure beside the same hours of the last 14 days, by the home's own clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from src.analysis.usual import compare, speed_values, usual, wan_values
from src.models.plume import SpeedTest
from tests.samples import NOW, wan_point

if TYPE_CHECKING:
    from src.models.findings import Usual

STOCKHOLM = "Europe/Stockholm"
Values = list[tuple[datetime, float | None]]


def daily(*figures: float | None, at: datetime = NOW) -> Values:
    """A value at this time of each of the days before."""
    return [(at - timedelta(days=index), value) for index, value in enumerate(figures, 1)]


def test_the_median_and_the_range_of_eight_days_in_ten() -> None:
    normal = usual(daily(400, 470, 480, 486, 490, 500, 600), NOW, STOCKHOLM)
    assert json.loads(json.dumps(normal)) == normal
    assert normal["median"] == 486
    assert normal["low"] == pytest.approx(437.4)
    assert normal["high"] == pytest.approx(540)
    assert (normal["days"], normal["days_needed"]) == (7, 0)


def test_a_steady_figure_leaves_a_tenth_of_room() -> None:
    normal = usual(daily(*[500.0] * 6), NOW, STOCKHOLM)
    assert (normal["low"], normal["high"]) == (450, 550)


@pytest.mark.parametrize(("days", "needed"), [(0, 5), (1, 4), (4, 1), (5, 0)])
def test_five_days_make_a_usual(days: int, needed: int) -> None:
    normal = usual(daily(*[500.0] * days), NOW, STOCKHOLM)
    assert (normal["days"], normal["days_needed"]) == (days, needed)
    assert (normal["median"] is None) == bool(needed)


def test_a_day_counts_once_however_often_it_was_measured() -> None:
    noisy = [(NOW - timedelta(days=1, minutes=index), 10.0) for index in range(50)]
    normal = usual([*noisy, *daily(*[None] * 1, *[500.0] * 5)], NOW, STOCKHOLM)
    assert (normal["days"], normal["median"]) == (6, 500)


LEFT_OUT: dict[str, tuple[datetime, float | None]] = {
    "not reported": (NOW - timedelta(days=1), None),
    "impossible": (NOW - timedelta(days=1), -1.0),
    "now itself": (NOW, 10.0),
    "the future": (NOW + timedelta(days=1), 10.0),
    "too old": (NOW - timedelta(days=14, seconds=1), 10.0),
    "another time of day": (NOW - timedelta(days=1, hours=2), 10.0),
    "the other half of the day": (NOW - timedelta(days=1, hours=12), 10.0),
}


@pytest.mark.parametrize("value", LEFT_OUT.values(), ids=LEFT_OUT)
def test_left_out(value: tuple[datetime, float | None]) -> None:
    assert usual([value], NOW, STOCKHOLM)["days"] == 0


def test_round_midnight_is_one_night() -> None:
    late = datetime(2026, 5, 18, 22, 10, tzinfo=UTC)  # ten past midnight in Stockholm
    before = [(late - timedelta(days=index, minutes=20), 100.0) for index in range(1, 6)]
    after = [(late - timedelta(days=index, minutes=-20), 300.0) for index in range(1, 6)]
    normal = usual([*before, *after], late, STOCKHOLM)
    assert (normal["days"], normal["median"]) == (5, 200)
    just_before = late - timedelta(minutes=20)
    shifted = [(at - timedelta(minutes=20), value) for at, value in [*before, *after]]
    assert usual(shifted, just_before, STOCKHOLM)["days"] == 5


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Asia/Kathmandu", "2026-05-18"),
    ],
)
def test_the_usual_evening_stays_the_evening_when_clocks_change(zone: str, change: str) -> None:
    """Seven evenings before the change and now are compared by the wall clock, not by UTC."""
    here = ZoneInfo(zone)
    today = datetime.fromisoformat(f"{change}T20:00:00").replace(tzinfo=here)
    evenings: Values = []
    for index in range(1, 8):
        wall = today - timedelta(days=index)  # wall-clock arithmetic: the same time of day
        evenings.append((wall.astimezone(UTC), 100.0))
        edge = wall.replace(hour=18, minute=29)
        evenings.append((edge.astimezone(UTC), 999.0))  # just outside of the window
        inside = wall.replace(hour=18, minute=30)
        evenings.append((inside.astimezone(UTC), 100.0))
    normal = usual(evenings, today.astimezone(UTC), zone)
    assert (normal["median"], normal["low"]) == (100, 90)
    assert normal["high"] == pytest.approx(110)
    assert (normal["days"], normal["timezone"], normal["timezone_known"]) == (7, zone, True)


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus"])
def test_without_a_zone_hours_are_those_of_utc_and_that_is_said(zone: str | None) -> None:
    normal = usual(daily(*[500.0] * 6), NOW, zone)
    assert (normal["median"], normal["timezone"], normal["timezone_known"]) == (500, "UTC", False)


NORMAL = usual(daily(*[500.0] * 6), NOW, STOCKHOLM)


@pytest.mark.parametrize(
    ("value", "normal", "verdict", "text"),
    [
        (500.0, NORMAL, "usual", "usual"),
        (450.0, NORMAL, "usual", "usual"),
        (449.0, NORMAL, "below", "below usual by 10%"),
        (220.0, NORMAL, "below", "below usual by 56%"),
        (0.0, NORMAL, "below", "below usual by 100%"),
        (750.0, NORMAL, "above", "above usual by 50%"),
        (None, NORMAL, "unknown", "not reported"),
        (500.0, usual([], NOW, None), "no usual yet", "no usual yet (needs 5 more days)"),
        (
            500.0,
            usual(daily(*[1.0] * 4), NOW, None),
            "no usual yet",
            "no usual yet (needs 1 more day)",
        ),
        (7.0, usual(daily(*[0.0] * 6), NOW, None), "above", "above usual"),
        (0.0, usual(daily(*[0.0] * 6), NOW, None), "usual", "usual"),
    ],
)
def test_compare(value: float | None, normal: Usual, verdict: str, text: str) -> None:
    found = compare(value, normal)
    assert (found["verdict"], found["text"]) == (verdict, text)


def test_speed_tests_as_values() -> None:
    tests = [
        SpeedTest(status="succeeded", download=486.0, rtt=6.8, ended_at=NOW),
        SpeedTest(status="Succeeded", download=None, ended_at=NOW),
        SpeedTest(status="failed", download=1.0, ended_at=NOW),
        SpeedTest(status="succeeded", download=1.0),
    ]
    assert speed_values(tests, "download") == [(NOW, 486.0), (NOW, None)]
    assert speed_values(tests, "rtt")[0] == (NOW, 6.8)


def test_the_lines_use_as_values() -> None:
    wan = {"fifteenMins": [wan_point(30), wan_point(15, rxMbytes=None)]}
    assert [value for _at, value in wan_values(wan, "download")] == [1.0, None]
    assert [value for _at, value in wan_values(wan, "upload")] == [0.1, 0.1]
    assert wan_values(None, "upload") == []
