"""Zones by name, and local clocks that are right on the days when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytz

from src.utils.timezones import hour_of_day, to_local, zone


@pytest.mark.parametrize("name", [None, "", " ", "Mars/Olympus", "../etc/passwd", 7, "Zürich"])
def test_no_zone(name: Any) -> None:
    assert zone(name) is None
    assert to_local(datetime(2026, 5, 18, 6, tzinfo=UTC), name).hour == 6


def test_zone_of_a_name() -> None:
    assert str(zone(" Europe/Stockholm ")) == "Europe/Stockholm"


@pytest.mark.parametrize(
    ("moment", "name", "hour"),
    [
        ("2026-03-29T00:59:00+00:00", "Europe/Stockholm", 1),
        ("2026-03-29T01:00:00+00:00", "Europe/Stockholm", 3),
        ("2026-10-25T00:59:00+00:00", "Europe/Stockholm", 2),
        ("2026-10-25T01:00:00+00:00", "Europe/Stockholm", 2),
        ("2026-05-18T18:29:00+00:00", "Asia/Kolkata", 23),
        ("2026-05-18T18:30:00+00:00", "Asia/Kolkata", 0),
        ("2026-05-18T20:00:00+02:00", None, 18),
    ],
)
def test_hour_of_day(moment: str, name: str | None, hour: int) -> None:
    assert hour_of_day(datetime.fromisoformat(moment), name) == hour


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("0001-01-01T00:30:00+00:00", "America/New_York"),
        ("9999-12-31T23:30:00+00:00", "Pacific/Auckland"),
    ],
)
def test_the_first_and_the_last_day_stay_in_utc(moment: str, name: str) -> None:
    at = datetime.fromisoformat(moment)
    assert to_local(at, name) == at
    assert to_local(at, name).tzinfo is UTC


def test_clocks_show_what_pytz_says() -> None:
    """Two readers of the same rules, around each change of these years, in every zone."""
    for name in pytz.common_timezones:
        found = pytz.timezone(name)
        changes = [at for at in getattr(found, "_utc_transition_times", ()) if at.year > 2015]
        for change in changes[:24] or [datetime(2026, 5, 18)]:  # noqa: DTZ001 - pytz: naive UTC
            for hours in (-1, 0, 1):
                at = change.replace(tzinfo=UTC) + timedelta(hours=hours, minutes=-1)
                local, said = to_local(at, name), at.astimezone(found)
                assert (name, f"{local:%c %z %Z}") == (name, f"{said:%c %z %Z}")
