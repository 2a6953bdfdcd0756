"""The clock of the simulated world: it can run faster than ours, and be moved by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VirtualClock", "iso", "to_ms"]

MAX_SPEED = 100_000.0


class VirtualClock:
    """Aware UTC time that starts at `start` (default: now) and runs `speed` times as fast.

    A speed of 0 stops it. It never goes backwards: homes remember when things changed.
    """

    def __init__(
        self,
        start: datetime | None = None,
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("the start of a clock needs a time zone")
        self._monotonic = monotonic
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._mark = monotonic()
        self._speed = _checked_speed(speed)

    @property
    def speed(self) -> float:
        """Virtual seconds for one real second."""
        return self._speed

    def now(self) -> datetime:
        """The virtual moment, aware UTC."""
        return self._base + timedelta(seconds=(self._monotonic() - self._mark) * self._speed)

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on. ValueError outside 0..100,000."""
        speed = _checked_speed(speed)
        self._base, self._mark = self.now(), self._monotonic()
        self._speed = speed

    def advance(self, seconds: float) -> datetime:
        """Jump ahead, and return the new moment. ValueError for a negative jump."""
        if seconds < 0:
            raise ValueError("the clock does not go back")
        self._base += timedelta(seconds=seconds)
        return self.now()


def _checked_speed(speed: float) -> float:
    if not 0 <= speed <= MAX_SPEED:  # also refuses NaN
        raise ValueError(f"The speed is a number from 0 to {MAX_SPEED:,.0f}.")
    return float(speed)


@lru_cache(maxsize=10_000)  # reports tell the same month again and again
def iso(moment: datetime) -> str:
    """A moment as the Plume cloud writes it: `2026-05-18T06:30:00.000Z`."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds, as some reports use."""
    return round(moment.timestamp() * 1000)
