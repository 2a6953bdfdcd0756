"""A consistent copy of the database while the bot runs, and the way back.

A backup is always one SQLite file of the newest schema, whatever the bot itself runs on, so it also
carries a bot from SQLite to PostgreSQL and back. Credentials are sealed in it as they are in the
database: the keys are not part of it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, text

from src.storage import schema
from src.storage.database import Database, resolve_url
from src.storage.errors import BackupError, StorageCorruptError
from src.storage.faults import storage_faults
from src.storage.migrate import look, open_vault, prepare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from src.storage.store import Store

__all__ = ["backup", "restore"]

_CHUNK: Final = 1_000
_JOURNALS: Final = ("-wal", "-shm")


async def backup(store: Store, file: Path) -> int:
    """Write everything to `file`, as of one moment, and return the number of rows.

    The file appears when it is complete. Raises BackupError when it exists, StorageError.
    """
    source = store.database
    async with _draft(file, file) as (draft, path):
        async with source.reading(snapshot=True) as old, draft.writing() as new:
            await new.run_sync(schema.metadata.create_all)
            rows = await _copy(source, old, new)
        await draft.close()  # folds the journal into the file
        with storage_faults(str(file)):
            await asyncio.to_thread(_publish, path, file)
    return rows


async def restore(
    file: Path, data_dir: Path, database_url: str | None = None, secret_keys: Sequence[str] = ()
) -> int:
    """Replace everything by what `file` holds, in one transaction, and return the number of rows.

    The other arguments are those of `Store.open`; the bot should be stopped. A damaged SQLite file
    is set aside as `*.damaged-N`. Raises BackupError when `file` is no backup, WrongKeyError when
    its secrets need other keys, NewerSchemaError, StorageError; then the database is as it was.
    """
    database = Database(resolve_url(data_dir, database_url))
    async with _draft(data_dir / file.name, file) as (draft, path):
        await asyncio.to_thread(_fetch, file, path)
        found = await look(draft)
        if found.version is None:
            raise BackupError(f"{file}: holds no backup.")
        vault = await open_vault(data_dir, secret_keys, found)
        await prepare(draft, vault, found)
        try:
            await _set_aside_if_damaged(database)
            await prepare(database, vault, await look(database))
            async with draft.reading() as old, database.writing() as new:
                return await _copy(draft, old, new)
        finally:
            await database.close()


@asynccontextmanager
async def _draft(beside: Path, place: Path) -> AsyncIterator[tuple[Database, Path]]:
    # Beside the file that it becomes, so that publishing it is a rename; for nobody but us. What
    # goes wrong is told about `place`, the file that the person named.
    path = beside.with_name(f".{beside.name}.{secrets.token_hex(4)}")
    draft = Database(resolve_url(path.parent, f"sqlite:///{path}"))
    draft.place = str(place)
    await draft.create_file()
    try:
        yield draft, path
    finally:
        await draft.close()
        for leftover in (path, *_journals(path)):
            leftover.unlink(missing_ok=True)


async def _copy(source: Database, old: AsyncConnection, new: AsyncConnection) -> int:
    count = 0
    for table in schema.metadata.sorted_tables:
        await new.execute(delete(table))
        async for rows in _chunks(source, old, table):
            await new.execute(table.insert(), rows)
            count += len(rows)
    if new.dialect.name == "postgresql":
        # Rows that bring their number with them do not move the counter.
        for table in (schema.audit, schema.outbox, schema.why):
            number = func.coalesce(func.max(table.c.id), 0) + 1
            counter = func.pg_get_serial_sequence(table.name, "id")
            await new.execute(select(func.setval(counter, number, text("false"))))
    return count


async def _chunks(
    source: Database, conn: AsyncConnection, table: Table
) -> AsyncIterator[list[dict[str, Any]]]:
    with storage_faults(source.place):  # innermost, so that a fault names the side it happened on
        result = await conn.stream(select(table))
        async for rows in result.mappings().partitions(_CHUNK):
            yield [dict(row) for row in rows]


def _fetch(file: Path, path: Path) -> None:
    if not file.is_file():
        raise BackupError(f"{file}: no such file.")
    with storage_faults(str(file)):
        shutil.copyfile(file, path)


def _publish(path: Path, file: Path) -> None:
    if file.exists():
        raise BackupError(f"{file}: exists, and is not overwritten; choose another name.")
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    path.rename(file)


async def _set_aside_if_damaged(database: Database) -> None:
    try:
        await look(database)
    except StorageCorruptError:
        if database.path is None:
            raise
        await database.close()
        aside = f".damaged-{secrets.token_hex(4)}"
        with storage_faults(database.place):
            for path in (*_journals(database.path), database.path):
                if path.exists():
                    path.rename(path.with_name(path.name + aside))


def _journals(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _JOURNALS]
