"""Moments in messages: each reader's own zone where the client can, the home's zone elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from src.models.plume import parse_moment
from src.utils.markup import DASH, escape, moment
from src.utils.timezones import to_local
from src.utils.wording import age

__all__ = ["clock", "local_text", "since_text", "when"]

# Telegram ignores date-time entities outside of a positive signed 32-bit Unix time.
_LAST_UNIX = 2**31 - 1
_DAY_AND_TIME = "Dt"


def local_text(at: datetime, zone_name: str | None) -> str:
    """ "18 May 2026 08:30 CEST": with its zone, so that nobody has to guess."""
    local = to_local(at, zone_name)
    return f"{local.day} {local:%b %Y %H:%M %Z}"


def when(at: str | datetime | None, zone_name: str | None = None) -> str:
    """A moment (aware, or ISO text as in results) as Telegram HTML; a dash when not reported."""
    parsed = parse_moment(at)
    return DASH if parsed is None else _tag(parsed, local_text(parsed, zone_name), _DAY_AND_TIME)


def clock(at: str | datetime | None, zone_name: str | None = None, *, weekday: bool) -> str:
    """Only the time of day, "Mon 06:45" or "06:45", for rows whose day is told elsewhere."""
    parsed = parse_moment(at)
    if parsed is None:
        return DASH
    local = to_local(parsed, zone_name)
    return _tag(parsed, f"{local:%a %H:%M}" if weekday else f"{local:%H:%M}", "wt"[not weekday :])


def _tag(at: datetime, fallback: str, style: str) -> str:
    if 0 < at.timestamp() <= _LAST_UNIX:
        return moment(at, fallback, style)
    return escape(fallback)


def since_text(
    at: str | datetime | None, now: datetime | None, zone_name: str | None = None
) -> str:
    """A moment with its age, "18 May 2026 08:30 CEST, 2 h 14 min ago"; without `now` no age."""
    parsed = parse_moment(at)
    if parsed is None or now is None:
        return when(parsed, zone_name)
    return f"{when(parsed, zone_name)}, {age(parsed, now.astimezone(UTC))}"
