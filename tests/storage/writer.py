"""A bot that writes as fast as it can and says what is confirmed, until it is killed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from src.storage.records import ChosenLocation
from src.storage.store import Store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

GROUP = -77


def write(data_dir: Path, url: str | None, first: int, confirmed: Connection) -> None:
    """Handle the "updates" from number `first` on, and send each number once it is on the disk."""
    asyncio.run(_write(data_dir, url, first, confirmed))


async def _write(data_dir: Path, url: str | None, first: int, confirmed: Connection) -> None:
    async with await Store.open(data_dir, url) as store:
        number = first
        while True:
            await handle(store, number)
            confirmed.send(number)
            number += 1


async def handle(store: Store, number: int) -> None:
    """One update of a scripted day; handling it twice has to be the same as once."""
    location = ChosenLocation("c", f"l{number}", f"Home {number}")
    await store.request_join(number, f"Name {number}")
    await store.decide_join(number, "viewer", 1)
    await store.save_credential(number, {"partner_id": str(number)})
    await store.choose_location(GROUP, number, number, location)
    await store.set_favourite(number, location, True)
    await store.record(number, "did", str(number), once=f"update:{number}")
