"""Jobs that run for as long as the bot does: one that breaks is told in the log and begun again."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from src import telemetry
from src.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

__all__ = ["Jobs", "ring_or"]

logger = logging.getLogger(__name__)

_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0
# A job that ran for so long before it broke had recovered.
_WELL_AFTER_S: Final = 300.0


class Jobs:
    """Named coroutine functions, each run again and again until `stop`."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, jobs: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Begin them all."""
        for name, job in jobs.items():
            task = asyncio.create_task(self._keep(name, job), name=name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End them all, and wait until they have."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        pause_s = _PAUSE_S
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await job()
            except StorageError as error:
                logger.error("%s: storage: %s", name, error)  # noqa: TRY400 - the sentence says it all
            except Exception as error:  # noqa: BLE001 - logged, told to admins, and begun again
                telemetry.broke(logger, f"{name} broke", error)
            if asyncio.get_running_loop().time() - started >= _WELL_AFTER_S:
                pause_s = _PAUSE_S
            await self._sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def ring_or(bell: asyncio.Event, sleep: Awaitable[None]) -> None:
    """Wait until the bell rings or the sleep is over, whichever is first."""
    ringing, sleeping = asyncio.create_task(bell.wait()), asyncio.ensure_future(sleep)
    try:
        await asyncio.wait({ringing, sleeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ringing.cancel()
        sleeping.cancel()
