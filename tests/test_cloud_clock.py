"""The cloud's time, from the Date of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from src.net.cloud_clock import CloudClock

HERE = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        (None, timedelta(0)),
        ("", timedelta(0)),
        ("yesterday", timedelta(0)),
        ("Mon, 18 May 2026 09:00:04 GMT", timedelta(0)),  # whole seconds and a slow answer
        ("Mon, 18 May 2026 09:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 18 May 2026 08:00:00 GMT", timedelta(hours=-1)),
        ("Mon, 18 May 2026 10:10:00 +0100", timedelta(minutes=10)),
        ("Mon, 18 May 2026 09:10:00", timedelta(minutes=10)),  # no zone: HTTP means UTC
        ("Mon, 99 May 2026 09:10:00 GMT", timedelta(0)),
    ],
)
def test_the_date_of_an_answer_moves_the_clock(date: str | None, ahead: timedelta) -> None:
    clock = CloudClock(lambda: HERE)
    clock.note(date)
    assert clock.now() == HERE + ahead


def test_the_newest_answer_counts_and_an_odd_one_changes_nothing() -> None:
    clock = CloudClock(lambda: HERE)
    clock.note("Mon, 18 May 2026 12:00:00 GMT")
    clock.note("Mon, 18 May 2026 10:00:00 GMT")
    clock.note("no date")
    assert clock.now() == HERE + timedelta(hours=1)
    clock.note("Mon, 18 May 2026 09:00:01 GMT")
    assert clock.now() == HERE
