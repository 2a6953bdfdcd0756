"""The alerts that the cloud itself has raised for a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import plume_api_client as client
from src.api.alerts import get_alerts
from tests.fake_plume import CONFIG, JSON_403, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/api/Customers/c1/locations/l1/alerts"


@pytest.fixture
def plume() -> Iterator[FakePlume]:
    """A fake cloud, used by user 1."""
    fake = FakePlume()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    yield fake
    client.user_auth.clear()
    client.configure()


async def test_alerts_of_nodes_and_devices(plume: FakePlume) -> None:
    plume.answers(
        PATH,
        {"nodes": [{"id": "N1", "alerts": [{"type": "poorHealth"}]}], "devices": [{"id": "m1"}]},
    )
    alerts = await get_alerts(1, "c1", "l1")
    assert [(alert.id, alert.types) for alert in alerts.nodes] == [("N1", ("poorHealth",))]
    assert alerts.devices == ()


async def test_credentials_without_the_right(plume: FakePlume) -> None:
    plume.answers(PATH, httpx.Response(403, json=JSON_403))
    with pytest.raises(client.PlumePermissionError):
        await get_alerts(1, "c1", "l1")


async def test_an_unknown_shape(plume: FakePlume) -> None:
    plume.answers(PATH, {"what": "else"})
    with pytest.raises(client.PlumeResponseError):
        await get_alerts(1, "c1", "l1")
