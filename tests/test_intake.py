"""Updates come in once, whatever happens while they do."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest_asyncio
from telegram import Update

from src.service import intake as module
from src.service.intake import Intake
from src.service.readiness import Health
from src.storage import StorageFullError, open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from src.storage.store import Store


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await open_store(tmp_path) as found:
        yield found


def intake_of(store: Store) -> tuple[Intake, asyncio.Queue[Update]]:
    queue: asyncio.Queue[Update] = asyncio.Queue()
    state = SimpleNamespace(store=store)
    application = SimpleNamespace(update_queue=queue, services=SimpleNamespace(state=state))
    intake = Intake(cast("Any", application), Health())
    intake.open()
    return intake, queue


def updates(*ids: int) -> list[Update]:
    return [Update(each) for each in ids]


def drained(queue: asyncio.Queue[Update]) -> list[int]:
    return [queue.get_nowait().update_id for _ in range(queue.qsize())]


async def test_each_is_handed_on_once_and_in_order(store: Store) -> None:
    intake, queue = intake_of(store)
    assert await intake.take(updates(3, 4))
    assert await intake.take(updates(4, 5, 2))  # a webhook may bring them out of order
    assert await intake.take(updates(5))
    assert drained(queue) == [3, 4, 5, 2]


async def test_also_after_a_restart(store: Store) -> None:
    first, _ = intake_of(store)
    await first.take(updates(3))
    second, queue = intake_of(store)
    await second.take(updates(3, 4))
    assert drained(queue) == [4]


async def test_what_cannot_be_noted_is_handled_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(_ids: object) -> set[int]:
        raise StorageFullError("disk: full")

    monkeypatch.setattr(store, "new_updates", full)
    intake, queue = intake_of(store)
    assert await intake.take(updates(3))
    assert drained(queue) == [3]
    assert "disk: full" in caplog.text


async def test_a_stop_in_between_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, go_on = asyncio.Event(), asyncio.Event()
    note = store.new_updates

    async def slowly(ids: Any) -> set[int]:
        new = await note(ids)
        noted.set()
        await go_on.wait()
        return new

    monkeypatch.setattr(store, "new_updates", slowly)
    intake, queue = intake_of(store)
    first = asyncio.create_task(intake.take(updates(3)))
    await noted.wait()
    waiting = asyncio.create_task(intake.take(updates(4)))
    first.cancel()
    closing = asyncio.create_task(intake.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert drained(queue) == [3]
    assert intake.offset == 4, "Telegram may forget it, although whoever brought it was cancelled"
    assert await waiting is False
    assert first.cancelled()
    assert await store.new_updates([4]) == {4}, "what was not taken was not noted either"


async def test_old_notes_are_cleared_now_and_then(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PRUNE_EVERY", 2)
    pruned: list[bool] = []

    async def prune() -> int:
        pruned.append(True)
        return 0

    monkeypatch.setattr(store, "prune_updates", prune)
    intake, _ = intake_of(store)
    for number in range(5):
        await intake.take(updates(number))
    assert len(pruned) == 2
