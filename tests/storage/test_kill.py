"""`kill -9` at any moment: what was confirmed is there, once, and no start needs a repair."""

from __future__ import annotations

import multiprocessing
import random
import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from src.storage.records import ChosenLocation
from tests.storage import writer

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Place

KILLS = {"sqlite": 20, "postgresql": 8}  # the soak run does hundreds, of the whole bot


def run_and_kill(place: Place, first: int, dice: random.Random) -> int:
    """Let a writer run for a random moment; returns the last number that it confirmed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.storage.writer"])
    ours, theirs = context.Pipe(duplex=False)
    arguments = (place.data_dir, place.url, first, theirs)
    process = context.Process(target=writer.write, args=arguments, daemon=True)
    process.start()
    theirs.close()
    # Some die while they open the database, most in the middle of their work, however slow it is.
    last = first - 1
    for _ in range(dice.randrange(5)):
        assert ours.poll(30), "the writer hangs"
        last = ours.recv()
    # Real time on purpose: the moment has to fall between two instructions of another process.
    time.sleep(dice.uniform(0, 0.06))
    process.kill()
    process.join()
    try:
        while True:
            last = ours.recv()
    except (EOFError, OSError):
        return last
    finally:
        ours.close()
        process.close()


async def check(store: Store, confirmed: int) -> None:
    """Everything that was confirmed is there once; the one after it is there or not, never half."""
    entries = [entry.object for entry in await store.audit(100_000)]
    assert len(entries) == len(set(entries))
    assert {str(number) for number in range(1, confirmed + 1)} <= set(entries)
    for number in range(max(1, confirmed - 3), confirmed + 1):
        home = ChosenLocation("c", f"l{number}", f"Home {number}")
        assert await store.credential(number) == {"partner_id": str(number)}
        assert await store.chosen_location(writer.GROUP, number, number) == home
        assert await store.favourites(number) == await store.recents(number) == [home]
    granted = {person.user_id for person in await store.people() if person.role == "viewer"}
    waiting = {request.user_id for request in await store.pending_joins()}
    assert set(range(1, confirmed + 1)) <= granted
    assert granted.isdisjoint(waiting)
    assert waiting | granted <= set(range(1, max(granted | waiting, default=0) + 1))


async def test_nothing_confirmed_is_lost_and_nothing_is_there_twice(place: Place) -> None:
    dice = random.Random(9)  # noqa: S311 - a fixed series, not a secret
    confirmed = starts = 0
    kills = KILLS["postgresql" if place.url else "sqlite"]
    for _ in range(kills):
        # Telegram delivers the last update again: it was handled, but that was not acknowledged.
        confirmed = max(confirmed, run_and_kill(place, max(1, confirmed), dice))
        async with await place.open() as store:
            await check(store, confirmed)
            if store.database.path:
                async with store.database.reading() as conn:
                    assert await conn.scalar(text("PRAGMA integrity_check")) == "ok"
            starts += 1
    assert starts == kills
    assert confirmed >= kills // 4, "also on a busy machine some of it has to get done"
