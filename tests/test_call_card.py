"""The call card as data: what changed, what to ask, what to do, and whose name may be said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.call_card import build_call_card, plain_name
from src.analysis.changes import find_changes
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
