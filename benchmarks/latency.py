"""How long people wait, and for what: single commands, and crowds that ask at the same time.

Real sockets, the real bot process, 100 ms per Plume answer and 30 ms per Telegram answer. A closed
bot with the team's credentials: each update passes the gate as it does in a company.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.stand import PLUME_S, TELEGRAM_S, Row, Stand, median, p95, stand, timed
from tests.chatting import is_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.e2e.people import Technician

COMMANDS = (
    "/status", "/wan", "/stats", "/nodes", "/wifi", "/devices", "/speed", "/call",
    "/find Lindqvist", "/help",
)  # fmt: skip
REPEATS = 15
# People, and how many different homes they look at.
CROWDS = ((1, 1), (50, 1), (50, 50), (200, 1), (200, 200), (1000, 1), (1000, 100))
_PLUME_CALLS = "panoptes_plume_call_seconds"


async def commands() -> list[Row]:
    """One person, one command after the other."""
    async with stand(1) as found:
        await found.settle()
        found.slow_down()
        return [await _command(found, found.people[0], command) for command in COMMANDS]


async def _command(found: Stand, person: Technician, command: str) -> Row:
    await person.ask(command)
    cloud = found.around.cloud
    known = {record.peer for record in cloud.requests}
    done, said_before = len(cloud.requests), _said(found)
    times = [await timed(person, command) for _ in range(REPEATS)]
    calls = list(cloud.requests)[done:]
    # One round trip to Plume where there is any, and one sent message.
    floor = (PLUME_S * 1000 if calls else 0) + TELEGRAM_S * 1000
    return {
        "command": command,
        "p50 ms": round(median(times)),
        "p95 ms": round(p95(times)),
        "over floor": round(median(times) - floor),
        "Plume calls": round(len(calls) / REPEATS, 1),
        "Plume trips": _trips(calls),
        "Telegram calls": round((_said(found) - said_before) / REPEATS, 1),
        "new connections": len({record.peer for record in calls} - known),
    }


def _said(found: Stand) -> int:
    return sum(call.method != "getUpdates" for call in found.around.telegram.calls)


def _trips(calls: Sequence[object]) -> float:
    """Round trips one after the other: calls that began when all before them had ended."""
    trips, ends = 0, 0.0
    for call in sorted(calls, key=lambda each: each.started):  # type: ignore[attr-defined]  # RequestRecord
        if call.started >= ends:  # type: ignore[attr-defined]  # as above
            trips += 1
        ends = max(ends, call.finished or 0.0)  # type: ignore[attr-defined]  # as above
    return round(trips / REPEATS, 1)


async def crowds() -> list[Row]:
    """Many at once. Each crowd has a process of its own, with a full budget."""
    return [await _crowd(people, homes) for people, homes in CROWDS]


async def _crowd(people: int, homes: int) -> Row:
    async with stand(people, homes) as found:
        await found.settle()
        found.slow_down()
        done, cpu, before = len(found.around.cloud.requests), found.cpu_s(), await found.metrics()
        answers = await asyncio.gather(*(report(person) for person in found.people))
        spent, after = found.cpu_s() - cpu, await found.metrics()
        calls = list(found.around.cloud.requests)[done:]
    times = [wait for wait, _ in answers]
    waited = _mean_ms(before, after)
    return {
        "people": people,
        "homes": homes,
        "p50 ms": round(median(times)),
        "p95 ms": round(p95(times)),
        "reports": sum(shown for _, shown in answers),
        "Plume calls": len(calls),
        "of it queued ms": round(max(0.0, waited - PLUME_S * 1000)),
        "CPU s/1000": round(spent / people * 1000, 1),
        "loop lag p99 ms": _lag_ms(before, after),
    }


async def report(person: Technician) -> tuple[float, bool]:
    """Milliseconds until the answer to /status stands there, and whether it is one."""
    number = person.say("/status")
    began = asyncio.get_running_loop().time()
    answer = await person.telegram.wait_for(lambda: person.shown(number), timeout=120)
    waited = (asyncio.get_running_loop().time() - began) * 1000
    return waited, is_report(answer[0])


def _mean_ms(before: dict[str, float], after: dict[str, float]) -> float:
    """How long a call to Plume took in the mean, with its wait for the budget and the loop."""

    def gained(part: str) -> float:
        return sum(
            value - before.get(name, 0.0)
            for name, value in after.items()
            if name.startswith(f"{_PLUME_CALLS}_{part}")
        )

    return 1000 * gained("sum") / gained("count") if gained("count") else 0.0


def _lag_ms(before: dict[str, float], after: dict[str, float]) -> str:
    """The bucket in which 99 of 100 samples of the event loop's lateness lie."""
    bounds = []
    for name, value in after.items():
        if name.startswith("panoptes_event_loop_lag_seconds_bucket"):
            bound = name.partition('le="')[2].partition('"')[0]
            bounds.append((float(bound), value - before.get(name, 0.0)))
    total = max((count for _, count in bounds), default=0.0)
    for limit, count in sorted(bounds):
        if total and count >= 0.99 * total:
            return f"<= {limit * 1000:g}"
    return "-"
