"""Typed times: "sun 02:00-04:00 weekly new firmware", "2h", "22:30-06:15"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from src.utils.timezones import from_local, to_local

__all__ = ["LONGEST", "Work", "parse_night", "parse_work"]

LONGEST: Final = timedelta(hours=48)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE: Final = re.compile(r"(\d{1,2})[:.](\d\d)\s*(?:-|–|to)\s*(\d{1,2})[:.](\d\d)", re.IGNORECASE)
_LENGTH: Final = re.compile(r"(\d{1,2})\s*(h|hours?|min|minutes?)\b", re.IGNORECASE)
_FIRST_WORD: Final = re.compile(r"\s*([A-Za-z]+)\b")


class Work(NamedTuple):
    """What was typed, in UTC."""

    start: datetime
    end: datetime
    weekly: bool
    reason: str


class _Day(NamedTuple):
    """So many days ahead; and, when it is over by then, so many later (0: never)."""

    ahead: int
    then: int


def parse_work(text: str, now: datetime, zone_name: str | None) -> Work | None:
    """A maintenance window in the zone's time; None for what cannot be read.

    "2h" or "90 min" begin now; "02:00-04:00" is the next one; a day (today, tomorrow, sun) may
    stand before it; "weekly" and a reason after it. At most 48 hours.
    """
    day, text = _day(text, to_local(now, zone_name))
    length = _LENGTH.match(text) if day is None else None
    if length is not None:
        unit = timedelta(hours=1) if length[2].lower().startswith("h") else timedelta(minutes=1)
        start, rest = now, text[length.end() :]
        end = start + int(length[1]) * unit
    else:
        found = _range(text)
        span = found and _span(*found[:2], day or _Day(0, 1), now, zone_name)
        if not found or not span:
            return None
        (start, end), rest = span, found[2]
    weekly, reason = _weekly(rest)
    if not timedelta(0) < end - start <= LONGEST:
        return None
    return Work(start, end, weekly, reason)


def parse_night(text: str) -> tuple[int, int] | None:
    """Begin and end of quiet hours in minutes after midnight; None for what cannot be read."""
    found = _range(text.strip())
    if found is None or found[2].strip():
        return None
    begin, end, _ = found
    return begin.hour * 60 + begin.minute, end.hour * 60 + end.minute


def _day(text: str, local: datetime) -> tuple[_Day | None, str]:
    """The day that was typed, and what follows it."""
    text = text.strip()
    word = _FIRST_WORD.match(text)
    name = word[1].lower() if word else ""
    day = {"today": _Day(0, 0), "tomorrow": _Day(1, 0)}.get(name)
    if day is None and len(name) >= len("mon") and name[:3] in _DAYS:
        day = _Day((_DAYS.index(name[:3]) - local.weekday()) % 7, 7)
    if day is None or word is None:
        return None, text
    return day, text[word.end() :].strip()


def _range(text: str) -> tuple[time, time, str] | None:
    found = _RANGE.match(text)
    if found is None:
        return None
    hours = int(found[1]), int(found[3])
    minutes = int(found[2]), int(found[4])
    if max(hours) > 24 or max(minutes) > 59:
        return None
    begin, end = (time(h % 24, m) for h, m in zip(hours, minutes, strict=True))
    return begin, end, text[found.end() :]


def _span(
    begin: time, finish: time, day: _Day, now: datetime, zone_name: str | None
) -> tuple[datetime, datetime] | None:
    """That time on that day or, when it is over then, on the next; over midnight if need be."""
    first = to_local(now, zone_name).date() + timedelta(days=day.ahead)
    nights = 1 if finish <= begin else 0
    for date in (first, first + timedelta(days=day.then)):
        start = from_local(datetime.combine(date, begin), zone_name)
        end = from_local(datetime.combine(date + timedelta(days=nights), finish), zone_name)
        if end > now:
            return start, end
    return None


def _weekly(rest: str) -> tuple[bool, str]:
    words = rest.split()
    weekly = bool(words) and words[0].lower().strip(",") == "weekly"
    return weekly, " ".join(words[weekly:])[:120]
