"""Quiet hours over midnight, on some days, and on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from src.models.watching import ChatPolicy, QuietHours, Spot
from src.watch.quiet import is_held, quiet_until

NIGHT = QuietHours(22 * 60, 7 * 60)
BERLIN = "Europe/Berlin"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "end"),
    [
        (NIGHT, BERLIN, "2026-05-18T19:59", None),  # 21:59 there
        (NIGHT, BERLIN, "2026-05-18T20:00", "2026-05-19T05:00"),
        (NIGHT, BERLIN, "2026-05-19T04:59", "2026-05-19T05:00"),
        (NIGHT, BERLIN, "2026-05-19T05:00", None),
        (NIGHT, None, "2026-05-18T22:00", "2026-05-19T07:00"),
        (NIGHT, "Not/AZone", "2026-05-18T22:00", "2026-05-19T07:00"),
        (QuietHours(12 * 60, 13 * 60), BERLIN, "2026-05-18T10:30", "2026-05-18T11:00"),
        (QuietHours(0, 0), BERLIN, "2026-05-18T10:30", "2026-05-18T22:00"),  # the whole day
        (QuietHours(0, 24 * 60), BERLIN, "2026-05-18T10:30", "2026-05-18T22:00"),
        # Friday's night lasts into Saturday, whose own does not count.
        (QuietHours(22 * 60, 7 * 60, days=(4,)), None, "2026-05-23T06:00", "2026-05-23T07:00"),
        (QuietHours(22 * 60, 7 * 60, days=(4,)), None, "2026-05-23T23:00", None),
        # The night of 28 March 2026 is an hour shorter, that of 24 October an hour longer.
        (NIGHT, BERLIN, "2026-03-28T21:00", "2026-03-29T05:00"),
        (NIGHT, BERLIN, "2026-10-24T20:00", "2026-10-25T06:00"),
        (NIGHT, BERLIN, "2026-10-25T05:30", "2026-10-25T06:00"),
        # An hour that the clocks skip begins when they have skipped it.
        (QuietHours(150, 300), BERLIN, "2026-03-29T01:29", None),
        (QuietHours(150, 300), BERLIN, "2026-03-29T01:30", "2026-03-29T03:00"),
        # One that comes twice: the later of the two.
        (QuietHours(150, 300), BERLIN, "2026-10-25T00:30", None),
        (QuietHours(150, 300), BERLIN, "2026-10-25T01:30", "2026-10-25T04:00"),
        (None, BERLIN, "2026-05-18T23:00", None),
    ],
)
def test_when_the_quiet_hours_end(
    quiet: QuietHours | None, zone: str | None, now: str, end: str | None
) -> None:
    assert quiet_until(quiet, zone, _utc(now)) == (_utc(end) if end else None)


@pytest.mark.parametrize(
    ("floor", "level", "held"),
    [
        ("critical", "critical", False),
        ("critical", "warning", True),
        ("warning", "warning", False),
        ("warning", "info", True),
        ("info", "info", False),
    ],
)
def test_what_reaches_the_floor_breaks_through(floor: str, level: str, held: bool) -> None:
    quiet = QuietHours(22 * 60, 7 * 60, floor=floor)  # type: ignore[arg-type]  # a table of words
    policy = ChatPolicy(Spot(1), quiet=quiet)
    assert is_held(policy, level, _utc("2026-05-18T23:00")) is held  # type: ignore[arg-type]  # as above
    assert not is_held(policy, level, _utc("2026-05-18T12:00"))  # type: ignore[arg-type]  # as above


def test_without_quiet_hours_nothing_is_held() -> None:
    assert not is_held(ChatPolicy(Spot(1)), "info", _utc("2026-05-18T23:00"))
