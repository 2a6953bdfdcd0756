"""What reports remember of homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock, Place


async def test_a_home_is_remembered_as_it_was_last_told(place: Place) -> None:
    memory = {"parents": {"pod": None}, "name": "Zoë 🏠", "hops": [1, 2.5]}
    async with await place.open() as store:
        assert await store.home_memory("c", "l") is None
        await store.remember_home("c", "l", {"old": True})
        await store.remember_home("c", "l", memory)
        await store.remember_home("c", "l2", {})
    async with await place.open() as store:
        assert await store.home_memory("c", "l") == memory
        assert await store.home_memory("c", "l2") == {}
        assert await store.home_memory("other", "l") is None


async def test_the_newest_homes_are_kept(store: Store, clock: Clock) -> None:
    for number in range(5):
        await store.remember_home("c", f"l{number}", {"n": number})
        clock.pass_by(seconds=1)
    await store.remember_home("c", "l0", {"n": 0})
    assert await store.prune_home_memory(6) == 0
    assert await store.prune_home_memory(3) == 2
    kept = [number for number in range(5) if await store.home_memory("c", f"l{number}")]
    assert kept == [0, 3, 4]


async def test_what_json_cannot_hold_changes_nothing(store: Store) -> None:
    await store.remember_home("c", "l", {"n": 1})
    with pytest.raises(TypeError):
        await store.remember_home("c", "l", {"n": object()})
    assert await store.home_memory("c", "l") == {"n": 1}
