"""The past of a home, as pure functions of seed, home and time: nothing is stored.

What happens to a home is a list of effects, generated for the past and added by incidents. State,
reports and history are all read from that one list, so they cannot contradict each other.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from src.demo.world_plan import HomePlan

__all__ = [
    "Effect",
    "EffectKind",
    "Span",
    "SpeedSample",
    "WanSample",
    "covered",
    "floor_time",
    "generated_effects",
    "merge",
    "noise",
    "scheduled_slots",
    "speed_sample",
    "standing_troubles",
    "wan_sample",
]

# line: no internet; power: no electricity; node: one node is off; unavailable: one never reported;
# weak: a poor radio link; backhaul: the cable fell out, Wi-Fi took over; slow: a slow line;
# gap: the home worked, but the cloud has no measurements.
EffectKind = Literal["line", "power", "node", "unavailable", "weak", "backhaul", "slow", "gap"]
Span = tuple[datetime, datetime]

HISTORY_DAYS = 35
QUARTER = timedelta(minutes=15)
TEST_SECONDS = 32
_CALM_BEFORE_START = timedelta(hours=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Share of the evening's traffic for each hour of the local day.
_WEEKDAY = (
    0.18, 0.10, 0.06, 0.04, 0.04, 0.06, 0.14, 0.26, 0.24, 0.22, 0.22, 0.24,
    0.28, 0.26, 0.26, 0.32, 0.44, 0.58, 0.74, 0.90, 1.00, 0.98, 0.72, 0.40,
)  # fmt: skip
_WEEKEND = (
    0.30, 0.20, 0.10, 0.06, 0.04, 0.04, 0.06, 0.12, 0.26, 0.40, 0.50, 0.54,
    0.56, 0.56, 0.58, 0.60, 0.64, 0.70, 0.80, 0.92, 1.00, 1.00, 0.84, 0.54,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """Something true of a home from `start` until `end` (None: until restored)."""

    kind: EffectKind
    start: datetime
    end: datetime | None = None
    node: int | None = None
    cause: str = ""

    def active(self, at: datetime) -> bool:
        """Whether it holds at this moment; the start counts, the end does not."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class WanSample:
    """One interval: MB moved and highest Mbit/s, download first. None: not measured."""

    rx_mb: float | None = None
    tx_mb: float | None = None
    rx_max_mbps: float | None = None
    tx_max_mbps: float | None = None


@dataclass(frozen=True, slots=True)
class SpeedSample:
    """What a speed test measured: Mbit/s and milliseconds."""

    started_at: datetime
    ended_at: datetime
    download_mbps: float
    upload_mbps: float
    rtt_ms: float


def noise(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but the parts."""
    text = "/".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) / 2**64


def floor_time(moment: datetime, step: timedelta) -> datetime:
    """The start of the interval of this width, counted from the epoch, that holds the moment."""
    return moment - (moment - _EPOCH) % step


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, overlapping and touching ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return tuple(merged)


def covered(spans: Sequence[Span], start: datetime, end: datetime) -> float:
    """The share (0..1) of [start, end) that merged spans cover."""
    if end <= start:
        return 0.0
    total = timedelta()
    for index in range(max(0, bisect_right(spans, (start, start)) - 1), len(spans)):
        one, two = spans[index]
        if one >= end:
            break
        total += max(timedelta(), min(two, end) - max(one, start))
    return total / (end - start)


def standing_troubles(plan: HomePlan, epoch: datetime) -> tuple[Effect, ...]:
    """What the kind of home has wrong from the beginning."""
    return tuple(
        Effect(
            kind=trouble.effect,  # type: ignore[arg-type]  # the table of kinds spells them as text
            start=floor_time(epoch - timedelta(hours=trouble.hours), timedelta(seconds=1)),
            node=trouble.node,
            cause="POWER_CYCLE",
        )
        for trouble in plan.troubles
    )


def generated_effects(seed: int, plan: HomePlan, epoch: datetime) -> tuple[Effect, ...]:
    """Outages, reboots and measuring gaps of the five weeks before the world began.

    The last two hours are calm, so that a new world starts from the states its kinds name.
    """
    if not plan.onboarded:
        return ()
    latest = epoch - _CALM_BEFORE_START
    today = floor_time(epoch, timedelta(days=1))
    found: list[Effect] = []
    for back in range(HISTORY_DAYS, -1, -1):
        day = today - timedelta(days=back)
        rng = random.Random(f"{seed}/{plan.id}/{day.date()}")
        bad = plan.bad_week and back <= 7
        found += (
            effect
            for effect in _effects_of_day(rng, plan, day, bad=bad)
            if effect.end is not None and effect.end <= latest
        )
    return tuple(sorted(found, key=lambda effect: effect.start))


def _effects_of_day(
    rng: random.Random, plan: HomePlan, day: datetime, *, bad: bool
) -> Iterator[Effect]:
    cuts = rng.randint(2, 6) if bad else int(rng.random() < 0.12)
    for _ in range(cuts):
        yield _spell(rng, "line", day, rng.uniform(2, 40))
    if rng.random() < 0.01:
        yield _spell(rng, "power", day, rng.uniform(10, 90), cause="POWER_CYCLE")
    if rng.random() < 0.07:
        node = rng.randrange(len(plan.nodes))
        cause = rng.choice(("UPGRADE", "POWER_CYCLE", "POWER_CYCLE", "CRASH", "HEALTH_CHECK"))
        yield _spell(rng, "node", day, rng.uniform(2, 4), node=node, cause=cause)
    if rng.random() < (0.5 if bad else 0.06):
        yield _spell(rng, "gap", day, rng.uniform(15, 120))


def _spell(
    rng: random.Random,
    kind: EffectKind,
    day: datetime,
    minutes: float,
    *,
    node: int | None = None,
    cause: str = "",
) -> Effect:
    start = day + timedelta(seconds=rng.randrange(86_400))
    return Effect(kind, start, start + timedelta(seconds=round(minutes * 60)), node, cause)


@lru_cache(maxsize=64)
def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def traffic_share(plan: HomePlan, moment: datetime) -> float:
    """How busy this hour of the home's own day is; 1 is the evening's peak."""
    local = moment.astimezone(_zone(plan.place.zone))
    return (_WEEKEND if local.weekday() >= 5 else _WEEKDAY)[local.hour]


def wan_sample(
    seed: int, plan: HomePlan, start: datetime, *, offline: float = 0.0, slow: bool = False
) -> WanSample:
    """Traffic of the quarter of an hour from `start`; `offline` is the share without a line."""
    key = (seed, plan.id, int(start.timestamp()))
    if offline >= 1 or noise(*key, "gap") < 0.008:
        return WanSample()
    burst = 2.6 if noise(*key, "burst") > 0.93 else 1.0
    mean = plan.line.evening_mbps * traffic_share(plan, start) * burst
    mean *= (0.35 + 1.1 * noise(*key, "rx")) * (1 - offline)
    limit = plan.line.down_mbps * (0.08 if slow else 0.95)
    mean = min(mean, limit * 0.8)
    up_limit = plan.line.up_mbps * (0.08 if slow else 0.95)
    up_mean = min(mean * (0.05 + 0.12 * noise(*key, "tx")), up_limit * 0.8)
    return WanSample(
        rx_mb=round(mean * 900 / 8, 1),
        tx_mb=round(up_mean * 900 / 8, 1),
        rx_max_mbps=round(min(limit, mean * (1.6 + 5 * noise(*key, "rx-max"))), 1),
        tx_max_mbps=round(min(up_limit, up_mean * (1.6 + 4 * noise(*key, "tx-max"))), 1),
    )


def scheduled_slots(
    seed: int, plan: HomePlan, start: datetime, end: datetime, hours: int = 3
) -> Iterator[datetime]:
    """When scheduled speed tests begin, in [start, end), newest first."""
    step = timedelta(hours=hours)
    offset = timedelta(seconds=int(noise(seed, plan.id, "slot") * 1_200))
    slot = floor_time(end, step) + offset
    while slot >= start:
        if slot < end:
            yield slot
        slot -= step


def speed_sample(
    seed: int, plan: HomePlan, started_at: datetime, *, slow: bool = False, leaf: bool = False
) -> SpeedSample:
    """What a test begun at this moment measures: less in busy hours, little on a slow line."""
    key = (seed, plan.id, int(started_at.timestamp()))
    factor = 0.98 - 0.12 * traffic_share(plan, started_at) - 0.05 * noise(*key, "down")
    factor *= (0.07 if slow else 1.0) * (0.45 if leaf else 1.0)
    return SpeedSample(
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=TEST_SECONDS),
        download_mbps=round(plan.line.down_mbps * factor, 1),
        upload_mbps=round(plan.line.up_mbps * (factor - 0.03 * noise(*key, "up") * factor), 1),
        rtt_ms=round(plan.line.rtt_ms * (9.0 if slow else 0.9 + 0.4 * noise(*key, "rtt")), 1),
    )
