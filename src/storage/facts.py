"""Small facts about the installation itself, such as which version's news admins have read."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from src.storage import schema
from src.storage.database import upsert
from src.storage.part import Part

__all__ = ["Facts"]

# In the table of settings: no person and no chat has this id.
_NOBODY: Final = 0

_settings = schema.settings


class Facts(Part):
    """One text for each name."""

    async def fact(self, name: str) -> str | None:
        """What was kept under this name. Raises StorageError."""
        mine = (_settings.c.scope == _NOBODY) & (_settings.c.name == name)
        async with self.database.reading() as conn:
            kept: str | None = await conn.scalar(select(_settings.c.value).where(mine))
        return kept

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep this in place of what was there. Raises StorageError."""
        row = {"scope": _NOBODY, "name": name, "value": value}
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _settings, row))
