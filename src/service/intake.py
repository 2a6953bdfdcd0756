"""Where updates come in, by polling or by webhook: each is handled once.

Telegram delivers an update again when it does not learn that we have it, such as after a crash. So
each is noted in the database before Telegram is told, and what was noted before is left alone.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesApplication
    from src.service.readiness import Health

__all__ = ["Intake"]

logger = logging.getLogger(__name__)

_PRUNE_EVERY: Final = 20_000  # updates


class Intake:
    """Notes updates and hands them to the handlers, in the order of their arrival."""

    def __init__(self, application: PanoptesApplication, health: Health) -> None:
        """One for a process."""
        self._application = application
        self._health = health
        self._turn = asyncio.Lock()
        self._taken = 0
        self._closed = True
        # What comes after all that was taken: by polling, Telegram may forget what is before it.
        self.offset: int | None = None

    async def take(self, updates: Sequence[Update]) -> bool:
        """Hand on those that are new; when this returns, Telegram may forget all of them.

        False when the bot is stopping: they were neither noted nor handed on.
        """
        # What was noted is handed on, even if whoever brought it is cancelled in between.
        return await asyncio.shield(asyncio.create_task(self._take(updates)))

    async def _take(self, updates: Sequence[Update]) -> bool:
        async with self._turn:
            if self._closed:
                return False
            new = await self._new([update.update_id for update in updates])
            for update in updates:
                if update.update_id in new:
                    await self._application.update_queue.put(update)
            self.offset = updates[-1].update_id + 1
        self._health.updated = self._health.now()
        if len(new) < len(updates):
            logger.info("%d updates came again: left alone", len(updates) - len(new))
        return True

    def open(self) -> None:
        """The handlers are ready."""
        self._closed = False

    async def close(self) -> None:
        """Take nothing more; what is being taken is with the handlers when this returns."""
        self._closed = True
        async with self._turn:
            pass

    async def _new(self, update_ids: list[int]) -> set[int]:
        """Those not seen before; all of them when the database cannot say."""
        store = self._application.services.state.store
        try:
            new = await store.new_updates(update_ids)
            self._taken += len(new)
            if self._taken >= _PRUNE_EVERY:
                self._taken = 0
                await store.prune_updates()
        except StorageError as error:
            logger.error("storage: %s (updates were not noted)", error)  # noqa: TRY400 - one line says it all
            return {*update_ids}
        return new
