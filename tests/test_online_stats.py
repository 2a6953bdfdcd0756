"""The online history endpoint: every shape in which it may come, and what it refuses to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as client
from src.api.online_stats import get_location_online_stats
from tests.fake_plume import CONFIG, JSON_403, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/reports/Customers/c1/locations/l1/onlineStats"
START = datetime(2026, 5, 18, 5, 45, tzinfo=UTC)
END = datetime(2026, 5, 18, 6, 45, tzinfo=UTC)
EPOCH_MS = int(START.timestamp() * 1000)


@pytest.fixture
def plume() -> Iterator[FakePlume]:
    """A fake cloud, used by user 1."""
    fake = FakePlume()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    yield fake
    client.user_auth.clear()
    client.configure()


def points(*values: object) -> list[dict[str, object]]:
    return [
        {"timestamp": f"2026-05-18T0{6 + number}:00:00.000Z", "value": value}
        for number, value in enumerate(values)
    ]


RANGE = {"start": "2026-05-18T05:45:00.000Z", "end": "2026-05-18T06:45:00.000Z"}


@pytest.mark.parametrize(
    "date_range",
    [
        RANGE,
        [{"start": [RANGE["start"]], "end": [RANGE["end"]]}],
        {"startAt": RANGE["start"], "endAt": RANGE["end"]},
        {"start": EPOCH_MS, "end": EPOCH_MS + 3_600_000},
    ],
)
async def test_the_period_in_every_shape(date_range: Any, plume: FakePlume) -> None:
    plume.answers(PATH, {"statsDateRange": date_range, "locationState": points("online")})
    stats = await get_location_online_stats(1, "c1", "l1")
    assert (stats.start, stats.end) == (START, END)


@pytest.mark.parametrize(
    ("values", "states"),
    [
        (("online", "OFFLINE", "partial"), ["online", "offline", "partial"]),
        ((1, 0, 0.5), ["online", "offline", "partial"]),
        ((True, False), ["online", "offline"]),
        (("sleeping", None, 7), ["unknown", "unknown", "unknown"]),
    ],
)
async def test_values_in_every_shape(
    values: tuple[object, ...], states: list[str], plume: FakePlume
) -> None:
    newest_first = list(reversed(points(*values)))
    plume.answers(PATH, {"statsDateRange": RANGE, "locationState": newest_first})
    stats = await get_location_online_stats(1, "c1", "l1")
    assert [point.state for point in stats.points] == states


async def test_it_asks_for_what_was_wanted(plume: FakePlume) -> None:
    plume.answers(PATH, {"locationState": []})
    stats = await get_location_online_stats(1, "c1", "l1", "hours", 24)
    assert stats.points == ()
    assert dict(plume.calls[0].url.params) == {"granularity": "hours", "limit": "24"}
    await get_location_online_stats(1, "c1", "l1")
    assert dict(plume.calls[1].url.params) == {"granularity": "days", "limit": "7"}


async def test_a_refusal_is_tried_again_with_the_client_id(plume: FakePlume) -> None:
    plume.answers(PATH, httpx.Response(403, json=JSON_403), {"locationState": points("online")})
    assert len((await get_location_online_stats(1, "c1", "l1")).points) == 1
    assert plume.calls[1].url.params["client_id"] == "fake-client"


@pytest.mark.parametrize(
    ("granularity", "limit"),
    [("weeks", 1), ("", 1), ("days", 0), ("days", -1), ("days", 1001)],
)
async def test_nonsense_is_not_asked(granularity: str, limit: int, plume: FakePlume) -> None:
    with pytest.raises(client.PlumeInputError):
        await get_location_online_stats(1, "c1", "l1", granularity, limit)
    assert plume.calls == []


async def test_an_unknown_shape_is_an_error(plume: FakePlume) -> None:
    plume.answers(PATH, {"message": "odd"})
    with pytest.raises(client.PlumeResponseError):
        await get_location_online_stats(1, "c1", "l1")
