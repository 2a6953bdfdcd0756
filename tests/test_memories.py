"""What is remembered of homes: at hand at once, on the disk soon, and never in a report's way."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from src.analysis.health import analyze_location_health
from src.handlers import memories
from src.handlers.memories import HomeMemories
from src.storage import StorageError
from tests.samples import NOW, gateway, home, leaf

HOME = ("customer", "location")


class Shelf:
    """A store of two methods, whose disk can fail."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.begun = self.writes = 0
        self.fails = False

    async def home_memory(self, customer_id: str, location_id: str) -> dict[str, Any] | None:
        self._try()
        text = self.kept.get((customer_id, location_id))
        return json.loads(text) if text else None

    async def remember_home(
        self, customer_id: str, location_id: str, memory: dict[str, Any]
    ) -> None:
        self._try()
        self.begun += 1
        await asyncio.sleep(0)
        self.writes += 1
        self.kept[customer_id, location_id] = json.dumps(memory)

    def _try(self) -> None:
        if self.fails:
            raise StorageError("the disk is full")


class Hand:
    """Time that a test moves, and the pause of the writer, which it ends."""

    def __init__(self, shelf: object) -> None:
        self.now = 0.0
        self.pause = asyncio.Event()
        self.memories = HomeMemories(lambda: shelf, sleep=self._sleep, clock=lambda: self.now)

    async def _sleep(self, _: float) -> None:
        await self.pause.wait()
        self.pause.clear()

    async def look(self, ip: str = "192.168.40.12", where: tuple[str, str] = HOME) -> Any:
        await self.memories.of(*where)
        health = analyze_location_health(None, home(gateway(), leaf(ip=ip)), now=NOW)
        return self.memories.learn(*where, health, NOW + timedelta(seconds=self.now))

    async def written(self) -> None:
        self.pause.set()
        for _ in range(20):
            await asyncio.sleep(0)


async def test_it_survives_a_restart() -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    assert await hand.memories.of(*HOME) is None
    made = await hand.look()
    assert await hand.memories.of(*HOME) is made
    assert shelf.writes == 0, "the report did not wait for it"
    await hand.written()
    assert await HomeMemories(lambda: shelf).of(*HOME) == made


async def test_looks_that_come_together_are_one_write() -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    await hand.look()
    await hand.look("192.168.40.77")
    await hand.look(where=("customer", "other"))
    await hand.written()
    assert shelf.writes == 2
    assert "192.168.40.77" in shelf.kept[HOME]


async def test_what_is_no_news_is_written_every_few_minutes_only() -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    await hand.look()
    await hand.written()
    for seconds, writes in ((10, 1), (299, 1), (301, 2), (310, 2)):
        hand.now = seconds
        await hand.look()
        await hand.written()
        assert shelf.writes == writes
    await hand.look("192.168.40.77")
    await hand.written()
    assert shelf.writes == 3, "a change is written at once"


async def test_a_write_that_closing_cuts_off_is_made_again() -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    await hand.look()
    hand.pause.set()
    for _ in range(10):  # until the write has begun, and waits for the disk
        await asyncio.sleep(0)
        if shelf.begun:
            break
    assert (shelf.begun, shelf.writes) == (1, 0)
    await hand.memories.close()
    assert (shelf.begun, shelf.writes) == (2, 1)


@pytest.mark.parametrize("begun", [False, True])
async def test_closing_writes_what_is_left(begun: bool) -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    await hand.look()
    if begun:  # the writer is in the middle of it
        hand.pause.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await hand.memories.close()
    assert HOME in shelf.kept
    await hand.memories.close()
    assert shelf.writes == 1


async def test_a_disk_that_fails_costs_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shelf = Shelf()
    hand = Hand(shelf)
    await hand.look()
    shelf.fails = True
    await hand.written()
    assert "not kept" in caplog.text
    shelf.fails = False
    await hand.look("192.168.40.77")
    await hand.written()
    assert HOME in shelf.kept


async def test_what_could_not_be_read_is_not_overwritten() -> None:
    shelf = Shelf()
    before = Hand(shelf)
    await before.look()
    await before.written()
    kept = dict(shelf.kept)
    shelf.fails = True
    hand = Hand(shelf)
    made = await hand.look("192.168.40.77")
    assert made["changes"] == [], "it is still of use for this report"
    shelf.fails = False
    await hand.memories.close()
    assert shelf.kept == kept
    made = await hand.look("192.168.40.77")
    assert made["changes"], "the next look reads it"


async def test_without_a_store_it_lives_in_memory() -> None:
    hand = Hand(None)
    await hand.look()
    await hand.written()
    assert (await hand.look("192.168.40.77"))["changes"]
    assert hand.memories.newest_firmware == {"PP603X": "6.4.0"}
    await hand.memories.close()


async def test_only_so_many_homes_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "_HOMES_MOST", 2)
    shelf = Shelf()
    hand = Hand(shelf)
    for number in range(4):
        await hand.look(where=("customer", f"{number}"))
        await hand.written()
    shelf.kept.clear()
    known = [await hand.memories.of("customer", f"{number}") for number in (3, 2, 1, 0)]
    assert [bool(memory) for memory in known] == [True, True, False, False]


def test_only_so_many_customers_are_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "_CUSTOMERS_MOST", 2)
    known = HomeMemories()
    for customer_id, name in (("a", "Ann"), ("b", "Bob"), ("a", "Anne"), ("c", "Cem"), ("a", None)):
        known.learn_customer(customer_id, name)
    assert [known.customer(each) for each in "abc"] == ["Anne", None, "Cem"]
