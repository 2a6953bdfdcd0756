"""`make profile`: where the bot's time goes, as files for pstats, snakeviz and their like.

The bot's own process runs under cProfile, which doubles its time: shares are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from benchmarks import analysis, memory
from benchmarks.latency import COMMANDS, report
from benchmarks.stand import Stand, stand

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FOLDER: Final = Path(__file__).parent / "profiles"
HOTTEST: Final = 15
CROWD: Final = 200
# Read by the interpreter before the bot begins; what it profiled is written when the bot ends.
_SITE: Final = """
import atexit, cProfile, sys
if sys.argv[0].endswith("panoptes_bot.py"):
    profile = cProfile.Profile()
    atexit.register(lambda: (profile.disable(), profile.dump_stats({file!r})))
    profile.enable()
"""


async def main(names: list[str]) -> None:
    """Make those that were asked for, and print the hottest spots of each."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or RUNS:
        file = FOLDER / f"{name}.pstats"
        await RUNS[name](file)
        sys.stdout.write(f"\n{name}: {file}\n")
        pstats.Stats(str(file)).sort_stats("tottime").print_stats(HOTTEST)


async def _in_bot(
    file: Path, work: Callable[[Stand], Awaitable[None]], seats: int, homes: int
) -> None:
    with TemporaryDirectory(prefix="profile-") as folder:
        _prepare(folder, file)
        async with stand(seats, homes, {"PYTHONPATH": folder}) as found:
            await found.settle()
            await work(found)


def _prepare(folder: str, file: Path) -> None:
    code = _SITE.format(file=str(file.resolve()))
    Path(folder, "sitecustomize.py").write_text(code, encoding="utf-8")


async def _commands(file: Path) -> None:
    async def work(found: Stand) -> None:
        for _ in range(10):
            for command in COMMANDS:
                await found.people[0].ask(command)

    await _in_bot(file, work, 1, 1)


async def _crowd(file: Path) -> None:
    async def work(found: Stand) -> None:
        for _ in range(3):
            await asyncio.gather(*(report(person) for person in found.people))

    await _in_bot(file, work, CROWD, CROWD // 4)


async def _start(file: Path) -> None:
    async def nothing(_found: Stand) -> None:
        """The start is all."""

    await _in_bot(file, nothing, 1, 1)


async def _day(file: Path) -> None:
    async def work(found: Stand) -> None:
        await memory.work(found, memory.DAY_COMMANDS // 4)

    await _in_bot(file, work, 20, 1)


async def _analysis(file: Path) -> None:
    with cProfile.Profile() as profile:
        await analysis.analysis()
    profile.dump_stats(file)


RUNS: Final[dict[str, Callable[[Path], Awaitable[None]]]] = {
    "commands": _commands,
    "crowd": _crowd,
    "start": _start,
    "day": _day,
    "analysis": _analysis,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiles", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNS)}; default: all")
    asyncio.run(main(parser.parse_args().names))
