"""Who looked at which home: written soon, not waited for, many looks in one transaction.

A report goes out a disk's write sooner, and a crowd's looks cost a few writes instead of one each.
What `kill -9` can lose is the look of the last few milliseconds; a stop writes them all.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from src.storage import schema
from src.storage.audit import Audit
from src.storage.chats import Chats
from src.storage.database import insert_new
from src.storage.errors import StorageError
from src.storage.locations import Locations, put_recent
from src.storage.privacy import Privacy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from src.storage.database import Database
    from src.storage.records import AuditEntry, ChosenLocation, StoredSummary
    from src.storage.vault import Vault

__all__ = ["Looks"]

logger = logging.getLogger(__name__)

# A database that hangs must not fill the memory with looks.
_MOST_PENDING: Final = 10_000
_MOST_AT_ONCE: Final = 500
_MOST_REMEMBERED: Final = 20_000


class _Look(NamedTuple):
    """One look as it will be written."""

    entry: Mapping[str, object]
    user_id: int | None
    location: ChosenLocation


class Looks(Privacy, Locations, Audit, Chats):
    """Puts a home first among somebody's recent ones, and into the audit log.

    Whatever reads or moves either of them waits for the looks noted before.
    """

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime]) -> None:
        super().__init__(database, vault, now)
        self._pending: list[_Look] = []
        self._writing: asyncio.Task[None] | None = None
        self._latest: dict[int, ChosenLocation] = {}

    def look(
        self,
        user_id: int | None,
        location: ChosenLocation,
        action: str,
        chat_id: int | None,
        *,
        once: str,
    ) -> None:
        """Note it; returns at once. `once` is as in `Audit.record`."""
        if len(self._pending) >= _MOST_PENDING:
            logger.error("storage: too slow (a look at a home was not noted)")
            return
        entry = {
            "at": self._now(),
            "user_id": user_id,
            "action": action,
            "object": f"location:{location.location_id}",
            "chat_id": chat_id,
            "detail": None,
            "once": once,
        }
        self._pending.append(_Look(entry, user_id, location))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())

    async def settle(self) -> None:
        """Return when every look noted so far is written."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def recents(self, user_id: int) -> list[ChosenLocation]:
        """As in `Locations`."""
        await self.settle()
        return await super().recents(user_id)

    async def audit(self, limit: int = 20, user: int | None = None) -> list[AuditEntry]:
        """As in `Audit`."""
        await self.settle()
        return await super().audit(limit, user)

    async def what_is_stored(self, user_id: int) -> StoredSummary:
        """As in `Privacy`."""
        await self.settle()
        return await super().what_is_stored(user_id)

    async def erase(self, user_id: int) -> None:
        """As in `Privacy`; no look noted before is written after."""
        await self.settle()
        self._latest.pop(user_id, None)
        await super().erase(user_id)

    async def migrate_chat(self, old_id: int, new_id: int) -> None:
        """As in `Chats`."""
        await self.settle()
        await super().migrate_chat(old_id, new_id)

    async def _write_all(self) -> None:
        while self._pending:
            batch = self._pending[:_MOST_AT_ONCE]
            del self._pending[:_MOST_AT_ONCE]
            try:
                await self._write(batch)
            except StorageError as error:
                logger.error("storage: %s (looks at homes not noted: %d)", error, len(batch))  # noqa: TRY400 - the sentence says it all

    async def _write(self, batch: list[_Look]) -> None:
        """One transaction. A home that is somebody's latest already needs no new place."""
        latest = dict(self._latest) if len(self._latest) < _MOST_REMEMBERED else {}
        async with self.database.writing() as conn:
            await conn.execute(insert_new(conn, schema.audit), [look.entry for look in batch])
            for _, user_id, location in batch:
                if user_id is not None and latest.get(user_id) != location:
                    await put_recent(conn, user_id, location)
                    latest[user_id] = location
        self._latest = latest
