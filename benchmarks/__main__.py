"""`python -m benchmarks`: every measurement as a table, and as JSON with --json FILE."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import analysis, latency, memory, start, watching
from benchmarks.stand import Row, table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PARTS: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "commands": latency.commands,
    "crowds": latency.crowds,
    "start": start.cold_start,
    "imports": start.imports,
    "memory": memory.memory,
    "analysis": analysis.analysis,
    "watching": watching.a_day,
    "watching-month": watching.a_month,
    "watching-people": watching.people,
}


def main() -> None:
    """Measure what was asked for, print, and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    figures: dict[str, list[Row]] = {}
    for name in options.parts or PARTS:
        figures[name] = asyncio.run(_measured(name))
        sys.stdout.write(f"\n{name}\n{table(figures[name])}\n")
        sys.stdout.flush()
    if options.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        content = json.dumps({**figures, "on": [machine]}, indent=2)
        options.json.write_text(content, encoding="utf-8")


async def _measured(name: str) -> list[Row]:
    return await PARTS[name]()


if __name__ == "__main__":
    main()
