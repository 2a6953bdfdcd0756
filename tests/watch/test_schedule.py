"""Everybody has a turn, evenly, and as often as the budget allows."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from src.models.watching import HomeKey
from src.watch.schedule import LOCATION_EVERY_S, Pace, Schedule, pace_of

RATE = 5.0  # calls a second


def homes(count: int) -> list[HomeKey]:
    return [HomeKey(0, "c", f"l{number}") for number in range(count)]


def calls_per_s(count: int, pace: Pace) -> float:
    return count / pace.interval_s * (1 + 1 / pace.location_every)


@pytest.mark.parametrize(
    ("count", "wanted_s", "interval_s", "stretched"),
    [
        (0, 60, 60, False),
        (1, 60, 60, False),
        (250, 60, 60, False),
        (300, 60, 72, True),
        (1_000, 60, 244, True),
        (5_000, 60, 1222, True),
        (5_000, 3600, 3600, False),
        (1, 86_400, 86_400, False),
    ],
)
def test_the_interval_is_what_was_asked_for_or_what_fits(
    count: int, wanted_s: float, interval_s: float, stretched: bool
) -> None:
    pace = pace_of(count, wanted_s, RATE)
    assert round(pace.interval_s) == interval_s
    assert pace.stretched is stretched


@pytest.mark.parametrize("rate", [0.01, 1.0, 5.0, 50.0])
@pytest.mark.parametrize("wanted_s", [1, 10, 60, 900, 86_400])
def test_no_number_of_homes_asks_for_more_than_the_poller_may(wanted_s: int, rate: float) -> None:
    for count in (1, 2, 10, 99, 260, 270, 280, 500, 1_000, 5_000, 100_000):
        pace = pace_of(count, wanted_s, rate)
        assert calls_per_s(count, pace) <= rate * 0.95
        assert pace.interval_s >= wanted_s
        assert pace.stretched == (pace.interval_s > wanted_s)
        assert pace.location_every >= 10
        if pace.location_every > 10:
            assert pace.location_every * pace.interval_s >= LOCATION_EVERY_S * 0.9


def turns(schedule: Schedule, until: float, start: float = 0.0) -> list[tuple[float, HomeKey]]:
    """Who was looked at when, by somebody who is always on time."""
    now, found = start, []
    while now < until:
        turn = schedule.take(now)
        if turn is not None:
            found.append((now, turn.key))
        wait_s = schedule.wait_s(now)
        assert wait_s is not None
        now += max(wait_s, 1e-6)
    return found


@pytest.mark.parametrize("count", [1, 7, 200, 3_000])
def test_each_home_has_one_turn_in_each_interval_and_none_come_together(count: int) -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(count))
    interval_s = schedule.pace.interval_s
    seen = turns(schedule, interval_s * 3 - 0.001)
    assert set(Counter(key for _, key in seen).values()) == {3}
    step = interval_s / count
    gaps = {round((late - early) / step, 3) for (early, _), (late, _) in pairwise(seen)}
    assert gaps <= {1.0}
    by_home = defaultdict(list)
    for at, key in seen:
        by_home[key].append(at)
    assert all(
        abs(late - early - interval_s) < step
        for times in by_home.values()
        for early, late in pairwise(times)
    )


def test_a_new_home_is_next_and_the_others_keep_their_order() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(4))
    order = [key for _, key in turns(schedule, 60)]
    assert len(order) == 4
    schedule.set_homes(homes(5))
    following = [key for _, key in turns(schedule, 120, start=60)]
    assert following == [homes(5)[4], *order]


def test_a_home_that_is_watched_no_more_has_no_turn() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(3))
    schedule.set_homes(homes(3)[1:])
    assert len(schedule) == 2
    assert {key for _, key in turns(schedule, 120)} == set(homes(3)[1:])
    schedule.set_homes([])
    assert (schedule.wait_s(120), schedule.take(120)) == (None, None)


def test_a_home_that_somebody_adds_does_not_wait_for_the_step() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(1))
    assert schedule.take(0.0) is not None
    schedule.set_homes(homes(2))
    turn = schedule.take(1.0)
    assert turn is not None
    assert turn.key == homes(2)[1]
    assert schedule.wait_s(1.0) == 30


def test_turns_that_were_missed_are_not_made_up_for() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(60))
    assert len(turns(schedule, 60)) == 60
    assert len(turns(schedule, 3_660, start=3_600)) == 60


def test_the_rarer_call_is_spread_over_the_rounds() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(200))
    now, found = 0.0, []
    while now < 60 * 15:
        turn = schedule.take(now)
        if turn is not None and turn.location:
            found.append((int(now // 60), turn.key))
        now += schedule.wait_s(now) or 1e-6
    assert len({key for _, key in found}) == len(found) == 200
    assert max(Counter(minute for minute, _ in found).values()) < 40


def test_a_home_that_somebody_adds_is_seen_whole_at_once() -> None:
    schedule = Schedule(60, RATE)
    schedule.set_homes(homes(1))
    turn = schedule.take(0.0)
    assert turn is not None
    assert turn.location
    assert schedule.take(1.0) is None
