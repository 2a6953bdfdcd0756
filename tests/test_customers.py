"""Whose home it is, from the embedded cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import plume_api_client as client
from src.api.customers import get_customer_name
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from tests.demo.plume_kit import make_world

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cloud() -> Iterator[PlumeCloud]:
    """The embedded cloud, used by user 1."""
    made = PlumeCloud(make_world())
    client.configure(transport=httpx.ASGITransport(made.app))
    who = DEMO_CREDENTIALS[0]
    client.set_user_auth(
        1,
        {
            "auth_header": who.header,
            "partner_id": who.partner_id,
            "sso_url": "http://localhost/oauth2/demo/v1/token",
            "plume_api_base": "http://localhost/api/",
            "plume_reports_base": "http://localhost/reports/",
        },
    )
    yield made
    client.user_auth.clear()
    client.configure()


async def test_the_name(cloud: PlumeCloud) -> None:
    cloud.shapes.set(unknown_fields="some")
    assert await get_customer_name(1, ids.DEMO_CUSTOMER_ID) == "Nora Lindqvist"


@pytest.mark.parametrize("customer_id", [ids.OTHER_CUSTOMER_ID, "no such id"])
async def test_whose_name_is_not_told_has_none(cloud: PlumeCloud, customer_id: str) -> None:
    assert await get_customer_name(1, customer_id) is None


async def test_trouble_costs_no_more_than_the_name(cloud: PlumeCloud) -> None:
    cloud.world.apply("plume_down")
    with client.caller("person", 0.5):
        assert await get_customer_name(1, ids.DEMO_CUSTOMER_ID) is None
