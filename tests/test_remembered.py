"""What is remembered is what was written last, also when a read and a write overlap."""

from __future__ import annotations

import asyncio

import pytest

from src.handlers.remembered import Remembered


class Shelf:
    """A slow database with a value for each key."""

    def __init__(self) -> None:
        self.values = {"a": 1, "b": 2, "c": 3}
        self.reads: list[str] = []
        self.ready = asyncio.Event()
        self.ready.set()

    async def read(self, key: str) -> int:
        self.reads.append(key)
        value = self.values[key]
        await self.ready.wait()
        return value


async def test_a_value_is_read_once() -> None:
    shelf = Shelf()
    kept = Remembered(shelf.read)
    assert [await kept.get("a"), await kept.get("a"), await kept.get("b")] == [1, 1, 2]
    assert shelf.reads == ["a", "b"]


async def test_what_was_written_is_read_again() -> None:
    shelf = Shelf()
    kept = Remembered(shelf.read)
    await kept.get("a")
    with kept.writing("a"):
        shelf.values["a"] = 5
    assert await kept.get("a") == 5
    shelf.values["a"] = 6
    with pytest.raises(OSError, match="full"), kept.writing("a"):
        raise OSError("full")  # written, or not
    assert await kept.get("a") == 6
    shelf.values["a"] = 7
    kept.clear()
    assert await kept.get("a") == 7


@pytest.mark.parametrize("cleared", [True, False])
async def test_a_read_that_a_write_overtook_is_not_kept(cleared: bool) -> None:
    shelf = Shelf()
    kept = Remembered(shelf.read)
    shelf.ready.clear()
    early = asyncio.create_task(kept.get("a"))
    await asyncio.sleep(0)
    if cleared:
        shelf.values["a"] = 5
        kept.clear()
    else:
        with kept.writing("a"):
            shelf.values["a"] = 5
    shelf.ready.set()
    assert await early == 1
    assert await kept.get("a") == 5


async def test_there_is_an_end_to_what_is_kept() -> None:
    shelf = Shelf()
    kept = Remembered(shelf.read, most=2)
    for key in "abcac":
        await kept.get(key)
    assert shelf.reads == ["a", "b", "c", "a"]
