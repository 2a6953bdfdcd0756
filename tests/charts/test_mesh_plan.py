"""The picture of the mesh before it is drawn: who hangs off whom, what is told together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.health import analyze_location_health
from src.charts.mesh_plan import ROWS_MOST, plan_mesh
from tests.samples import NOW, Body, at, location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.pictures import MeshPicture, MeshRow


def node(number: int, way: Sequence[int], **changes: Any) -> Body:
    """A pod that is well; `way` are the numbers of the pods up to the root."""
    body: Body = {
        "id": f"S{number:03}",
        "nickname": f"Pod {number}",
        "connectionState": "connected",
        "health": {"status": "good"},
        "backhaulType": "wifi" if way else "ethernet",
        "leafToRoot": [{"id": f"S{hop:03}", "channel": 44} for hop in way],
        "connectedDeviceCount": number,
    }
    return {**body, **changes}


def lost(number: int, way: Sequence[int] = (), **changes: Any) -> Body:
    gone = {"connectionState": "disconnected", "health": None, "connectedDeviceCount": 0}
    return node(number, way, **gone, **changes)


def plan(*nodes: Body) -> MeshPicture:
    health = analyze_location_health(location(), {"nodes": list(nodes)}, now=NOW)
    picture = plan_mesh(health, name="Home")
    assert picture is not None
    assert json.loads(json.dumps(picture)) == picture
    rows = picture["rows"]
    assert len(rows) <= ROWS_MOST
    assert sum(row["pods"] for row in rows) == len({body["id"] for body in nodes})
    for index, row in enumerate(rows):
        parent = row["parent"]
        assert parent is None or (parent < index and rows[parent]["depth"] == row["depth"] - 1)
    return picture


def tree(rows: Sequence[MeshRow]) -> list[str]:
    """Each row as its name after that of the row that it hangs off."""
    return [
        f"{rows[row['parent']]['name']} > {row['name']}"
        if row["parent"] is not None
        else row["name"]
        for row in rows
    ]


def test_each_pod_stands_under_the_pod_that_it_hangs_off() -> None:
    picture = plan(
        node(1, []), node(2, [1], backhaulType="ethernet"), node(3, [2, 1]), node(4, [1])
    )
    assert tree(picture["rows"]) == ["Pod 1", "Pod 1 > Pod 2", "Pod 2 > Pod 3", "Pod 1 > Pod 4"]
    assert [row["link"] for row in picture["rows"][1:]] == ["cable", "wifi", "wifi"]
    assert picture["legend"] == "Solid line: cable · dashed: Wi-Fi"
    assert picture["verdict"] == "All well: 4 of 4 pods connected"


FACTS = [
    (node(2, [1]), "ok", "good · Wi-Fi channel 44 · 2 devices"),
    (node(2, [1], backhaulType="ethernet"), "ok", "good · cable · 2 devices"),
    (node(2, [1], health=None), "ok", "connected · Wi-Fi channel 44 · 2 devices"),
    (
        node(2, [1], health={"status": "poor"}),
        "weak",
        "health is poor · Wi-Fi channel 44 · 2 devices",
    ),
    (node(2, [1], backhaulType=None, connectedDeviceCount=None), "ok", "good"),
    (node(2, [1], backhaulType="moca"), "ok", "good · moca · 2 devices"),
    (lost(2, [1]), "lost", "disconnected"),
    (
        lost(2, [1], connectionStateChangeAt=at(hours=36)),
        "lost",
        "disconnected since 16 May 2026 20:42 CEST",
    ),
    (node(2, [1], connectionState=None), "unknown", "state not reported"),
    (node(2, [1], connectionState="purple"), "unknown", "state “purple”"),
]


@pytest.mark.parametrize(("pod", "mark", "facts"), FACTS)
def test_a_row_says_in_words_what_its_sign_says(pod: Body, mark: str, facts: str) -> None:
    row = plan(node(1, []), pod)["rows"][1]
    assert (row["mark"], row["facts"], row["name"], row["spare"]) == (mark, facts, "Pod 2", "S002")


def test_the_gateway_says_that_it_is_the_gateway() -> None:
    (row,) = plan(node(1, []))["rows"]
    assert (row["facts"], row["depth"]) == ("gateway · good · 1 device", 0)
    (row,) = plan(lost(1))["rows"]
    assert (row["facts"], row["mark"]) == ("gateway · disconnected", "lost")


def test_a_pod_without_a_way_hangs_off_nothing() -> None:
    picture = plan(node(1, []), node(2, [1]), lost(3), node(4, [99]))
    assert tree(picture["rows"]) == ["Pod 1", "Pod 1 > Pod 2", "Pod 3", "Pod 4"]
    assert picture["legend"] == "Dashed: Wi-Fi · no line: way not reported"


def test_lines_of_lost_and_odd_links_are_told_apart() -> None:
    picture = plan(node(1, []), lost(2, [1]), node(3, [1], backhaulType="moca"))
    assert {row["name"]: row["link"] for row in picture["rows"][1:]} == {
        "Pod 2": "down",
        "Pod 3": "other",
    }
    assert picture["legend"] == "Dotted: no link now · thin: link not reported"


def test_ways_that_run_in_a_circle_end() -> None:
    picture = plan(node(1, []), node(2, [3]), node(3, [2]), node(4, [4]), node(5, [3]))
    assert sorted(tree(picture["rows"])) == ["Pod 1", "Pod 2", "Pod 3", "Pod 3 > Pod 5", "Pod 4"]


def test_parents_may_be_named_by_serial() -> None:
    gateway = node(1, [], serialNumber="SER1")
    child = node(2, [], leafToRoot=[{"id": "SER1"}])
    assert tree(plan(gateway, child)["rows"]) == ["Pod 1", "Pod 1 > Pod 2"]


def hotel(**special: Body) -> list[Body]:
    """A gateway, four wired floors 10, 20, 30, 40 and seven rooms each (40 has six)."""
    nodes = [node(1, [])]
    for floor in (10, 20, 30, 40):
        nodes.append(node(floor, [1], backhaulType="ethernet"))
        nodes += [node(floor + room, [floor, 1]) for room in range(1, 7 if floor == 40 else 8)]
    return [special.get(body["id"], body) for body in nodes]


def test_in_a_large_home_pods_that_are_well_share_rows() -> None:
    bad = {"S024": lost(24, [20, 1]), "S031": node(31, [30, 1], health={"status": "fair"})}
    rows = plan(*hotel(**bad))["rows"]
    assert tree(rows) == [
        "Pod 1",
        "Pod 1 > Pod 10",
        "Pod 10 > Pod 11, Pod 12 and 5 more",
        "Pod 1 > Pod 20",
        "Pod 20 > Pod 24",
        "Pod 20 > Pod 21, Pod 22 and 4 more",
        "Pod 1 > Pod 30",
        "Pod 30 > Pod 31",
        "Pod 30 > Pod 32, Pod 33 and 4 more",
        "Pod 1 > Pod 40",
        "Pod 40 > Pod 41, Pod 42 and 4 more",
    ]
    assert (rows[2]["facts"], rows[2]["spare"]) == ("7 pods, all connected", "7 pods")
    assert [row["mark"] for row in rows if row["mark"] != "ok"] == ["lost", "weak"]


def test_with_more_trouble_whole_branches_that_are_well_become_a_row() -> None:
    bad = {f"S02{room}": lost(20 + room, [20, 1]) for room in range(1, 6)}
    rows = plan(*hotel(**bad))["rows"]
    assert [row["name"] for row in rows if row["mark"] == "lost"] == [
        f"Pod 2{room}" for room in range(1, 6)
    ]
    folded = next(row for row in rows if row["name"] == "Pod 10")
    assert (folded["facts"], folded["pods"]) == ("7 pods behind it, all connected", 8)


def test_with_trouble_everywhere_what_is_alike_is_told_together() -> None:
    rows = plan(node(1, []), *(lost(number) for number in range(2, 33)))["rows"]
    assert [(row["name"], row["facts"]) for row in rows[1:]] == [
        ("Pod 10, Pod 11 and 29 more", "31 pods, all disconnected")
    ]
    states = [None if number % 2 else "disconnected" for number in range(2, 33)]
    mixed = [
        node(number, [1], connectionState=state) for number, state in enumerate(states, start=2)
    ]
    rows = plan(node(1, []), *mixed)["rows"]
    assert [row["facts"] for row in rows[1:]] == [
        "16 pods, all disconnected",
        "15 pods, states not reported",
    ]


def test_lost_pods_without_a_way_are_seen_beside_weak_floors() -> None:
    weak = {
        f"S{number:03}": node(number, [number // 10 * 10, 1], health={"status": "poor"})
        for number in (11, 12, 21, 22, 31, 32, 41, 42)
    }
    rows = plan(*hotel(**weak), lost(60), node(70, [99]))["rows"]
    assert [row["name"] for row in rows if row["mark"] == "lost"] == ["Pod 60"]
    folded = next(row for row in rows if row["name"] == "Pod 40")
    assert (folded["facts"], folded["mark"], folded["pods"]) == (
        "6 pods behind it, 2 weak",
        "weak",
        7,
    )
    kept = next(row for row in rows if row["name"] == "Pod 10")
    assert kept["facts"] == "good · cable · 10 devices"


def test_a_long_chain_of_lost_pods_is_folded_from_the_gateway_on() -> None:
    chain = [lost(number, range(number - 1, 0, -1)) for number in range(2, 21)]
    rows = plan(node(1, []), *chain)["rows"]
    assert [(row["name"], row["facts"], row["mark"]) for row in rows[1:]] == [
        ("Pod 2", "disconnected · 18 pods behind it, 18 disconnected", "lost")
    ]


def test_what_does_not_fit_is_counted() -> None:
    pairs = [
        pod
        for number in range(10, 34)
        for pod in (lost(number), node(number + 50, [number], health={"status": "poor"}))
    ]
    rows = plan(node(1, []), *pairs)["rows"]
    assert len(rows) == ROWS_MOST
    assert (rows[-1]["name"], rows[-1]["facts"], rows[-1]["mark"]) == (
        "39 more pods",
        "19 of them disconnected",
        "lost",
    )


def test_absurdly_many_pods_are_counted_too() -> None:
    rows = plan(node(1, []), *(node(number, [1]) for number in range(2, 502)))["rows"]
    assert (rows[-1]["name"], rows[-1]["facts"]) == ("301 more pods", "none of them disconnected")


def test_no_pods_are_no_picture() -> None:
    bodies: list[Body | None] = [None, {"nodes": []}]
    for nodes in bodies:
        assert plan_mesh(analyze_location_health(location(), nodes, now=NOW), name="Home") is None


def test_the_verdict_has_the_words_of_the_report_without_the_sign() -> None:
    assert plan(node(1, []), node(2, [1]), lost(3))["verdict"] == "Some pods disconnected: 1 of 3"


@st.composite
def homes(draw: st.DrawFn) -> list[Body]:
    """Random ways, circles and strangers included."""
    count = draw(st.integers(1, 40))
    numbers = st.integers(1, count + 2)
    return [
        node(
            number,
            draw(st.lists(numbers, max_size=4)),
            connectionState=draw(st.sampled_from(["connected", "disconnected", None])),
            health=draw(st.sampled_from([None, {"status": "good"}, {"status": "poor"}])),
        )
        for number in range(1, count + 1)
    ]


@given(homes())
def test_every_pod_is_in_the_picture_exactly_once(nodes: list[Body]) -> None:
    plan(*nodes)
