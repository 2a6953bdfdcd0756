"""What reports remember of a home between two starts: small JSON, the newest homes only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from src.storage import schema
from src.storage.database import upsert
from src.storage.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOST_HOMES", "HomeMemories"]

MOST_HOMES: Final = 20_000

_homes = schema.home_memory


class HomeMemories(Part):
    """One JSON object for each location, written as a whole."""

    async def remember_home(
        self, customer_id: str, location_id: str, memory: Mapping[str, Any]
    ) -> None:
        """Keep this in place of what was known. Raises StorageError; TypeError when not JSON."""
        row = {
            "customer_id": customer_id,
            "location_id": location_id,
            "memory": json.dumps(memory, ensure_ascii=False, separators=(",", ":")),
            "updated_at": self._now(),
        }
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _homes, row))

    async def home_memory(self, customer_id: str, location_id: str) -> dict[str, Any] | None:
        """What was kept of this location, None when nothing was. Raises StorageError."""
        query = select(_homes.c.memory).where(
            _homes.c.customer_id == customer_id, _homes.c.location_id == location_id
        )
        async with self.database.reading() as conn:
            kept = await conn.scalar(query)
        return None if kept is None else json.loads(kept)

    async def prune_home_memory(self, most: int = MOST_HOMES) -> int:
        """Keep the `most` homes written last, and return how many went. Raises StorageError."""
        newest = select(_homes.c.updated_at).order_by(_homes.c.updated_at.desc())
        oldest_kept = newest.limit(1).offset(most - 1).scalar_subquery()
        async with self.database.writing() as conn:
            gone = delete(_homes).where(_homes.c.updated_at < oldest_kept)
            return (await conn.execute(gone)).rowcount
