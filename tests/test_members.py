"""Every button about people and data leads somewhere, and every command too."""

from __future__ import annotations

from typing import get_args

from src.handlers import members
from src.handlers.access import COMMANDS, PRESSES
from src.handlers.member_presses import AskZone, ConnectAs, MemberPress


def test_every_press_has_a_handler() -> None:
    # These two begin a question, so the conversation has them.
    assert set(members.PRESSES) == set(get_args(MemberPress)) - {ConnectAs, AskZone}


def test_everything_has_a_row_of_rights() -> None:
    assert set(members.COMMANDS) <= set(COMMANDS)
    assert {kind.__name__ for kind in members.PRESSES} <= set(PRESSES)
