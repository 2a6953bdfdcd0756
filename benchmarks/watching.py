"""What watching costs: computing time and memory of 1,000 homes, and what people notice of it.

The first two run in this process and in virtual time, with the whole way from the client to the
database; the last one in real time with the bot as its own process.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

import plume_api_client as plume
from benchmarks.stand import Row, median, p95, stand, timed
from src.models.watching import HomeKey, PodSight, Sight, Spot, Watch
from src.storage import TEAM, open_store
from src.watch.service import Means, WatchService
from tests import patient_time
from tests.fake_plume import CONFIG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.storage.records import Pending
    from src.storage.store import Store
    from src.watch.sender import Sent

__all__ = ["a_day", "a_month", "people"]

HOMES = 1_000
HOURS = float(os.environ.get("PANOPTES_BENCH_WATCH_HOURS", "2"))
GROUP = Spot(-1_000)
START = datetime(2026, 5, 18, 9, tzinfo=UTC)
PODS = 4


def _keys(count: int) -> list[HomeKey]:
    return [HomeKey(TEAM, "c", f"l{number}") for number in range(count)]


def _now() -> datetime:
    return START + timedelta(seconds=asyncio.get_running_loop().time())


def _rss_mb() -> float:
    gc.collect()
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class _Nobody:
    """A Telegram that takes everything."""

    async def bring(self, pending: Pending) -> Sent:
        from src.watch.sender import Sent  # noqa: PLC0415 - the name is also a type

        return Sent(pending.number)


async def _watching(store: Store, **options: Any) -> WatchService:
    """The service with `HOMES` watched homes; it does not look by itself unless asked."""

    async def yes(_id: int) -> bool:
        return True

    async def nobody(_id: int, _reason: str) -> Sequence[Any]:
        return ()

    unused: Any = None
    service = WatchService(
        Means(
            store=lambda: store,
            clock=options.get("clock", _now),
            connected=yes,
            allowed=yes,
            chat_gone=nobody,
            topic_gone=unused,
            sleep=options.get("sleep", asyncio.sleep),
        )
    )
    for key in _keys(HOMES):
        await store.add_watch(Watch(key, GROUP, f"Home {key.location_id}", 1, START))
    await service.start(_Nobody())
    return service


# ------------------------------------------------------------------------ a day, whole way


def _home(request: httpx.Request) -> httpx.Response:
    """A healthy home, as the cloud tells it."""
    if request.url.path.endswith("/token"):
        return httpx.Response(200, json={"access_token": "fake-token", "expires_in": 1800})
    name = request.url.path.split("/")[5]
    if not request.url.path.endswith("/nodes"):
        return httpx.Response(200, json={"id": name, "serviceLevel": {"status": "fullService"}})
    nodes = [
        {
            "id": f"{name}-{number}",
            "serialNumber": f"{name}-{number}",
            "nickname": f"Pod {number}",
            "connectionState": "connected",
            "connectionStateChangeAt": "2026-05-01T10:00:00.000Z",
            "backhaulType": "ethernet" if number == 0 else "wifi",
            "health": {"status": "excellent", "score": 4.5},
            "firmwareVersion": "5.0.0",
            "model": "SuperPod",
        }
        for number in range(PODS)
    ]
    return httpx.Response(200, json={"nodes": nodes})


async def a_day() -> list[Row]:
    """CPU and memory of watching 1,000 homes for a while, extrapolated to a day."""
    return await asyncio.to_thread(patient_time.run, _a_day())


async def _a_day() -> list[Row]:
    plume.configure(transport=httpx.MockTransport(_home), now=_now)
    plume.set_user_auth(TEAM, CONFIG)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with patient_time.real():
            store = await open_store(Path(folder))
        await patient_time.watched(store)
        service = await _watching(store)
        await asyncio.sleep(600)  # everybody seen once or twice
        memory, cpu, began = _rss_mb(), time.process_time(), time.perf_counter()
        await asyncio.sleep(HOURS * 3600)
        cpu, real = time.process_time() - cpu, time.perf_counter() - began
        row = {
            "homes": HOMES,
            "interval s": round(service.pace.interval_s),
            "simulated h": HOURS,
            "CPU s": round(cpu, 1),
            "CPU s a day": round(cpu / HOURS * 24),
            "share of a core": f"{cpu / HOURS / 36:.2f} %",
            "real s": round(real, 1),
            "MB before": round(memory, 1),
            "MB after": round(_rss_mb(), 1),
        }
        await service.stop()
        async with patient_time.real():
            await store.close()
        await plume.aclose()
    plume.user_auth.clear()
    plume.configure()
    return [row]


# -------------------------------------------------------------------------- a month, memory


async def a_month() -> list[Row]:
    """Memory over 30 days of 1,000 homes in which something breaks and mends all the time."""
    clock = [START]
    rows: list[Row] = []
    dice = random.Random(6)  # the same month each time

    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with await open_store(Path(folder)) as store:
            service = await _watching(store, clock=lambda: clock[0], sleep=never)
            broken: dict[HomeKey, int] = {}
            for day in range(31):
                if day in {1, 5, 10, 20, 30}:
                    size = (Path(folder) / "panoptes.db").stat().st_size / 1e6
                    told = len(service.incidents())
                    rows.append(
                        {
                            "day": day,
                            "MB": round(_rss_mb(), 1),
                            "incidents in memory": told,
                            "database MB": round(size, 1),
                        }
                    )
                await _one_day(service, clock, broken, dice)
            await service.stop()
    return rows


async def _one_day(
    service: Any, clock: list[datetime], broken: dict[HomeKey, int], dice: random.Random
) -> None:
    """A round an hour; in each a few homes lose a pod for a while."""
    for _ in range(24):
        clock[0] += timedelta(hours=1)
        for key in _keys(HOMES):
            if dice.random() < 0.002:
                broken[key] = dice.randrange(2, 6)
            # The looks themselves would take a day: only what follows from them is measured.
            await service._take_look(key, _sight(key, clock[0], key in broken), 3600.0)  # noqa: SLF001 - as said
            if key in broken:
                broken[key] -= 1
                if not broken[key]:
                    del broken[key]
        await service.tick()
    await service.tidy()


def _sight(key: HomeKey, at: datetime, broken: bool) -> Sight:
    pods = [
        PodSight(f"{key.location_id}-{n}", f"Pod {n}", connected=True, is_gateway=n == 0)
        for n in range(PODS)
    ]
    if broken:
        pods[1] = replace(pods[1], connected=False)
    return Sight(at, online=True, pods=tuple(pods))


# ----------------------------------------------------------------------------- what people notice


async def people() -> list[Row]:
    """A person's /status while 5,000 homes are watched, against an idle bot: the same process."""
    async with stand(1, 5_000) as found:
        await found.settle()
        found.slow_down()
        person = found.people[0]
        await person.ask("/status")
        idle = [await timed(person, "/status") for _ in range(40)]
        await found.around.stop()
        await _watch_all(found.around.data_dir / "data", found.homes)
        await found.around.start()
        await person.ask("/status")
        await asyncio.sleep(5)
        calls, cpu, began = len(found.around.cloud.requests), found.cpu_s(), time.perf_counter()
        busy = [await timed(person, "/status") for _ in range(40)]
        passed = time.perf_counter() - began
        told = await found.metrics()
        return [
            {
                "watched": 5_000,
                "interval s": round(told.get("panoptes_watch_interval_seconds", 0)),
                "p50 idle ms": round(median(idle)),
                "p50 busy ms": round(median(busy)),
                "ratio": round(median(busy) / median(idle), 2),
                "p95 ratio": round(p95(busy) / p95(idle), 2),
                "Plume calls/s": round((len(found.around.cloud.requests) - calls) / passed, 1),
                "CPU of the bot": f"{(found.cpu_s() - cpu) / passed:.0%}",
            }
        ]


async def _watch_all(data_dir: Path, homes: Sequence[tuple[str, str]]) -> None:
    async with await open_store(data_dir) as store, store.database.writing() as conn:
        rows = [
            {
                "owner": TEAM, "customer_id": customer, "location_id": location,
                "chat_id": -1_000, "thread_id": 0, "name": "Home", "timezone": None,
                "created_by": 1, "created_at": datetime.now(UTC),
            }
            for customer, location in homes
        ]  # fmt: skip
        from src.storage import schema  # noqa: PLC0415 - SQLAlchemy, for this one only

        await conn.execute(schema.watches.insert(), rows)
