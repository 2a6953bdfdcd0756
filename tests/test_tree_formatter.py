"""The mesh as indented text: who hangs off whom, in every reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.analysis.health import analyze_location_health
from src.analysis.mesh import known_parents
from src.utils.tree_formatter import format_tree, tree_rows
from tests.samples import NOW, Body, dead_leaf, gateway, home, leaf
from tests.telegram_rules import shown

if TYPE_CHECKING:
    from src.models import PodDetail

ROOT, STUDY, ATTIC, GARAGE = "7K3Q9X0001", "7K3Q9X0002", "7K3Q9X0003", "7K3Q9X0004"


def pods(*nodes: Body) -> list[PodDetail]:
    return analyze_location_health(None, home(*nodes), now=NOW)["pod_details"]


def behind(parent: str, name: str, serial: str, **changes: object) -> Body:
    way = [{"id": parent, "channel": 149}, {"id": ROOT}]
    return leaf(name, serial, **{"leafToRoot": way, **changes})


def lines(found: list[PodDetail], parents: dict[str, str] | None = None) -> list[str]:
    """As they are shown inside of a message, which itself may not begin with spaces."""
    return shown("\n".join(["Mesh", *format_tree(found, parents)])).splitlines()[1:]


def test_children_stand_below_what_they_hang_off_with_link_and_health() -> None:
    cable = behind(STUDY, "Office", "7K3Q9X0005", backhaulType="ethernet")
    found = pods(gateway(), behind(STUDY, "Attic", ATTIC), leaf(), cable, dead_leaf())
    assert lines(found) == [
        "🟢 Hallway, gateway: connected, health excellent, 8 devices",
        "    🟢 Study: connected by Wi-Fi channel 44, health good, 6 devices",
        "        🟢 Attic: connected by Wi-Fi channel 149 via Study, health good, 6 devices",
        "        🟢 Office: connected by cable channel 149 via Study, health good, 6 devices",
        "🔴 Garage: disconnected, place in the mesh not known",
    ]


def test_a_dead_pod_stands_where_it_was_last_seen() -> None:
    found = pods(gateway(), leaf(), dead_leaf())
    parents = known_parents(found, {GARAGE: STUDY})
    assert lines(found, parents)[2] == "        🔴 Garage: disconnected, was connected to Study"


def test_what_is_not_reported_is_a_dash_and_no_word_about_places_without_a_gateway() -> None:
    bare = {"id": "A", "connectionState": "connected", "leafToRoot": []}
    assert lines(pods(bare, {"id": "B"})) == [
        "🟢 A, gateway: connected, health –, – devices",
        "⚪ B: state not reported, place in the mesh not known",
    ]
    assert lines(pods({"id": "A"}, {"id": "B"})) == [
        "⚪ A: state not reported",
        "⚪ B: state not reported",
    ]


@pytest.mark.parametrize(
    "parents",
    [
        {STUDY: ATTIC, ATTIC: STUDY},
        {STUDY: STUDY},
        {STUDY: ATTIC, ATTIC: GARAGE, GARAGE: ATTIC},
        {STUDY: "nobody", ATTIC: "nobody"},
    ],
)
def test_each_pod_stands_there_once_whatever_is_reported(parents: dict[str, str]) -> None:
    found = pods(gateway(), leaf(), leaf("Attic", ATTIC), dead_leaf())
    rows = tree_rows(found, parents)
    assert sorted(row.pod["id"] for row in rows) == [ROOT, STUDY, ATTIC, GARAGE]
    assert rows[0].pod["is_gateway"]


def test_ways_may_name_pods_by_serial() -> None:
    upper = leaf("Study", STUDY, id="node-2")
    found = pods(gateway(id="node-1"), upper, behind(STUDY, "Attic", ATTIC))
    above = {row.pod["name"]: row.above["name"] for row in tree_rows(found) if row.above}
    assert above == {"Study": "Hallway", "Attic": "Study"}


def test_a_long_chain_stays_on_the_screen() -> None:
    chain = [gateway()] + [
        leaf(f"P{n}", f"S{n}", leafToRoot=[{"id": f"S{n - 1}" if n else ROOT}]) for n in range(40)
    ]
    text = lines(pods(*chain))
    assert len(text) == 41
    assert max(len(line) - len(line.lstrip()) for line in text) == 24
    assert "via P38" in text[-1]
