"""What an operator does to the database from the command line: backup, restore, new keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from src.storage.backup import backup, restore
from src.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from src.settings import Settings

__all__ = ["perform"]


class _Place(NamedTuple):
    """Where the database is and what opens it, as `Store.open` takes them."""

    data_dir: Path
    database_url: str | None
    secret_keys: tuple[str, ...]

    def __repr__(self) -> str:
        """The folder; a database's address may hold a password, and keys open everything."""
        return f"_Place({str(self.data_dir)!r}, ...)"


def perform(settings: Settings, backup_to: Path | None, restore_from: Path | None) -> str:
    """Back up, or restore, or (with neither) rotate the keys; what was done, in one line.

    Raises StorageError.
    """
    url = settings.database_url
    keys = tuple(key.get_secret_value() for key in settings.secret_keys)
    place = _Place(settings.data_dir, url.get_secret_value() if url else None, keys)
    if restore_from is not None:
        rows = asyncio.run(restore(restore_from, *place))
        return f"{restore_from}: {rows} rows restored. Start the bot again."
    if backup_to is not None:
        rows = asyncio.run(_backup(place, backup_to))
        return f"{backup_to}: {rows} rows saved. The secret keys are not in it: keep them as well."
    count = asyncio.run(_rotate(place))
    if keys:
        return f"{count} credentials use the first key now; the others can be taken out."
    return f"{count} credentials use a new key now."


async def _backup(place: _Place, file: Path) -> int:
    async with await Store.open(*place) as store:
        return await backup(store, file)


async def _rotate(place: _Place) -> int:
    async with await Store.open(*place) as store:
        return await store.rotate_keys()
