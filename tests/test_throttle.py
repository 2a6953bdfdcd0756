"""Once in a while for each key, and a bounded number of keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from src.handlers.throttle import Throttle

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_each_key_once_in_the_time() -> None:
    throttle = Throttle(timedelta(hours=1))
    assert throttle.allows("a", NOON)
    assert not throttle.allows("a", NOON + timedelta(minutes=59))
    assert throttle.allows("b", NOON + timedelta(minutes=59))
    assert throttle.allows("a", NOON + timedelta(hours=1))


def test_the_oldest_keys_are_forgotten_first() -> None:
    throttle = Throttle()
    for key in range(1_001):
        assert throttle.allows(key, NOON)
    assert throttle.allows(0, NOON)
    assert not throttle.allows(1_000, NOON)
