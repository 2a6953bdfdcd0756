"""Maintenance windows: which homes, once or every week, at the same time on the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from src.models.watching import ChatPolicy, Maintenance, Spot
from src.watch.maintenance import ECHO, ended, window_at, window_of_all

START = datetime(2026, 5, 18, 10, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
EVERY_DAY = timedelta(days=1)


def _policy(*work: Maintenance, zone: str | None = None) -> ChatPolicy:
    return ChatPolicy(Spot(1), timezone=zone, maintenance=work)


ONCE = Maintenance("m", START, START + HOUR)
WEEKLY = Maintenance("w", START, START + HOUR, weekly=True)


@pytest.mark.parametrize(
    ("work", "after", "inside"),
    [
        (ONCE, -timedelta(seconds=1), False),
        (ONCE, timedelta(0), True),
        (ONCE, HOUR - timedelta(seconds=1), True),
        (ONCE, HOUR, False),
        (ONCE, timedelta(days=7), False),
        (WEEKLY, -timedelta(days=7), False),
        (WEEKLY, timedelta(minutes=30), True),
        (WEEKLY, timedelta(days=1), False),
        (WEEKLY, timedelta(days=7), True),
        (WEEKLY, timedelta(days=70, minutes=59), True),
        (WEEKLY, timedelta(days=70, minutes=60), False),
    ],
)
def test_when_it_holds(work: Maintenance, after: timedelta, inside: bool) -> None:
    assert bool(window_at(_policy(work), "ann", START + after)) is inside


def test_every_week_at_the_same_time_on_the_clock() -> None:
    summer = datetime(2026, 10, 19, 1, tzinfo=UTC)  # 03:00 in Berlin, and 02:00 UTC a week later
    policy = _policy(Maintenance("w", summer, summer + HOUR, weekly=True), zone="Europe/Berlin")
    week_later = window_at(policy, "ann", datetime(2026, 10, 26, 2, 30, tzinfo=UTC))
    assert week_later is not None
    assert week_later.start == datetime(2026, 10, 26, 2, tzinfo=UTC)
    assert window_at(policy, "ann", datetime(2026, 10, 26, 1, 30, tzinfo=UTC)) is None


def test_the_grace_after_the_end() -> None:
    late = START + HOUR + ECHO - timedelta(seconds=1)
    assert window_at(_policy(ONCE), "ann", late) is None
    assert window_at(_policy(ONCE), "ann", late, ECHO) is not None
    assert window_at(_policy(WEEKLY), "ann", late + timedelta(days=7), ECHO) is not None
    assert window_at(_policy(ONCE), "ann", START + HOUR + ECHO, ECHO) is None


def test_one_home_or_all_of_them() -> None:
    anns = Maintenance("a", START, START + HOUR, location_id="ann")
    bobs = Maintenance("b", START, START + 2 * HOUR, location_id="bob")
    policy = _policy(anns, bobs)
    assert window_at(policy, "ann", START) is not None
    assert window_at(policy, "cath", START) is None
    both = window_of_all(policy, ["ann", "bob"], START)
    assert both is not None
    assert both.work is bobs
    assert window_of_all(policy, ["ann", "cath"], START) is None
    assert window_of_all(policy, [], START) is None
    everywhere = window_of_all(_policy(anns, ONCE), [], START)
    assert everywhere is not None
    assert everywhere.work is ONCE


@pytest.mark.parametrize(
    ("work", "after", "gone"),
    [(ONCE, HOUR, False), (ONCE, EVERY_DAY, True), (WEEKLY, EVERY_DAY, False)],
)
def test_what_will_not_come_again(work: Maintenance, after: timedelta, gone: bool) -> None:
    assert ended(work, START + after) is gone
