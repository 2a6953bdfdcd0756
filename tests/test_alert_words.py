"""Every trigger has its words, its label and, where something can be done, a next step."""

from __future__ import annotations

import pytest

from src.models.watching import MOMENTARY, TRIGGERS, PodRef, Trigger
from src.utils.alert_words import TRIGGER_LABELS, back_words, lasting, next_step, sign, state_word
from tests.watch.incidents import incident


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_sign_never_stands_alone(trigger: Trigger) -> None:
    what = incident(trigger)
    assert sign(what) in "🔴🟠🟡🔵⚪"
    assert state_word(what) == state_word(what).upper()
    assert lasting(what)
    assert back_words(what)
    assert TRIGGER_LABELS[trigger]


@pytest.mark.parametrize("trigger", sorted(set(TRIGGERS) - MOMENTARY))
def test_a_next_step_for_what_can_be_acted_on(trigger: Trigger) -> None:
    step = next_step(incident(trigger, pod=PodRef("p", "Ha{ll}")))
    assert step.endswith((".", "watched."))
    assert "{pod}" not in step


def test_what_is_over_needs_no_step() -> None:
    assert {next_step(incident(trigger)) for trigger in MOMENTARY} == {""}


def test_blindness_says_who_can_end_it() -> None:
    assert "/setup" in next_step(incident("blind", subject="credential"))
    assert "Nothing to do" in next_step(incident("blind", subject="plume"))


def test_unstable_is_said_before_the_trigger() -> None:
    what = incident("pod_offline", unstable=True, flips=1)
    assert state_word(what) == "UNSTABLE"
    assert lasting(what) == "unstable, 1 change"
    assert "loose" in next_step(what)
