"""How long pictures take, and how long the event loop stands still meanwhile: process or thread.

Prints a table for each picture of the documentation, then the loop's worst stalls in a process that
carries what the bot carries. Figures of a noisy machine: the line "nothing drawn" is its noise.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sqlalchemy.ext.asyncio  # noqa: E402, F401 - a part of the bot's heap

import panoptes_bot  # noqa: E402, F401 - as above
from src.charts.render import Painter  # noqa: E402 - the path comes first
from src.charts.samples import sample_plans  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from src.models.pictures import Picture

REPEATS = 30
BEAT_S = 0.001


_NUMBERS = itertools.count()


def _variants(name: str, count: int) -> list[Picture]:
    """A sample under other names, so that none is taken from the kept ones."""
    plan = cast("Picture", sample_plans()[name])
    return [cast("Picture", {**plan, "title": f"Home {next(_NUMBERS)}"}) for _ in range(count)]


@asynccontextmanager
async def _stalls() -> AsyncIterator[list[float]]:
    """Milliseconds by which a beat of the loop came late, while inside."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            late.append((time.perf_counter() - begin - BEAT_S) * 1000)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    try:
        yield late
    finally:
        beating.cancel()


async def _watched(
    name: str, draw: Callable[[Picture], Awaitable[bytes]], plans: list[Picture]
) -> None:
    async with _stalls() as late:
        times = []
        for plan in plans:
            begin = time.perf_counter()
            await draw(plan)
            times.append((time.perf_counter() - begin) * 1000)
    p99 = sorted(late)[int(len(late) * 0.99)]
    print(
        f"{name:28} {statistics.median(times):7.0f} {p99:9.1f} {max(late):9.1f}"
        f"   ({len(plans)} pictures)"
    )


async def _pictures(painter: Painter) -> None:
    from src.charts.drawing import draw  # noqa: PLC0415 - after the loop was watched importing it

    print(f"{'picture':14} {'CPU ms':>7} {'draw ms':>8} {'worst':>7} {'KB':>5}")
    for name in sample_plans():
        times, size, computed = [], 0, []
        for variant in _variants(name, REPEATS):
            begin = time.perf_counter()
            size = len(await painter.draw(variant))
            times.append((time.perf_counter() - begin) * 1000)
            begin = time.process_time()
            draw(variant, "light")
            computed.append((time.process_time() - begin) * 1000)
        print(
            f"{name:14} {statistics.median(computed):7.0f} {statistics.median(times):8.0f}"
            f" {max(times):7.0f} {size / 1000:5.0f}"
        )


async def _nothing(plan: Picture) -> bytes:
    await asyncio.sleep(0.06)
    return plan["title"].encode()


async def _thread(plan: Picture) -> bytes:
    def work() -> bytes:
        from src.charts.drawing import draw  # noqa: PLC0415 - so that the import is a part of it

        return draw(plan, "light")

    return await asyncio.to_thread(work)


async def main() -> None:
    """Print both tables."""
    painter = Painter()
    header = f"{'event loop':28} {'wait ms':>7} {'p99 late':>9} {'max late':>9}"
    print(header)
    await _watched("nothing drawn", _nothing, _variants("wan_day", REPEATS))
    await _watched("process, first picture", painter.draw, _variants("wan_day", 1))
    await _watched("process, warm", painter.draw, _variants("wan_day", REPEATS))
    await _watched("thread, first picture", _thread, _variants("wan_day", 1))
    await _watched("thread, warm", _thread, _variants("wan_day", REPEATS))
    print()
    await _pictures(painter)
    await painter.aclose()


if __name__ == "__main__":
    asyncio.run(main())
