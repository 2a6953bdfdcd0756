"""From what a person types to time zones: a city, a country, or the name of a zone."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import pytz

from src.utils.timezones import to_local, zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["find_zones", "offset_text"]

_MOST_TYPED: Final = 64
_CLOSE: Final = 0.78
# Large cities that have given no zone its name, and names of countries that tz lists otherwise.
_ALSO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "abu dhabi": "Asia/Dubai",
        "atlanta": "America/New_York",
        "bangalore": "Asia/Kolkata",
        "barcelona": "Europe/Madrid",
        "beijing": "Asia/Shanghai",
        "boston": "America/New_York",
        "cape town": "Africa/Johannesburg",
        "cologne": "Europe/Berlin",
        "dallas": "America/Chicago",
        "delhi": "Asia/Kolkata",
        "england": "Europe/London",
        "frankfurt": "Europe/Berlin",
        "geneva": "Europe/Zurich",
        "gothenburg": "Europe/Stockholm",
        "hamburg": "Europe/Berlin",
        "houston": "America/Chicago",
        "kiev": "Europe/Kyiv",
        "manchester": "Europe/London",
        "miami": "America/New_York",
        "milan": "Europe/Rome",
        "montreal": "America/Toronto",
        "mumbai": "Asia/Kolkata",
        "munich": "Europe/Berlin",
        "osaka": "Asia/Tokyo",
        "philadelphia": "America/New_York",
        "porto": "Europe/Lisbon",
        "rio de janeiro": "America/Sao_Paulo",
        "san francisco": "America/Los_Angeles",
        "seattle": "America/Los_Angeles",
        "uk": "Europe/London",
        "united kingdom": "Europe/London",
        "washington": "America/New_York",
    }
)
# Of its 29 zones, those that anybody asks for.
_STATES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
_STATES_NAMES: Final = {"us", "usa", "united states", "united states of america"}


class _Place(NamedTuple):
    city: str
    words: tuple[str, ...]
    country: str
    name: str


def find_zones(typed: str, most: int = 8) -> tuple[str, ...]:
    """IANA names that fit, best first; one when what was typed leaves no doubt.

    Slips of the finger are forgiven when nothing fits as it stands.
    """
    wanted = _plain(typed[:_MOST_TYPED])
    named = zone(typed) if "/" in typed else None
    if not wanted or named is not None:
        return (str(named),) if named is not None else ()
    if wanted in _STATES_NAMES:
        return _STATES[:most]
    exact = {place.name for place in _places() if wanted in (_plain(place.name), place.city)}
    exact |= {_ALSO[wanted]} if wanted in _ALSO else set()
    if exact:
        return tuple(sorted(exact))[:most]
    ranked = sorted((rank, place.name) for place in _places() if (rank := _rank(place, wanted)))
    found = [name for _, name in ranked] or _close(wanted)
    return tuple(dict.fromkeys(found))[:most]


def offset_text(name: str | None, now: datetime) -> str:
    """ "UTC+05:45": how far the zone is from UTC at that moment."""
    offset = to_local(now, name).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}"


def _rank(place: _Place, wanted: str) -> int:
    """The smaller the better; 0 for no match."""
    parts = wanted.split()
    if place.city.startswith(wanted):
        return 1
    if place.country == wanted:
        return 2
    if all(any(word.startswith(part) for word in place.words) for part in parts):
        return 3
    return 4 if place.country.startswith(wanted) else 0


def _close(wanted: str) -> list[str]:
    cities = {place.city: place.name for place in _places()} | dict(_ALSO)
    return [cities[city] for city in difflib.get_close_matches(wanted, cities, 3, _CLOSE)]


@cache
def _places() -> tuple[_Place, ...]:
    countries = {
        name: _plain(pytz.country_names[code])
        for code, names in pytz.country_timezones.items()
        for name in names
        if code in pytz.country_names
    }
    known = sorted({*pytz.common_timezones, "CET", "EET", "WET"})
    return tuple(_place(name, countries.get(name, "")) for name in known)


def _place(name: str, country: str) -> _Place:
    return _Place(_plain(name.rpartition("/")[2]), tuple(_plain(name).split()), country, name)


def _plain(text: str) -> str:
    """Lower case, without accents, words apart: as people type it."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9+]+", bare))
