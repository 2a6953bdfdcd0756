"""Reboots of a home: what is asked, and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import plume_api_client as client
from src.api.reboots import get_reboots
from tests.fake_plume import CONFIG, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/reports/Customers/c1/locations/l1/reboots"
WHEN = datetime(2026, 5, 18, 6, 0, tzinfo=UTC)


@pytest.fixture
def plume() -> Iterator[FakePlume]:
    """A fake cloud, used by user 1."""
    fake = FakePlume()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    yield fake
    client.user_auth.clear()
    client.configure()


async def test_oldest_first_with_their_reasons(plume: FakePlume) -> None:
    items = [
        {
            "occurredAt": (WHEN - timedelta(hours=hours)).isoformat(),
            "nodeId": "N1",
            "reason": "power loss",
            "rebootType": "POWER_CYCLE",
        }
        for hours in (1, 2)
    ]
    plume.answers(PATH, {"items": items})
    first, second = await get_reboots(1, "c1", "l1")
    assert first.at < second.at < WHEN
    assert (second.node_id, second.reason, second.reboot_type) == (
        "N1",
        "power loss",
        "POWER_CYCLE",
    )


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, {"order": "desc", "limit": "100"}),
        (
            {"node_id": "N1", "start": WHEN, "end": WHEN + timedelta(seconds=1), "limit": 5},
            {
                "nodeId": "N1",
                "startAt": "1779084000000",
                "endAt": "1779084001000",
                "order": "desc",
                "limit": "5",
            },
        ),
    ],
)
async def test_what_is_asked(
    plume: FakePlume, arguments: dict[str, Any], query: dict[str, str]
) -> None:
    plume.answers(PATH, {"items": []})
    assert await get_reboots(1, "c1", "l1", **arguments) == ()
    assert dict(plume.calls[0].url.params) == query


@pytest.mark.parametrize(
    "arguments",
    [
        {"limit": 0},
        {"limit": 1001},
        {"node_id": "a b"},
        {"start": datetime(2026, 5, 18)},  # noqa: DTZ001 - without a zone, on purpose
    ],
)
async def test_refused_before_any_call(plume: FakePlume, arguments: dict[str, Any]) -> None:
    with pytest.raises(client.PlumeInputError):
        await get_reboots(1, "c1", "l1", **arguments)
    assert plume.calls == []


async def test_counts_without_a_moment_are_unreadable(plume: FakePlume) -> None:
    plume.answers(PATH, {"count": 3})
    with pytest.raises(client.PlumeResponseError):
        await get_reboots(1, "c1", "l1")
