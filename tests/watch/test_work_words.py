"""Typed maintenance windows and quiet hours: what is meant, in the chat's own time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from src.watch.work_words import LONGEST, parse_night, parse_work
from tests.texts import texts

NOW = datetime(2026, 5, 18, 10, 0, tzinfo=UTC)  # a Monday, 12:00 in Berlin
BERLIN = "Europe/Berlin"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end", "weekly", "reason"),
    [
        ("2h", "2026-05-18T10:00", "2026-05-18T12:00", False, ""),
        ("90 min new modem", "2026-05-18T10:00", "2026-05-18T11:30", False, "new modem"),
        ("14:00-16:00", "2026-05-18T12:00", "2026-05-18T14:00", False, ""),
        ("11:00-13:00", "2026-05-18T09:00", "2026-05-18T11:00", False, ""),  # it has begun
        ("02:00-04:00", "2026-05-19T00:00", "2026-05-19T02:00", False, ""),
        ("22.30 to 1.15", "2026-05-18T20:30", "2026-05-18T23:15", False, ""),
        ("tomorrow 02:00–04:00", "2026-05-19T00:00", "2026-05-19T02:00", False, ""),
        ("today 23:00-24:00", "2026-05-18T21:00", "2026-05-18T22:00", False, ""),
        ("sun 02:00-04:00 weekly new firmware", "2026-05-24T00:00", "2026-05-24T02:00", True,
         "new firmware"),
        ("Sunday 02:00-04:00", "2026-05-24T00:00", "2026-05-24T02:00", False, ""),
        ("monday 13:00-14:00", "2026-05-18T11:00", "2026-05-18T12:00", False, ""),
        ("mon 08:00-09:00", "2026-05-25T06:00", "2026-05-25T07:00", False, ""),  # today's is over
        ("00:00-00:00 Weekly", "2026-05-17T22:00", "2026-05-18T22:00", True, ""),
    ],
)  # fmt: skip
def test_what_is_meant(text: str, start: str, end: str, weekly: bool, reason: str) -> None:
    assert parse_work(text, NOW, BERLIN) == (_utc(start), _utc(end), weekly, reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0h",
        "49h",
        "sun",
        "sun 2h",
        "25:00-26:00",
        "02:60-03:00",
        "next week",
        "today 08:00-09:00",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    assert parse_work(text, NOW, BERLIN) is None


@given(texts(max_size=60))
def test_any_text_gives_a_window_that_makes_sense_or_none(text: str) -> None:
    work = parse_work(text, NOW, BERLIN)
    assert work is None or (work.end > NOW and work.start < work.end <= work.start + LONGEST)


@pytest.mark.parametrize(
    ("text", "night"),
    [
        ("22:30-06:15", (1350, 375)),
        (" 22:00 to 7:00 ", (1320, 420)),
        ("22:00-24:00", (1320, 0)),
        ("22:00-07:00 please", None),
        ("22-7", None),
        ("", None),
    ],
)
def test_quiet_hours(text: str, night: tuple[int, int] | None) -> None:
    assert parse_night(text) == night
