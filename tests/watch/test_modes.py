"""Every trigger has a mode, and what a chat chose comes first."""

from __future__ import annotations

from src.models.watching import TRIGGERS, ChatPolicy
from src.watch.modes import DEFAULT_MODES, at_least, mode_of
from tests.watch.incidents import NIGHT


def test_every_trigger_has_a_default() -> None:
    assert set(DEFAULT_MODES) == set(TRIGGERS)


def test_the_chats_choice_comes_first() -> None:
    policy = ChatPolicy(NIGHT, modes={"reboot": "loud"})
    assert mode_of(policy, "reboot") == "loud"
    assert mode_of(policy, "fair_health") == "off"


def test_levels_are_in_order() -> None:
    assert at_least("critical", "warning")
    assert at_least("warning", "warning")
    assert not at_least("info", "warning")
