"""What changed in a day: each event once, with its reason, from whatever tells of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from src.analysis.changes import find_changes, recent_reboots
from src.analysis.health import analyze_location_health
from src.models.history import Reboot
from tests.samples import NOW, Body, at, dead_leaf, gateway, home, leaf, location

if TYPE_CHECKING:
    from src.models.findings import Change
    from src.models.results import LocationHealth

OLD = {"connectionStateChangeAt": at(days=9), "bootAt": at(days=9)}


def health_of(*nodes: Body) -> LocationHealth:
    return analyze_location_health(location(), home(*nodes), now=NOW)


CHANGES: dict[str, tuple[Body, Body | None, list[tuple[str, str | None, str | None]]]] = {
    "nothing": (leaf(**OLD), leaf(**OLD), []),
    "a reboot and its coming back are one": (
        leaf(bootAt=at(hours=2), connectionStateChangeAt=at(hours=1.9)),
        None,
        [("reboot", None, None)],
    ),
    "a reboot, and later a loss of the link": (
        leaf(bootAt=at(hours=9), connectionStateChangeAt=at(hours=1)),
        None,
        [("reconnected", None, None), ("reboot", None, None)],
    ),
    "a loss": (
        dead_leaf(**{**OLD, "connectionStateChangeAt": at(hours=3)}),
        None,
        [("disconnected", None, None)],
    ),
    "a loss two days ago": (dead_leaf(connectionStateChangeAt=at(hours=48)), None, []),
    "a state that is not known": (
        leaf(connectionState="rebooting", connectionStateChangeAt=at(hours=1), bootAt=None),
        None,
        [],
    ),
    "firmware": (
        leaf(**OLD, firmwareVersion="6.4.0"),
        leaf(**OLD, firmwareVersion="6.2.1"),
        [("firmware", "6.2.1", "6.4.0")],
    ),
    "firmware known once only": (
        leaf(**OLD, firmwareVersion="6.4.0"),
        leaf(**OLD, firmwareVersion=None),
        [],
    ),
    "cable to Wi-Fi": (
        leaf(**OLD),
        leaf(**OLD, backhaulType="ethernet"),
        [("backhaul", "ethernet", "wifi")],
    ),
    "another parent": (
        leaf(**OLD),
        leaf(**OLD, leafToRoot=[{"id": "7K3Q9X0003"}, {"id": "7K3Q9X0001"}]),
        [("parent", "Attic", "Hallway")],
    ),
    "another address": (
        leaf(**OLD, ip="192.168.40.12"),
        leaf(**OLD, ip="192.168.40.77"),
        [("address", "192.168.40.77", "192.168.40.12")],
    ),
    "the links of a dead pod are out of date": (
        leaf(**OLD, connectionState="disconnected", backhaulType="unknown", leafToRoot=[]),
        leaf(**OLD, backhaulType="ethernet"),
        [],
    ),
}


@pytest.mark.parametrize(("new", "old", "expected"), CHANGES.values(), ids=CHANGES)
def test_changes(
    new: Body, old: Body | None, expected: list[tuple[str, str | None, str | None]]
) -> None:
    rest = [gateway(**OLD), leaf("Attic", "7K3Q9X0003", **OLD)]
    earlier = health_of(*rest, old) if old else None
    changes = find_changes(health_of(*rest, new), earlier, now=NOW)
    assert [(c["kind"], c["before"], c["after"]) for c in changes] == expected
    assert json.loads(json.dumps(changes)) == changes


def test_a_pod_that_was_not_there_before_is_compared_with_nothing() -> None:
    assert (
        find_changes(health_of(gateway(**OLD), leaf(**OLD)), health_of(gateway(**OLD)), now=NOW)
        == []
    )


def reboot(hours_ago: float, node: str = "7K3Q9X0002", **words: str) -> Reboot:
    return Reboot(at=NOW - timedelta(hours=hours_ago), node_id=node, **words)


REBOOTS: list[tuple[str, Body, list[Reboot], list[tuple[int, str | None]]]] = [
    ("none", {}, [], []),
    ("one, with its reason", {}, [reboot(3, reason="power loss")], [(1, "power loss")]),
    ("its type in words", {}, [reboot(3, reboot_type="WATCHDOG")], [(1, "it hung")]),
    ("a type that says nothing", {}, [reboot(3, reboot_type="UNKNOWN")], [(1, None)]),
    (
        "the last one gives the reason",
        {},
        [reboot(3, reason="crash"), reboot(9, reason="power loss")],
        [(2, "crash")],
    ),
    ("yesterday's is over", {}, [reboot(25, reason="crash")], []),
    ("one in the future is not believed", {}, [reboot(-1, reason="crash")], []),
    ("another home's pod", {}, [reboot(3, node="X", reason="crash")], []),
    (
        "the pod's own boot is the same one",
        {"bootAt": at(hours=3.05), "connectionStateChangeAt": at(hours=3)},
        [reboot(3, reason="crash")],
        [(1, "crash")],
    ),
    (
        "a newer boot that the cloud has not counted yet",
        {"bootAt": at(hours=1), "connectionStateChangeAt": at(hours=1)},
        [reboot(3, reason="crash")],
        [(2, None)],
    ),
]


@pytest.mark.parametrize(
    ("changes", "told", "expected"), [row[1:] for row in REBOOTS], ids=[row[0] for row in REBOOTS]
)
def test_reboots_of_a_pod_are_one_line(
    changes: Body, told: list[Reboot], expected: list[tuple[int, str | None]]
) -> None:
    health = health_of(gateway(**OLD), leaf(**{**OLD, **changes}))
    found = find_changes(health, now=NOW, reboots=told)
    assert [(c["times"], c["reason"]) for c in found if c["kind"] == "reboot"] == expected
    assert [c["kind"] for c in found if c["kind"] != "reboot"] == []
    assert json.loads(json.dumps(found)) == found


def test_reboots_may_name_the_pod_by_its_serial() -> None:
    pods = health_of(gateway(), leaf(id="node-2"))["pod_details"]
    assert recent_reboots([reboot(3)], pods, now=NOW).keys() == {"node-2"}


def test_coming_back_long_after_the_counted_reboot_is_told_beside_it() -> None:
    pod = leaf(bootAt=None, connectionStateChangeAt=at(hours=1))
    found = find_changes(health_of(gateway(**OLD), pod), now=NOW, reboots=[reboot(5)])
    assert [c["kind"] for c in found] == ["reconnected", "reboot"]
    near = find_changes(health_of(gateway(**OLD), pod), now=NOW, reboots=[reboot(1)])
    assert [c["kind"] for c in near] == ["reboot"]


def test_remembered_changes_count_for_a_day() -> None:
    def noted(hours_ago: float) -> Change:
        moment = (NOW - timedelta(hours=hours_ago)).isoformat()
        return {
            "kind": "firmware",
            "pod_id": "7K3Q9X0002",
            "pod": "Study",
            "at": moment,
            "before": "6.2.1",
            "after": "6.4.0",
            "seen_before": moment,
        }

    health = health_of(gateway(**OLD), leaf(**OLD))
    assert find_changes(health, now=NOW, remembered=[noted(30), noted(5)]) == [noted(5)]
