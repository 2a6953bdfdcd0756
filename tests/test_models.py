"""The tolerant edge: odd shapes become typed values or None, one odd part spoils nothing."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from src import models
from src.models import (
    Customer,
    Health,
    Location,
    Node,
    ShapeError,
    SpeedTest,
    WifiNetwork,
    parse_customers,
    parse_location,
    parse_locations,
    parse_moment,
    parse_nodes,
    parse_online_stats,
    parse_wan_stats,
    parse_wifi_networks,
)
from src.models.plume import parse_state, unwrap
from tests.samples import gateway, home, leaf, location, wan_point

MOMENT = datetime(2026, 5, 18, 6, 30, tzinfo=UTC)

MOMENTS: list[tuple[Any, datetime | None]] = [
    ("2026-05-18T06:30:00.000Z", MOMENT),
    ("2026-05-18T06:30:00Z", MOMENT),
    (" 2026-05-18T08:30:00+02:00 ", MOMENT),
    ("2026-05-18T06:30:00", MOMENT),
    (1779085800, MOMENT),
    (1779085800.0, MOMENT),
    (1779085800000, MOMENT),
    ("1779085800000", MOMENT),
    (MOMENT, MOMENT),
    (MOMENT.replace(tzinfo=None), MOMENT),
    (0, datetime(1970, 1, 1, tzinfo=UTC)),
    (None, None),
    ("", None),
    ("yesterday", None),
    ("2026-02-30T00:00:00Z", None),
    (True, None),
    ([], None),
    (1e300, None),
    (float("nan"), None),
    ("9" * 40, None),
    ("0001-01-01T00:00:00+05:00", None),
]


@pytest.mark.parametrize(("value", "expected"), MOMENTS)
def test_moments(value: Any, expected: datetime | None) -> None:
    found = parse_moment(value)
    assert found == expected
    assert found is None or found.tzinfo is UTC


STATES: list[tuple[Any, str]] = [
    ("online", "online"),
    (" Online ", "online"),
    ("connected", "online"),
    ("offline", "offline"),
    ("intermittent", "partial"),
    ("purple", "unknown"),
    (True, "online"),
    (False, "offline"),
    (1, "online"),
    (0, "offline"),
    ("0", "offline"),
    (0.97, "partial"),
    (2, "unknown"),
    (-1, "unknown"),
    (None, "unknown"),
    ({}, "unknown"),
]


@pytest.mark.parametrize(("value", "state"), STATES)
def test_states(value: Any, state: str) -> None:
    assert parse_state(value) == state


def test_field_kinds_are_read_tolerantly() -> None:
    node = Node.model_validate(
        {
            "id": "A",
            "nickname": "  ",
            "defaultName": 7,
            "connectedDeviceCount": "12",
            "backhaulChannel": "44",
            "residentialGateway": "true",
            "bootAt": 1779085800000,
            "health": "poor",
            "alerts": [{"type": "a"}, {"name": "b"}, "c", {}, 5, None, True],
            "mac": None,
            "ethernetMac": "02:00",
            "linkStates": [{"ifName": "eth0", "linkSpeed": 65535}, "odd", {"linkSpeed": "100"}],
        }
    )
    assert (node.nickname, node.default_name, node.name) == (None, "7", "7")
    assert (node.connected_device_count, node.backhaul_channel) == (12, 44)
    assert (node.residential_gateway, node.boot_at) == (True, MOMENT)
    assert node.health == Health(status="poor")
    assert node.alerts == ("a", "b", "c", "5")
    assert node.mac == "02:00"
    assert [port.has_link for port in node.link_states] == [False, True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("connectedDeviceCount", -1),
        ("connectedDeviceCount", True),
        ("connectedDeviceCount", float("nan")),
        ("connectedDeviceCount", "many"),
        ("connectedDeviceCount", []),
        ("residentialGateway", "perhaps"),
        ("residentialGateway", 1),
        ("backhaulChannel", {}),
        ("health", {}),
        ("health", ""),
        ("health", []),
        ("health", 3),
        ("speedTest", {}),
        ("speedTest", "none"),
        ("bootAt", "soon"),
        ("model", ""),
        ("model", {}),
        ("model", False),
    ],
)
def test_odd_is_not_reported(field: str, value: Any) -> None:
    node = Node.model_validate({"id": "A", field: value})
    assert node == Node(id="A")


def test_an_unreadable_field_is_left_out_and_logged_without_its_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        node = Node.model_validate({"id": "A", "health": {"status": "good"}, "alerts": {"x": "s3"}})
        record = Location.model_validate({"id": "L", "geoIp": ["s3cret"]})
        customers = parse_customers([{"id": "b1"}, {"name": "s3cret"}])
    assert Node.model_validate({"id": "A", "speedTest": record}) == Node(id="A")
    assert "unreadable Node.speed_test left out" in caplog.text
    assert node.health == Health(status="good")
    assert (node.alerts, record.geo_ip) == ((), None)
    assert customers == (Customer(id="b1"),)
    assert "unreadable Customer left out (1)" in caplog.text
    assert "s3" not in caplog.text


def test_channels_stay_raw_when_they_are_no_number() -> None:
    assert Node.model_validate({"id": "A", "backhaulChannel": "auto"}).backhaul_channel == "auto"


@pytest.mark.parametrize(
    ("value", "hops"),
    [
        (..., None),
        (None, None),
        ([], ()),
        ({}, ()),
        ([{"id": "A"}, {"parentId": "B", "freqBand": "5G"}, {"channel": 1}], ("A", "B")),
    ],
)
def test_way_to_the_root(value: Any, hops: tuple[str, ...] | None) -> None:
    node = parse_nodes([gateway(leafToRoot=value)])[0]
    found = node.leaf_to_root
    assert (None if found is None else tuple(hop.id for hop in found)) == hops


@pytest.mark.parametrize(
    ("word", "connected"),
    [
        ("connected", True),
        ("Disconnected", False),
        ("unavailable", False),
        ("dozing", None),
        (None, None),
    ],
)
def test_connected_is_three_valued(word: str | None, connected: bool | None) -> None:
    assert Node(id="A", connection_state=word).connected is connected


def test_has_link_is_three_valued() -> None:
    ports = parse_nodes([gateway(linkStates=[{"linkSpeed": n} for n in (0, None, 1000)])])
    assert [port.has_link for port in ports[0].link_states] == [False, None, True]


def test_names_fall_back_to_the_serial() -> None:
    assert Node(id="A", nickname="N", default_name="D").name == "N"
    assert Node(id="A", default_name="D").name == "D"
    assert Node(id="A", serial_number="S").name == "S"
    assert Node(id="A").name == "A"


def test_a_speed_test_is_dated_by_its_end() -> None:
    assert SpeedTest(started_at=MOMENT).at == MOMENT
    assert SpeedTest.model_validate({"startedAt": 5, "endedAt": 1779085800}).at == MOMENT
    assert SpeedTest().at is None


def test_half_a_character_is_replaced() -> None:
    node = parse_nodes([{"id": "A\ud800", "nickname": "B\udfff", "alerts": ["\ud83c"]}])[0]
    assert (node.id, node.nickname, node.alerts) == ("A\ufffd", "B\ufffd", ("\ufffd",))
    assert parse_nodes([{"id": "A", "nickname": "\ud83c\udfe0"}])[0].nickname == "🏠"


NODES: dict[str, Any] = {
    "envelope": home(gateway(), leaf()),
    "doubled": {"nodes": home(gateway(), leaf())},
    "tripled": {"data": {"nodes": home(gateway(), leaf())}},
    "bare": [gateway(), leaf()],
    "items": {"items": [gateway(), leaf()]},
    "with odd items": [None, gateway(), {"nickname": "no id"}, 3, leaf()],
    "models": (Node.model_validate(gateway()), leaf()),
}


@pytest.mark.parametrize("case", NODES)
def test_nodes_in_any_envelope(case: str) -> None:
    assert [node.name for node in parse_nodes(NODES[case])] == ["Hallway", "Study"]


def test_an_endless_envelope_ends() -> None:
    body: Any = [gateway()]
    for _ in range(20):
        body = {"nodes": body}
    with pytest.raises(ShapeError):
        parse_nodes(body)
    assert unwrap({"x": 1}, "nodes") == {"x": 1}


SHAPELESS: list[Any] = [None, "", "text", 7, True, {}, {"error": {"message": "no"}}, [None], [{}]]


@pytest.mark.parametrize("body", SHAPELESS)
@pytest.mark.parametrize("parse", [parse_customers, parse_locations, parse_location, parse_nodes])
def test_unreadable_is_not_empty(parse: Any, body: Any) -> None:
    with pytest.raises(ShapeError):
        parse(body)


@pytest.mark.parametrize("body", [None, "", "text", 7, True, [None]])
def test_unreadable_networks_are_not_no_networks(body: Any) -> None:
    """Apart from objects: a network has no field that it must have."""
    with pytest.raises(ShapeError):
        parse_wifi_networks(body)


def test_empty_is_not_unreadable() -> None:
    assert parse_nodes({"nodes": []}) == ()
    assert parse_customers([]) == ()
    assert parse_locations([]) == ()
    assert parse_wifi_networks([]) == ()
    with pytest.raises(ShapeError):
        parse_location([])


def test_locations_as_list_or_alone() -> None:
    assert parse_location(location()) == parse_locations([location()])[0]
    assert parse_locations({"locations": [location(id="a"), location(id="b")]})[1].id == "b"
    assert parse_location({"location": {"_id": "a"}}).id == "a"


def test_a_location_keeps_what_monitoring_needs_and_no_secret() -> None:
    record = parse_location(
        location(
            backhaul={"wpaKey": "s3cret"},
            wanSettings={"pppoe": {"password": "s3cret"}},
            serviceLevel={},
            ispSpeedTestResult={"status": "succeeded"},
        )
    )
    assert record.geo_ip is not None
    assert (record.geo_ip.isp, record.geo_ip.timezone) == ("Northwind Fibre", "Europe/Stockholm")
    assert record.service_level is None
    assert record.speed_test == SpeedTest(status="succeeded")
    assert record.summary is not None
    assert record.summary.node_claimed_count == 3
    assert "s3cret" not in repr(record) + record.model_dump_json()


def test_a_provider_of_false_is_not_reported() -> None:
    record = parse_location(location(geoIp={"ISP": False, "timezone": None}))
    assert record.geo_ip is not None
    assert record.geo_ip.isp is record.geo_ip.timezone is None


NETWORKS: list[tuple[Any, WifiNetwork]] = [
    ([{"ssid": "N", "enable": True}], WifiNetwork(ssid="N", enabled=True)),
    ([{"ssid": "N", "enable": None, "enabled": False}], WifiNetwork(ssid="N", enabled=False)),
    ([{"ssid": "N"}], WifiNetwork(ssid="N", enabled=None)),
    ({"wifiNetworks": [{"ssid": "N"}]}, WifiNetwork(ssid="N")),
    ({"wifiNetwork": {"ssid": "N", "encryptionKey": "s3cret"}}, WifiNetwork(ssid="N")),
]


@pytest.mark.parametrize(("body", "expected"), NETWORKS)
def test_wifi_networks(body: Any, expected: WifiNetwork) -> None:
    (network,) = parse_wifi_networks(body)
    assert network == expected
    assert "s3cret" not in repr(network)


WAN: dict[str, Any] = {
    "daily": {"fifteenMins": [wan_point(15), wan_point(30)]},
    "other key": {"statsDateRange": [1], "hours": [wan_point(30), wan_point(15)]},
    "bare": [wan_point(15), wan_point(30)],
    "wrapped": {"wanStats": {"fifteenMins": [wan_point(15), wan_point(30)]}},
    "odd rows": {"fifteenMins": [None, wan_point(15), {"timestamp": None}, wan_point(30), 7]},
}


@pytest.mark.parametrize("case", WAN)
def test_wan_points_oldest_first(case: str) -> None:
    points = parse_wan_stats(WAN[case]).points
    assert [point.rx_mbytes for point in points] == [112.5, 112.5]
    assert points[0].timestamp < points[1].timestamp


@pytest.mark.parametrize("body", [{"fifteenMins": []}, {"fifteenMins": None}, [], {"days": []}])
def test_no_wan_points_is_an_answer(body: Any) -> None:
    assert parse_wan_stats(body).points == ()


@pytest.mark.parametrize("body", [None, {}, "x", {"fifteenMins": "x"}, {"fifteenMins": [{"a": 1}]}])
def test_wan_without_rows_is_unreadable(body: Any) -> None:
    with pytest.raises(ShapeError):
        parse_wan_stats(body)


RANGE = ("2026-05-18T05:30:00+00:00", "2026-05-18T06:30:00+00:00")
RANGES: dict[str, Any] = {
    "object": {"start": RANGE[0], "end": RANGE[1]},
    "gateway's": {"startAt": RANGE[0], "endAt": RANGE[1]},
    "list of lists": [{"start": [RANGE[0]], "end": [RANGE[1]]}],
    "several": [{"start": RANGE[0]}, {"start": RANGE[1], "end": RANGE[1]}, None],
    "epoch": {"start": 1779082200000, "end": 1779085800},
}


@pytest.mark.parametrize("case", RANGES)
def test_date_ranges(case: str) -> None:
    stats = parse_online_stats({"statsDateRange": RANGES[case], "locationState": []})
    assert stats.start is not None
    assert stats.end is not None
    assert (stats.start.isoformat(), stats.end.isoformat()) == RANGE


@pytest.mark.parametrize("value", [None, {}, [], "today", [{"start": None}], {"end": "x"}])
def test_no_date_range(value: Any) -> None:
    stats = parse_online_stats({"statsDateRange": value, "locationState": []})
    assert (stats.start, stats.end) == (None, None)


def test_history_is_sorted_and_keeps_raw_values() -> None:
    rows = [
        {"timestamp": RANGE[1], "value": "x" * 99},
        {"timestamp": RANGE[0], "value": 1},
        {"timestamp": None, "value": "online"},
        "odd",
    ]
    for body in ({"locationState": rows}, {"onlineStats": {"locationState": rows}}, rows):
        points = parse_online_stats(body).points
        assert [(point.state, point.raw) for point in points] == [
            ("online", "1"),
            ("unknown", "x" * 40),
        ]
    assert parse_online_stats({"locationState": [{"timestamp": RANGE[0]}]}).points[0].raw is None


@pytest.mark.parametrize("body", [{"locationState": None}, {"locationState": []}, []])
def test_no_history_is_an_answer(body: Any) -> None:
    assert parse_online_stats(body).points == ()


@pytest.mark.parametrize("body", [{}, "x", {"locationState": "x"}, {"locationState": [{"a": 1}]}])
def test_history_without_states_is_unreadable(body: Any) -> None:
    with pytest.raises(ShapeError):
        parse_online_stats(body)


def test_models_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Node(id="A").nickname = "B"  # type: ignore[misc]  # that is what is tested


def test_everything_public_is_there_and_sorted() -> None:
    assert models.__all__ == sorted(models.__all__)
    for name in models.__all__:
        assert hasattr(models, name)
