"""Ticks as a clock in the home shows them, on days when it is changed, too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.charts.timeline import clock_label, time_axis, unix
from src.utils.timezones import to_local

HOUR = 3_600
DAY = 24 * HOUR


def at(text: str) -> int:
    return unix(datetime.fromisoformat(text).replace(tzinfo=UTC))


def labels(start: str, seconds: int, timezone: str | None) -> list[str]:
    first = at(start)
    return [tick["label"] for tick in time_axis(first, first + seconds, timezone)["ticks"]]


TICKS = [
    # An ordinary day, from 20:40 to 20:40.
    (
        "2026-05-18T18:40",
        DAY,
        "Europe/Stockholm",
        ["Tue 19", "04:00", "08:00", "12:00", "16:00", "20:00"],
    ),
    # New York: 02:00 does not exist on 8 March, 01:00 to 02:00 is shown twice on 1 November.
    ("2026-03-08T06:00", 3 * HOUR, "America/New_York", "01:00 01:30 03:00 03:30 04:00 04:30 05:00"),
    ("2026-11-01T04:15", 3 * HOUR, "America/New_York", "00:30 01:00 01:30 01:00 01:30 02:00"),
    (
        "2026-11-01T04:00",
        25 * HOUR,
        "America/New_York",
        ["Sun 1", "04:00", "08:00", "12:00", "16:00", "20:00", "Mon 2"],
    ),
    (
        "2026-03-07T05:00",
        2 * DAY + 10 * HOUR,
        "America/New_York",
        ["Sat 7", "Sun 8", "Mon 9"],
    ),
    # Lord Howe goes back by half an hour at 02:00 on 5 April, and forward on 4 October.
    (
        "2026-04-04T14:00",
        3 * HOUR,
        "Australia/Lord_Howe",
        "01:00 01:30 01:30 02:00 02:30 03:00 03:30",
    ),
    ("2026-10-03T14:30", 2 * HOUR, "Australia/Lord_Howe", "01:00 01:30 02:30 03:00 03:30"),
    # Kathmandu is at +05:45: round hours there are not round in UTC.
    (
        "2026-05-18T18:15",
        2 * HOUR,
        "Asia/Kathmandu",
        "Tue_19 00:30 01:00 01:30 02:00",
    ),
    # Beirut has no midnight on 29 March, Havana had two on 3 November 2024: a day begins once.
    ("2026-03-27T22:00", 2 * DAY + 10 * HOUR, "Asia/Beirut", ["Sat 28", "Sun 29", "Mon 30"]),
    ("2024-11-03T04:00", 2 * DAY + 10 * HOUR, "America/Havana", ["Sun 3", "Mon 4", "Tue 5"]),
    # Without a zone the clock is UTC.
    ("2026-05-18T18:40", 6 * HOUR, None, "19:00 20:00 21:00 22:00 23:00 Tue_19"),
    ("2026-05-18T18:40", 6 * HOUR, "Mars/Olympus", "19:00 20:00 21:00 22:00 23:00 Tue_19"),
    # Longer periods.
    (
        "2026-05-11T18:40",
        7 * DAY,
        "Europe/Stockholm",
        "Tue_12 Wed_13 Thu_14 Fri_15 Sat_16 Sun_17 Mon_18",
    ),
    ("2026-04-18T18:40", 30 * DAY, "Europe/Stockholm", "19_Apr 24_Apr 29_Apr 4_May 9_May 14_May"),
    (
        "2020-01-01T00:00",
        3_000 * DAY,
        None,
        "Jan_2020 Mar_2021 May_2022 Jul_2023 Sep_2024 Nov_2025 Jan_2027",
    ),
]


@pytest.mark.parametrize(("start", "seconds", "timezone", "expected"), TICKS)
def test_ticks_are_what_the_clock_shows(
    start: str, seconds: int, timezone: str | None, expected: list[str] | str
) -> None:
    words = expected.split(" ") if isinstance(expected, str) else expected
    wanted = [word.replace("_", " ") for word in words]
    assert labels(start, seconds, timezone) == wanted


@pytest.mark.parametrize(
    ("timezone", "start", "note"),
    [
        ("Europe/Stockholm", "2026-05-18T00:00", "Time at the home, CEST"),
        ("America/New_York", "2026-11-01T00:00", "Time at the home, EDT then EST"),
        ("America/New_York", "2026-03-08T00:00", "Time at the home, EST then EDT"),
        ("Australia/Lord_Howe", "2026-04-04T03:00", "Time at the home, UTC+11 then UTC+10:30"),
        ("Asia/Kathmandu", "2026-05-18T00:00", "Time at the home, UTC+5:45"),
        (None, "2026-05-18T00:00", "UTC: the home's time zone is not known"),
        ("Nowhere", "2026-05-18T00:00", "UTC: the home's time zone is not known"),
    ],
)
def test_the_axis_says_whose_time_it_is(timezone: str | None, start: str, note: str) -> None:
    assert time_axis(at(start), at(start) + DAY, timezone)["note"] == note


@pytest.mark.parametrize(
    ("start", "seconds", "dates"),
    [
        ("2026-05-18T00:00", DAY, "18 May 2026"),
        ("2026-05-18T12:00", DAY, "18–19 May 2026"),
        ("2026-04-28T12:00", 7 * DAY, "28 Apr – 5 May 2026"),
        ("2025-12-31T12:00", DAY, "31 Dec 2025 – 1 Jan 2026"),
    ],
)
def test_the_dates_are_told_once(start: str, seconds: int, dates: str) -> None:
    assert time_axis(at(start), at(start) + seconds, None)["dates"] == dates


@pytest.mark.parametrize(
    ("seconds", "label"),
    [(DAY, "20:45"), (7 * DAY, "Mon 20:45"), (30 * DAY, "18 May 20:45")],
)
def test_a_moment_is_as_precise_as_its_axis_needs(seconds: int, label: str) -> None:
    moment = at("2026-05-18T18:45")
    axis = time_axis(moment, moment + seconds, "Europe/Stockholm")
    assert clock_label(moment, axis, "Europe/Stockholm") == label


def test_the_end_of_time_is_survived() -> None:
    start = at("9999-12-20T00:00")
    ticks = time_axis(start, start + 11 * DAY, "Pacific/Auckland")["ticks"]
    assert ticks
    assert all(start <= tick["at"] for tick in ticks)


@given(
    first=st.integers(at("1990-01-01"), at("2035-01-01")),
    seconds=st.integers(60, 40 * DAY),
    timezone=st.sampled_from(
        ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut", None]
    ),
)
def test_every_tick_lies_inside_in_order_and_tells_the_local_time(
    first: int, seconds: int, timezone: str | None
) -> None:
    ticks = time_axis(first, first + seconds, timezone)["ticks"]
    moments = [tick["at"] for tick in ticks]
    assert moments == sorted(set(moments))
    assert len(ticks) <= 10
    assert all(first <= moment <= first + seconds for moment in moments)
    for tick in ticks:
        local = to_local(datetime.fromtimestamp(tick["at"], UTC), timezone)
        if ":" in tick["label"]:
            assert f"{local:%H:%M}" == tick["label"]
        else:
            before = to_local(
                datetime.fromtimestamp(tick["at"], UTC) - timedelta(minutes=1), timezone
            )
            assert str(local.day) in tick["label"].split() or seconds > 400 * DAY
            assert before.date() < local.date()
