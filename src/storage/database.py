"""The connection to the one database: a SQLite file by default, PostgreSQL by URL.

A write is one transaction that is on the disk when `writing()` ends, so that what was confirmed
survives `kill -9` and a power cut, and a restart has nothing to repair.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

from src.storage.errors import StorageUnavailableError
from src.storage.faults import storage_faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sqlalchemy import Connection, Executable, Table
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["DATABASE_FILE", "Database", "insert_new", "resolve_url", "upsert", "upsert_all"]

DATABASE_FILE: Final = "panoptes.db"

_SQLITE_CONNECTIONS: Final = 5
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

# FULL makes a commit wait for the disk; in WAL mode that is one fsync. secure_delete overwrites
# what /forget removes.
_PRAGMAS: Final = ("PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON")


class Database:
    """An engine, and the two ways to use it: `reading()` and `writing()`.

    `busy_timeout` is how many seconds a statement waits for another process that holds the
    database.
    """

    def __init__(self, url: URL, busy_timeout: float = 5.0) -> None:
        self.path = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
        self.place = str(self.path) if self.path else f"PostgreSQL database {url.database}"
        self._turn: asyncio.Lock | nullcontext[None] = nullcontext()
        # Values of rows stay out of error texts, and so out of logs.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.path:
            # Our own writers take turns here: cheaper and fairer than SQLite's polling for its
            # lock.
            self._turn = asyncio.Lock()
            options["connect_args"] = {"timeout": busy_timeout}
            # A connection is a thread: as many as are of use, and kept. A crowd waits its turn.
            options |= {"pool_size": _SQLITE_CONNECTIONS, "max_overflow": 0}
        else:
            lock_timeout = {"lock_timeout": f"{round(busy_timeout * 1000)}ms"}
            options["connect_args"] = {"timeout": busy_timeout, "server_settings": lock_timeout}
            options["pool_pre_ping"] = True  # a restarted server costs a reconnect, not an error
        with storage_faults(self.place):
            self.engine = _create_engine(url, options)
        if self.path:
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
        self._writer = self.engine.execution_options(panoptes_begin="BEGIN IMMEDIATE")

    @asynccontextmanager
    async def reading(self, *, snapshot: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection to read from; with `snapshot`, everything inside sees the same moment.

        Raises StorageError.
        """
        engine = self.engine
        if snapshot and self.path:  # a transaction of SQLite is a snapshot
            engine = engine.execution_options(panoptes_begin="BEGIN")
        elif snapshot:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with storage_faults(self.place):
            async with engine.connect() as conn:
                yield conn

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is durable when the block ends, and undone when it raises.

        Raises StorageError.
        """
        with storage_faults(self.place):
            async with self._turn, self._writer.begin() as conn:
                yield conn

    async def create_file(self) -> None:
        """Make the SQLite file and its directory, for nobody but us; a no-op for what exists.

        Raises StorageError.
        """
        if self.path is None:
            return
        with storage_faults(self.place):
            await asyncio.to_thread(_create_private, self.path)

    async def close(self) -> None:
        """Give the connections back; the last one folds SQLite's journal into the file."""
        await self.engine.dispose()


def resolve_url(data_dir: Path, url: str | None) -> URL:
    """Which database to use: the one of `url`, else the SQLite file in `data_dir`.

    A plain `postgresql://` or `sqlite:///` gets the driver that we use. Raises
    StorageUnavailableError for any other.
    """
    if not url:
        return URL.create(_DRIVERS["sqlite"], database=str(data_dir / DATABASE_FILE))
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        # Not chained: the text of the error repeats the URL, and a URL may hold a password.
        raise StorageUnavailableError("PANOPTES_DATABASE_URL is not a database URL.") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None or not parsed.database or parsed.database == ":memory:":
        raise StorageUnavailableError(
            "PANOPTES_DATABASE_URL takes sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )
    return parsed.set(drivername=driver)


def upsert(conn: AsyncConnection, table: Table, values: Mapping[str, object]) -> Executable:
    """Insert the row, or bring the one with the same primary key to these values."""
    insert = _insert(conn, table).values(**values)
    keys = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in values if name not in keys}
    result: Executable = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    return result


async def upsert_all(
    conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """`upsert` for many rows with the same columns, in one go; none is fine."""
    if not rows:
        return
    insert = _insert(conn, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    await conn.execute(statement, rows)


def insert_new(
    conn: AsyncConnection, table: Table, values: Mapping[str, object] | None = None
) -> Executable:
    """Insert the row unless one like it is there; without values, those given on execution."""
    insert = _insert(conn, table) if values is None else _insert(conn, table).values(**values)
    result: Executable = insert.on_conflict_do_nothing()
    return result


def _insert(conn: AsyncConnection, table: Table) -> Any:
    # The two dialects spell "on conflict" alike, but only on classes of their own.
    if conn.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - only the dialect in use is loaded

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - as above

    return postgresql.insert(table)


def _create_engine(url: URL, options: Mapping[str, Any]) -> Any:
    if url.get_backend_name() == "sqlite":
        # Its DEBUG lines hold the values of every statement: names and titles have no place in a
        # log.
        logging.getLogger("aiosqlite").setLevel(logging.INFO)
    try:
        return create_async_engine(url, **options)
    except ImportError as err:
        raise StorageUnavailableError(
            f"{url.drivername} needs one more package: pip install -r requirements-postgres.txt"
        ) from err


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite gives its journals the mode of the file, so setting it here covers all three.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    # sqlite3's own transaction handling commits before DDL; turned off, a migration is all or
    # nothing.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    # Written into the file once and for all. A file that has pages may be somebody else's, so that
    # one is left alone.
    cursor.execute("PRAGMA page_count")
    if cursor.fetchone() == (0,):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin(conn: Connection) -> None:
    # Taking the write lock first avoids the one error that waiting cannot cure: a reader who wants
    # to become a writer. A plain read needs no transaction, which would be half of its cost: each
    # statement goes to the database's thread and back.
    begin = conn.get_execution_options().get("panoptes_begin")
    if begin is not None:
        conn.exec_driver_sql(begin)
