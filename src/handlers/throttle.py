"""Say a thing to somebody once in a while, not each time they write."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

__all__ = ["Throttle"]

_MOST_REMEMBERED: Final = 1_000


class Throttle:
    """Remembers, for a bounded number of keys, when each was last allowed."""

    def __init__(self, every: timedelta = timedelta(hours=1)) -> None:
        """Allow each key once in this time."""
        self._every = every
        self._last: OrderedDict[Hashable, datetime] = OrderedDict()

    def allows(self, key: Hashable, now: datetime) -> bool:
        """Whether the time has come again; if so, it counts from `now`."""
        last = self._last.get(key)
        if last is not None and now - last < self._every:
            return False
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > _MOST_REMEMBERED:
            self._last.popitem(last=False)
        return True
