"""The verdict on a home: certain evidence only, three-valued, and one odd node spoils nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.health import analyze_location_health
from src.models import parse_location, parse_nodes
from tests.samples import (
    NOW,
    Body,
    at,
    dead_leaf,
    gateway,
    healthy,
    home,
    leaf,
    location,
    speed_test,
    summary,
)

if TYPE_CHECKING:
    from src.models.results import LocationHealth


def judge(location_data: Any, nodes: Any, **options: Any) -> LocationHealth:
    health = analyze_location_health(location_data, nodes, **{"now": NOW, **options})
    assert json.loads(json.dumps(health)) == health
    return health


DOWN: Body = {"connectionState": "disconnected", "leafToRoot": []}
BARE = {"gatewayConnectionState": ..., "nodeConnectedCount": ..., "nodeClaimedCount": ...}
OFFLINE_RECORD = location(
    networkStatus={"status": "offline", "statusChangedAt": at(hours=1)},
    summary=summary(gatewayConnectionState="disconnected", nodeConnectedCount=0),
)

VERDICTS: dict[str, tuple[Any, Any, bool | None, str, str]] = {
    "all well": (location(), healthy(), True, "ok", "🟢 All well: 3 of 3 pods connected"),
    "no location record": (None, healthy(), True, "ok", "🟢 All well: 3 of 3 pods connected"),
    "single gateway": (None, home(gateway()), True, "ok", "🟢 All well: 1 of 1 pod connected"),
    "a pod down": (
        location(),
        home(gateway(), leaf(), dead_leaf()),
        True,
        "partial",
        "🟠 Some pods disconnected: 1 of 3",
    ),
    "a pod unavailable": (
        location(),
        home(gateway(), leaf(connectionState="unavailable")),
        True,
        "partial",
        "🟠 Some pods disconnected: 1 of 2",
    ),
    "gateway down": (
        OFFLINE_RECORD,
        home(gateway(**DOWN), leaf(**DOWN), dead_leaf()),
        False,
        "offline",
        "🔴 Offline: the gateway Hallway is disconnected",
    ),
    "gateway down, record lags": (
        location(),
        home(gateway(**DOWN), leaf(**DOWN)),
        False,
        "offline",
        "🔴 Offline: the gateway Hallway is disconnected",
    ),
    "every pod down, none the gateway": (
        None,
        home(dead_leaf(), dead_leaf("Barn", "7K3Q9X0005")),
        False,
        "offline",
        "🔴 Offline: every pod is disconnected",
    ),
    "gateway down, pods up": (
        location(),
        home(gateway(**DOWN), leaf()),
        None,
        "unknown",
        "⚪ Unknown: the gateway is reported disconnected, yet 1 pod is connected",
    ),
    "gateway down, more pods up": (
        location(),
        home(gateway(**DOWN), leaf(), leaf("Attic", "7K3Q9X0003")),
        None,
        "unknown",
        "⚪ Unknown: the gateway is reported disconnected, yet 2 pods are connected",
    ),
    "no gateway, a pod up": (
        None,
        home(leaf(), dead_leaf()),
        True,
        "partial",
        "🟠 Some pods disconnected: 1 of 2",
    ),
    "not set up": (location(), home(), None, "unknown", "⚪ Unknown: no pods are set up"),
    "nodes not read": (
        location(),
        None,
        True,
        "unknown",
        "⚪ Unknown: the home is connected, but its pods could not be read",
    ),
    "nodes not read, summary counts a dead pod": (
        location(summary=summary(nodeConnectedCount=2)),
        None,
        True,
        "partial",
        "🟠 Some pods disconnected: 1 of 3, by the cloud's count",
    ),
    "nodes not read, summary certain of offline": (
        OFFLINE_RECORD,
        None,
        False,
        "offline",
        "🔴 Offline: the cloud reports it; no pods read",
    ),
    "nodes not read, network status only": (
        location(summary=...),
        None,
        True,
        "unknown",
        "⚪ Unknown: the home is connected, but its pods could not be read",
    ),
    "nodes not read, no certain word": (
        location(networkStatus={"status": "wobbly"}, summary=summary(**BARE)),
        None,
        None,
        "unknown",
        "⚪ Unknown: the pods could not be read",
    ),
    "nodes not read, words disagree": (
        location(networkStatus={"status": "offline"}),
        None,
        None,
        "unknown",
        "⚪ Unknown: the pods could not be read",
    ),
    "nodes not read, old summary": (
        location(networkStatus=..., summary=summary(timestamp=at(hours=2))),
        None,
        None,
        "unknown",
        "⚪ Unknown: the pods could not be read",
    ),
    "nothing read": (None, None, None, "unknown", "⚪ Unknown: the pods could not be read"),
    "nodes unreadable": ({}, {"error": "text"}, None, "unknown", "⚪ Unknown: the pods could not"),
    "gateway's state missing, cloud says online": (
        location(),
        home(gateway(connectionState=None), dead_leaf()),
        True,
        "partial",
        "🟠 Some pods disconnected: 1 of 2",
    ),
    "gateway's state missing, cloud says offline": (
        OFFLINE_RECORD,
        home(gateway(connectionState=None), dead_leaf()),
        False,
        "offline",
        "🔴 Offline: the cloud reports the home as offline",
    ),
    "gateway's state missing, nothing else": (
        None,
        home(gateway(connectionState=None), dead_leaf()),
        None,
        "unknown",
        "⚪ Unknown: the gateway does not report a known state",
    ),
    "unknown word": (
        None,
        home(gateway(connectionState="sleeping")),
        None,
        "unknown",
        "⚪ Unknown: the gateway does not report a known state",
    ),
    "bare ids": (
        None,
        home({"id": "A"}, {"id": "B"}),
        None,
        "unknown",
        "⚪ Unknown: no pod reports a connection",
    ),
    "all null": (
        dict.fromkeys(location(), None) | {"id": "L"},
        home(dict.fromkeys(gateway(), None) | {"id": "A"}),
        None,
        "unknown",
        "⚪ Unknown: the gateway does not report a known state",
    ),
    "a silent pod is not a bad pod": (
        None,
        home(gateway(), leaf(connectionState="dozing")),
        True,
        "ok",
        "🟢 All well: 1 of 2 pods connected, 1 without a known state",
    ),
    "bridge mode": (
        location(summary=summary(networkModeRealized="bridge")),
        home(gateway(networkMode="bridge", ip=None), leaf(networkMode="bridge")),
        True,
        "ok",
        "🟢 All well: 2 of 2 pods connected",
    ),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_verdict(case: str) -> None:
    location_data, nodes, online, severity, summary_text = VERDICTS[case]
    health = judge(location_data, nodes)
    assert (health["online"], health["severity"]) == (online, severity)
    assert health["summary"].startswith(summary_text)


WEAK: dict[str, tuple[Body, Body, list[str]]] = {
    "poor": (
        location(),
        leaf(health={"status": "poor", "score": 1}, alerts=[{"type": "poorHealth"}]),
        ["Study: health is poor"],
    ),
    "fair by score": (location(), leaf(health={"score": 3.4}), ["Study: health is fair"]),
    "alert": (location(), leaf(alerts=["hot"]), ["Study: alert hot"]),
    "alert without poor health": (
        location(),
        leaf(alerts=[{"type": "poorHealth"}]),
        ["Study: alert poor health"],
    ),
    "half duplex": (
        location(),
        leaf(linkStates=[{"ifName": "eth1", "duplex": "half", "linkSpeed": 1000}]),
        ["Study: eth1 runs at half duplex"],
    ),
    "slow uplink": (
        location(),
        leaf(linkStates=[{"linkSpeed": 100, "isUplink": True}]),
        ["Study: uplink a port runs at 100 Mbit/s"],
    ),
    "no service": (
        location(serviceLevel={"status": "noService"}),
        leaf(),
        ["The service level is noService: Wi-Fi is switched off"],
    ),
    "basic service": (
        location(serviceLevel={"status": "basicService"}),
        leaf(),
        ["The service level is basicService: adaptive features are off"],
    ),
    "record says offline": (
        OFFLINE_RECORD,
        leaf(),
        ["The cloud's own summary says offline, the gateway says online"],
    ),
}


@pytest.mark.parametrize("case", WEAK)
def test_weakness_is_a_warning_and_degrades(case: str) -> None:
    record, pod, warnings = WEAK[case]
    health = judge(record, home(gateway(), pod))
    assert health["warnings"] == warnings
    assert (health["severity"], health["online"]) == ("degraded", True)
    assert health["summary"] == f"🟡 Degraded: {warnings[0]}"
    assert health["issues"] == []


NOT_WEAK: dict[str, tuple[Body, Body]] = {
    "service level absent": (location(serviceLevel=...), leaf()),
    "service level empty": (location(serviceLevel={}), leaf()),
    "service level null": (location(serviceLevel={"status": None}), leaf()),
    "service level unknown": (location(serviceLevel={"status": "gold"}), leaf()),
    "health null": (location(), leaf(health=None)),
    "health empty": (location(), leaf(health={})),
    "health an unknown word": (location(), leaf(health={"status": "meh", "score": 0})),
    "score off the scale": (location(), leaf(health={"score": 93})),
    "half duplex without a cable": (location(), leaf()),
    "slow port that is no uplink": (location(), leaf(linkStates=[{"linkSpeed": 100}])),
    "alerts null": (location(), leaf(alerts=None)),
}


@pytest.mark.parametrize("case", NOT_WEAK)
def test_unknown_is_not_bad(case: str) -> None:
    record, pod = NOT_WEAK[case]
    health = judge(record, home(gateway(), pod))
    assert (health["severity"], health["warnings"]) == ("ok", [])


def test_two_warnings_are_counted_in_the_summary() -> None:
    weak: Body = {"health": {"status": "poor"}}
    health = judge(None, home(gateway(), leaf(**weak), leaf("Attic", "7K3Q9X0003", **weak)))
    assert health["summary"] == "🟡 Degraded: Attic: health is poor and 1 more"


def test_a_dead_pods_weaknesses_are_not_judged() -> None:
    ports = [{"duplex": "half", "linkSpeed": 100, "isUplink": True}]
    health = judge(location(), home(gateway(), dead_leaf(health="poor", linkStates=ports)))
    assert health["issues"] == ["Garage is disconnected"]
    assert health["warnings"] == []


@pytest.mark.parametrize(
    ("others", "line"),
    [
        ([], []),
        ([dead_leaf()], ["1 other pod is disconnected with it"]),
        ([dead_leaf(), leaf(**DOWN)], ["2 other pods are disconnected with it"]),
    ],
)
def test_a_dead_gateway_is_the_cause_of_the_rest(others: list[Body], line: list[str]) -> None:
    health = judge(OFFLINE_RECORD, home(gateway(**DOWN), *others))
    assert health["issues"] == ["The gateway Hallway is disconnected", *line]


def test_issues_without_pods_say_whose_word_it_is() -> None:
    assert judge(OFFLINE_RECORD, None)["issues"] == ["The cloud reports the home as offline"]
    counted = judge(location(summary=summary(nodeConnectedCount=1)), None)
    assert counted["issues"] == ["Disconnected pods: 2 of 3, by the cloud's count"]
    assert judge(location(), None)["issues"] == []


def test_one_odd_node_never_spoils_the_rest() -> None:
    odd: list[Any] = [None, 7, "node", {"nickname": "no id"}, {"id": {"deep": 1}}, []]
    health = judge(location(), {"nodes": [*odd, gateway(), leaf()]})
    assert [pod["name"] for pod in health["pod_details"]] == ["Hallway", "Study"]
    assert health["missing"] == ["1 pod that the cloud counts"]
    assert (health["pods_total"], health["pods_connected"]) == (3, 2)


def test_an_unread_pod_may_be_the_connected_one() -> None:
    health = judge(location(), home(dead_leaf(), dead_leaf("Barn", "7K3Q9X0005")))
    assert (health["online"], health["severity"]) == (True, "partial")


def test_a_node_sent_twice_counts_once() -> None:
    health = judge(None, home(gateway(), gateway(nickname="Twin"), leaf()))
    assert [pod["name"] for pod in health["pod_details"]] == ["Hallway", "Study"]


SINCE: dict[str, tuple[Any, Any, str | None]] = {
    "connected: the gateway's": (location(), healthy(), at(hours=8)),
    "partial: the first pod that went": (
        None,
        home(gateway(), dead_leaf(), dead_leaf("Barn", "B", connectionStateChangeAt=at(hours=1))),
        at(hours=36),
    ),
    "partial: not reported": (
        None,
        home(gateway(), dead_leaf(connectionStateChangeAt=None)),
        None,
    ),
    "offline: the gateway's": (OFFLINE_RECORD, home(gateway(**DOWN)), at(hours=8)),
    "offline: the last pod's": (
        None,
        home(dead_leaf(), dead_leaf("Barn", "B", connectionStateChangeAt=at(hours=1))),
        at(hours=1),
    ),
    "offline: the record's": (OFFLINE_RECORD, None, at(hours=1)),
    "connected: the record's": (location(), home(leaf()), at(hours=9)),
    "the record's date is of another word": (
        location(networkStatus={"status": "wobbly", "statusChangedAt": at(hours=9)}),
        None,
        None,
    ),
    "in the future": (
        location(networkStatus=...),
        home(gateway(connectionStateChangeAt=at(hours=-1))),
        None,
    ),
    "clocks differ a little": (
        location(),
        home(gateway(connectionStateChangeAt=at(minutes=-4))),
        at(minutes=-4),
    ),
}


@pytest.mark.parametrize("case", SINCE)
def test_since_when(case: str) -> None:
    location_data, nodes, since = SINCE[case]
    expected = since and since.replace(".000Z", "+00:00")
    assert judge(location_data, nodes)["since"] == expected


def test_without_a_clock_nothing_is_too_new_or_too_old() -> None:
    record = location(networkStatus=..., summary=summary(timestamp=at(days=9)))
    ahead = home(gateway(connectionStateChangeAt=at(days=-9)))
    assert judge(record, None, now=None)["online"] is True
    assert judge(record, ahead, now=None)["since"] == (NOW + timedelta(days=9)).isoformat()


DEVICES: dict[str, tuple[Any, Any, int | None]] = {
    "pods report": (None, healthy(), 20),
    "a connected pod is silent, the cloud counts": (
        location(),
        home(gateway(), leaf(connectedDeviceCount=None)),
        17,
    ),
    "a connected pod is silent, nobody counts": (
        None,
        home(gateway(), leaf(connectedDeviceCount=None)),
        8,
    ),
    "a dead pod is silent": (
        location(),
        home(gateway(), dead_leaf(connectedDeviceCount=None)),
        8,
    ),
    "only the cloud counts": (location(), None, 17),
    "nobody counts": (None, home(gateway(connectedDeviceCount=None)), None),
}


@pytest.mark.parametrize("case", DEVICES)
def test_devices(case: str) -> None:
    location_data, nodes, devices = DEVICES[case]
    assert judge(location_data, nodes)["total_connected_devices"] == devices


def test_counts_of_pods() -> None:
    def counts(location_data: Any, nodes: Any) -> tuple[int | None, int | None]:
        health = judge(location_data, nodes)
        return health["pods_connected"], health["pods_total"]

    assert counts(location(), None) == (3, 3)
    assert counts(None, None) == (None, None)
    assert counts(location(), home()) == (0, 0)
    assert counts(None, home({"id": "A"})) == (None, 1)


@pytest.mark.parametrize(
    ("record", "root", "mode"),
    [
        (location(), gateway(), "router"),
        (location(summary=summary(networkModeRealized="unknow")), gateway(), "router"),
        (location(summary=...), gateway(networkMode="Bridge"), "bridge"),
        (location(summary=..., networkMode="bridge"), gateway(networkMode=None), "bridge"),
        (location(summary=...), gateway(networkMode=None), None),
        (None, gateway(networkMode=None), None),
    ],
)
def test_network_mode_is_the_realised_one(record: Any, root: Body, mode: str | None) -> None:
    assert judge(record, home(root))["network_mode"] == mode


def test_missing_names_what_could_not_be_read() -> None:
    assert judge(location(), healthy())["missing"] == []
    assert judge(None, None)["missing"] == ["location details", "pods"]
    assert judge({"name": "no id"}, healthy())["missing"] == ["location details"]
    assert judge(location(), {"nodes": None})["missing"] == ["pods"]


def test_what_the_record_adds() -> None:
    health = judge(location(speedTest=speed_test(download=5)), healthy())
    assert (health["isp"], health["timezone"]) == ("Northwind Fibre", "Europe/Stockholm")
    assert health["service_level"] == "fullService"
    assert health["speed_test"] is not None
    assert (health["speed_test"]["download_mbps"], health["speed_test"]["node_id"]) == (5, None)
    assert judge(None, healthy())["isp"] is None


def test_models_and_raw_json_give_the_same() -> None:
    raw = judge(location(), healthy())
    assert judge(parse_location(location()), parse_nodes(healthy())) == raw
    assert judge(location(), healthy()["nodes"]) == raw
    assert judge(location(), {"nodes": healthy()}) == raw
