"""A team's bot as its own process between both embedded servers, and what can be measured of it."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.plume_cloud import PlumeCloud
from src.demo.telegram_server import TelegramServer
from src.demo.world import World
from src.demo.world_ids import customer_id
from src.storage.records import TEAM, ChosenLocation
from src.storage.store import Store
from tests.e2e.bot_process import Surroundings, listening
from tests.e2e.people import Technician
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

__all__ = ["PLUME_S", "TELEGRAM_S", "Row", "Stand", "median", "p95", "stand", "table", "timed"]

PLUME_S = 0.100
TELEGRAM_S = 0.030
FIRST_ID = 900_001
Row = dict[str, Any]


@dataclass
class Stand:
    """The running bot, and a technician for each seat. The first one is the admin."""

    around: Surroundings
    people: list[Technician]
    homes: list[tuple[str, str]]  # customer and location id
    metrics_url: str

    @property
    def pid(self) -> int:
        """The bot's process."""
        if self.around.process is None:
            raise RuntimeError("the bot is not running")
        return self.around.process.pid

    def cpu_s(self) -> float:
        """CPU seconds that the bot has used, its children left out."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Memory of the bot now, its children left out."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    async def metrics(self) -> dict[str, float]:
        """What the bot says of itself: series with labels -> value."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            text = (await client.get(self.metrics_url)).text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines if name}

    def slow_down(self) -> None:
        """From now on both servers answer as slowly as real ones."""
        self.around.cloud.latency_s = PLUME_S
        self.around.telegram.latency_s = TELEGRAM_S

    async def settle(self) -> None:
        """One of each home's people asks for it once: what is learned on the way is known."""
        gang = asyncio.Semaphore(20)

        async def one(person: Technician) -> None:
            async with gang:
                await person.ask("/status")

        await asyncio.gather(*(one(person) for person in self.people[: len(self.homes)]))


@asynccontextmanager
async def stand(
    seats: int, homes: int = 1, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Stand]:
    """Everybody works with the team's credentials and has chosen a home, one of so many.

    Nothing was asked for yet: the budget is whole. The servers answer at once.
    """
    telegram = TelegramServer(token=BOT_TOKEN)
    people = [_join(telegram, number) for number in range(seats)]
    world = World(customers=max(40, homes * 4))
    known = listening()
    settings = {
        "PANOPTES_LOG_LEVEL": "INFO",
        "PANOPTES_ADMINS": str(people[0].user_id),
        "PANOPTES_ALLOWED_USERS": ",".join(str(each.user_id) for each in people[1:]),
        **known,
        **(environment or {}),
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        chosen = _homes(world, homes)
        await _furnish(Path(folder, "data"), people, chosen)
        async with Surroundings(
            Path(folder), cloud=PlumeCloud(world), telegram=telegram, extra_env=settings
        ) as around:
            yield Stand(
                around,
                people,
                [(home.customer_id, home.location_id) for home in chosen],
                f"http://{known['PANOPTES_LISTEN']}/metrics",
            )


async def _furnish(
    data_dir: Path, people: Sequence[Technician], homes: Sequence[ChosenLocation]
) -> None:
    """Write down what everybody would have told the bot."""
    credential = DEMO_CREDENTIALS[0]
    config = {"auth_header": credential.header, "partner_id": credential.partner_id}
    async with await Store.open(data_dir) as store:
        await store.save_credential(TEAM, config)
        for number, person in enumerate(people):
            home = homes[number % len(homes)]
            await store.choose_location(person.chat_id, None, person.user_id, home)


def _join(telegram: TelegramServer, number: int) -> Technician:
    user = telegram.add_user(f"P{number}", user_id=FIRST_ID + number)
    return Technician(telegram, user["id"], telegram.private_chat(user["id"]), f"P{number}")


def _homes(world: World, count: int) -> list[ChosenLocation]:
    """So many homes of the partner, each of another customer."""
    mine = world.customers_of(DEMO_CREDENTIALS[0].partner_id)
    plans = ((index, world.homes_of(index, 1)[0].plan) for index in mine[:count])
    return [
        ChosenLocation(customer_id(index), plan.id, plan.name, plan.place.zone)
        for index, plan in plans
    ]


async def timed(person: Technician, command: str) -> float:
    """Milliseconds from the command to its answer on the screen."""
    began = time.perf_counter()
    await person.ask(command)
    return (time.perf_counter() - began) * 1000


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Nineteen of twenty are at or below it."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def table(rows: Sequence[Row]) -> str:
    """Rows as aligned columns, in the order of the first one's keys."""
    heads = list(rows[0])
    lines = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
