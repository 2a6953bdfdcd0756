"""The call card as data: what changed, what to ask, what to do, and whose name may be said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.call_card import build_call_card, find_changes, plain_name
from src.analysis.health import analyze_location_health
from src.analysis.line import judge_line
from src.analysis.root_cause import find_root_cause
from src.utils.stats_processor import process_online_stats
from tests.samples import NOW, Body, at, dead_leaf, gateway, history, home, leaf, location
from tests.test_line import FULL, STOCKHOLM, usage

if TYPE_CHECKING:
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


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "Study"),
        ({"nickname": "Nora's room"}, "Nora's room"),
        ({"nickname": None}, ""),
        ({"nickname": "pod 7k3q9x0002"}, ""),
        ({"nickname": "7K3Q-9X00-02"}, ""),
        ({"nickname": "next to 7K3Q9X0001"}, ""),
        ({"nickname": "02-00-5e-10-00-01"}, ""),
        ({"nickname": "at 192.168.40.12"}, ""),
    ],
)
def test_names_for_customers_hold_no_identifier(changes: dict[str, Any], name: str) -> None:
    pods = health_of(gateway(), leaf(**changes))["pod_details"]
    assert plain_name(next(pod for pod in pods if pod["id"] == "7K3Q9X0002"), pods) == name


def test_short_ids_inside_of_words_are_chance() -> None:
    pods = health_of(gateway(id="a"), leaf("Attic", "A1"), leaf("A1", "B2"))["pod_details"]
    assert {pod["id"]: plain_name(pod, pods) for pod in pods} == {
        "a": "Hallway",
        "A1": "Attic",
        "B2": "",
    }


def test_the_whole_card() -> None:
    health = health_of(gateway(), leaf(), dead_leaf(connectionStateChangeAt=at(hours=2)))
    finding = find_root_cause(health, last_parents={"7K3Q9X0004": "7K3Q9X0002"})
    line = judge_line(usage({}, STOCKHOLM), FULL, STOCKHOLM, now=NOW)
    past = process_online_stats(history("ooxxoooo"), "hours", 3, now=NOW)
    card = build_call_card(health, finding, line, past, find_changes(health, now=NOW))
    assert json.loads(json.dumps(card)) == card
    assert (card["severity"], card["outage_count"], card["uptime_label"]) == (
        "partial",
        1,
        past["label"],
    )
    assert len(card["questions"]) == 3
    assert card["next_step"] == "Ask the customer to check the power of Garage."
    assert card["changes_known"]
    assert card["changes"][0]["kind"] == "disconnected"
    assert card["serials"]["7K3Q9X0004"] == "7K3Q9X0004"
    assert card["wired"] is None


@pytest.mark.parametrize(("backhaul", "wired"), [("ethernet", True), ("wifi", False), (None, None)])
def test_whether_the_bad_hop_is_a_cable(backhaul: str | None, wired: bool | None) -> None:
    health = health_of(gateway(), leaf(backhaulType=backhaul, health={"status": "poor"}))
    assert build_call_card(health, find_root_cause(health))["wired"] is wired


def test_parts_that_were_not_asked_for_are_none() -> None:
    health = analyze_location_health(None, None)
    card = build_call_card(health, find_root_cause(health))
    assert (card["line"], card["uptime_pct"], card["history_limit"]) == (None, None, None)
    assert not card["changes_known"]


def test_an_offline_home_is_not_judged_by_the_line_of_yesterday() -> None:
    health = health_of(gateway(connectionState="disconnected"))
    line = judge_line(usage({}, STOCKHOLM), FULL, STOCKHOLM, now=NOW)
    card = build_call_card(health, find_root_cause(health), line)
    assert (card["severity"], card["line"]) == ("offline", None)
