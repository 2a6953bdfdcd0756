"""Roles, as the environment and the admins give them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from src.handlers.access import ADMIN, ANYONE, VIEWER, allows, need_of_command, role_of
from src.settings import load_settings
from src.storage import Person

if TYPE_CHECKING:
    from src.storage.records import Role

TOKEN = {"TELEGRAM_BOT_TOKEN": "1:xyz"}
CLOSED = {"PANOPTES_ADMINS": "1", "PANOPTES_ALLOWED_USERS": "2"}


def _person(user_id: int, role: Role | None) -> Person:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Person(user_id, "Ann", role, created_at=now)


@pytest.mark.parametrize(
    ("user_id", "stored", "environment", "role"),
    [
        (9, None, {}, "operator"),
        (1, "viewer", CLOSED, "admin"),
        (2, None, CLOSED, "operator"),
        (2, "viewer", CLOSED, "viewer"),
        (2, "admin", CLOSED, "admin"),
        (9, None, CLOSED, None),
        (9, "operator", CLOSED, "operator"),
        (9, "admin", {}, "operator"),
    ],
)
def test_roles(
    user_id: int, stored: Role | None, environment: dict[str, str], role: Role | None
) -> None:
    settings = load_settings(TOKEN | environment, dotenv=None)
    assert role_of(user_id, _person(user_id, stored), settings) == role
    if stored is None:
        assert role_of(user_id, None, settings) == role


def test_a_role_holds_what_lies_below_it() -> None:
    assert allows(None, ANYONE)
    assert not allows(None, VIEWER)
    assert allows("admin", VIEWER)
    assert not allows("operator", ADMIN)


def test_a_deep_link_is_judged_by_its_first_word() -> None:
    assert need_of_command("start", "join") == ANYONE
    assert need_of_command("start", "loc_a_b") == need_of_command("start") == VIEWER
