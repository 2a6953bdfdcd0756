"""Scenarios: what is shipped can be played, what is wrong is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from src.demo import world_ids as ids
from src.demo.world_incidents import IncidentError
from src.demo.world_scenarios import load_scenario, parse_scenario, scenario_names
from tests.demo.plume_kit import START, make_world

if TYPE_CHECKING:
    from pathlib import Path

LOCATION = ids.DEMO_LOCATION_ID
CUT = {"at_s": 60, "kind": "cut_line", "location": LOCATION}
RESTORE = {"at_s": 120, "kind": "restore", "location": LOCATION}


@pytest.mark.parametrize("name", scenario_names())
def test_what_is_shipped_can_be_played_to_its_end(name: str) -> None:
    world = make_world()
    scenario = load_scenario(name)
    world.play(scenario)
    for _ in range(60):
        world.clock.advance(60)
        world.now()

    done = [event["kind"] for event in world.recording()["events"]]
    assert done == [event.kind for event in scenario.events]
    assert scenario.title != name


def test_events_happen_at_their_own_time_however_late_one_looks() -> None:
    world = make_world()
    world.play(parse_scenario({"events": [RESTORE, CUT]}))
    world.clock.advance(3600)
    world.now()
    home = world.home(LOCATION)

    assert home is not None
    (span,) = home.dark_spans(START, world.now())
    assert [(moment - START).total_seconds() for moment in span] == [60, 120]


def test_events_can_lie_in_the_past() -> None:
    world = make_world()
    world.play(parse_scenario({"events": [{**CUT, "at_s": -7200}, {**RESTORE, "at_s": -3600}]}))
    home = world.home(LOCATION)

    assert home is not None
    assert home.state(START).since is not None
    assert (START - (home.state(START).since or START)).total_seconds() == 3600


def test_the_clock_can_be_part_of_it() -> None:
    world = make_world()
    world.play(parse_scenario({"events": [{"kind": "clock", "speed": 60}]}))

    assert world.clock.speed == 60


def test_a_scenario_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bug-417.json"
    path.write_text(json.dumps({"title": "As reported", "events": [CUT]}), encoding="utf-8")

    scenario = load_scenario(path)

    assert (scenario.name, scenario.title, len(scenario.events)) == ("bug-417", "As reported", 1)
    assert load_scenario(str(path)) == scenario


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no readable scenario"),
        (b"\xff\xfe", "no readable scenario"),
        (b"{\n,", r"not JSON \(line 2\)"),
        (b"[]", "a list called 'events'"),
        (b'{"events": 7}', "a list called 'events'"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(IncidentError, match=words):
        load_scenario(path)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (7, "may only have"),
        ({"kind": "cut_line", "who": "me"}, "may only have"),
        ({"kind": "cut_line", "at_s": "soon"}, "needs a number"),
        ({"kind": "cut_line", "at_s": float("nan")}, "needs a number"),
        ({"kind": "earthquake"}, "unknown kind 'earthquake'"),
        ({"kind": "clock"}, "goes with a number"),
        ({"kind": "cut_line", "location": LOCATION, "speed": 3}, "goes with a number"),
        ({"kind": "cut_line", "location": 7}, "are texts"),
    ],
)
def test_bad_events_are_named(event: object, words: str) -> None:
    with pytest.raises(IncidentError, match=words):
        parse_scenario({"events": [CUT, event]})


def test_too_many_events() -> None:
    with pytest.raises(IncidentError, match="more than 10,000"):
        parse_scenario({"events": [CUT] * 10_001})


def test_unknown_places_are_refused_before_anything_happens() -> None:
    world = make_world()
    bad = parse_scenario({"events": [CUT, {"kind": "unplug_pod", "node": "x"}]})

    with pytest.raises(IncidentError, match="id of a node"):
        world.play(bad)
    world.clock.advance(3600)

    assert world.recording()["events"] == []
    assert world.now() > START


def test_an_event_that_cannot_happen_is_left_out() -> None:
    world = make_world()
    gateway = {"kind": "weaken_pod", "node": ids.DEMO_GATEWAY_ID}
    world.play(parse_scenario({"events": [gateway, {**CUT, "at_s": 0}]}))

    assert [event["kind"] for event in world.recording()["events"]] == ["cut_line"]
