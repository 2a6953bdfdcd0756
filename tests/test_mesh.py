"""Who hangs off whom: reported, remembered, told by others, or honestly unknown."""

from __future__ import annotations

from typing import Any

import pytest

from src.analysis.health import analyze_location_health
from src.analysis.mesh import Mesh, build_mesh, remember_parents, weak_signs
from tests.samples import NOW, Body, dead_leaf, gateway, home, leaf

ROOT, STUDY, ATTIC, GARAGE = (f"7K3Q9X000{number}" for number in (1, 2, 3, 4))
WAY = [{"id": STUDY}, {"id": ROOT}]


def mesh_of(*nodes: Body, memory: dict[str, str] | None = None) -> Mesh:
    pods = analyze_location_health(None, home(*nodes), now=NOW)["pod_details"]
    return build_mesh(pods, memory)


PARENTS: dict[str, tuple[list[Body], dict[str, str], str, tuple[str | None, str, str]]] = {
    "reported": ([gateway(), leaf()], {}, STUDY, (ROOT, "reported", "")),
    "reported beats remembered while connected": (
        [gateway(), leaf(), leaf("Attic", ATTIC)],
        {STUDY: ATTIC},
        STUDY,
        (ROOT, "reported", ""),
    ),
    "remembered": ([gateway(), dead_leaf()], {GARAGE: ROOT}, GARAGE, (ROOT, "remembered", "")),
    "an old way": (
        [gateway(), leaf(), dead_leaf(leafToRoot=WAY)],
        {},
        GARAGE,
        (STUDY, "reported", ""),
    ),
    "an old way and memory agree": (
        [gateway(), leaf(), dead_leaf(leafToRoot=WAY)],
        {GARAGE: STUDY},
        GARAGE,
        (STUDY, "reported", ""),
    ),
    "an old way and memory disagree": (
        [gateway(), leaf(), dead_leaf(leafToRoot=WAY)],
        {GARAGE: ROOT},
        GARAGE,
        (None, "none", "conflict"),
    ),
    "told by the way of another": (
        [
            gateway(),
            leaf(),
            dead_leaf(),
            dead_leaf("Barn", "B", leafToRoot=[{"id": GARAGE}, *WAY]),
        ],
        {},
        GARAGE,
        (STUDY, "inferred", ""),
    ),
    "told in two ways": (
        [
            gateway(),
            dead_leaf(),
            dead_leaf("Barn", "B", leafToRoot=[{"id": GARAGE}, *WAY]),
            dead_leaf("Shed", "S", leafToRoot=[{"id": GARAGE}, {"id": ROOT}]),
        ],
        {},
        GARAGE,
        (None, "none", "conflict"),
    ),
    "silent": ([gateway(), dead_leaf()], {}, GARAGE, (None, "none", "silent")),
    "in a circle": (
        [gateway(), dead_leaf(), dead_leaf("Barn", "B")],
        {GARAGE: "B", "B": GARAGE},
        GARAGE,
        (None, "none", "conflict"),
    ),
    "off itself": ([gateway(), dead_leaf()], {GARAGE: GARAGE}, GARAGE, (None, "none", "conflict")),
    "named by serial": (
        [gateway(id="gw"), leaf(leafToRoot=[{"id": ROOT}])],
        {},
        STUDY,
        ("gw", "reported", ""),
    ),
    "the root": ([gateway(), leaf()], {ROOT: STUDY}, ROOT, (None, "none", "")),
}


@pytest.mark.parametrize(("nodes", "memory", "pod", "expected"), PARENTS.values(), ids=PARENTS)
def test_parents(
    nodes: list[Body], memory: dict[str, str], pod: str, expected: tuple[str | None, str, str]
) -> None:
    parent = mesh_of(*nodes, memory=memory).parents[pod]
    assert (parent.id, parent.source, parent.doubt) == expected


def test_memory_grows_and_forgets_nobody() -> None:
    pods = analyze_location_health(None, home(gateway(), leaf(), dead_leaf()))["pod_details"]
    first = remember_parents(pods, {GARAGE: STUDY, STUDY: ATTIC})
    assert first == {GARAGE: STUDY, STUDY: ROOT}
    assert remember_parents([], first) == first
    assert remember_parents(pods) == {STUDY: ROOT}


def test_alive_is_what_is_connected_or_carries_others() -> None:
    mesh = mesh_of(
        gateway(),
        leaf(connectionState=None),
        leaf("Attic", ATTIC, leafToRoot=WAY),
        leaf("Loft", "L", connectionState="rebooting"),
    )
    assert [mesh.alive(key) for key in (ROOT, STUDY, ATTIC, "L")] == [True, True, True, False]
    assert mesh.children(STUDY) == [ATTIC]


WIRED = {"backhaulType": "ethernet"}
HALF = {"linkStates": [{"ifName": "eth1", "duplex": "half", "linkSpeed": 1000}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"health": {"status": "fair"}}, ["health is fair"]),
        ({"health": None}, []),
        ({"health": None, "alerts": [{"type": "poorHealth"}]}, ["alert poor health"]),
        ({"alerts": [{"type": "somethingNew"}]}, []),
        (HALF, []),
        ({**HALF, **WIRED}, ["eth1 runs at half duplex"]),
        ({"connectionState": "disconnected", "health": {"status": "poor"}}, []),
    ],
)
def test_weak_signs_are_those_of_the_backhaul(changes: dict[str, Any], expected: list[str]) -> None:
    pods = analyze_location_health(None, home(gateway(), leaf(**changes)))["pod_details"]
    assert weak_signs(next(pod for pod in pods if pod["id"] == STUDY)) == expected
