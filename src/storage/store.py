"""The one object that the bot keeps things with: opened once, shared by every handler.

Every write but `look` is one transaction and is on the disk before its call returns. Each raises
StorageError, with one clear line, when the database cannot do what is asked; then nothing was
changed. Times are aware UTC.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import select, text

from src.storage import schema
from src.storage.credentials import Credentials
from src.storage.database import Database, resolve_url
from src.storage.facts import Facts
from src.storage.home_memory import HomeMemories
from src.storage.incidents import Incidents
from src.storage.looks import Looks
from src.storage.migrate import look, open_vault, prepare
from src.storage.outbox import Outbox
from src.storage.part import utc_now
from src.storage.people import People
from src.storage.watches import Watches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

__all__ = ["Store"]

_OPENS_WITHIN_S: Final = 6.0  # a little more than a statement waits for another process


class Store(
    Credentials,
    People,
    Looks,
    Facts,
    HomeMemories,
    Watches,
    Incidents,
    Outbox,
):
    """Everything that survives a restart.

    Made by `Store.open`, given back by `close()` or `async with`.
    """

    @classmethod
    async def open(
        cls,
        data_dir: Path,
        database_url: str | None = None,
        secret_keys: Sequence[str] = (),
        *,
        busy_timeout: float = 5.0,
        now: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open the database, made or migrated as needed, and check that the keys fit.

        `database_url` is None for the SQLite file in `data_dir`; `secret_keys` are Fernet keys,
        newest first, or empty for the key file in `data_dir`; `busy_timeout` (seconds) is how long
        to wait for another process. Raises StorageError before anything is touched. Cut short, it
        ends what it has begun: a connection that is left in the middle is nobody's, and holds on
        to the file for as long as its statement runs.
        """
        opening = asyncio.create_task(
            cls._open(data_dir, database_url, secret_keys, busy_timeout, now)
        )
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait({opening}, timeout=_OPENS_WITHIN_S)
            if opening.cancel():
                await asyncio.wait({opening})
            elif opening.exception() is None:
                await opening.result().close()
            raise

    @classmethod
    async def _open(
        cls,
        data_dir: Path,
        database_url: str | None,
        secret_keys: Sequence[str],
        busy_timeout: float,
        now: Callable[[], datetime],
    ) -> Self:
        database = Database(resolve_url(data_dir, database_url), busy_timeout)
        try:
            found = await look(database)
            vault = await open_vault(data_dir, secret_keys, found)
            await prepare(database, vault, found)
        except BaseException:
            await database.close()
            raise
        return cls(database, vault, now)

    async def close(self) -> None:
        """Write what is still to be written, and give the connections back."""
        await self.settle()
        await self.database.close()

    async def __aenter__(self) -> Self:
        """The open store."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def health(self) -> None:
        """Ask the database for an answer; raises StorageError when there is none."""
        async with self.database.reading() as conn:
            await conn.execute(text("SELECT 1"))

    async def dump(self) -> str:
        """The whole database as text, a row a line: for tests that look for secrets.

        Raises StorageError.
        """
        await self.settle()
        lines: list[str] = []
        async with self.database.reading(snapshot=True) as conn:
            for table in schema.metadata.sorted_tables:
                rows = await conn.execute(select(table).order_by(*table.primary_key))
                lines += [f"{table.name} {_text(row)}" for row in rows]
        return "\n".join(lines)


def _text(row: Iterable[object]) -> str:
    return json.dumps([*row], default=str, ensure_ascii=False)
