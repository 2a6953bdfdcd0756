"""What the bot weighs: idle, after a crowd, after the first picture, after a day's work."""

from __future__ import annotations

import asyncio

from benchmarks.latency import report
from benchmarks.stand import Row, Stand, stand

PEOPLE = 200
# A day of a busy team, without the pauses: as many commands, in another time.
DAY_COMMANDS = 3000
_MIX = ("/status", "/help", "/wifi", "/nodes", "/whoami", "/status", "/devices", "/help", "/speed")


async def memory() -> list[Row]:
    """Megabytes of the process, the painter's own process left out."""
    rows: list[Row] = []
    async with stand(PEOPLE) as found:

        def note(moment: str) -> None:
            rows.append({"moment": moment, "RSS MB": round(found.rss_mb(), 1)})

        note("idle")
        await asyncio.gather(*(report(person) for person in found.people))
        note(f"after {PEOPLE} people")
        await found.people[0].ask("/wan")
        note("after the first picture")
        for part in range(1, 5):
            await work(found, DAY_COMMANDS // 4)
            note(f"after {part * 6} h of a team's work")
    return rows


async def work(found: Stand, commands: int) -> None:
    """Ten at a time, each person in turn."""
    numbers = iter(range(commands))

    async def worker() -> None:
        for number in numbers:
            person = found.people[number % len(found.people)]
            await person.ask(_MIX[number % len(_MIX)])

    await asyncio.gather(*(worker() for _ in range(10)))
