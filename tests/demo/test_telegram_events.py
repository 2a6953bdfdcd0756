"""The event log: order, backlog, waiting."""

from __future__ import annotations

import asyncio

import pytest

from src.demo.telegram_events import EventLog


def test_events_are_numbered_and_read_from_anywhere() -> None:
    log = EventLog()
    for number in range(4):
        log.emit("message", number=number)
    assert [event["number"] for event in log.since(2)] == [2, 3]
    assert [event["seq"] for event in log.since(0)] == [1, 2, 3, 4]
    assert list(log.since(4)) == []


def test_a_reader_who_fell_behind_is_told() -> None:
    log = EventLog(backlog=3)
    for _ in range(5):
        log.emit("message")
    assert [(event["type"], event["seq"]) for event in log.since(1)] == [
        ("gap", 2),
        ("message", 3),
        ("message", 4),
        ("message", 5),
    ]


async def test_everybody_who_waits_is_woken() -> None:
    log = EventLog()
    waits = [asyncio.create_task(log.newer_than(0)) for _ in range(3)]
    waits[0].cancel()
    await asyncio.sleep(0)
    log.emit("message")
    log.emit("message")
    await asyncio.gather(*waits[1:])
    await log.newer_than(1)


async def test_a_condition_is_looked_at_after_every_event() -> None:
    log = EventLog()
    seen: list[int] = []

    def condition() -> int:
        seen.append(log.seq)
        return log.seq if log.seq >= 2 else 0

    waiting = asyncio.create_task(log.until(condition, 5))
    await asyncio.sleep(0)
    log.emit("message")
    await asyncio.sleep(0)
    log.emit("message")
    assert await waiting == 2
    assert seen[0] == 0
    with pytest.raises(TimeoutError):
        await log.until(lambda: False, 0)
