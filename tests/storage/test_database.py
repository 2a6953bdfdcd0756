"""Addresses, transactions, and what other tasks do to them."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
import threading
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text

from src.storage import open_store, schema
from src.storage.database import DATABASE_FILE, Database, resolve_url
from src.storage.errors import StorageError, StorageUnavailableError
from src.storage.records import ChosenLocation
from src.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.conftest import Place


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (None, "sqlite+aiosqlite:////the/data/panoptes.db"),
        ("", "sqlite+aiosqlite:////the/data/panoptes.db"),
        ("sqlite:////elsewhere/x.db", "sqlite+aiosqlite:////elsewhere/x.db"),
        ("postgresql://u:p@h:5433/n", "postgresql+asyncpg://u:***@h:5433/n"),
        ("postgres://u:p@h/n", "postgresql+asyncpg://u:***@h/n"),
        ("postgresql+asyncpg://u:p@h/n", "postgresql+asyncpg://u:***@h/n"),
        ("postgresql+psycopg2://u:p@h/n", "postgresql+asyncpg://u:***@h/n"),
    ],
)
def test_a_url_gets_our_driver(tmp_path: Path, given: str | None, used: str) -> None:
    url = resolve_url(type(tmp_path)("/the/data"), given)
    assert url.render_as_string() == used


@pytest.mark.parametrize(
    "given",
    [
        "fake-password",
        "postgresql://bot:fake-password@host:port/name",
        "mysql://bot:fake-password@host/name",
        "postgresql://bot:fake-password@host",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_other_urls_are_refused_without_their_password(tmp_path: Path, given: str) -> None:
    with pytest.raises(StorageUnavailableError, match="PANOPTES_DATABASE_URL") as caught:
        resolve_url(tmp_path, given)
    assert "fake-password" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_driver_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(StorageUnavailableError, match=r"requirements-postgres\.txt"):
        Database(resolve_url(tmp_path, "postgresql://bot:fake-password@host/name"))


async def test_files_are_for_nobody_else(sqlite_place: Place) -> None:
    async with await sqlite_place.open() as store:
        await store.upsert_person(1, "Ann")
        modes = {p.name: p.stat().st_mode & 0o777 for p in sqlite_place.data_dir.iterdir()}
        assert set(modes.values()) == {0o600}
        assert {DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"} < set(modes)
        assert sqlite_place.data_dir.stat().st_mode & 0o777 == 0o700
    names = sorted(path.name for path in sqlite_place.data_dir.iterdir())
    assert names == [DATABASE_FILE, "secret.key"]


def _connections() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "_connection_" in thread.name}


async def test_an_opening_that_is_cut_short_leaves_nobody_with_the_file(tmp_path: Path) -> None:
    """At every turn of the loop: no thread of a connection lives on, and nobody has to wait."""
    others = _connections()
    for turns in range(60):
        data_dir = tmp_path / str(turns)
        opening = asyncio.create_task(Store.open(data_dir))
        for _ in range(turns):
            await asyncio.sleep(0.0002 if turns % 2 else 0)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await (await opening).close()
        for thread in _connections() - others:
            thread.join(5)
            assert not thread.is_alive()
        async with await Store.open(data_dir, busy_timeout=0):
            pass


async def test_an_opening_that_cannot_end_does_not_keep_a_stop_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.storage.store._OPENS_WITHIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://bot@127.0.0.1:{silent.getsockname()[1]}/bot"
        opening = asyncio.create_task(Store.open(tmp_path, url, busy_timeout=600))
        await asyncio.sleep(0.05)
        opening.cancel()
        async with asyncio.timeout(60):
            await asyncio.wait({opening})
    assert opening.cancelled()


async def test_a_commit_waits_for_the_disk(sqlite_place: Place) -> None:
    async with await sqlite_place.open() as store, store.database.reading() as conn:
        assert await conn.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await conn.scalar(text("PRAGMA synchronous")) == 2
        assert await conn.scalar(text("PRAGMA secure_delete")) == 1


async def test_what_is_erased_is_overwritten(sqlite_place: Place) -> None:
    async with await sqlite_place.open() as store:
        await store.upsert_person(1, "Ann-to-be-forgotten")
        await store.erase(1)
    assert b"Ann-to-be-forgotten" not in (sqlite_place.data_dir / DATABASE_FILE).read_bytes()


async def test_a_write_that_fails_half_way_is_undone(store: Store) -> None:
    async def half() -> None:
        async with store.database.writing() as conn:
            await conn.execute(insert(schema.vault).values(name="half", value="x"))
            raise LookupError("half-way")

    with pytest.raises(LookupError):
        await half()
    assert "half" not in await store.dump()


async def test_times_come_back_in_utc_and_naive_ones_are_refused(store: Store) -> None:
    await store.record(1, "now")
    (entry,) = await store.audit()
    assert entry.at.utcoffset() is not None
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(StorageError, match=r"refused a statement \(ValueError\)"):
        await store.prune_audit(naive)


async def test_an_empty_time_stays_empty(store: Store) -> None:
    await store.remember_chat(-5, "group")
    async with store.database.reading() as conn:
        assert await conn.scalar(select(schema.chats.c.unreachable_since)) is None


async def test_many_at_once_do_not_get_in_each_others_way(store: Store) -> None:
    async def one(user_id: int) -> None:
        await store.upsert_person(user_id, f"P{user_id}")
        await store.choose_location(user_id, None, user_id, ChosenLocation("c", "l", "L"))
        assert await store.person(user_id) is not None
        await store.record(user_id, "status")

    await asyncio.gather(*(one(user_id) for user_id in range(1, 51)))
    assert len(await store.people()) == 50
    assert len(await store.audit(1_000)) == 50


async def test_cancelled_calls_leave_no_lock_and_no_half(store: Store) -> None:
    dice = random.Random(7)  # noqa: S311 - a fixed series, not a secret

    async def decide(user_id: int) -> None:
        await store.request_join(user_id, "Name")
        await store.decide_join(user_id, "viewer", 1)
        await store.person(user_id)

    for user_id in range(1, 41):
        task = asyncio.create_task(decide(user_id))
        for _ in range(dice.randrange(60)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.set_role(1_000, "viewer")
    async with store.database.reading() as conn:
        joins = schema.joins.c
        granted = await conn.scalars(select(joins.user_id).where(joins.decision == "viewer"))
        assert {*granted, 1_000} == {person.user_id for person in await store.people()}


async def test_the_package_opens_a_store(tmp_path: Path) -> None:
    async with await open_store(tmp_path / "data") as store:
        await store.health()
        assert await store.dump() != ""
