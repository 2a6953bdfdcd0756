"""The devices of a home, from the embedded cloud in each of its shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import plume_api_client as client
from src.api.devices import get_devices
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from tests.demo.plume_kit import make_world

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = (ids.DEMO_CUSTOMER_ID, ids.DEMO_LOCATION_ID)


@pytest.fixture
def cloud() -> Iterator[PlumeCloud]:
    """The embedded cloud, used by user 1."""
    made = PlumeCloud(make_world())
    client.configure(transport=httpx.ASGITransport(made.app))
    who = DEMO_CREDENTIALS[0]
    base = "http://localhost"
    client.set_user_auth(
        1,
        {
            "auth_header": who.header,
            "partner_id": who.partner_id,
            "sso_url": f"{base}/oauth2/demo/v1/token",
            "plume_api_base": f"{base}/api/",
            "plume_reports_base": f"{base}/reports/",
        },
    )
    yield made
    client.user_auth.clear()
    client.configure()


@pytest.mark.parametrize("envelope", ["single", "double", "bare"])
async def test_every_shape(cloud: PlumeCloud, envelope: str) -> None:
    plain = await get_devices(1, *HOME)
    cloud.shapes.set(devices_envelope=envelope, times="epoch_ms", unknown_fields="some")
    assert await get_devices(1, *HOME) == plain
    assert len(plain) > 5
    nodes = {node.id for node in await client.get_nodes_in_location(1, *HOME)}
    assert {device.pod_id for device in plain if device.connected} <= nodes
    assert all(device.pod_id is None for device in plain if device.connected is False)


async def test_refusals(cloud: PlumeCloud) -> None:
    with pytest.raises(client.PlumeNotFoundError):
        await get_devices(1, HOME[0], ids.location_id(0, 99))
    with pytest.raises(client.PlumeInputError):
        await get_devices(1, HOME[0], "../..")
    cloud.faults.set("html_200", "*/devices")
    with pytest.raises(client.PlumeResponseError):
        await get_devices(1, *HOME)
