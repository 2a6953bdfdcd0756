"""Line or Wi-Fi: the share of full evening intervals, by proven capacity and the home's clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from src.analysis.line import judge_line, prove_capacity
from src.models.plume import SpeedTest
from src.utils.timezones import hour_of_day
from tests.samples import NOW, Body

QUARTER = timedelta(minutes=15)
STOCKHOLM = "Europe/Stockholm"


def succeeded(
    *downloads: float | None, upload: float | None = 100.0, **changes: Any
) -> list[SpeedTest]:
    """Successful tests at noon UTC of the last days, the newest yesterday."""
    day = NOW.replace(hour=12, minute=0)
    return [
        SpeedTest.model_validate(
            {
                "status": "succeeded",
                "download": download,
                "upload": upload,
                "endedAt": (day - timedelta(days=index)).isoformat(),
                "gateway": True,
                **changes,
            }
        )
        for index, download in enumerate(downloads, 1)
    ]


def usage(
    peaks: dict[int, float],
    zone: str | None,
    *,
    days: int = 1,
    start: datetime | None = None,
    step: timedelta = QUARTER,
    up: float | None = 1.0,
) -> Body:
    """Intervals of whole days from `start`: the download maximum by local hour, else 20."""
    begin = start or NOW.replace(hour=0, minute=0) - timedelta(days=days)
    moments = [begin + step * index for index in range(int(timedelta(days=days) / step))]
    return {
        "fifteenMins": [
            {
                "timestamp": at.isoformat(),
                "rxMaxMbps": peaks.get(hour_of_day(at, zone), 20.0),
                "txMaxMbps": up,
            }
            for at in moments
        ]
    }


EVENING = dict.fromkeys(range(18, 23), 95.0)
FULL = succeeded(100.0, 100.0, 100.0)

VERDICTS: dict[str, tuple[Body | None, list[SpeedTest], str | None, str, float | None]] = {
    "full all evening": (usage(EVENING, STOCKHOLM), FULL, STOCKHOLM, "full", 100.0),
    "full two hours of five": (usage({20: 95, 21: 81}, STOCKHOLM), FULL, STOCKHOLM, "full", 40.0),
    "full one hour of five": (usage({20: 95}, STOCKHOLM), FULL, STOCKHOLM, "sometimes", 20.0),
    "not above the limit": (usage({20: 80.0}, STOCKHOLM), FULL, STOCKHOLM, "room", 0.0),
    "full, but at noon": (usage({12: 95}, STOCKHOLM), FULL, STOCKHOLM, "room", 0.0),
    "a line ten times as fast": (
        usage(EVENING, STOCKHOLM),
        succeeded(1000.0, 1000.0, 1000.0),
        STOCKHOLM,
        "room",
        0.0,
    ),
    "two tests": (usage(EVENING, STOCKHOLM), FULL[:2], STOCKHOLM, "unknown", None),
    "no test": (usage(EVENING, STOCKHOLM), [], STOCKHOLM, "unknown", None),
    "no usage": (None, FULL, STOCKHOLM, "unknown", None),
    "usage without maxima": ({"fifteenMins": [{"timestamp": 1}]}, FULL, STOCKHOLM, "unknown", None),
    "intervals of a day say nothing of evenings": (
        usage(EVENING, STOCKHOLM, days=20, step=timedelta(days=1)),
        FULL,
        STOCKHOLM,
        "unknown",
        None,
    ),
    "no zone, never full": (usage({}, None), FULL, None, "room", None),
    "no zone, full at some hour": (usage(EVENING, None), FULL, None, "unknown", None),
    "no zone, half a day": (
        {"fifteenMins": usage({}, None)["fifteenMins"][:48]},
        FULL,
        None,
        "unknown",
        None,
    ),
    "a zone that nobody knows": (usage(EVENING, None), FULL, "Mars/Olympus", "unknown", None),
}


@pytest.mark.parametrize(
    ("wan", "tests", "zone", "verdict", "share"), VERDICTS.values(), ids=VERDICTS
)
def test_verdicts(
    wan: Any, tests: list[SpeedTest], zone: str | None, verdict: str, share: float | None
) -> None:
    found = judge_line(wan, tests, zone, now=NOW)
    assert json.loads(json.dumps(found)) == found
    assert (found["verdict"], found["evening_download_pct"]) == (verdict, share)
    assert (found["reason"] is not None) == (verdict == "unknown" or zone is None)
    assert found["timezone_known"] == (zone == STOCKHOLM)


# Both days on which New York's clocks change, and zones that are not whole hours from UTC.
ZONES = [
    ("Asia/Kathmandu", "2026-05-18", 24),
    ("Australia/Lord_Howe", "2026-04-05", 24.5),  # half an hour back
    ("Australia/Lord_Howe", "2026-10-04", 23.5),  # half an hour forth
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Europe/Stockholm", "2026-05-18", 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), ZONES)
def test_evenings_are_those_of_the_homes_clock(zone: str, day: str, hours: float) -> None:
    """A line that is full from 18 to 23 o'clock, and only then, is found so to the interval."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    moments = [noon - timedelta(days=2) + QUARTER * index for index in range(4 * 24 * 4)]
    local_day = [at for at in moments if _local_day(at, zone) == day]
    assert len(local_day) == hours * 4
    wan = {
        "fifteenMins": [
            {"timestamp": at.isoformat(), "rxMaxMbps": 95 if 18 <= _hour(at, zone) < 23 else 10}
            for at in local_day
        ]
    }
    found = judge_line(wan, FULL, zone, now=NOW)
    assert (found["verdict"], found["evening_intervals"]) == ("full", 20)
    assert found["evening_download_pct"] == 100
    assert found["worst_hour"] is not None
    assert 18 <= found["worst_hour"]["hour"] < 23


def _local_day(at: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - an independent reading of the zones

    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def _hour(at: datetime, zone: str) -> int:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    return at.astimezone(ZoneInfo(zone)).hour


def test_upload_is_judged_apart() -> None:
    found = judge_line(usage({}, STOCKHOLM, up=95.0), FULL, STOCKHOLM, now=NOW)
    assert found["verdict"] == "full"
    assert (found["evening_download_pct"], found["evening_upload_pct"]) == (0, 100)
    assert found["worst_hour"] is not None
    assert found["worst_hour"]["direction"] == "upload"


def test_a_direction_without_capacity_has_no_share() -> None:
    tests = succeeded(100.0, 100.0, 100.0, upload=None)
    found = judge_line(usage(EVENING, STOCKHOLM), tests, STOCKHOLM, now=NOW)
    assert (found["verdict"], found["evening_upload_pct"]) == ("full", None)


def test_the_worst_hour_is_the_fullest_one() -> None:
    found = judge_line(usage({7: 70, 20: 95, 21: 90}, STOCKHOLM), FULL, STOCKHOLM, now=NOW)
    assert found["worst_hour"] == {
        "hour": 20,
        "above_pct": 100.0,
        "mean_max_mbps": 95.0,
        "direction": "download",
    }


def test_intervals_in_which_a_test_ran_are_left_out() -> None:
    """A test fills the line by itself: such an interval says nothing about the people."""
    wan = usage({}, STOCKHOLM)
    tested = wan["fifteenMins"][70]
    tested["rxMaxMbps"] = 100.0
    begun = datetime.fromisoformat(tested["timestamp"]) + timedelta(minutes=14, seconds=50)
    ran = succeeded(
        100.0, startedAt=begun.isoformat(), endedAt=(begun + timedelta(seconds=32)).isoformat()
    )
    found = judge_line(wan, [*FULL, *ran], STOCKHOLM, now=NOW)
    assert found["evening_download_pct"] == 0
    # The test reached into the next interval, and FULL ran at noon of that day.
    assert found["tested_intervals"] == 3
    undated = [SpeedTest(status="failed")]
    assert judge_line(wan, [*FULL, *undated], STOCKHOLM, now=NOW)["tested_intervals"] == 1


def test_capacity_is_what_the_better_tests_reached() -> None:
    capacity = prove_capacity(succeeded(*range(100, 200, 10)), now=NOW)
    assert capacity.download == pytest.approx(181.0)
    assert (capacity.tests, capacity.needed) == (10, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "failed"},
        {"status": None},
        {"gateway": False},
        {"endedAt": None},
        {"endedAt": (NOW - timedelta(days=15)).isoformat()},
        {"endedAt": (NOW + timedelta(days=1)).isoformat()},
    ],
)
def test_what_proves_nothing(changes: dict[str, Any]) -> None:
    """Failed, undated, old and future tests, and those of a pod, which measure its Wi-Fi too."""
    capacity = prove_capacity([*FULL[:2], *succeeded(500.0, **changes)], now=NOW)
    assert (capacity.download, capacity.tests, capacity.needed) == (None, 2, 1)


@pytest.mark.parametrize("figure", [None, 0.0, -5.0, 1e12])
def test_impossible_figures_prove_nothing(figure: float | None) -> None:
    assert prove_capacity([*FULL[:2], *succeeded(figure)], now=NOW).download is None


def test_without_a_clock_the_newest_test_ends_the_fortnight() -> None:
    assert prove_capacity(FULL).download == 100
    assert prove_capacity([]).needed == 3
    old = succeeded(500.0, endedAt=(NOW - timedelta(days=40)).astimezone(UTC).isoformat())
    assert prove_capacity([*FULL, *old]).tests == 3
