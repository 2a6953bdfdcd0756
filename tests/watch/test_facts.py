"""What a look sees: the same reading as a report's, three-valued."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from src.models.plume import Location, Node, SpeedTest
from src.models.watching import SpeedSight
from src.watch.facts import sight

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR_AGO = "2026-03-02T07:00:00Z"


def _nodes(**gateway: Any) -> list[Node]:
    root = {
        "id": "GW01",
        "serialNumber": "GW01",
        "nickname": "Hall",
        "connectionState": "connected",
        "connectionStateChangeAt": HOUR_AGO,
        "leafToRoot": [],
        "networkMode": "router",
        "backhaulType": "ethernet",
        "publicIp": "203.0.113.4",
        "model": "PP603X",
        "firmwareVersion": "6.4.0",
        "bootAt": HOUR_AGO,
        "health": {"status": "excellent"},
    }
    leaf = {
        "id": "id-2",
        "serialNumber": "LEAF2",
        "defaultName": "Study",
        "connectionState": "connected",
        "leafToRoot": [{"id": "GW01"}],
        "backhaulType": "wifi",
        "alerts": [{"type": "hot"}],
    }
    last = {
        "id": "id-3",
        "nickname": None,
        "serialNumber": "LEAF3",
        "connectionState": "connected",
        "leafToRoot": [{"id": "LEAF2"}, {"id": "GW01"}],
    }
    return [Node.model_validate(one) for one in ({**root, **gateway}, leaf, last)]


def test_a_home_that_is_well() -> None:
    location = Location.model_validate(
        {
            "id": "L",
            "serviceLevel": {"status": "fullService"},
            "geoIp": {"ip": "198.51.100.1", "timezone": "Europe/Oslo", "ISP": "Northwind"},
        }
    )
    found = sight(_nodes(), location, NOW)
    hall, study, last = found.pods
    assert (found.online, found.since) == (True, NOW - timedelta(hours=1))
    assert (found.service_level, found.isp, found.timezone) == (
        "fullService",
        "Northwind",
        "Europe/Oslo",
    )
    assert found.public_address == "203.0.113.4"
    assert (hall.is_gateway, hall.hops, hall.booted_at) == (True, 0, NOW - timedelta(hours=1))
    assert (study.name, study.parent_id, study.hops, study.alerts) == ("Study", "GW01", 1, ("hot",))
    assert (last.name, last.parent_id, last.hops, last.health) == ("LEAF3", "id-2", 2, None)


def test_what_was_not_asked_is_none() -> None:
    found = sight(_nodes(publicIp=None), None, NOW)
    assert (found.service_level, found.public_address, found.isp, found.speed) == (None,) * 4
    location = Location.model_validate({"id": "L", "geoIp": {"ip": "198.51.100.1"}})
    assert sight(_nodes(publicIp=None), location, NOW).public_address == "198.51.100.1"


def test_an_offline_home_has_no_address_and_is_dated_by_its_gateway() -> None:
    nodes = _nodes(connectionState="disconnected")[:1]
    location = Location.model_validate({"id": "L", "geoIp": {"ip": "198.51.100.1"}})
    found = sight(nodes, location, NOW)
    assert (found.online, found.public_address) == (False, None)
    assert found.since == NOW - timedelta(hours=1)


def test_unknown_is_not_offline() -> None:
    assert sight([], None, NOW).online is None
    odd = sight(_nodes(connectionState="resting")[:1], None, NOW)
    assert (odd.online, odd.since, odd.pods[0].connected) == (None, None, None)
    future = sight(_nodes(bootAt="2031-01-01T00:00:00Z"), None, NOW)
    assert future.pods[0].booted_at is None


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"status": "succeeded", "endedAt": HOUR_AGO, "download": 400, "upload": 90}, 400.0),
        ({"status": "failed", "endedAt": HOUR_AGO, "download": 400}, None),
        ({"status": "succeeded", "download": 400}, None),
        ({"status": "succeeded", "endedAt": HOUR_AGO}, None),
        ({"status": "succeeded", "endedAt": "2031-01-01T00:00:00Z", "download": 400}, None),
    ],
)
def test_only_a_test_that_succeeded_counts(test: dict[str, Any], expected: float | None) -> None:
    asked = sight(_nodes(), None, NOW, speed=SpeedTest.model_validate(test)).speed
    listed = sight(_nodes(speedTest={**test, "gateway": True}), None, NOW).speed
    for found in (asked, listed):
        assert (found.download_mbps if found else None) == expected
    if expected is not None:
        assert asked == SpeedSight(NOW - timedelta(hours=1), 400.0, 90.0)
