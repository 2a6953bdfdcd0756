"""How long people wait, and for what: commands and crowds against the embedded servers.

Real sockets, the real bot process, 100 ms per Plume answer and 30 ms per Telegram answer. Prints
a table and, with --json FILE, the same as JSON. Figures of a noisy machine: read the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from src.demo.plume_auth import DEMO_CREDENTIALS  # noqa: E402 - the path comes first
from src.demo.world_ids import DEMO_CUSTOMER_ID  # noqa: E402
from tests.e2e.bot_process import Surroundings  # noqa: E402
from tests.e2e.people import Technician  # noqa: E402

PLUME_S = 0.100
TELEGRAM_S = 0.030
COMMANDS = ("/status", "/wan", "/stats", "/nodes", "/wifi", "/help")
REPEATS = 15
CROWDS = (1, 50, 200)
Row = dict[str, Any]


async def _ready(surroundings: Surroundings, name: str) -> Technician:
    person = Technician.join(surroundings.telegram, name)
    await person.connect(DEMO_CREDENTIALS[0])
    await person.choose(DEMO_CUSTOMER_ID, "Home")
    return person


async def _timed(person: Technician, command: str) -> float:
    started = time.perf_counter()
    await person.ask(command)
    return (time.perf_counter() - started) * 1000


def _p95(values: list[float]) -> float:
    return (
        statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    )


async def _command(surroundings: Surroundings, person: Technician, command: str) -> Row:
    await person.ask(command)
    cloud, telegram = surroundings.cloud, surroundings.telegram
    known = {record.peer for record in cloud.requests}
    calls_before = len(cloud.requests)
    said_before = sum(call.method != "getUpdates" for call in telegram.calls)
    times = [await _timed(person, command) for _ in range(REPEATS)]
    calls = list(cloud.requests)[calls_before:]
    said = sum(call.method != "getUpdates" for call in telegram.calls) - said_before
    # One Plume round trip where there is any, one sent message, and the update's way in.
    floor = (PLUME_S * 1000 if calls else 0) + TELEGRAM_S * 1000
    return {
        "command": command,
        "p50_ms": round(statistics.median(times)),
        "p95_ms": round(_p95(times)),
        "over_floor_ms": round(statistics.median(times) - floor),
        "plume_calls": len(calls) / REPEATS,
        "telegram_calls": said / REPEATS,
        "new_connections": len({record.peer for record in calls} - known),
    }


async def _crowd(surroundings: Surroundings, people: list[Technician]) -> Row:
    before = len(surroundings.cloud.requests)
    times = await asyncio.gather(*(_timed(person, "/status") for person in people))
    return {
        "people": len(people),
        "p50_ms": round(statistics.median(times)),
        "p95_ms": round(_p95(list(times))),
        "plume_calls": len(surroundings.cloud.requests) - before,
    }


def _table(rows: list[Row]) -> str:
    heads = list(rows[0])
    lines = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


async def _measure() -> dict[str, list[Row]]:
    with tempfile.TemporaryDirectory() as folder:
        async with Surroundings(Path(folder), extra_env={"PANOPTES_LOG_LEVEL": "INFO"}) as around:
            people = await asyncio.gather(*(_ready(around, f"P{n}") for n in range(max(CROWDS))))
            around.cloud.latency_s = PLUME_S
            around.telegram.latency_s = TELEGRAM_S
            commands = [await _command(around, people[0], command) for command in COMMANDS]
            crowds = [await _crowd(around, people[:count]) for count in CROWDS]
    return {"commands": commands, "crowds": crowds}


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()
    figures = asyncio.run(_measure())
    for name, rows in figures.items():
        print(f"\n{name}\n{_table(rows)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
