"""What time it is in the cloud: its answers carry a Date, so a wrong clock here misleads nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CloudClock"]

# The Date header has whole seconds and is as old as the answer took; below this it says nothing.
_MEANINGLESS = timedelta(seconds=10)


class CloudClock:
    """Our clock, corrected by what the newest answer said. "Since" and "ago" go by this one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead = timedelta(0)

    def note(self, date: str | None) -> None:
        """Take the Date header of an answer; an absent or odd one changes nothing."""
        try:
            told = parsedate_to_datetime(date or "")
        except ValueError:
            return
        aware = told if told.tzinfo else told.replace(tzinfo=UTC)
        ahead = aware.astimezone(UTC) - self._now()
        self._ahead = ahead if abs(ahead) >= _MEANINGLESS else timedelta(0)

    def now(self) -> datetime:
        """Aware UTC, as the cloud counts it."""
        return self._now() + self._ahead
