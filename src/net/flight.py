"""One piece of work for everybody who wants the same thing at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

__all__ = ["SingleFlight"]

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """Concurrent `run` calls with equal keys share one task; nothing is kept afterwards.

    A waiter that is cancelled leaves the others untouched; when the last one has left, the work
    is cancelled too. An error reaches everybody who waited, and the next call starts anew.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `work`, started by whoever comes first."""
        flight = self._flights.get(key)
        # A loop that was torn down may have left a flight behind that nobody can wait for.
        if flight is None or flight.task.get_loop() is not asyncio.get_running_loop():
            flight = self._launch(key, work)
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._land(key, flight)
                flight.task.cancel()

    def _launch(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> _Flight[T]:
        flight = _Flight(asyncio.create_task(work(), name="plume-flight"))
        self._flights[key] = flight

        def landed(task: asyncio.Task[T]) -> None:
            self._land(key, flight)
            # Looked at, so that asyncio does not report an error that came after everybody left.
            _ = task.cancelled() or task.exception()

        flight.task.add_done_callback(landed)
        return flight

    def _land(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
