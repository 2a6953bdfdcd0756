"""A city, a country or a zone's name, as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import pytz
from hypothesis import given

from src.utils.zone_search import find_zones, offset_text
from tests.texts import texts

FOUND = [
    ("Berlin", ("Europe/Berlin",)),
    ("  new   YORK ", ("America/New_York",)),
    ("são paulo", ("America/Sao_Paulo",)),
    ("Zürich", ("Europe/Zurich",)),
    ("europe/berlin", ("Europe/Berlin",)),
    ("America/Argentina/Buenos_Aires", ("America/Argentina/Buenos_Aires",)),
    ("Buenos Aires", ("America/Argentina/Buenos_Aires",)),
    ("Etc/GMT-5", ("Etc/GMT-5",)),  # not the one with a plus
    ("utc", ("UTC",)),
    ("CET", ("CET",)),
    ("Munich", ("Europe/Berlin",)),
    ("Sweden", ("Europe/Stockholm",)),
    ("Germany", ("Europe/Berlin", "Europe/Busingen")),
    ("Nepal", ("Asia/Kathmandu",)),
    ("katmandu", ("Asia/Kathmandu",)),  # a slip of the finger
    ("stockhlm", ("Europe/Stockholm",)),
    ("howe", ("Australia/Lord_Howe",)),
    ("swede", ("Europe/Stockholm",)),
    ("UK", ("Europe/London",)),
    ("Xanadu", ()),
    ("+2", ()),
    ("???", ()),
    ("", ()),
    ("日本", ()),
]


@pytest.mark.parametrize(("typed", "zones"), FOUND)
def test_what_is_typed_is_found(typed: str, zones: tuple[str, ...]) -> None:
    assert find_zones(typed) == zones


@pytest.mark.parametrize("typed", ["USA", "us", "United States"])
def test_a_large_country_begins_with_what_is_asked_for(typed: str) -> None:
    assert find_zones(typed, 2) == ("America/New_York", "America/Chicago")


def test_a_part_that_fits_many_gives_as_many_as_asked() -> None:
    assert len(find_zones("san", 3)) == 3
    assert len(find_zones("america", 8)) == 8


@given(texts(max_size=80))
def test_whatever_is_typed_only_zones_come_out(typed: str) -> None:
    found = find_zones(typed)
    assert len(found) <= 8
    assert len(set(found)) == len(found)
    assert set(found) <= pytz.all_timezones_set


def test_every_zone_finds_itself() -> None:
    assert [find_zones(name) for name in pytz.common_timezones] == [
        (name,) for name in pytz.common_timezones
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Asia/Kathmandu", "UTC+05:45"), ("America/New_York", "UTC-04:00"), (None, "UTC+00:00")],
)
def test_the_offset_is_that_of_the_day(name: str | None, expected: str) -> None:
    assert offset_text(name, datetime(2026, 5, 18, 12, tzinfo=UTC)) == expected
