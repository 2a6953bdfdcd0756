"""SQLite with one trip for each statement: what arrives, and how many trips it took."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from src.storage.database import Database, resolve_url
from src.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

NUMBERS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
    " SELECT i FROM n LIMIT :count"
)
# None, fewer than come with the statement, exactly as many, one more, several times as many.
COUNTS = [0, 1, 199, 200, 201, 1_000]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(resolve_url(tmp_path, None))
    await database.create_file()
    async with database.writing() as conn:
        await conn.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    yield database
    await database.close()


@pytest.mark.parametrize("count", COUNTS)
async def test_all_rows_arrive(database: Database, count: int) -> None:
    async with database.reading() as conn:
        found = (await conn.execute(NUMBERS, {"count": count})).scalars().all()
    assert found == list(range(1, count + 1))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("together", [7, 450])
async def test_streams_arrive_in_order(database: Database, count: int, together: int) -> None:
    async with database.reading() as conn:
        stream = await conn.stream(NUMBERS, {"count": count})
        parts = [part async for part in stream.scalars().partitions(together)]
    assert [number for part in parts for number in part] == list(range(1, count + 1))
    assert all(len(part) == together for part in parts[:-1])


async def test_a_stream_that_is_left_holds_nobody_up(database: Database) -> None:
    async with database.reading() as conn:
        stream = await conn.stream(NUMBERS, {"count": 1_000})
        assert await stream.fetchmany(3) == [(1,), (2,), (3,)]
        await stream.close()
        assert await conn.scalar(text("SELECT 5")) == 5


async def test_the_rest_of_a_stream_can_be_had_at_once(database: Database) -> None:
    async with database.reading() as conn:
        stream = await conn.stream(NUMBERS, {"count": 1_000})
        assert await stream.fetchmany(3) == [(1,), (2,), (3,)]
        assert (await stream.scalars().all()) == list(range(4, 1_001))


async def _insert(conn: AsyncConnection, *names: str) -> int:
    rows = [{"name": name} for name in names]
    result = await conn.execute(text("INSERT INTO things (name) VALUES (:name)"), rows)
    return int(result.rowcount)


async def test_what_a_write_did_is_known(database: Database) -> None:
    async with database.writing() as conn:
        assert await _insert(conn, "a", "b", "c") == 3
        result = await conn.execute(text("INSERT INTO things (name) VALUES ('d')"))
        assert (result.rowcount, result.lastrowid) == (1, 4)
        gone = await conn.execute(text("DELETE FROM things WHERE id < 3 RETURNING name"))
        assert sorted(gone.scalars().all()) == ["a", "b"]
        assert (await conn.execute(text("UPDATE things SET name = name || '!'"))).rowcount == 2


async def test_what_failed_is_undone_and_the_connection_goes_on(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as conn:
            await _insert(conn, "a")
            await _insert(conn, "b", "a")

    with pytest.raises(StorageError):
        await fail()
    async with database.writing() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 0
        await _insert(conn, "a")
    async with database.reading() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 1


@pytest.mark.parametrize(
    ("statement", "writes", "count"), [("SELECT 1", False, 1), ("DELETE FROM things", True, 3)]
)
async def test_a_statement_is_one_trip(
    database: Database,
    caplog: pytest.LogCaptureFixture,
    statement: str,
    count: int,
    *,
    writes: bool,
) -> None:
    caplog.set_level(logging.DEBUG, "aiosqlite")
    async with database.writing() if writes else database.reading() as conn:
        await conn.execute(text(statement))
    trips = [each for each in caplog.messages if each.startswith("executing ")]
    assert len(trips) == count, "the statement; begin and commit too where it writes"
