"""The virtual clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from src.demo.world_clock import VirtualClock, iso, to_ms
from tests.demo.plume_kit import START, HandTime


def test_it_runs_as_fast_as_it_is_told_to() -> None:
    time = HandTime()
    clock = VirtualClock(START, speed=60, monotonic=time)

    time.now += 10
    fast = clock.now()
    clock.set_speed(0)
    time.now += 10
    stopped = clock.now()
    clock.set_speed(1)
    time.now += 10

    assert fast == stopped == START + timedelta(minutes=10)
    assert clock.now() == START + timedelta(minutes=10, seconds=10)
    assert clock.speed == 1


def test_it_jumps_ahead_only() -> None:
    clock = VirtualClock(START, speed=0)

    assert clock.advance(90) == clock.now() == START + timedelta(seconds=90)
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_it_begins_now_and_in_utc() -> None:
    before = datetime.now(UTC)
    clock = VirtualClock()
    elsewhere = VirtualClock(START.astimezone(timezone(timedelta(hours=5))), speed=0)

    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    assert elsewhere.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize("speed", [-1, 1e9, float("nan"), float("inf")])
def test_bad_speeds(speed: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 100,000"):
        VirtualClock(START, speed=speed)


def test_a_start_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(START.replace(tzinfo=None))


def test_how_plume_writes_moments() -> None:
    moment = START.replace(microsecond=7_999).astimezone(timezone(timedelta(hours=-3)))

    assert iso(moment) == "2026-05-18T18:40:02.007Z"
    assert to_ms(START) == 1779129602000
