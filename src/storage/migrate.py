"""From what is found in a database to the schema and the keys that this code works with.

Everything is looked at before anything is touched: a newer schema, foreign tables or wrong keys
stop here, with the database as it was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select, text

from src.storage import schema
from src.storage.errors import NewerSchemaError, StorageCorruptError, StorageError, WrongKeyError
from src.storage.vault import KEY_FILE, Vault, create_key_file, read_key_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from src.storage.database import Database

__all__ = ["MIGRATIONS", "Found", "look", "open_vault", "prepare", "upgrade"]

MIGRATIONS: Final = Path(__file__).parent / "migrations"

# Checking every page of a database of this size takes a few milliseconds; larger ones are checked
# as they are read.
_CHECK_UP_TO_BYTES: Final = 4_000_000

# Any number of ours: two processes that start at once on PostgreSQL migrate one after the other.
_ADVISORY_LOCK: Final = 7_526_678


@dataclass(frozen=True, slots=True)
class Found:
    """What a database holds; both are None when it is empty."""

    version: str | None
    canary: str | None


async def prepare(database: Database, vault: Vault, found: Found) -> None:
    """Bring the database to the newest schema, sealed with these keys, in one transaction.

    Raises StorageError.
    """
    if found.version == schema.SCHEMA_VERSION:
        return
    await database.create_file()
    async with database.writing() as conn:
        if conn.dialect.name == "postgresql":
            await conn.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        now = await _look(conn, database.place)  # somebody may have been faster
        if now.canary is not None:
            vault.check(now.canary)
        if now.version is None:
            await _create(conn, vault)
        elif now.version != schema.SCHEMA_VERSION:
            await conn.run_sync(upgrade)


async def look(database: Database) -> Found:
    """Read what is there without changing it.

    Raises NewerSchemaError, StorageCorruptError for damage or for tables that are not ours,
    StorageError.
    """
    if database.path is not None and not database.path.exists():
        return Found(None, None)
    async with database.reading() as conn:
        await _check_pages(conn, database)
        return await _look(conn, database.place)


async def open_vault(data_dir: Path, secret_keys: Sequence[str], found: Found) -> Vault:
    """The keys for this database: those given, else the key file, made for an empty one only.

    Raises WrongKeyError when they are missing or do not open what is there, UnsafeKeyFileError,
    StorageError.
    """
    if secret_keys:
        vault = Vault(secret_keys)
    else:
        file = data_dir / KEY_FILE
        keys = await asyncio.to_thread(read_key_file, file)
        if not keys and found.canary is not None:
            raise WrongKeyError(f"{file}: missing; the stored credentials need it, put it back.")
        vault = Vault(keys or await asyncio.to_thread(create_key_file, file), file)
    if found.canary is not None:
        vault.check(found.canary)
    return vault


def upgrade(connection: Connection) -> None:
    """Run the migrations that this database lacks, inside the transaction of `connection`."""
    # Wanted once per release and costs 250 ms, so not at the top.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _create(conn: AsyncConnection, vault: Vault) -> None:
    await conn.run_sync(lambda sync: schema.metadata.create_all(sync, checkfirst=False))
    await conn.execute(schema.version.insert().values(version_num=schema.SCHEMA_VERSION))
    await conn.execute(schema.vault.insert().values(name="canary", value=vault.canary()))


async def _look(conn: AsyncConnection, place: str) -> Found:
    tables = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
    if not tables:
        return Found(None, None)
    if schema.version.name not in tables or schema.vault.name not in tables:
        raise StorageError(f"{place}: holds foreign tables; the bot needs a database of its own.")
    version = await conn.scalar(select(schema.version.c.version_num))
    if version not in schema.VERSIONS:
        raise NewerSchemaError(
            f"{place}: written by a newer version (schema {version}, not {schema.SCHEMA_VERSION}); "
            "nothing was touched. Install that version, or restore an older backup."
        )
    canary = await conn.scalar(select(schema.vault.c.value).where(schema.vault.c.name == "canary"))
    if canary is None:
        # Made together with the tables: without it, a wrong key could not be told any more.
        raise StorageCorruptError(f"{place}: damaged (no canary); restore a backup.")
    return Found(version, canary)


async def _check_pages(conn: AsyncConnection, database: Database) -> None:
    if database.path is None or database.path.stat().st_size > _CHECK_UP_TO_BYTES:
        return
    if (verdict := str(await conn.scalar(text("PRAGMA quick_check(1)")))) != "ok":
        finding = verdict.splitlines()[-1]  # below a headline
        raise StorageCorruptError(f"{database.place}: damaged ({finding}); restore a backup.")
