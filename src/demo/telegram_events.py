"""What happened, in order: a bounded log that browsers and tests follow."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["EventLog"]

BACKLOG = 5000


class EventLog:
    """Numbered events, kept for ``backlog`` entries; readers keep their own place."""

    def __init__(self, backlog: int = BACKLOG) -> None:
        self.seq = 0
        self._kept: deque[dict[str, Any]] = deque(maxlen=backlog)
        self._waiting: set[asyncio.Future[None]] = set()

    def emit(self, kind: str, **facts: Any) -> dict[str, Any]:
        """Add one event and wake everybody who waits. Needs no running loop."""
        self.seq += 1
        event = {"seq": self.seq, "type": kind, **facts}
        self._kept.append(event)
        self.touch()
        return event

    def touch(self) -> None:
        """Make ``until`` look again: something changed that is no event for readers."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def since(self, seq: int) -> Iterator[dict[str, Any]]:
        """Events after ``seq``; a ``gap`` event first when some of them are no longer kept."""
        behind = max(0, self.seq - seq)
        kept = list(itertools.islice(self._kept, max(0, len(self._kept) - behind), None))
        oldest = kept[0]["seq"] if kept else self.seq + 1
        if oldest > seq + 1:
            yield {"seq": oldest - 1, "type": "gap"}
        yield from kept

    async def newer_than(self, seq: int) -> None:
        """Return once there is an event after ``seq``."""
        while self.seq <= seq:
            await self._touched()

    async def until(self, condition: Callable[[], Any], timeout: float) -> Any:
        """The first truthy value of ``condition``, looked at again after every change."""
        async with asyncio.timeout(timeout):
            while not (value := condition()):
                await self._touched()
        return value

    async def _touched(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
