"""What was read from the database and is asked for by every report: kept until it is written.

This process alone writes, so what is here is what is kept. A read that was under way while
something was written is handed out, as it was asked for before, and not kept.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

__all__ = ["Remembered"]

K = TypeVar("K")
V = TypeVar("V")

_MOST = 20_000


class Remembered(Generic[K, V]):
    """Values by key, read once; all are forgotten when there are too many."""

    def __init__(self, read: Callable[[K], Awaitable[V]], most: int = _MOST) -> None:
        """`read` fetches what is not here."""
        self._read = read
        self._most = most
        self._kept: dict[K, V] = {}
        self._writes = 0

    async def get(self, key: K) -> V:
        """The value, read now or before."""
        if key in self._kept:
            return self._kept[key]
        writes = self._writes
        value = await self._read(key)
        if writes == self._writes:
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = value
        return value

    @contextmanager
    def writing(self, key: K) -> Iterator[None]:
        """Around a write, which may have happened even when it raises."""
        try:
            yield
        finally:
            self._writes += 1
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Anything may have been written."""
        self._writes += 1
        self._kept.clear()
