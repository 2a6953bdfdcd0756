"""A consistent copy while the bot runs, and the way back."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from src.storage import schema
from src.storage.backup import backup, restore
from src.storage.database import DATABASE_FILE
from src.storage.errors import (
    BackupError,
    NewerSchemaError,
    StorageCorruptError,
    StorageError,
    WrongKeyError,
)
from src.storage.upkeep import _Place
from src.storage.vault import KEY_FILE
from tests.storage import sample
from tests.storage.conftest import Place

if TYPE_CHECKING:
    from pathlib import Path

    from src.storage.store import Store


async def open_sample(place: Place) -> Store:
    """A store with a little of everything."""
    place.keys, place.clock.now = [sample.KEY], sample.TIME
    store = await place.open()
    await sample.fill(store)
    return store


def names(directory: Path) -> list[str]:
    """What lies in the directory."""
    return sorted(path.name for path in directory.iterdir())


async def test_everything_comes_back(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    async with await open_sample(place) as store:
        before = await store.dump()
        rows = await backup(store, file)
        assert rows == len(before.splitlines())
        await store.erase(sample.ADMIN)
        await store.set_role(99, "viewer", "after the backup")
    assert file.stat().st_mode & 0o777 == 0o600
    assert await restore(file, place.data_dir, place.url, place.keys) == rows
    async with await place.open() as store:
        assert await store.dump() == before
    assert names(tmp_path) == ["backup.db", "data"]
    assert [name for name in names(place.data_dir) if name.startswith(".")] == []


async def test_a_backup_carries_a_bot_to_the_other_database(
    sqlite_place: Place, postgres_url: str, tmp_path: Path
) -> None:
    there = Place(tmp_path / "there", postgres_url, sqlite_place.clock, [sample.KEY])
    back = Place(tmp_path / "back", None, sqlite_place.clock, [sample.KEY])
    async with await open_sample(sqlite_place) as store:
        before = await store.dump()
        await backup(store, tmp_path / "1.db")
    await restore(tmp_path / "1.db", there.data_dir, there.url, there.keys)
    async with await there.open() as store:
        assert await store.dump() == before
        await backup(store, tmp_path / "2.db")
        assert await store.record(1, "numbers go on") is True
    await restore(tmp_path / "2.db", back.data_dir, back.url, back.keys)
    async with await back.open() as store:
        assert await store.dump() == before
        assert (await sample.view(store))["team"] == {"partner_id": "fake-team"}


async def test_a_backup_is_one_moment_of_a_running_bot(place: Place, tmp_path: Path) -> None:
    file, begun, stop = tmp_path / "backup.db", asyncio.Event(), asyncio.Event()

    async def work(store: Store) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await store.request_join(number, f"name {number}")
            await store.decide_join(number, "viewer", 1)
            begun.set()

    async with await place.open() as store:
        # Copied between the two tables that are compared, so that these are copied at two times.
        notice = {"chat_id": 1, "thread_id": 0, "content": "filler"}
        filler = [notice | {"incident_id": str(number)} for number in range(3_000)]
        async with store.database.writing() as conn:
            await conn.execute(schema.notices.insert(), filler)
        task = asyncio.create_task(work(store))
        await begun.wait()
        await backup(store, file)
        stop.set()
        await task
    copy = sqlite3.connect(file)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    granted = {row[0] for row in copy.execute("SELECT user_id FROM joins WHERE decision > ''")}
    people = {row[0] for row in copy.execute("SELECT user_id FROM people")}
    assert granted == people != set()
    copy.close()


async def test_an_existing_file_is_not_overwritten(sqlite_place: Place, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    file.write_text("precious")
    async with await sqlite_place.open() as store:
        with pytest.raises(BackupError, match="not overwritten"):
            await backup(store, file)
    assert file.read_text() == "precious"
    assert names(tmp_path) == ["backup.db", "data"]


async def test_a_backup_that_cannot_be_written_is_one_clear_line(
    sqlite_place: Place, tmp_path: Path
) -> None:
    (tmp_path / "in the way").touch()
    async with await sqlite_place.open() as store:
        with pytest.raises(StorageError) as caught:
            await backup(store, tmp_path / "in the way" / "backup.db")
    assert str(caught.value).startswith(str(tmp_path / "in the way" / "backup.db"))
    assert "\n" not in str(caught.value)


async def spoilt(file: Path, sql: str) -> None:
    """Change a backup by hand."""
    connection = sqlite3.connect(file)
    connection.executescript(sql)
    connection.close()


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (None, BackupError, "no such file"),
        (b"", BackupError, "holds no backup"),
        (b"not a database at all\n" * 400, StorageCorruptError, "backup.db: damaged"),
        ("UPDATE alembic_version SET version_num = '0099'", NewerSchemaError, "0099"),
        ("DROP TABLE vault", StorageError, "foreign tables"),
        ("DROP TABLE chats", StorageError, "backup.db: refused a statement"),
        ("UPDATE vault SET value = 'gAAAA'", WrongKeyError, "not the keys"),
    ],
)
async def test_what_is_no_good_backup_changes_nothing(
    place: Place, tmp_path: Path, content: bytes | str | None, kind: type[Exception], words: str
) -> None:
    file = tmp_path / "backup.db"
    async with await open_sample(place) as store:
        before = await store.dump()
        if isinstance(content, str):
            await backup(store, file)
            await spoilt(file, content)
        elif content is not None:
            file.write_bytes(content)
        with pytest.raises(kind, match=words) as caught:
            await restore(file, place.data_dir, place.url, place.keys)
        assert "\n" not in str(caught.value)
        assert await store.dump() == before
    assert [name for name in names(place.data_dir) if "backup" in name] == []


async def test_a_backup_sealed_with_other_keys_is_refused(
    place: Place, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "backup.db"
    async with await open_sample(place) as store:
        await backup(store, file)
        before = await store.dump()
        with pytest.raises(WrongKeyError):
            await restore(file, place.data_dir, place.url, [key])
        with pytest.raises(WrongKeyError, match="missing"):
            await restore(file, place.data_dir, place.url)
        assert await store.dump() == before
    assert not (place.data_dir / KEY_FILE).exists()


async def test_a_damaged_database_is_set_aside(sqlite_place: Place, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    async with await open_sample(sqlite_place) as store:
        before = await store.dump()
        await backup(store, file)
    database = sqlite_place.data_dir / DATABASE_FILE
    damaged = b"damaged\n" * 1_000
    database.write_bytes(damaged)
    database.with_name(DATABASE_FILE + "-wal").write_bytes(b"old journal")
    await restore(file, sqlite_place.data_dir, None, sqlite_place.keys)
    async with await sqlite_place.open() as store:
        assert await store.dump() == before
    aside = list(sqlite_place.data_dir.glob(f"{DATABASE_FILE}.damaged-*"))
    assert [path.read_bytes() for path in aside] == [damaged]


async def test_damage_on_a_server_is_not_ours_to_set_aside(
    sqlite_place: Place, postgres_url: str, tmp_path: Path
) -> None:
    file, sqlite_place.url = tmp_path / "backup.db", postgres_url
    async with await open_sample(sqlite_place) as store:
        await backup(store, file)
        async with store.database.writing() as conn:
            await conn.execute(schema.vault.delete())
    with pytest.raises(StorageCorruptError, match="no canary"):
        await restore(file, sqlite_place.data_dir, postgres_url, sqlite_place.keys)


async def test_a_newer_database_is_not_restored_over(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    async with await open_sample(place) as store:
        await backup(store, file)
        async with store.database.writing() as conn:
            await conn.execute(update(schema.version).values(version_num="0099"))
        before = await store.dump()
        with pytest.raises(NewerSchemaError):
            await restore(file, place.data_dir, place.url, place.keys)
        assert await store.dump() == before


def test_what_opens_a_database_is_in_no_repr(tmp_path: Path) -> None:
    place = _Place(tmp_path, "postgresql+asyncpg://bot:t0p-secret@db/bot", ("k3y",))
    assert "t0p-secret" not in repr(place)
    assert "k3y" not in repr(place)
    assert str(tmp_path) in repr(place)
