"""The past as pure functions: repeatable, bounded, and like life."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.demo.world_history import (
    Effect,
    covered,
    floor_time,
    generated_effects,
    merge,
    noise,
    scheduled_slots,
    speed_sample,
    traffic_share,
    wan_sample,
)
from src.demo.world_plan import plan_home
from tests.demo.plume_kit import START

HOME = plan_home(7, 0, 0)
MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


SPANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 60)).map(
        lambda pair: (at(pair[0]), at(pair[0] + pair[1]))
    ),
    max_size=12,
)


@given(spans=SPANS)
def test_merged_spans_are_apart_and_cover_the_same(spans: list[tuple[datetime, datetime]]) -> None:
    merged = merge(spans)
    minutes = range(400)

    assert all(one[1] < two[0] for one, two in pairwise(merged))
    for minute in minutes:
        inside = any(start <= at(minute) < end for start, end in spans)
        assert any(start <= at(minute) < end for start, end in merged) == inside


@given(spans=SPANS, start=st.integers(0, 300), length=st.integers(1, 60))
def test_covered_counts_each_moment_once(
    spans: list[tuple[datetime, datetime]], start: int, length: int
) -> None:
    inside = sum(
        any(one <= at(minute) < two for one, two in spans)
        for minute in range(start, start + length)
    )

    assert covered(merge(spans), at(start), at(start + length)) == pytest.approx(inside / length)


def test_nothing_covers_an_empty_stretch() -> None:
    assert covered([(at(0), at(9))], at(5), at(5)) == 0


def test_effects_hold_from_their_start_until_before_their_end() -> None:
    effect = Effect("line", at(0), at(5))

    assert [effect.active(at(minute)) for minute in (-1, 0, 4, 5)] == [False, True, True, False]
    assert Effect("line", at(0)).active(at(10_000))


def test_noise_is_spread_and_repeatable() -> None:
    values = [noise(7, "x", number) for number in range(2_000)]

    assert values == [noise(7, "x", number) for number in range(2_000)]
    assert all(0 <= value < 1 for value in values)
    assert 0.47 < sum(values) / len(values) < 0.53


def test_floors_count_from_the_epoch() -> None:
    assert floor_time(START, timedelta(minutes=15)).isoformat() == "2026-05-18T18:30:00+00:00"
    assert floor_time(START, timedelta(days=1)).isoformat() == "2026-05-18T00:00:00+00:00"


def test_the_past_is_over_two_hours_before_the_beginning() -> None:
    for index in range(40):
        plan = plan_home(7, index, 0)
        effects = generated_effects(7, plan, START)
        assert effects == generated_effects(7, plan, START)
        assert all(effect.end is not None and effect.end <= at(-120) for effect in effects)
        assert all(effect.start >= START - timedelta(days=36) for effect in effects)
        assert bool(effects) == plan.onboarded


def test_a_bad_week_is_worse_than_the_weeks_before() -> None:
    plan = plan_home(7, 14, 0)
    lines = [e.start for e in generated_effects(7, plan, START) if e.kind == "line"]
    recent = [start for start in lines if start > START - timedelta(days=7)]

    assert len(recent) >= 10 > 2 * (len(lines) - len(recent)) / 4


@given(minutes=st.integers(-60 * 24 * 30, 60 * 24 * 30), offline=st.floats(0, 1))
def test_traffic_fits_the_line(minutes: int, offline: float) -> None:
    start = floor_time(at(minutes), timedelta(minutes=15))
    sample = wan_sample(7, HOME, start, offline=offline)

    if sample.rx_mb is None:
        assert (sample.tx_mb, sample.rx_max_mbps, sample.tx_max_mbps) == (None, None, None)
        return
    assert sample.tx_mb is not None
    assert sample.rx_max_mbps is not None
    assert 0 <= sample.rx_mb * 8 / 900 <= sample.rx_max_mbps + 0.1 <= HOME.line.down_mbps
    assert 0 <= sample.tx_mb <= sample.rx_mb


def test_no_line_no_traffic_and_some_points_are_missing() -> None:
    quarters = [at(15 * number) for number in range(3_000)]
    missing = sum(wan_sample(7, HOME, quarter).rx_mb is None for quarter in quarters)

    assert wan_sample(7, HOME, START, offline=1.0).rx_mb is None
    assert 5 < missing < 60


def test_a_slow_line_is_slow_in_every_figure() -> None:
    evening = START.replace(hour=19)
    fast, slow = (speed_sample(7, HOME, evening, slow=slow) for slow in (False, True))
    traffic = [wan_sample(7, HOME, at(15 * n), slow=True).rx_max_mbps or 0 for n in range(96)]

    assert slow.download_mbps < fast.download_mbps / 5
    assert slow.rtt_ms > 5 * fast.rtt_ms
    assert max(traffic) <= HOME.line.down_mbps * 0.08
    assert fast.ended_at - fast.started_at == timedelta(seconds=32)


def test_days_have_local_shapes() -> None:
    kathmandu, london = plan_home(7, 3, 0), plan_home(7, 2, 0)
    monday_19_utc = START.replace(hour=19, minute=0)

    assert traffic_share(london, monday_19_utc) == 1.0  # 20:00 in summer time
    assert traffic_share(kathmandu, monday_19_utc) < 0.25  # 00:45
    assert traffic_share(london, monday_19_utc - timedelta(days=1, hours=9)) > traffic_share(
        london, monday_19_utc - timedelta(hours=9)
    )  # Sunday morning


def test_tests_are_scheduled_every_three_hours_newest_first() -> None:
    slots = list(scheduled_slots(7, HOME, START - timedelta(days=1), START))

    assert len(slots) == 8
    assert all(one - two == timedelta(hours=3) for one, two in pairwise(slots))
    assert START - timedelta(days=1) <= slots[-1] < slots[0] < START
