"""Client devices: read in any shape, counted without naming anybody, found by a part of a name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.clients import count_devices, describe_devices, find_devices
from src.models.clients import Device, parse_devices
from src.models.plume import ShapeError
from tests.texts import texts

PODS = {"N1": "Hallway", "N2": "Study", "N3": "Attic"}


def device(address: str = "02:11:22:33:44:01", **changes: Any) -> dict[str, Any]:
    return {
        "id": address,
        "mac": address,
        "name": "Noras-phone",
        "medium": "wifi",
        "freqBand": "5G",
        "channel": 44,
        "connectionState": "connected",
        "connectionStateChangeAt": "2026-05-18T05:58:00.000Z",
        "health": {"status": "healthy"},
        "leafToRoot": [{"id": "N2"}, {"id": "N1"}],
        **changes,
    }


def read(*bodies: dict[str, Any]) -> tuple[Device, ...]:
    return parse_devices({"devices": list(bodies)})


# ------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    "body",
    [
        [device()],
        {"devices": [device()]},
        {"devices": {"devices": [device()]}},
        {"data": [device()]},
        {"items": [device(), None, "odd", {"name": "without id"}]},
    ],
)
def test_every_envelope(body: object) -> None:
    (one,) = parse_devices(body)
    assert (one.id, one.label, one.pod_id, one.connected) == (
        "02:11:22:33:44:01",
        "Noras-phone",
        "N2",
        True,
    )


@pytest.mark.parametrize("body", [[], {"devices": []}, {"devices": {"devices": []}}])
def test_no_devices_is_not_unreadable(body: object) -> None:
    assert parse_devices(body) == ()


@pytest.mark.parametrize("body", [None, "<html>", {"error": 1}, {"devices": None}, [{"name": "x"}]])
def test_unreadable(body: object) -> None:
    with pytest.raises(ShapeError):
        parse_devices(body)


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"health": "poor"}, "health.status", "poor"),
        ({"health": {"status": "degraded", "score": 2}}, "health.status", "degraded"),
        ({"health": {}}, "health", None),
        ({"health": None}, "health", None),
        ({"health": ""}, "health", None),
        ({"mac": None}, "mac", "02:11:22:33:44:01"),
        ({"nickname": "Phone"}, "label", "Phone"),
        ({"name": None, "hostName": "host-1"}, "label", "host-1"),
        ({"name": "  "}, "label", "02:11:22:33:44:01"),
        ({"leafToRoot": []}, "pod_id", None),
        ({"leafToRoot": None}, "pod_id", None),
        (
            {"leafToRoot": [{"parentId": "N9", "freqBand": "2.4G"}], "freqBand": None},
            "band",
            "2.4G",
        ),
        ({"freqBand": None}, "band", None),
        ({"channel": "44"}, "channel", 44),
        ({"connectionState": "unavailable"}, "connected", False),
        ({"connectionState": "DISCONNECTED"}, "connected", False),
        ({"connectionState": "roaming"}, "connected", None),
        ({"connectionState": None}, "connected", None),
        ({"connectionStateChangeAt": "never"}, "connection_state_change_at", None),
    ],
)
def test_fields(changes: dict[str, Any], field: str, expected: object) -> None:
    value: Any = read(device(**changes))[0]
    for name in field.split("."):
        value = getattr(value, name)
    assert value == expected


# ------------------------------------------------------------------------------------ counting


def test_counts_by_pod() -> None:
    counts = count_devices(
        read(
            device("a1"),
            device("a2", freqBand="5GU"),
            device("a3", freqBand="2.4G", health="poor"),
            device("a4", medium="ethernet", freqBand=None, channel=None, health=None),
            device("a5", freqBand="60G"),
            device("a6", leafToRoot=[{"id": "N1"}], freqBand=None, medium=None),
            device("a7", leafToRoot=None, health={"status": "degraded"}),
            device("a8", leafToRoot=[{"id": "N9"}], medium="moca", freqBand=None),
            device("b1", connectionState="disconnected", health="poor"),
            device("c1", connectionState=None),
        ),
        PODS,
    )
    assert {**counts, "pods": []} == {
        "known": 10,
        "connected": 8,
        "disconnected": 1,
        "unknown": 1,
        "weak": 2,
        "pods": [],
    }
    rows = [
        (p["pod_id"], p["pod_name"], p["devices"], p["bands"], p["wired"], p["unclear"], p["weak"])
        for p in counts["pods"]
    ]
    assert rows == [
        ("N2", "Study", 5, {"2.4 GHz": 1, "5 GHz": 2, "60G": 1}, 1, 0, 1),
        ("N1", "Hallway", 1, {}, 0, 1, 0),
        ("N9", None, 1, {}, 1, 0, 0),
        (None, None, 1, {"5 GHz": 1}, 0, 0, 1),
        ("N3", "Attic", 0, {}, 0, 0, 0),
    ]


def test_counts_name_nobody() -> None:
    told = json.dumps(count_devices(read(device(ip="192.168.40.101")), PODS))
    for personal in ("Nora", "02:11", "192.168"):
        assert personal not in told


def test_nothing_at_all() -> None:
    assert count_devices((), {}) == {
        "known": 0,
        "connected": 0,
        "disconnected": 0,
        "unknown": 0,
        "weak": 0,
        "pods": [],
    }


# ------------------------------------------------------------------------------------ describing


def test_connected_first_and_weak_first_among_them() -> None:
    details = describe_devices(
        read(
            device("a1", name="Zed"),
            device("a2", name="amy", connectionState="disconnected"),
            device("a3", name="bob", connectionState="?"),
            device("a4", name="Abe"),
            device("a5", name="Yan", health="poor"),
        ),
        PODS,
    )
    assert [detail["label"] for detail in details] == ["Yan", "Abe", "Zed", "bob", "amy"]


def test_a_detail() -> None:
    (detail,) = describe_devices(
        read(device("02-11-22-33-44-AB", ip="10.0.0.1", icon="tv", accessZone="guests")), PODS
    )
    assert detail == {
        "label": "Noras-phone",
        "mac": "02:11:22:33:44:ab",
        "ip": "10.0.0.1",
        "kind": "tv",
        "connected": True,
        "state": "connected",
        "since": "2026-05-18T05:58:00+00:00",
        "pod_id": "N2",
        "pod_name": "Study",
        "medium": "wifi",
        "band": "5 GHz",
        "channel": 44,
        "health": "healthy",
        "weak": False,
        "zone": "guests",
    }


@pytest.mark.parametrize(
    ("health", "weak"),
    [
        ("poor", True),
        ("Degraded", True),
        ("good", False),
        ("odd", None),
        (None, None),
        ({"score": 1}, None),
    ],
)
def test_a_weak_link_is_one_that_says_so(health: object, weak: bool | None) -> None:
    (detail,) = describe_devices(read(device(health=health)), PODS)
    assert detail["weak"] is weak


# -------------------------------------------------------------------------------------- finding

HOUSE = read(
    device("02:11:22:33:44:01", name="Noras-phone", nickname="Telefon", ip="192.168.40.101"),
    device("02:11:22:33:44:02", name="02:11:22:33:44:02", ip="192.168.40.102"),
    device("06:aa:bb:cc:dd:ee", name="Café TV", hostName="café-tv"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("noras", [0]),
        ("TELE", [0]),
        ("café", [2]),
        ("  café   tv ", [2]),
        ("02:11:22:33:44:02", [1]),
        ("0211.2233.4402", [1]),
        ("02-11-22-33-44-02", [1]),
        ("44:01", [0]),
        ("4402", [1]),
        ("DDEE", [2]),
        ("02:11", [0, 1]),
        ("02:1", []),  # too few digits to be told from anything
        ("192.168.40.102", [1]),
        ("192.168.40", []),
        ("nobody", []),
        ("  ", []),
    ],
)
def test_finding(text: str, found: list[int]) -> None:
    assert find_devices(HOUSE, text) == [HOUSE[place] for place in found]


_odd = (
    st.none() | st.booleans() | st.integers() | texts(max_size=5) | st.lists(st.none(), max_size=2)
)
_bodies = st.lists(
    st.builds(
        lambda edits: {**device(), **edits},
        st.dictionaries(st.sampled_from(sorted(device())), _odd, max_size=5),
    ),
    max_size=6,
)


@settings(max_examples=400)
@given(bodies=_bodies, text=texts(max_size=8))
def test_whatever_devices_say_every_one_is_counted_once(
    bodies: list[dict[str, Any]], text: str
) -> None:
    try:
        devices = parse_devices(bodies)
    except ShapeError:
        return
    counts = count_devices(devices, PODS)
    assert counts["known"] == counts["connected"] + counts["disconnected"] + counts["unknown"]
    assert counts["connected"] == sum(pod["devices"] for pod in counts["pods"])
    for pod in counts["pods"]:
        assert pod["devices"] == sum(pod["bands"].values()) + pod["wired"] + pod["unclear"]
    assert len(describe_devices(devices, PODS)) == len(devices)
    assert set(find_devices(devices, text)) <= set(devices)
