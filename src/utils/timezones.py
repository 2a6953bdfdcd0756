"""Time zones at the edge: names from the cloud to local moments, DST included.

Everything else in the product keeps aware UTC; only texts and hours of the day are local. Names
and rules are those that come with pytz, whatever the machine has; `ZoneInfo` reads the same rules
and converts several times faster, which a week of quarter hours is glad of.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz

__all__ = ["from_local", "hour_of_day", "to_local", "zone"]

# More than there are.
_MOST_ZONES = 1024


def zone(name: str | None) -> tzinfo | None:
    """The zone of an IANA name such as "Europe/Stockholm"; None for anything else."""
    return _zone(name.strip()) if isinstance(name, str) else None


@lru_cache(maxsize=_MOST_ZONES)
def _zone(name: str) -> tzinfo | None:
    try:
        known = str(pytz.timezone(name))  # in the usual spelling
    except pytz.UnknownTimeZoneError:
        return None
    with pytz.open_resource(known) as rules:  # type: ignore[attr-defined]  # public, not in its stubs
        return ZoneInfo.from_file(rules, key=known)


def to_local(when: datetime, name: str | None) -> datetime:
    """An aware moment in the named zone, in UTC when the zone is unknown."""
    try:
        return when.astimezone(zone(name) or UTC)
    except OverflowError:  # the first or last day that Python knows
        return when.astimezone(UTC)


def hour_of_day(when: datetime, name: str | None) -> int:
    """The hour 0..23 that a clock in the named zone shows."""
    return to_local(when, name).hour


def from_local(wall: datetime, name: str | None) -> datetime:
    """The UTC moment at which clocks of the named zone show this naive wall time.

    A time that DST skips is as long after midnight as it says; one that comes twice is the later.
    """
    found = zone(name)
    if found is None:
        return wall.replace(tzinfo=UTC)
    local = pytz.timezone(str(found)).localize(wall, is_dst=False)
    return local.astimezone(UTC)
