"""The last evening beside the usual one: by the home's clock, whole evenings only."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from src.analysis.evening import evening_peaks
from src.models.plume import SpeedTest
from src.utils.finding_formatter import format_evening
from src.utils.timezones import to_local
from tests.telegram_rules import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.samples import Body

STOCKHOLM = "Europe/Stockholm"
NOON = datetime(2026, 5, 18, 12, tzinfo=UTC)
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def week(
    peaks: Mapping[int, float | None],
    *,
    zone: str = STOCKHOLM,
    step: timedelta = HOUR,
    end: datetime = NOON,
    days: int = 7,
) -> Body:
    """Maxima of 10 all day, and in the evening of each local day of the month as told (or 50)."""
    rows = []
    at = end - timedelta(days=days)
    while at < end:
        local = to_local(at, zone)
        evening = 18 <= local.hour < 23
        down = peaks.get(local.day, 50.0) if evening else 10.0
        rows.append({"timestamp": at.isoformat(), "rxMaxMbps": down, "txMaxMbps": 5.0})
        at += step
    return {"hours": [{**row, "rxMbytes": 1.0} for row in rows]}


def told(wan: Body | None, *, zone: str | None = STOCKHOLM, now: datetime = NOON) -> str:
    found = evening_peaks(wan, (), zone, now=now)
    assert json.loads(json.dumps(found)) == found
    return shown(f"· {format_evening(found)}")[2:]


CASES: dict[str, tuple[dict[int, float | None], str]] = {
    "as usual": (
        {},
        (
            "Peaks in the evening of 17 May: "
            "↓ 50 Mbit/s (usual 45 to 55), ↑ 5 Mbit/s (usual 4.5 to 5.5)."
        ),
    ),
    "twice as much": (
        {17: 100.0},
        "Peaks in the evening of 17 May: ↓ 100 Mbit/s (above usual by 100%: 45 to 55)",
    ),
    "next to nothing": (
        {17: 0.0},
        "Peaks in the evening of 17 May: ↓ 0 Mbit/s (below usual by 100%: 45 to 55)",
    ),
    "only the other direction was reported": (
        {17: None},
        "Peaks in the evening of 17 May: ↑ 5 Mbit/s (usual 4.5 to 5.5).",
    ),
}


@pytest.mark.parametrize(("peaks", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("step", [HOUR, QUARTER])
def test_beside_the_usual(peaks: dict[int, float | None], expected: str, step: timedelta) -> None:
    assert told(week(peaks, step=step)).startswith(expected)


def test_an_evening_that_is_not_over_is_not_judged() -> None:
    at_eight = datetime(2026, 5, 18, 18, tzinfo=UTC)  # 20:00 at home
    busy = week({18: 500.0}, end=at_eight)
    assert told(busy, now=at_eight).startswith("Peaks in the evening of 17 May: ↓ 50 Mbit/s")
    at_night = at_eight + timedelta(hours=4)
    assert "18 May: ↓ 500" in told(week({18: 500.0}, end=at_night), now=at_night)


NOTHING: dict[str, tuple[Body | None, str | None]] = {
    "unread": (None, STOCKHOLM),
    "no zone": (week({}), None),
    "an unknown zone": (week({}), "Mars/Olympus"),
    "too few days": (week({}, days=4), STOCKHOLM),
    "intervals of a day": (week({}, step=timedelta(days=1)), STOCKHOLM),
    "no evening was reported": (week({}, days=0), STOCKHOLM),
}


@pytest.mark.parametrize(("wan", "zone"), NOTHING.values(), ids=NOTHING)
def test_what_cannot_be_told_is_left_out(wan: Body | None, zone: str | None) -> None:
    assert told(wan, zone=zone) == ""


def test_speed_tests_do_not_count_as_use() -> None:
    busy = {day: 900.0 if day == 17 else 50.0 for day in range(1, 32)}
    wan = week(busy)
    for row in wan["hours"]:
        if row["rxMaxMbps"] == 900.0 and "T16:00" not in row["timestamp"]:
            row["rxMaxMbps"] = 50.0
    test = SpeedTest.model_validate(
        {"status": "succeeded", "download": 900, "endedAt": "2026-05-17T16:20:00Z"}
    )
    found = evening_peaks(wan, [test], STOCKHOLM, now=NOON)
    assert found is not None
    assert found["download_mbps"] == 50.0


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("America/New_York", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 2, 17, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 5, 18, 6, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 30, tzinfo=UTC)),
    ],
)
def test_evenings_are_the_homes_own_also_when_clocks_change(zone: str, end: datetime) -> None:
    found = evening_peaks(week({}, zone=zone, end=end), (), zone, now=end)
    assert found is not None
    assert to_local(datetime.fromisoformat(found["at"]), zone).hour == 18
    assert found["usual_download"]["days"] >= 5
    assert found["download_mbps"] == 50.0
