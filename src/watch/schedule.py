"""Whose turn it is to be looked at, and when: one ring, one even step, no bursts.

Pure: times are seconds of any steady clock, given by the caller.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from src.models.watching import HomeKey

__all__ = ["Pace", "Schedule", "Turn", "pace_of"]

# Service level, address and speed test change rarely, and cost a call of their own.
LOCATION_EVERY_S: Final = 900.0
# However slow the pace: at most every tenth look has the second call.
_LOCATION_EVERY_LOOKS: Final = 10
# Repeated calls and looks on demand are not planned, so not everything is given away.
_PLANNED_SHARE: Final = 0.9
# The first look at a home that somebody has just added has everything; at a start there may be
# thousands.
_EAGER: Final = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """How often each home is looked at. `stretched`: less often than was asked for."""

    interval_s: float
    location_every: int  # looks
    stretched: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A home to be looked at now; `location` when its rarer facts are due as well."""

    key: HomeKey
    location: bool


def pace_of(homes: int, wanted_s: float, calls_per_s: float) -> Pace:
    """The pace for so many homes within the poller's share of the request budget."""
    rate = calls_per_s * _PLANNED_SHARE
    looks = max(_LOCATION_EVERY_LOOKS, math.ceil(LOCATION_EVERY_S / wanted_s))
    if homes * (1 + 1 / looks) / wanted_s <= rate:
        return Pace(wanted_s, looks, stretched=False)
    # Slower looks make the rarer call fall due after fewer of them, but never after fewer than ten.
    looks = _LOCATION_EVERY_LOOKS
    interval_s = homes * (1 + 1 / looks) / rate
    if interval_s < LOCATION_EVERY_S / looks:
        interval_s = homes / (rate - homes / LOCATION_EVERY_S)
        looks = max(looks, round(LOCATION_EVERY_S / interval_s))
    return Pace(max(wanted_s, interval_s), looks, stretched=True)


class Schedule:
    """The ring of watched homes. A new one is next; then each has its place.

    Turns that were missed, because the machine slept or looks took too long, are not made up for.
    """

    def __init__(self, wanted_s: float, calls_per_s: float) -> None:
        self._wanted_s = wanted_s
        self._calls_per_s = calls_per_s
        self._ring: deque[HomeKey] = deque()
        self._homes: set[HomeKey] = set()
        self._looks: dict[HomeKey, int] = {}
        self._eager: set[HomeKey] = set()
        self._next_at = -math.inf
        self.pace = pace_of(0, wanted_s, calls_per_s)

    def __len__(self) -> int:
        """How many homes are watched."""
        return len(self._homes)

    def __contains__(self, key: HomeKey) -> bool:
        """Whether this home is watched."""
        return key in self._homes

    def set_homes(self, keys: Iterable[HomeKey]) -> None:
        """Watch these and no others. Those that are new come next, in an order of no meaning."""
        wanted = set(keys)
        new = sorted(wanted - self._homes, key=_place, reverse=True)
        self._ring.extendleft(new)
        if new and len(new) <= _EAGER:
            self._eager |= set(new)
            self._next_at = -math.inf
        if self._homes - wanted:
            self._ring = deque(key for key in self._ring if key in wanted)
            self._looks = {key: looks for key, looks in self._looks.items() if key in wanted}
        self._homes = wanted
        self.pace = pace_of(len(wanted), self._wanted_s, self._calls_per_s)

    def wait_s(self, now: float) -> float | None:
        """How long until the next turn; None while nothing is watched."""
        return max(0.0, self._next_at - now) if self._ring else None

    def take(self, now: float) -> Turn | None:
        """The home whose turn it is; None when it is too early, or nothing is watched."""
        if not self._ring or now < self._next_at:
            return None
        key = self._ring.popleft()
        self._ring.append(key)
        step = self.pace.interval_s / len(self._ring)
        late = now - self._next_at >= step
        self._next_at = (now if late else self._next_at) + step
        looks = self._looks[key] = self._looks.get(key, 0) + 1
        eager = key in self._eager
        self._eager.discard(key)
        # Not all homes in the same round: each has its own look of the ten.
        every = self.pace.location_every
        return Turn(key, eager or (looks + _place(key)) % every == 0)


def _place(key: HomeKey) -> int:
    return int.from_bytes(blake2b(repr(tuple(key)).encode(), digest_size=6).digest(), "big")
