"""How soon the bot answers after its process began, and which modules that time goes into."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.stand import Row, median, stand
from tests.e2e.bot_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS = 7
HEAVIEST = 12
_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)")


async def cold_start() -> list[Row]:
    """From the start of the process to the first answer, the first time and later."""
    times: list[float] = []
    async with stand(1) as found:
        person = found.people[0]
        for _ in range(STARTS):
            await found.around.stop()
            await asyncio.sleep(0.2)
            began = time.perf_counter()
            number = person.say("/help")
            await found.around.start()
            await person.answered(number)
            times.append(time.perf_counter() - began)
        usage = found.cpu_s()
    return [
        {
            "starts": STARTS,
            "first answer s": round(median(times), 2),
            "worst s": round(max(times), 2),
            "CPU s": round(usage, 2),
        }
    ]


async def imports() -> list[Row]:
    """The heaviest imports of the bot by their own time and that of what they pull in."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "importtime", "-c", "import panoptes_bot",
        cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, report = await process.communicate()
    found = sorted(_by_package(report.decode()), reverse=True)
    return [{"module": name, "ms": round(spent / 1000)} for spent, name in found[:HEAVIEST]]


def _by_package(report: str) -> Iterator[tuple[int, str]]:
    """Time of each package's own modules together: what a package pulls in is counted there."""
    own: dict[str, int] = {}
    for match in _LINE.finditer(report):
        name = match[4]
        package = ".".join(name.split(".")[:2]) if name.startswith("src.") else name.split(".")[0]
        own[package] = own.get(package, 0) + int(match[1])
    yield sum(own.values()), "all"
    for package, spent in own.items():
        yield spent, package
