"""One chat in order, chats side by side, and an end that waits for nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from src.handlers.order import ChatOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN = User(1, "Ann", is_bot=False)


def _update(chat_id: int, number: int = 1) -> Update:
    message = Message(number, NOW, Chat(chat_id, Chat.PRIVATE), from_user=ANN, text="x")
    return Update(number, message=message)


def _in_group(chat_id: int, topic: int | None = None) -> Update:
    chat = Chat(chat_id, Chat.SUPERGROUP)
    message = Message(
        1, NOW, chat, from_user=ANN, message_thread_id=topic, is_topic_message=topic is not None
    )
    return Update(1, message=message)


def _work(
    log: list[str], name: str, gate: asyncio.Event | None = None
) -> Callable[[], Coroutine[None, None, None]]:
    async def run() -> None:
        log.append(f"{name} starts")
        if gate is not None:
            await gate.wait()
        log.append(f"{name} ends")

    return run


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_chat_keeps_its_order_while_others_go_on() -> None:
    order, gate = ChatOrder(), asyncio.Event()
    log: list[str] = []
    jobs = [
        order.process_update(_update(1), _work(log, "slow", gate)()),
        order.process_update(_update(1), _work(log, "second")()),
        order.process_update(_update(1), _work(log, "third")()),
        order.process_update(_update(2), _work(log, "other")()),
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    await _settle()
    assert log == ["slow starts", "other starts", "other ends"]
    gate.set()
    await asyncio.gather(*tasks)
    assert log[3:] == [
        "slow ends", "second starts", "second ends", "third starts", "third ends",
    ]  # fmt: skip


async def test_what_has_no_chat_waits_for_nobody() -> None:
    order, gate = ChatOrder(), asyncio.Event()
    log: list[str] = []
    slow = asyncio.create_task(order.process_update(_update(1), _work(log, "slow", gate)()))
    await _settle()
    await order.process_update("an event of our own", _work(log, "event")())
    assert log == ["slow starts", "event starts", "event ends"]
    gate.set()
    await slow


async def test_those_who_have_to_wait_are_told_without_losing_their_turn() -> None:
    told: list[int] = []
    telling = asyncio.Event()

    async def on_wait(update: Update) -> None:
        told.append(update.update_id)
        await telling.wait()

    order, gate = ChatOrder(on_wait), asyncio.Event()
    log: list[str] = []
    tasks = [
        asyncio.create_task(order.process_update(_update(1, n), _work(log, str(n), gate)()))
        for n in (1, 2, 3)
    ]
    await _settle()
    assert told == [2, 3]
    telling.set()
    gate.set()
    await asyncio.gather(*tasks)
    assert [line for line in log if "starts" in line] == ["1 starts", "2 starts", "3 starts"]


async def test_locks_vanish_with_their_last_update() -> None:
    order = ChatOrder()
    for chat_id in range(100):
        await order.process_update(_update(chat_id), _work([], "x")())
    assert len(order._locks) == 0


async def test_an_error_frees_the_chat() -> None:
    async def fail() -> None:
        raise ValueError("x")

    order = ChatOrder()
    log: list[str] = []
    with pytest.raises(ValueError, match="x"):
        await order.process_update(_update(1), fail())
    await order.process_update(_update(1), _work(log, "next")())
    assert log == ["next starts", "next ends"]


async def test_draining_cancels_what_runs_and_what_waits() -> None:
    order, never = ChatOrder(lambda _: asyncio.sleep(0)), asyncio.Event()
    log: list[str] = []
    tasks = [
        asyncio.create_task(order.process_update(_update(1, n), _work(log, str(n), never)()))
        for n in (1, 2)
    ]
    await _settle()
    order.drain(0)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
    assert log == ["1 starts"]


async def test_it_is_a_processor_as_the_library_wants_it() -> None:
    async with ChatOrder() as order:
        query = CallbackQuery("1", ANN, "c", data="x")  # of an inline message: no chat
        await order.process_update(Update(1, callback_query=query), _work([], "x")())
        assert order.max_concurrent_updates >= 256


async def test_who_waits_for_long_is_known() -> None:
    order, gate, log = ChatOrder(), asyncio.Event(), list[str]()
    jobs = [
        order.process_update(_update(1), _work(log, "one", gate)()),
        order.process_update(_update(1), _work(log, "in line behind it")()),
        order.process_update(Update(9), _work(log, "nobody's", gate)()),
        order.process_update(_in_group(-5), _work(log, "in a group", gate)()),
        order.process_update(_in_group(-6, 4), _work(log, "in a topic", gate)()),
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    await _settle()
    assert order.slow(60.0) == set()
    assert order.slow(0.0) == {(1, 0), (-5, 0), (-6, 4)}
    gate.set()
    await asyncio.gather(*tasks)
    assert order.slow(0.0) == set()
