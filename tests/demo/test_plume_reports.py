"""Reports tell the same story as the state, and refuse what the real ones refuse."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from src.demo.world_clock import iso, to_ms
from tests.demo.plume_kit import (
    HOME,
    REPORTS,
    START,
    STUDY,
    Caller,
    home_path,
    make_world,
    open_caller,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOUR = 3600
BAD_WEEK = home_path(14, base="reports")


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


def moments(rows: list[dict[str, str]]) -> list[datetime]:
    return [datetime.fromisoformat(row["timestamp"]) for row in rows]


# -- wanStats ----------------------------------------------------------------------------------


async def test_a_day_is_96_quarters_newest_first(nora: Caller) -> None:
    rows = (await nora.json(f"{REPORTS}/wanStats", period="daily"))["fifteenMins"]
    times = moments(rows)

    assert len(rows) == 96
    assert times[0] == datetime.fromisoformat("2026-05-18T18:30:00+00:00")
    assert {a - b for a, b in pairwise(times)} == {timedelta(minutes=15)}
    assert all(row["rxMbytes"] is None or row["rxMbytes"] >= 0 for row in rows)


async def test_peaks_are_above_means(nora: Caller) -> None:
    rows = (await nora.json(f"{REPORTS}/wanStats", period="daily"))["fifteenMins"]

    for row in rows:
        for way in ("rx", "tx"):
            if row[f"{way}Mbytes"] is not None:
                mean = row[f"{way}Mbytes"] * 8 / 900
                assert row[f"{way}MaxMbps"] >= mean - 0.1


@pytest.mark.parametrize(
    ("period", "key", "number"), [("weekly", "hours", 168), ("monthly", "days", 30)]
)
async def test_longer_periods(nora: Caller, period: str, key: str, number: int) -> None:
    rows = (await nora.json(f"{REPORTS}/wanStats", period=period))[key]

    assert len(rows) == number
    assert rows[0]["rxMbytes"] is not None


async def test_evenings_are_busier_than_nights(nora: Caller) -> None:
    """In the home's own time: Kathmandu is 5:45 ahead."""
    path = f"{home_path(3, base='reports')}/wanStats"
    rows = (await nora.json(path, period="weekly"))["hours"]
    kathmandu = timedelta(hours=5, minutes=45)
    totals: dict[str, list[float]] = {"night": [], "evening": []}
    for when, row in zip(moments(rows), rows, strict=True):
        hour = (when + kathmandu).hour
        part = "night" if 2 <= hour <= 4 else "evening" if 19 <= hour <= 21 else None
        if part and row["rxMbytes"] is not None:
            totals[part].append(row["rxMbytes"])

    night, evening = (sum(values) / len(values) for values in totals.values())
    assert evening > 5 * night


async def test_an_outage_blanks_the_traffic(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.world.clock.advance(20 * 60 - 2)  # 19:00 sharp
    cloud.world.apply("cut_line", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(HOUR + 600)
    cloud.world.apply("restore", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(HOUR)

    rows = (await nora.json(f"{REPORTS}/wanStats", period="daily"))["fifteenMins"]
    values = {row["timestamp"][11:16]: row["rxMbytes"] for row in rows}

    assert [values[text] for text in ("19:00", "19:15", "19:30", "19:45")] == [None] * 4
    assert values["18:45"] is not None
    assert values["20:15"] is not None


@pytest.mark.parametrize("query", [{}, {"period": "hourly"}, {"period": ""}, {"period": "DAILY"}])
async def test_a_bad_period_is_422(nora: Caller, query: dict[str, str]) -> None:
    assert (await nora.get(f"{REPORTS}/wanStats", **query)).status_code == 422


async def test_a_home_nobody_lives_in_has_empty_points(nora: Caller) -> None:
    rows = (await nora.json(f"{home_path(5, base='reports')}/wanStats", period="daily"))[
        "fifteenMins"
    ]
    online = await nora.json(f"{home_path(5, base='reports')}/onlineStats")

    assert {row["rxMbytes"] for row in rows} == {None}
    assert online["locationState"] == []


# -- onlineStats -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "hours", "step"),
    [
        ({}, 24, timedelta(minutes=15)),
        ({"granularity": "days", "limit": 7}, 168, timedelta(minutes=15)),
        ({"granularity": "hours", "limit": 3}, 3, timedelta(minutes=15)),
        ({"granularity": "minutes", "limit": 30}, 0.5, timedelta(minutes=1)),
    ],
)
async def test_online_history_covers_its_range(
    nora: Caller, query: dict[str, str], hours: float, step: timedelta
) -> None:
    body = await nora.json(f"{REPORTS}/onlineStats", **query)
    times = moments(body["locationState"])

    assert body["statsDateRange"] == {
        "start": iso(START - timedelta(hours=hours)),
        "end": iso(START),
    }
    assert START - timedelta(hours=hours) - step < times[0] <= START - timedelta(hours=hours)
    assert START - step <= times[-1] < START
    assert {b - a for a, b in pairwise(times)} == {step}


async def test_online_history_shows_what_happened(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.world.clock.advance(5 * 60 - 2)  # 18:45
    cloud.world.apply("cut_line", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(20 * 60)  # 19:05
    cloud.world.apply("restore", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(25 * 60)  # 19:30

    body = await nora.json(f"{REPORTS}/onlineStats", granularity="hours", limit=1)

    assert [(row["timestamp"][11:16], row["value"]) for row in body["locationState"]] == [
        ("18:30", "online"),
        ("18:45", "offline"),
        ("19:00", "partial"),
        ("19:15", "online"),
    ]


async def test_the_bad_week_is_bad_and_has_gaps(nora: Caller) -> None:
    bad = await nora.json(f"{BAD_WEEK}/onlineStats", granularity="days", limit=7)
    month = await nora.json(f"{BAD_WEEK}/onlineStats", granularity="days", limit=30)
    values = [row["value"] for row in bad["locationState"]]

    assert values.count("offline") + values.count("partial") > 20
    assert values.count("online") > 500
    assert None in {row["value"] for row in month["locationState"]}


async def test_online_history_from_a_moment_on(nora: Caller) -> None:
    start = START - timedelta(days=3)

    body = await nora.json(
        f"{REPORTS}/onlineStats", granularity="hours", limit=2, start=to_ms(start)
    )

    assert body["statsDateRange"] == {"start": iso(start), "end": iso(start + timedelta(hours=2))}


@pytest.mark.parametrize(
    "query",
    [
        {"granularity": "weeks"},
        {"limit": "x"},
        {"limit": 0},
        {"granularity": "days", "limit": 401},
        {"start": "yesterday"},
        {"start": 10**18},
    ],
)
async def test_a_bad_range_is_422(nora: Caller, query: dict[str, str]) -> None:
    assert (await nora.get(f"{REPORTS}/onlineStats", **query)).status_code == 422


# -- the others --------------------------------------------------------------------------------


async def test_speed_tests_every_three_hours(nora: Caller) -> None:
    path = f"nodes/{ids.DEMO_GATEWAY_ID}"
    query = {"granularity": "days", "limit": 1}
    body = await nora.json(f"{HOME}/{path}/speedTestResults", **query)
    times = moments(body["downloadSpeeds"])

    assert body == await nora.json(f"{REPORTS}/{path}/results", **query)
    assert len(times) == len(body["uploadSpeeds"]) == 8
    assert {b - a for a, b in pairwise(times)} == {timedelta(hours=3)}
    assert (await nora.nodes())[ids.DEMO_GATEWAY_ID]["speedTest"]["startedAt"] == iso(times[-1])


async def test_failed_speed_tests_are_shown_when_asked_for(nora: Caller) -> None:
    dark = ids.node_id(2, 0, 0)
    path = f"{home_path(2)}/nodes/{dark}/speedTestResults?granularity=hours&limit=4"

    plain = (await nora.http.get(path)).json()
    asked = (await nora.http.get(f"{path}&showFailedSpeedTests=true")).json()

    assert "failedSpeedTests" not in plain
    assert len(asked["failedSpeedTests"]) >= 1
    assert (await nora.nodes(home_path(2)))[dark]["speedTest"][
        "status"
    ] == "succeeded"  # the last good one


async def test_reboots_with_reasons(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.world.apply("reboot", node=STUDY)
    cloud.world.clock.advance(300)
    cloud.world.apply("power_cut", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(300)
    cloud.world.restore(ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(1)

    items = (await nora.json(f"{REPORTS}/reboots"))["items"]
    only = (await nora.json(f"{REPORTS}/reboots", nodeId=STUDY, order="asc"))["items"]
    first = (await nora.json(f"{REPORTS}/reboots", limit=1))["items"]

    assert len(items) == 5
    assert [(item["rebootType"], item["reason"]) for item in only] == [
        ("CLOUD", "requested"),
        ("POWER_CYCLE", "power loss"),
    ]
    assert first == items[:1]


async def test_reboots_of_the_past_month(nora: Caller) -> None:
    query = {"startAt": to_ms(START - timedelta(days=30)), "endAt": to_ms(START)}
    found = [
        item
        for index in range(13)
        for item in (await nora.json(f"{home_path(index, base='reports')}/reboots", **query))[
            "items"
        ]
    ]

    assert len(found) > 5
    assert len({item["rebootType"] for item in found}) > 1


async def test_health_over_time(cloud: PlumeCloud, nora: Caller) -> None:
    query = {"startDate": "2026-05-18", "endDate": "2026-05-18", "granularity": "3h"}

    (gateway, *_) = (await nora.json(f"{REPORTS}/nodes/health", **query))["nodes"]

    assert gateway["id"] == ids.DEMO_GATEWAY_ID
    assert len(gateway["health"]) == 7
    assert {row["value"] for row in gateway["health"]} <= {"excellent", None}


async def test_outage_statistics(nora: Caller) -> None:
    query = {
        "startTimestamp": to_ms(START - timedelta(days=7)),
        "endTimestamp": to_ms(START),
        "type": "monthly",
    }

    body = await nora.json(f"{BAD_WEEK}/networkOutages/stats", **query)
    count = await nora.json(f"{BAD_WEEK}/networkOutages/stats", **query, countOnly="true")

    assert body["count"] == len(body["outages"]) > 10
    assert count == {key: body[key] for key in ("count", "totalSeconds")}


async def test_saturation_and_qoe(nora: Caller) -> None:
    saturation = await nora.json(f"{REPORTS}/wanSaturation")
    quality = await nora.json(f"{home_path(3, base='reports')}/qoe")
    dark = await nora.json(f"{home_path(2, base='reports')}/wanSaturation")

    assert 0 < saturation["rxMaxPercentage"] <= 100
    assert {node["id"]: node["snrDb"] for node in quality["nodes"]}[ids.node_id(3, 0, 2)] == 16
    assert quality["devices"]
    assert dark["rxMaxPercentage"] is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nodes/health", 400),
        ("nodes/health?startDate=2026-05-18&endDate=2026-05-18&granularity=1d", 422),
        ("nodes/health?startDate=18.5.&endDate=2026-05-18&granularity=3h", 422),
        ("networkOutages/stats?type=monthly", 400),
        ("networkOutages/stats?type=daily&startTimestamp=0&endTimestamp=1", 422),
        ("networkOutages/stats?type=yearly&startTimestamp=x&endTimestamp=1", 422),
        ("reboots?startAt=x", 422),
        ("reboots?limit=x", 422),
        (f"nodes/{ids.DEMO_GATEWAY_ID}/results?granularity=days", 400),
        (f"nodes/{ids.DEMO_GATEWAY_ID}/results/unknown", 404),
        ("nodes/NOSUCHNODE/results?limit=1", 404),
    ],
)
async def test_bad_questions(nora: Caller, path: str, status: int) -> None:
    assert (await nora.http.get(f"{REPORTS}/{path}")).status_code == status
