"""Small facts survive a restart, and are nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.storage.conftest import Place


async def test_a_fact_is_what_was_kept_last(place: Place) -> None:
    async with await place.open() as store:
        assert await store.fact("version") is None
        await store.keep_fact("version", "1.0.0")
        await store.keep_fact("version", "1.1.0")
        await store.keep_fact("other", "x")
    async with await place.open() as store:
        assert await store.fact("version") == "1.1.0"
        await store.erase(1)
        assert await store.fact("other") == "x"
