"""Who waits for an answer is known to the next run, and nobody is written down without need."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest_asyncio

from src.handlers import texts
from src.handlers.state import State
from src.service.unanswered import Unanswered
from src.settings import load_settings
from src.storage import StorageFullError
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest


class Order:
    """What `ChatOrder` says of who waits."""

    def __init__(self) -> None:
        self.waiting: set[tuple[int, int]] = set()

    def slow(self, _after_s: float) -> set[tuple[int, int]]:
        return self.waiting


class Sent:
    """A bot that takes down what it sends."""

    def __init__(self) -> None:
        self.texts: list[tuple[int, int | None, str]] = []

    async def send_message(self, chat_id: int, text: str, **options: Any) -> None:
        self.texts.append((chat_id, options["message_thread_id"], text))


class Seconds:
    """A sleep whose every second is let through by the test."""

    def __init__(self) -> None:
        self._steps: asyncio.Queue[None] = asyncio.Queue()
        self._arrived = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self._arrived.set()
        await self._steps.get()

    async def one(self) -> None:
        """Let one second pass, and all of what follows from it."""
        await self._arrived.wait()
        self._arrived.clear()
        self._steps.put_nowait(None)
        await self._arrived.wait()


@pytest_asyncio.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_DATA_DIR": str(tmp_path)}
    found = State(load_settings(given, dotenv=None))
    await found.open()
    yield found
    await found.close()


def made(state: State, seconds: Seconds | None = None) -> tuple[Unanswered, Order]:
    order = Order()
    return Unanswered(cast("Any", order), state, seconds or asyncio.sleep), order


async def test_who_is_left_waiting_by_a_kill_is_told_once(state: State) -> None:
    seconds = Seconds()
    first, order = made(state, seconds)
    watching = asyncio.create_task(first.watch())
    order.waiting = {(7, 0), (5, 0), (-100, 0), (-200, 4)}  # a group and a topic among them
    await seconds.one()
    watching.cancel()  # all that a kill leaves is in the database
    second, _ = made(state)
    left = await second.left()
    assert left == [(-200, 4), (-100, 0), (5, 0), (7, 0)]
    sent = Sent()
    await second.tell(cast("Any", sent), left)
    told = [(-200, 4), (-100, None), (5, None), (7, None)]
    assert sent.texts == [(*where, texts.CUT_OFF) for where in told]
    third, _ = made(state)
    assert await third.left() == []


async def test_it_is_written_only_when_it_changes(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    keep = state.store.keep_fact

    async def note(name: str, value: str) -> None:
        written.append(value)
        await keep(name, value)

    monkeypatch.setattr(state.store, "keep_fact", note)
    seconds = Seconds()
    unanswered, order = made(state, seconds)
    watching = asyncio.create_task(unanswered.watch())
    await seconds.one()
    assert written == []
    order.waiting = {(5, 0)}
    await seconds.one()
    await seconds.one()
    assert written == ["[[5, 0]]"]
    order.waiting = set()
    await seconds.one()
    await unanswered.settle()
    assert written == ["[[5, 0]]", "[]"]
    watching.cancel()


async def test_what_the_version_before_has_kept_is_understood(state: State) -> None:
    await state.store.keep_fact("unanswered", "[5, 7]")
    unanswered, _ = made(state)
    assert await unanswered.left() == [(5, 0), (7, 0)]


async def test_a_clean_stop_leaves_nobody(state: State) -> None:
    seconds = Seconds()
    unanswered, order = made(state, seconds)
    watching = asyncio.create_task(unanswered.watch())
    order.waiting = {(5, 0)}
    await seconds.one()
    watching.cancel()
    await unanswered.settle()
    assert await made(state)[0].left() == []


async def test_a_database_that_fails_costs_only_this(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object) -> None:
        raise StorageFullError("disk: full")

    for name in ("keep_fact", "fact", "chat"):
        monkeypatch.setattr(state.store, name, full)
    seconds = Seconds()
    unanswered, order = made(state, seconds)
    watching = asyncio.create_task(unanswered.watch())
    order.waiting = {(5, 0)}
    await seconds.one()
    assert not watching.done()
    watching.cancel()
    assert await unanswered.left() == []
    await unanswered.tell(cast("Any", Sent()), [(5, 0)])
    assert caplog.text.count("disk: full") == 3
