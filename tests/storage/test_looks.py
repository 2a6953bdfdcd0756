"""Looks at homes: noted in passing, written together, read as if they had been waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

from src.storage import looks, schema
from src.storage.locations import MAX_RECENTS
from src.storage.records import ChosenLocation

if TYPE_CHECKING:
    import pytest

    from src.storage.store import Store
    from tests.storage.conftest import Place

ANN, BOB = 1, 2


def home(name: str) -> ChosenLocation:
    return ChosenLocation("c1", name, name.upper(), "UTC")


def glance(store: Store, who: int | None, name: str, number: int, chat: int = ANN) -> None:
    store.look(who, home(name), "saw status", chat, once=f"update:{number}")


def _names(found: list[ChosenLocation]) -> list[str]:
    return [each.location_id for each in found]


async def test_a_look_is_the_latest_home_and_an_entry(store: Store) -> None:
    for number, name in enumerate(["a", "b", "b", "a", "c"]):
        glance(store, ANN, name, number)
    glance(store, BOB, "b", 9)
    glance(store, None, "x", 10)
    assert _names(await store.recents(ANN)) == ["c", "a", "b"]
    assert _names(await store.recents(BOB)) == ["b"]
    entries = await store.audit()
    assert [(entry.user_id, entry.object) for entry in entries[:2]] == [
        (None, "location:x"),
        (BOB, "location:b"),
    ]
    assert len(entries) == 7
    assert (await store.what_is_stored(ANN))["recents"] == 3


async def test_a_look_delivered_twice_counts_once(store: Store) -> None:
    glance(store, ANN, "a", 1)
    glance(store, ANN, "a", 1)
    await store.settle()
    glance(store, ANN, "a", 1)
    assert len(await store.audit()) == 1


async def test_the_oldest_homes_make_room(store: Store) -> None:
    names = [f"h{number:02}" for number in range(MAX_RECENTS + 3)]
    for number, name in enumerate(names):
        glance(store, ANN, name, number)
    assert _names(await store.recents(ANN)) == names[: -MAX_RECENTS - 1 : -1]


async def test_many_looks_share_a_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_MOST_AT_ONCE", 40)
    begun: list[object] = []
    event.listen(store.database.engine.sync_engine, "begin", begun.append)
    for number in range(100):
        glance(store, number, "a", number)
    await store.settle()
    assert len(begun) == 3
    assert len(await store.audit(200)) == 100


async def test_a_stop_writes_what_is_left(place: Place) -> None:
    store = await place.open()
    glance(store, ANN, "a", 1)
    await store.close()
    async with await place.open() as again:
        assert _names(await again.recents(ANN)) == ["a"]
        assert len(await again.audit()) == 1


async def test_what_is_erased_or_moved_takes_the_looks_before_along(store: Store) -> None:
    glance(store, ANN, "a", 1)
    await store.erase(ANN)
    assert await store.recents(ANN) == []
    assert [(e.user_id, e.chat_id) for e in await store.audit()] == [(None, None)]
    glance(store, ANN, "a", 2)
    assert _names(await store.recents(ANN)) == ["a"], "the first look after an erasure was lost"
    glance(store, BOB, "a", 3, chat=-5)
    await store.migrate_chat(-5, -1005)
    assert (await store.audit(1))[0].chat_id == -1005


async def test_what_cannot_be_written_is_told_to_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with store.database.writing() as conn:
        await conn.run_sync(schema.places.drop)
    glance(store, ANN, "a", 1)
    glance(store, BOB, "a", 2)
    await store.settle()
    assert "looks at homes not noted: 2" in caplog.text
    assert await store.audit() == [], "half of a look was written"


async def test_a_database_that_hangs_does_not_fill_the_memory(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_MOST_PENDING", 5)
    monkeypatch.setattr(looks, "_MOST_REMEMBERED", 3)
    for number in range(7):
        glance(store, number, "a", number)
    assert caplog.text.count("too slow") == 2
    assert len(await store.audit()) == 5
    glance(store, 0, "b", 8)
    assert _names(await store.recents(0)) == ["b", "a"]
