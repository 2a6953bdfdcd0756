"""Time zones at the edge: names from the cloud (pytz) to local moments, DST included.

Everything else in the product keeps aware UTC; only texts and hours of the day are local.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import pytz

__all__ = ["from_local", "hour_of_day", "to_local", "zone"]


def zone(name: str | None) -> tzinfo | None:
    """The zone of an IANA name such as "Europe/Stockholm"; None for anything else."""
    if not isinstance(name, str) or not name.strip():
        return None
    try:
        return pytz.timezone(name.strip())
    except pytz.UnknownTimeZoneError:
        return None


def to_local(when: datetime, name: str | None) -> datetime:
    """An aware moment in the named zone, in UTC when the zone is unknown.

    `astimezone` is the one conversion that is right with pytz zones on DST days; a pytz zone is
    never handed to the `datetime` constructor.
    """
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
