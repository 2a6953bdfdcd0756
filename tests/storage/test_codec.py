"""Values of watching as JSON, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from src.models.watching import (
    ChatPolicy,
    Digest,
    Maintenance,
    QuietHours,
    Spot,
)
from src.storage.codec import pack, unpack
from tests.storage import watching

POLICY = ChatPolicy(
    watching.SPOT,
    {"reboot": "loud", "fair_health": "off"},
    "Europe/Berlin",
    QuietHours(1320, 360, (0, 1), "warning"),
    (Maintenance("m", watching.NOON, watching.NOON, "l1", True, 44, "tower 7"),),
    Spot(-99, 2),
    600,
    Digest(8, 30, 0),
    watching.NOON,
)
FOREVER = datetime.max.replace(tzinfo=UTC)
VALUES = [
    POLICY,
    ChatPolicy(watching.SPOT),
    watching.notice(snoozed_until=FOREVER, acked_by=44, acked_name="Zoë"),
    watching.message("m1", buttons="open", location_id="l1", not_before=watching.NOON),
    watching.line("told", key=None),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_at_the_spot_that_its_row_names(value: Any) -> None:
    text = pack(value)
    assert unpack(type(value), text, watching.SPOT) == value
    moved = Spot(-1_001, 3)
    assert unpack(type(value), text, moved) == replace(value, spot=moved)
    assert str(watching.SPOT.chat_id) not in text.replace("-99", "")


def test_an_incident_comes_back_whole() -> None:
    whole = watching.incident(ended_at=watching.NOON, ending="recovered", frozen_s=1.5, flips=3)
    assert unpack(type(whole), pack(whole)) == whole
