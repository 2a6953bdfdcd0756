"""What a look leaves for the next one, through JSON and back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.changes import find_changes
from src.analysis.health import analyze_location_health
from src.analysis.home_memory import device_values, is_news, read_memory, remember_home
from src.analysis.root_cause import find_root_cause
from tests.samples import NOW, Body, dead_leaf, gateway, home, leaf, location

if TYPE_CHECKING:
    from src.models.memory import HomeMemory
    from src.models.results import LocationHealth

ROOT, STUDY, GARAGE = "7K3Q9X0001", "7K3Q9X0002", "7K3Q9X0004"


def health_of(*nodes: Body, now: datetime = NOW) -> LocationHealth:
    return analyze_location_health(location(summary=...), home(*nodes), now=now)


def look(earlier: HomeMemory | None, *nodes: Body, hours: float = 0) -> HomeMemory:
    """The memory after a look that many hours after NOW, having been on the disk."""
    now = NOW + timedelta(hours=hours)
    made = remember_home(earlier, health_of(*nodes, now=now), now=now)
    assert made is not None
    stored = read_memory(json.loads(json.dumps(made)))
    assert stored == made
    return stored


def behind_study(**changes: Any) -> Body:
    return leaf("Garage", GARAGE, leafToRoot=[{"id": STUDY}, {"id": ROOT}], **changes)


def test_the_way_of_a_pod_that_died_is_known_and_names_the_hop() -> None:
    memory = look(None, gateway(), leaf(), behind_study())
    died = health_of(gateway(), leaf(), dead_leaf())
    unknown = find_root_cause(died)["hop"]
    assert unknown is not None
    assert unknown["to"] is None
    finding = find_root_cause(died, last_parents=memory["parents"])
    assert finding["hop"] == {
        "from": {"id": GARAGE, "name": "Garage"},
        "to": {"id": STUDY, "name": "Study"},
    }
    later = look(memory, gateway(), leaf(), dead_leaf(), hours=1)
    assert later["parents"] == memory["parents"], "a dead pod's way is kept"
    assert later["gateway_id"] == ROOT


def test_a_pod_that_is_gone_from_the_home_is_forgotten() -> None:
    memory = look(None, gateway(), leaf(), behind_study())
    assert look(memory, gateway(), leaf(), hours=1)["parents"] == {STUDY: ROOT}


def test_changes_between_looks_have_both_moments_and_last_a_day() -> None:
    memory = look(None, gateway(), leaf(firmwareVersion="6.2.1"))
    memory = look(memory, gateway(), leaf(firmwareVersion="6.4.0", ip="192.168.40.99"), hours=30)
    told = [(c["kind"], c["before"], c["after"]) for c in memory["changes"]]
    assert told == [
        ("firmware", "6.2.1", "6.4.0"),
        ("address", "192.168.40.12", "192.168.40.99"),
    ]
    first = memory["changes"][0]
    assert first["seen_before"] == NOW.isoformat()
    assert first["at"] == (NOW + timedelta(hours=30)).isoformat()
    now = NOW + timedelta(hours=31)
    health = health_of(gateway(), leaf(firmwareVersion="6.4.0"), now=now)
    found = find_changes(health, now=now, remembered=memory["changes"])
    assert {"firmware", "address"} <= {change["kind"] for change in found}
    later = look(memory, gateway(), leaf(firmwareVersion="6.4.0", ip="192.168.40.99"), hours=60)
    assert later["changes"] == []


def test_what_a_pod_hung_off_is_compared_across_its_death() -> None:
    memory = look(None, gateway(), leaf(), behind_study())
    memory = look(memory, gateway(), leaf(), dead_leaf(), hours=1)
    memory = look(memory, gateway(), leaf(), leaf("Garage", GARAGE), hours=2)
    assert [(c["kind"], c["before"], c["after"]) for c in memory["changes"]] == [
        ("parent", "Study", "Hallway")
    ]


def test_a_look_without_pods_changes_nothing() -> None:
    assert remember_home(None, health_of(), now=NOW) is None
    memory = look(None, gateway(), leaf())
    assert remember_home(memory, analyze_location_health(None, None), now=NOW) is memory


def test_a_clock_that_went_back_notes_no_change() -> None:
    memory = look(None, gateway(), leaf(firmwareVersion="6.2.1"), hours=1)
    assert look(memory, gateway(), leaf(firmwareVersion="6.4.0"))["changes"] == []


def test_devices_are_counted_once_an_hour_while_the_home_is_online() -> None:
    memory = look(None, gateway(), leaf())
    for hours in (0.1, 0.2, 1, 1.1, 2):
        memory = look(memory, gateway(), leaf(), hours=hours)
    dark = {"connectionState": "disconnected"}
    memory = look(memory, gateway(**dark), leaf(**dark), hours=3)
    assert [count for _, count in memory["devices"]] == [14, 14, 14]
    values = list(device_values(memory))
    assert [value for _, value in values] == [14.0, 14.0, 14.0]
    assert values[0][0] == NOW
    assert look(memory, gateway(), leaf(), hours=24 * 15)["devices"][0][1] == 14
    assert len(look(memory, gateway(), leaf(), hours=24 * 15)["devices"]) == 1
    assert list(device_values(None)) == []


def test_only_what_differs_is_news() -> None:
    memory = look(None, gateway(), leaf())
    assert is_news(None, memory)
    assert not is_news(memory, look(memory, gateway(), leaf(), hours=2))
    assert is_news(memory, look(memory, gateway(), dead_leaf("Study", STUDY), hours=2)) is False
    assert is_news(memory, look(memory, gateway(), leaf(ip="192.168.40.99"), hours=2))


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"version": 2},
        {"version": 1, "at": NOW.isoformat(), "parents": [], "pods": {}, "changes": []},
        {"version": 1, "at": "x", "parents": {}, "pods": {}, "changes": [], "devices": [1]},
        {
            "version": 1,
            "at": "x",
            "parents": {},
            "pods": {},
            "changes": [],
            "devices": [["a", "b"]],
        },
    ],
)
def test_odd_memories_are_forgotten(stored: Any) -> None:
    assert read_memory(stored) is None
