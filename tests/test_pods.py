"""Which node is the gateway, who hangs off whom, and the newest speed test."""

from __future__ import annotations

from typing import Any

import pytest

from src.analysis.pods import describe_pods, find_gateway, latest_speed_test, weaknesses
from src.models import SpeedTest, parse_nodes
from tests.samples import NOW, Body, at, dead_leaf, gateway, leaf, speed_test

DOWN = {"connectionState": "disconnected", "leafToRoot": []}

GATEWAYS: dict[str, tuple[list[Body], str | None]] = {
    "an empty way, connected": ([dead_leaf(), leaf(), gateway()], "Hallway"),
    "a wired leaf is not the root": (
        [leaf("Office", "W", backhaulType="ethernet"), gateway()],
        "Hallway",
    ),
    "two empty ways, the router": (
        [leaf("Odd", "O", leafToRoot=[], networkMode=None), gateway()],
        "Hallway",
    ),
    "last hop of others, without a state": (
        [dead_leaf(), gateway(connectionState=None), leaf()],
        "Hallway",
    ),
    "last hop by serial": (
        [gateway(id="internal-1", connectionState=None), leaf()],
        "Hallway",
    ),
    "all down: the speed test's mark": (
        [dead_leaf(networkMode="router"), gateway(**DOWN)],
        "Hallway",
    ),
    "all down: residential gateway": (
        [dead_leaf(), gateway(**DOWN, networkMode=None, speedTest=None, residentialGateway=True)],
        "Hallway",
    ),
    "all down: cable": (
        [dead_leaf(), gateway(**DOWN, networkMode=None, speedTest=None)],
        "Hallway",
    ),
    "all down: nothing tells": ([dead_leaf(), dead_leaf("Barn", "B")], None),
    "only one node": ([dead_leaf()], "Garage"),
    "only one node, a leaf": ([leaf()], None),
    "a dead leaf while others are up": (
        [leaf(leafToRoot=[{"id": "unread"}]), dead_leaf(networkMode="router")],
        None,
    ),
    "a silent candidate while others are up": (
        [
            leaf(leafToRoot=[{"id": "unread"}]),
            dead_leaf(networkMode="router"),
            gateway(connectionState=None),
        ],
        "Hallway",
    ),
    "bridge": (
        [gateway(networkMode="bridge"), leaf(networkMode="bridge"), dead_leaf()],
        "Hallway",
    ),
    "none": ([], None),
}


@pytest.mark.parametrize("case", GATEWAYS)
def test_find_gateway(case: str) -> None:
    bodies, expected = GATEWAYS[case]
    found = find_gateway(parse_nodes(bodies))
    assert (found.name if found else None) == expected


def described(*bodies: Body, now: Any = NOW) -> list[dict[str, Any]]:
    nodes = parse_nodes(list(bodies))
    return [dict(pod) for pod in describe_pods(nodes, find_gateway(nodes), now)]


def test_gateway_first_then_by_hop_worst_first() -> None:
    far = {"leafToRoot": [{"id": "7K3Q9X0002"}, {"id": "7K3Q9X0001"}]}
    pods = described(
        leaf("Cellar", "C", **far),
        leaf("Attic", "A"),
        leaf("Silent", "S", connectionState=None),
        leaf("Weak", "W", health="poor"),
        dead_leaf(),
        gateway(),
    )
    names = [pod["name"] for pod in pods]
    assert names == ["Hallway", "Garage", "Weak", "Silent", "Attic", "Cellar"]
    assert [pod["hops"] for pod in pods] == [0, None, 1, 1, 1, 2]


def test_parent_and_channel() -> None:
    hop: Body = {"parentId": "7K3Q9X0001"}
    pods = described(
        gateway(backhaulChannel=1),
        leaf("Own channel", "A", leafToRoot=[hop], backhaulChannel="149"),
        leaf("No channel", "B", leafToRoot=[hop]),
        leaf("Foreign", "C", leafToRoot=[{"id": "X", "channel": "weird"}]),
    )
    facts = {pod["name"]: (pod["parent_id"], pod["parent_name"], pod["channel"]) for pod in pods}
    assert facts == {
        "Hallway": (None, None, None),
        "Own channel": ("7K3Q9X0001", "Hallway", 149),
        "No channel": ("7K3Q9X0001", "Hallway", None),
        "Foreign": ("X", None, "weird"),
    }


def test_moments_in_the_future_are_not_believed() -> None:
    ahead = gateway(bootAt=at(hours=-2), connectionStateChangeAt=at(days=-1))
    (pod,) = described(ahead)
    assert (pod["since"], pod["booted_at"]) == (None, None)
    (pod,) = described(ahead, now=None)
    assert pod["since"] is not None


@pytest.mark.parametrize(
    ("health", "word", "score"),
    [
        (None, None, None),
        ({}, None, None),
        ("Poor", "poor", None),
        ({"status": "fair", "score": 5}, "fair", 5),
        ({"status": "meh", "score": 1}, "meh", 1),
        ({"score": 5}, "excellent", 5),
        ({"score": 4.2}, "good", 4.2),
        ({"score": 3}, "fair", 3),
        ({"score": 0}, "poor", 0),
        ({"score": -1}, None, -1),
        ({"score": 93}, None, 93),
    ],
)
def test_health_word(health: Any, word: str | None, score: float | None) -> None:
    (pod,) = described(gateway(health=health))
    assert (pod["health"], pod["health_score"]) == (word, score)


def test_mac_in_one_case_and_never_an_empty_ip() -> None:
    (pod,) = described(gateway(ip=""))
    assert (pod["mac"], pod["ip"]) == ("02:00:5e:10:00:01", None)


def test_weaknesses_of_a_disconnected_pod_are_none() -> None:
    nodes = parse_nodes([dead_leaf(health="poor")])
    assert weaknesses(describe_pods(nodes, None)[0]) == []


TESTS: dict[str, tuple[Body | None, list[Body], tuple[str | None, float | None] | None]] = {
    "the location's own": (speed_test(download=1), [gateway()], (None, 1)),
    "the gateway's, though a leaf's is newer": (
        None,
        [leaf(speedTest=speed_test(gateway=False, download=2, endedAt=at(minutes=1))), gateway()],
        ("7K3Q9X0001", 486.2),
    ),
    "the root's without a mark": (
        None,
        [leaf(speedTest=speed_test(gateway=None)), gateway(speedTest=speed_test(gateway=None))],
        ("7K3Q9X0001", 486.2),
    ),
    "the newest of the leaves": (
        None,
        [
            leaf("A", "A", speedTest=speed_test(gateway=False, endedAt=at(hours=2), download=1)),
            leaf("B", "B", speedTest=speed_test(gateway=False, endedAt=at(hours=1), download=2)),
            leaf("C", "C", speedTest=speed_test(gateway=False, endedAt=at(days=-9), download=3)),
            leaf("D", "D", speedTest={"status": "succeeded", "download": 4}),
        ],
        ("B", 2),
    ),
    "none": (None, [leaf()], None),
}


@pytest.mark.parametrize("case", TESTS)
def test_latest_speed_test(case: str) -> None:
    own, bodies, expected = TESTS[case]
    nodes = parse_nodes(bodies)
    model = SpeedTest.model_validate(own) if own else None
    found = latest_speed_test(model, nodes, find_gateway(nodes), NOW)
    assert (found and (found["node_id"], found["download_mbps"])) == expected


@pytest.mark.parametrize(
    ("changes", "succeeded", "figures"),
    [
        ({}, True, (486.2, 93.4, 6.8)),
        ({"status": "FAILED"}, False, (None, None, None)),
        ({"status": None}, None, (486.2, 93.4, 6.8)),
        ({"download": -3, "upload": None, "rtt": "slow"}, True, (None, None, None)),
        ({"download": 1e9, "upload": 1e300, "rtt": 0}, True, (None, None, 0)),
    ],
)
def test_only_a_success_has_figures(
    changes: Body, succeeded: bool | None, figures: tuple[float | None, ...]
) -> None:
    found = latest_speed_test(SpeedTest.model_validate(speed_test(**changes)), [], None)
    assert found is not None
    assert found["succeeded"] is succeeded
    assert (found["download_mbps"], found["upload_mbps"], found["rtt_ms"]) == figures
