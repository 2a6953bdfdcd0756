"""Full, read-only, locked, damaged and absent databases: one clear line, nothing half-written."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from src.storage import migrate
from src.storage.database import DATABASE_FILE
from src.storage.errors import (
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
    StorageUnavailableError,
)
from src.storage.store import Store
from src.storage.vault import KEY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection

    from tests.storage.conftest import Place

ROOT = Path(__file__).parents[2]
HARDSHIP = [sys.executable, "-m", "tests.storage.hardship"]


@pytest.fixture
def shared_dir() -> Iterator[Path]:
    """A directory that other users can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="panoptes-"))
    yield path
    shutil.rmtree(path)


def one_line(err: pytest.ExceptionInfo[StorageError]) -> str:
    """The text of the error, which has to be one line."""
    text = str(err.value)
    assert "\n" not in text
    return text


def test_a_full_disk_loses_nothing_confirmed(tmp_path: Path) -> None:
    # A file system of its own, seen by this process only and gone with it.
    mount = f"mount -t tmpfs -o size=700k none {tmp_path}"
    if shutil.which("unshare") is None or _in_namespace(mount).returncode != 0:
        pytest.skip("no private file system can be mounted here")
    done = _in_namespace(f"{mount} && exec {shlex.join(HARDSHIP)} full {tmp_path}/data")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["error"].startswith("StorageFullError: ")
    assert "no room left" in result["error"]
    assert result["confirmed"] > 10
    assert result["still_reads"] == result["confirmed"]
    assert result["intact"] is True


def _in_namespace(script: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "-m", "sh", "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_a_full_database_keeps_working_once_there_is_room(sqlite_place: Place) -> None:
    limit = [30]

    def set_limit(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={limit[0]}")
        cursor.close()

    async with await sqlite_place.open() as store:
        await store.database.engine.dispose()
        event.listen(store.database.engine.sync_engine, "connect", set_limit)
        confirmed: list[str | None] = []
        with pytest.raises(StorageFullError, match="no room left") as caught:
            await _write_until_it_fails(store, confirmed)
        assert str(sqlite_place.data_dir) in one_line(caught)
        entries = await store.audit(1_000)
        assert [entry.object for entry in reversed(entries)] == confirmed != []
        limit[0] = 10_000
        await store.database.engine.dispose()
        await store.record(1, "write")
        assert len(await store.audit(1_000)) == len(confirmed) + 1


async def _write_until_it_fails(store: Store, confirmed: list[str | None]) -> None:
    for number in range(1_000):
        await store.record(1, "write", str(number), detail="x" * 1_000)
        confirmed.append(str(number))


def test_a_read_only_directory_is_one_clear_line(shared_dir: Path) -> None:
    done = subprocess.run(
        [*HARDSHIP, "read-only", shared_dir / "data"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["untouched"] is True
    for name in ("empty", "with"):
        assert result[name].startswith("StorageReadOnlyError: ")
        assert "may not be written" in result[name]


async def test_a_locked_database_refuses_writes_and_still_reads(sqlite_place: Place) -> None:
    sqlite_place.patience_s = 0.1
    async with await sqlite_place.open() as store:
        await store.upsert_person(1, "Ann")
        other = sqlite3.connect(sqlite_place.data_dir / DATABASE_FILE, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageLockedError, match="held by another process") as caught:
            await store.upsert_person(2, "Bob")
        one_line(caught)
        assert [person.name for person in await store.people()] == ["Ann"]
        other.execute("ROLLBACK")
        other.close()
        await store.upsert_person(2, "Bob")
        assert [person.name for person in await store.people()] == ["Ann", "Bob"]


async def test_a_start_on_a_locked_database_is_one_clear_line(sqlite_place: Place) -> None:
    sqlite_place.patience_s = 0.1
    async with await sqlite_place.open():
        pass
    other = sqlite3.connect(sqlite_place.data_dir / DATABASE_FILE, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageLockedError) as caught:
        await sqlite_place.open()
    one_line(caught)
    other.execute("ROLLBACK")
    other.close()
    async with await sqlite_place.open() as store:
        await store.health()


async def test_a_locked_table_of_postgresql_is_one_clear_line(
    sqlite_place: Place, postgres_url: str
) -> None:
    sqlite_place.url, sqlite_place.patience_s = postgres_url, 0.1
    engine = create_async_engine(postgres_url)
    async with await sqlite_place.open() as store, engine.connect() as other:
        await other.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StorageLockedError) as caught:
            await store.set_role(1, "admin")
        one_line(caught)
        await other.rollback()
        await store.set_role(1, "admin")
    await engine.dispose()


def spoil_header(file: Path) -> None:
    file.write_bytes(b"not a database at all\n" * 500)


def spoil_pages(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:8192] + b"\xa5" * 16384 + content[8192 + 16384 :])


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 4096 * 3 + 100])


@pytest.mark.parametrize("damage", [spoil_header, spoil_pages, cut_short])
async def test_a_damaged_file_stops_the_start_untouched(sqlite_place: Place, damage: Any) -> None:
    async with await sqlite_place.open() as store:
        await store.upsert_person(1, "Ann")
    file = sqlite_place.data_dir / DATABASE_FILE
    damage(file)
    before = file.read_bytes()
    with pytest.raises(StorageCorruptError, match="restore a backup") as caught:
        await sqlite_place.open()
    assert str(file) in one_line(caught)
    assert file.read_bytes() == before


async def test_damage_in_a_large_file_shows_when_it_is_read(
    sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_CHECK_UP_TO_BYTES", 0)
    async with await sqlite_place.open() as store:
        for number in range(200):
            await store.record(1, "write", str(number), detail="x" * 1_000)
    file = sqlite_place.data_dir / DATABASE_FILE
    content = file.read_bytes()
    half = len(content) // 2 // 4096 * 4096
    file.write_bytes(content[:half] + b"\xa5" * (len(content) - half))
    async with await sqlite_place.open() as store:
        with pytest.raises(StorageCorruptError) as caught:
            await store.audit(1_000)
        one_line(caught)


async def test_a_lost_canary_is_damage(place: Place) -> None:
    async with await place.open() as store, store.database.writing() as conn:
        await conn.execute(text("DELETE FROM vault"))
    with pytest.raises(StorageCorruptError, match="no canary"):
        await place.open()


async def test_a_server_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    url = f"postgresql://bot:fake-password@/panoptes?host={tmp_path}/nobody-home"
    with pytest.raises(StorageUnavailableError) as caught:
        await Store.open(tmp_path / "data", url, busy_timeout=1)
    assert "PostgreSQL database panoptes" in one_line(caught)
    assert "fake-password" not in one_line(caught)
    assert not (tmp_path / "data" / KEY_FILE).exists()


async def test_a_database_that_is_not_there_is_one_clear_line(
    sqlite_place: Place, postgres_url: str
) -> None:
    missing = make_url(postgres_url).set(database="no_such_database", password="fake-password")
    sqlite_place.url = missing.render_as_string(hide_password=False)
    with pytest.raises(StorageUnavailableError, match="no_such_database") as caught:
        await sqlite_place.open()
    assert "fake-password" not in one_line(caught)


async def test_a_server_that_restarts_costs_no_error(
    sqlite_place: Place, postgres_url: str
) -> None:
    sqlite_place.url = postgres_url
    engine = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with await sqlite_place.open() as store:
        await store.upsert_person(1, "Ann")
        async with engine.connect() as other:  # what a restart does to a connection
            sessions = "FROM pg_stat_activity WHERE datname = current_database()"
            not_us = "AND pid <> pg_backend_pid()"
            await other.execute(text(f"SELECT pg_terminate_backend(pid) {sessions} {not_us}"))
        await store.upsert_person(2, "Bob")
        assert len(await store.people()) == 2
    await engine.dispose()
