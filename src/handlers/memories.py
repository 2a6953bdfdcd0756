"""What the bot remembers of homes between two reports, and across restarts.

A report reads it from memory and never waits for it to be written: that happens behind its back,
soon after something changed and otherwise every few minutes. What is lost by a crash is the last
look; no report depends on it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from src.analysis.firmware import learn_firmware
from src.analysis.home_memory import is_news, read_memory, remember_home
from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from src.models import LocationHealth
    from src.models.memory import HomeMemory

__all__ = ["HomeMemories", "MemoryStore"]

logger = logging.getLogger(__name__)

_HOMES_MOST: Final = 2000
_CUSTOMERS_MOST: Final = 5000
_EVERY_S: Final = 300.0
# Reports that come together are written together.
_PAUSE_S: Final = 2.0

_Key = tuple[str, str]  # customer and location


@runtime_checkable
class MemoryStore(Protocol):
    """Where memories survive a restart; both may raise StorageError."""

    async def home_memory(self, customer_id: str, location_id: str) -> Mapping[str, Any] | None:
        """What was kept of this home, if anything."""

    async def remember_home(
        self, customer_id: str, location_id: str, memory: dict[str, Any]
    ) -> None:
        """Keep this instead."""


class HomeMemories:
    """The memory of each home that was looked at lately; the others rest in the store."""

    def __init__(
        self,
        store: Callable[[], object] = lambda: None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`store` gives what may be a `MemoryStore`, anything else keeps nothing."""
        self.newest_firmware: dict[str, str] = {}  # model -> version, over all homes
        self._customers: OrderedDict[str, str] = OrderedDict()  # id -> name
        self._store, self._sleep, self._clock = store, sleep, clock
        self._known: OrderedDict[_Key, HomeMemory | None] = OrderedDict()
        self._written_at: dict[_Key, float] = {}
        self._unwritten: dict[_Key, None] = {}
        self._writer: asyncio.Task[None] | None = None

    def customer(self, customer_id: str) -> str | None:
        """What this customer is called, if a search, a watch or a list said so since the start."""
        return self._customers.get(customer_id)

    def learn_customer(self, customer_id: str, name: str | None) -> None:
        """Their homes are called by it from now on; None is no news."""
        if name:
            self._customers[customer_id] = name
            self._customers.move_to_end(customer_id)
            if len(self._customers) > _CUSTOMERS_MOST:
                self._customers.popitem(last=False)

    async def of(self, customer_id: str, location_id: str) -> HomeMemory | None:
        """What is remembered of this home; None when nothing is, or it cannot be read."""
        key = customer_id, location_id
        if key not in self._known:
            try:
                self._keep(key, await self._read(key))
            except StorageError as error:
                logger.info("a home is not remembered: %s", error)
                return None
        return self._known[key]

    async def _read(self, key: _Key) -> HomeMemory | None:
        store = self._store()
        if not isinstance(store, MemoryStore):
            return None
        return read_memory(await store.home_memory(*key))

    def _keep(self, key: _Key, memory: HomeMemory | None) -> None:
        self._known[key] = memory
        self._known.move_to_end(key)
        if len(self._known) > _HOMES_MOST:
            old = next((each for each in self._known if each not in self._unwritten), key)
            del self._known[old]
            self._written_at.pop(old, None)

    def learn(
        self, customer_id: str, location_id: str, health: LocationHealth, now: datetime
    ) -> HomeMemory | None:
        """Take in what a look has found, and give the memory with it."""
        learn_firmware(self.newest_firmware, health["pod_details"])
        key = customer_id, location_id
        earlier = self._known.get(key)
        memory = remember_home(earlier, health, now=now)
        if memory is None or memory is earlier or key not in self._known:
            return memory  # not in there: it could not be read, so it must not be overwritten
        self._keep(key, memory)
        written_s = self._clock() - self._written_at.get(key, float("-inf"))
        if is_news(earlier, memory) or written_s >= _EVERY_S:
            self._unwritten[key] = None
            if self._writer is None or self._writer.done():
                self._writer = asyncio.create_task(self._write_soon())
        return memory

    async def _write_soon(self) -> None:
        while self._unwritten:
            await self._sleep(_PAUSE_S)
            await self._write()

    async def _write(self) -> None:
        store = self._store()
        while self._unwritten:
            key = next(iter(self._unwritten))
            del self._unwritten[key]
            memory = self._known.get(key)
            if memory is None or not isinstance(store, MemoryStore):
                continue
            self._written_at[key] = self._clock()
            try:
                await store.remember_home(*key, dict(memory))
            except StorageError as error:
                logger.warning("storage: %s (a look at a home was not kept)", error)
            except asyncio.CancelledError:
                self._unwritten[key] = None  # for `close`
                raise

    async def close(self) -> None:
        """Write what is left; for the end of the process."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        await self._write()
