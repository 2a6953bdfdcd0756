"""Single flight: one piece of work, however many wait; a waiter that leaves harms nobody."""

from __future__ import annotations

import asyncio
import gc

import pytest

from src.net.flight import SingleFlight


class Work:
    """Counts starts and ends; finishes when told."""

    def __init__(self) -> None:
        self.started = 0
        self.cancelled = 0
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.started += 1
        number = self.started
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return number


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_fifty_waiters_share_one_piece_of_work() -> None:
    flights: SingleFlight[int] = SingleFlight()
    work = Work()
    waiters = [asyncio.create_task(flights.run("key", work)) for _ in range(50)]
    await settle()
    work.go.set()
    assert await asyncio.gather(*waiters) == [1] * 50


async def test_other_keys_and_later_calls_start_anew() -> None:
    flights: SingleFlight[int] = SingleFlight()
    work = Work()
    work.go.set()
    both = await asyncio.gather(flights.run("a", work), flights.run("b", work))
    assert tuple(both) == (1, 2)
    assert await flights.run("a", work) == 3


async def test_a_cancelled_waiter_harms_nobody_even_the_first() -> None:
    flights: SingleFlight[int] = SingleFlight()
    work = Work()
    first, second = (asyncio.create_task(flights.run("key", work)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    work.go.set()
    assert await second == 1
    assert first.cancelled()
    assert work.cancelled == 0


async def test_when_the_last_waiter_leaves_the_work_ends_and_is_not_joined() -> None:
    flights: SingleFlight[int] = SingleFlight()
    work = Work()
    waiter = asyncio.create_task(flights.run("key", work))
    await settle()
    waiter.cancel()
    await asyncio.wait({waiter})
    late = asyncio.create_task(flights.run("key", work))
    await settle()
    assert (work.started, work.cancelled) == (2, 1)
    work.go.set()
    assert await late == 2


async def test_an_error_reaches_everybody_and_is_not_kept() -> None:
    flights: SingleFlight[int] = SingleFlight()
    work = Work()
    work.error = ValueError("no")
    work.go.set()
    results = await asyncio.gather(
        *(flights.run("key", work) for _ in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [ValueError] * 3
    assert work.started == 1
    work.error = None
    assert await flights.run("key", work) == 2


async def test_an_error_after_everybody_left_is_not_reported_as_lost() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    flights: SingleFlight[int] = SingleFlight()

    async def stubborn() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while being cancelled")  # a library may do so

    waiter = asyncio.create_task(flights.run("key", stubborn))
    await settle()
    waiter.cancel()
    await asyncio.wait({waiter})
    await settle()
    gc.collect()
    assert complaints == []


def test_a_flight_of_a_dead_loop_is_not_joined() -> None:
    flights: SingleFlight[int] = SingleFlight()

    async def abandoned() -> int:
        await asyncio.Event().wait()
        return 0

    loop = asyncio.new_event_loop()
    task = loop.create_task(flights.run("key", abandoned))
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(asyncio.sleep(0))

    async def fresh() -> int:
        return 7

    assert asyncio.run(flights.run("key", fresh)) == 7
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
