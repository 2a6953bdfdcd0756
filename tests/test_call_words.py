"""Three questions and one step for each kind of finding."""

from __future__ import annotations

import pytest

from src.analysis.health import analyze_location_health
from src.analysis.line import judge_line
from src.analysis.root_cause import find_root_cause
from src.utils.call_words import call_questions, next_best_step
from tests.samples import NOW, gateway, home, leaf, location, summary
from tests.sketches import sketch
from tests.test_line import FULL, STOCKHOLM, usage

BUSY = judge_line(usage(dict.fromkeys(range(18, 23), 95.0), STOCKHOLM), FULL, STOCKHOLM, now=NOW)
CALM = judge_line(usage({}, STOCKHOLM), FULL, STOCKHOLM, now=NOW)

# A sketch of the home (tests/sketches.py); how its first question begins, and the next step.
CARDS: dict[str, tuple[str, str, str]] = {
    "a pod gone": (
        "Hallway, Study>Hallway, Kitchen>Hallway off",
        "Does Kitchen show a light",
        "Ask the customer to check the power of Kitchen.",
    ),
    "a pod gone with one behind it": (
        "Hallway, Kitchen>Hallway off, Attic>Kitchen off, Study>Hallway",
        "Does Kitchen show a light",
        "Ask the customer to check the power of Kitchen first: the pod behind it should follow.",
    ),
    "a pod gone with two behind it": (
        "Hallway, Kitchen>Hallway off, A>Kitchen off, B>Kitchen off, Study>Hallway",
        "Does Kitchen show a light",
        "Ask the customer to check the power of Kitchen first: the 2 pods behind it should follow.",
    ),
    "a wired pod gone": (
        "Hallway, Study>Hallway, Kitchen>Hallway off wired",
        "Does Kitchen show a light",
        "Ask the customer to check the power of Kitchen and its cable.",
    ),
    "a weak pod": (
        "Hallway, Kitchen>Hallway poor",
        "Where does Kitchen stand",
        "Ask the customer to move Kitchen closer to Hallway.",
    ),
    "a weak pod, its way unknown": (
        "Hallway, Kitchen>? poor, Study>Hallway",
        "Where does Kitchen stand",
        "Ask the customer to move Kitchen closer to the next pod.",
    ),
    "a slow cable": (
        "Hallway, Kitchen>Hallway slow",
        "Is there another cable",
        "Ask for another cable or port at Kitchen.",
    ),
    "two at once": (
        "Hallway, Study>Hallway, Kitchen>Hallway off 30, Garage>Study off 30",
        "Is there power in every room",
        "Ask the customer about a power cut or a fuse: all of them went at once.",
    ),
    "two to one pod": (
        "Hallway, Study>Hallway off 3000, Kitchen>Hallway off 30",
        "Which of Kitchen and Study show a light?",
        "Look at Hallway first: every bad hop leads to it.",
    ),
    "one gone, one weak": (
        "Hallway, Study>Hallway poor, Kitchen>Hallway off 30",
        "Which of Kitchen and Study show a light?",
        "Start with Kitchen: check its power.",
    ),
    "two weak": (
        "Hallway, Study>Hallway poor, Loft>Hallway, Kitchen>Loft poor",
        "Which of Kitchen and Study show a light?",
        "Start with Kitchen: check its place and its cable.",
    ),
    "unclear": (
        "Hallway, Kitchen>Hallway off 30, Attic>Kitchen",
        "Does Kitchen show a light?",
        "Ask the customer which pods show a light, then refresh.",
    ),
    "all gone": (
        "Hallway off, Kitchen>Hallway off",
        "Is there power everywhere",
        "Ask the customer to check the power of Hallway and the cable to the modem.",
    ),
    "gateway first": (
        "Hallway off 60, Kitchen>Hallway off 30",
        "Is there power everywhere",
        "Ask the customer to check the power of Hallway and the cable to the modem.",
    ),
    "slow gateway": (
        "Hallway slow, Kitchen>Hallway",
        "Is the cable between Hallway and the modem firmly in, or damaged?",
        "Ask for another cable or port at Hallway.",
    ),
    "weak gateway": (
        "Hallway fair, Kitchen>Hallway",
        "Is the cable between Hallway and the modem firmly in, or damaged?",
        "Check the line, and the cables at Hallway.",
    ),
    "all well": (
        "Hallway, Kitchen>Hallway",
        "Which device has trouble",
        "Look at the device that has trouble: its pod, its band, its state.",
    ),
    "nothing known": (
        "Hallway quiet, Kitchen>Hallway quiet",
        "Which lights show on the pods",
        "Refresh in a minute: the reports do not agree or are not complete.",
    ),
}
UNSAID = location(summary=None, networkStatus=None)


@pytest.mark.parametrize(("sketched", "first", "step"), CARDS.values(), ids=CARDS)
def test_questions_and_step(sketched: str, first: str, step: str) -> None:
    nodes, memory = sketch(sketched)
    health = analyze_location_health(UNSAID, home(*nodes), now=NOW)
    finding = find_root_cause(health, last_parents=memory)
    questions = call_questions(finding, health)
    assert questions[0].startswith(first)
    assert len(set(questions)) == 3
    assert all(question.endswith("?") for question in questions)
    assert next_best_step(finding, health) == step


def test_a_wired_pod_is_asked_about_its_cable() -> None:
    nodes, memory = sketch(CARDS["a wired pod gone"][0])
    nodes[2]["backhaulType"] = "ethernet"
    health = analyze_location_health(UNSAID, home(*nodes), now=NOW)
    questions = call_questions(find_root_cause(health, last_parents=memory), health)
    assert questions[1] == "Is the network cable of Kitchen firmly in at both ends?"


def test_all_well_but_the_line_is_full() -> None:
    health = analyze_location_health(UNSAID, home(gateway(), leaf()), now=NOW)
    finding = find_root_cause(health)
    assert call_questions(finding, health, BUSY)[0].startswith("What runs in the evening")
    assert next_best_step(finding, health, BUSY).startswith("Talk about what fills the line")
    assert next_best_step(finding, health, CALM).startswith("Look at the device")
    assert call_questions(finding, health, CALM) == call_questions(finding, health)


def test_a_home_that_the_cloud_calls_offline_without_pods() -> None:
    record = location(
        networkStatus={"status": "offline"}, summary=summary(gatewayConnectionState="disconnected")
    )
    health = analyze_location_health(record, None, now=NOW)
    finding = find_root_cause(health)
    assert (
        call_questions(finding, health)[1] == "Does the gateway show a light, and in which colour?"
    )


def test_in_bridge_mode_the_cable_leads_to_the_router() -> None:
    record = location(summary=summary(networkModeRealized="bridge"))
    nodes, _memory = sketch("Hallway off, Kitchen>Hallway off")
    health = analyze_location_health(record, home(*nodes), now=NOW)
    question = call_questions(find_root_cause(health), health)[2]
    assert (
        question == "Is the cable between Hallway and the router before it firmly in at both ends?"
    )
