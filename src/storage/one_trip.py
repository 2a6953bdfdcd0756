"""SQLite off the event loop, with one trip to its thread for each statement.

The driver makes a trip of every step: the cursor, the statement, its rows, the end of the cursor
and, after a commit, a rollback of nothing. Each wakes two threads, which takes longer than SQLite
takes for most statements of a bot. Here they are one step.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

import aiosqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

__all__ = ["Connection", "connect"]

# So many rows come with the statement. Who streams a table makes trips for the others.
_PAGE: Final = 200


async def connect(file: str, **options: Any) -> Connection:
    """Open the file, with the options of `sqlite3.connect`. Raises sqlite3.Error."""
    connection = Connection(lambda: sqlite3.connect(file, **options), _PAGE)
    await connection
    return connection


class Connection(aiosqlite.Connection):
    """The driver's connection, for SQLAlchemy, which asks it for nothing but this."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], page: int) -> None:
        super().__init__(connector, page)
        # Stuck in a statement, it keeps no process from ending.
        self._thread.daemon = True

    def cursor(self) -> _Cursor:  # type: ignore[override]  # SQLAlchemy only enters it
        """A cursor whose first statement makes it."""
        return _Cursor(self)

    async def rollback(self) -> None:
        """Undo what is open; SQLAlchemy asks after each commit too, when nothing is."""
        if self.in_transaction:
            await super().rollback()

    async def trip(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Have this done in the thread of the connection."""
        return await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # theirs


class _Cursor:
    """One statement and its rows, as the driver's cursor has them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._more: sqlite3.Cursor | None = None  # while there may be rows that we do not have
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        def work(connection: sqlite3.Connection) -> None:
            self._hold(connection.execute(statement, parameters))

        await self._connection.trip(work)

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            self._hold(connection.executemany(statement, rows))

        await self._connection.trip(work)

    async def fetchmany(self, size: int) -> list[Any]:
        while self._more and len(self._rows) < size:
            await self._fetch_page(self._more)
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    async def fetchall(self) -> list[Any]:
        while self._more:
            await self._fetch_page(self._more)
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        more, self._more = self._more, None
        if more:
            await self._connection.trip(lambda _connection: more.close())

    async def _fetch_page(self, cursor: sqlite3.Cursor) -> None:
        await self._connection.trip(lambda _connection: self._fetch(cursor))

    def _hold(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._fetch(cursor)
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid

    def _fetch(self, cursor: sqlite3.Cursor) -> None:
        rows = cursor.fetchmany(_PAGE)
        self._rows += rows
        self._more = cursor if len(rows) == _PAGE else None
        if self._more is None:
            cursor.close()
