"""The time axis: which moments get a label, as a clock in the home shows them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytz

from src.utils.timezones import to_local, zone

if TYPE_CHECKING:
    from src.models.pictures import Tick, TimeAxis

__all__ = ["clock_label", "time_axis", "unix"]

_HOUR = 3_600
_DAY = 86_400
# All zones of today are whole quarters of an hour away from UTC (Kathmandu is at +5:45).
_QUARTER = 900
# Up to so many hours: a label each so many minutes of the home's day.
_CLOCK_STEPS = ((3.5, 30), (7, 60), (14, 120), (27, 240), (50, 480))
_MOST_DAY_LABELS = 7
_WEEKDAYS_UP_TO_DAYS = 9


def unix(at: datetime) -> int:
    """An aware moment as whole Unix seconds."""
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))


def _moment(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def time_axis(start: int, end: int, timezone: str | None) -> TimeAxis:
    """Ticks on round hours or midnights of the named zone; UTC, and told so, if it is unknown."""
    minutes = next((m for hours, m in _CLOCK_STEPS if end - start <= hours * _HOUR), None)
    ticks = _hours(start, end, minutes, timezone) if minutes else _days(start, end, timezone)
    return {
        "start": start,
        "end": end,
        "ticks": ticks,
        "dates": _dates(start, end, timezone),
        "note": _note(start, end, timezone),
    }


def clock_label(at: int, axis: TimeAxis, timezone: str | None) -> str:
    """A moment as precisely as its axis needs it: "20:15", "Tue 20:15", "19 May 20:15"."""
    local = to_local(_moment(at), timezone)
    span = axis["end"] - axis["start"]
    if span <= 27 * _HOUR:
        return f"{local:%H:%M}"
    if span <= _WEEKDAYS_UP_TO_DAYS * _DAY:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b %H:%M}"


def _hours(start: int, end: int, step_min: int, timezone: str | None) -> list[Tick]:
    """Walks real time: an hour that the clock shows twice is labelled twice, a skipped one never.

    Labels closer than the step (after a clock was put back) would overlap; the first one stays.
    """
    ticks: list[Tick] = []
    for at in range(-(-start // _QUARTER) * _QUARTER, end + 1, _QUARTER):
        local = to_local(_moment(at), timezone)
        minute = 60 * local.hour + local.minute
        if minute % step_min or (ticks and at - ticks[-1]["at"] < 45 * step_min):
            continue
        label = f"{local:%H:%M}" if minute else f"{local:%a} {local.day}"
        ticks.append({"at": at, "label": label, "strong": not minute})
    return ticks


def _days(start: int, end: int, timezone: str | None) -> list[Tick]:
    """Midnights of the home; where a clock skips midnight, the day's first moment."""
    days = (end - start) / _DAY
    step = max(1, math.ceil(days / _MOST_DAY_LABELS)) if days > _WEEKDAYS_UP_TO_DAYS else 1
    ticks: list[Tick] = []
    try:
        day = to_local(_moment(start), timezone).replace(tzinfo=None, hour=0, minute=0, second=0)
        while (at := _midnight(day, timezone)) <= end:
            if at >= start:
                ticks.append({"at": at, "label": _day_label(day, days), "strong": True})
            # The first midnight inside the period is the first label, whatever the step.
            day += timedelta(days=step if ticks else 1)
    except OverflowError:  # the last day that Python knows
        return ticks
    return ticks


def _midnight(day: datetime, timezone: str | None) -> int:
    local = pytz.timezone(timezone.strip()) if timezone and zone(timezone) else pytz.utc
    try:
        return unix(local.localize(day, is_dst=None))
    except pytz.AmbiguousTimeError:  # the clock is put back over midnight: the first of the two
        return unix(local.localize(day, is_dst=True))
    except pytz.NonExistentTimeError:  # put forward over midnight: the day begins at 01:00
        return unix(local.localize(day, is_dst=False))


def _day_label(day: datetime, days: float) -> str:
    if days <= _WEEKDAYS_UP_TO_DAYS:
        return f"{day:%a} {day.day}"
    return f"{day.day} {day:%b}" if days <= 400 else f"{day:%b %Y}"


def _dates(start: int, end: int, timezone: str | None) -> str:
    """ "18 May 2026", "17–18 May 2026", "28 Apr – 4 May 2026"; midnight ends the day before."""
    first = to_local(_moment(start), timezone)
    last = to_local(_moment(max(start, end - 1)), timezone)
    if first.date() == last.date():
        return f"{last.day} {last:%b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def _note(start: int, end: int, timezone: str | None) -> str:
    if zone(timezone) is None:
        return "UTC: the home's time zone is not known"
    first, last = (to_local(_moment(at), timezone) for at in (start, end))
    names = dict.fromkeys([_zone_name(first), _zone_name(last)])
    return f"Time at the home, {' then '.join(names)}"


def _zone_name(local: datetime) -> str:
    """ "CEST"; zones without letters as "UTC+5:45"."""
    name = local.tzname() or "UTC"
    if name[0] not in "+-":
        return name
    sign, digits = name[0], name[1:].ljust(4, "0")
    minutes = "" if digits[2:] == "00" else f":{digits[2:]}"
    return f"UTC{sign}{int(digits[:2])}{minutes}"
