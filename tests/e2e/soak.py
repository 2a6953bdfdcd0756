"""People who ask without end while both servers fail at random, and what that does to the process.

A soak is: commands at a steady rate in real time, a fault now and then from either server, each
command waited for until it is answered; and before and after, the process at rest, measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import ssl
import statistics
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from tests.chatting import is_report
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.bot_process import Surroundings
# What a person sends, by weight. About one call to Plume for each command, as the budget has it.
COMMANDS = {
    "/status": 20,
    "/wan": 8,
    "/stats": 8,
    "/wifi": 8,
    "/nodes": 6,
    "/devices": 4,
    "/speed": 4,
    "/call": 2,
    "/find Lindqvist": 3,
    "/locations": 6,
    "/whoami": 12,
    "/help": 14,
    "/cancel": 5,
    "hello?": 2,
}
PLUME_FAULTS = (
    "hang", "500", "502", "503", "504", "429", "401", "404", "reset", "slow", "cut_json",
    "html_200", "wrong_shape", "nulls", "empty_list", "token_refused",
)  # fmt: skip
TELEGRAM_FAULTS = ("429", "500", "502", "reset", "slow", "bad_html")
HUNG = ("sendMessage", "editMessageText", "sendChatAction", "getUpdates")
PATIENCE_S = 180.0  # who waits longer counts as forgotten; how long all waited is told
FAULT_EVERY_S = 2.0
HANG_S = 18.0  # longer than the bot waits for a call
SAMPLE_EVERY_S = 1.0
REST_S = 2.0
# Nobody is trusted, as nothing here is encrypted: reading all certificates costs 20 ms a second.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Sample(NamedTuple):
    """The process at one moment."""

    at_s: float
    rss_mb: float
    threads: int
    files: int  # sockets among them
    sockets: int
    tasks: int | None  # where the process tells


class Unanswered(NamedTuple):
    """Somebody who waited in vain."""

    at_s: float
    person: str
    command: str


@dataclass
class Soak:
    """One run against a bot that listens (for its metrics)."""

    surroundings: Surroundings
    metrics_url: str
    people_count: int = 20
    per_second: float = 5.0
    hangs: bool = True  # of calls to either server, each of which takes somebody 15 s
    seed: int = 7
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)  # "report" or "other words"
    faults: Counter[str] = field(default_factory=Counter)
    unanswered: list[Unanswered] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    seconds_waited: deque[float] = field(default_factory=lambda: deque(maxlen=50_000))
    tell: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        """Nobody is there yet."""
        self.random = random.Random(self.seed)  # noqa: S311 - the same run again is the point
        self.people: list[Technician] = []
        self._began = time.monotonic()

    async def prepare(self) -> None:
        """People who are connected and have chosen a home, and have asked for everything once."""
        telegram = self.surroundings.telegram
        self.people = [Technician.join(telegram, f"P{n}") for n in range(self.people_count)]

        async def ready(person: Technician) -> None:
            await person.connect(DEMO_CREDENTIALS[0])
            await person.ask(f"/start loc_{DEMO_CUSTOMER_ID}_{DEMO_LOCATION_ID}")

        await asyncio.gather(*(ready(person) for person in self.people))
        for person, command in zip(self.people, COMMANDS, strict=False):
            await person.ask(command)

    async def run(self, seconds: float) -> None:
        """Ask for so long, then wait until all is answered and the process is at rest."""
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            sampling = group.create_task(self._sample())
            breaking = group.create_task(self._break())
            await self._ask(seconds)
            breaking.cancel()
            self.surroundings.cloud.faults.clear()
            self.surroundings.telegram.faults.clear()
            sampling.cancel()

    async def at_rest(self) -> Sample:
        """The process when nobody has asked for a while."""
        await asyncio.sleep(REST_S)
        return await self._look()

    async def _ask(self, seconds: float) -> None:
        idle = set(range(len(self.people)))
        due, end = time.monotonic(), time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            while (due := due + 1 / self.per_second) < end:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not idle:
                    continue  # all wait for their answer: that shows as fewer commands
                number = self.random.choice(sorted(idle))
                idle.discard(number)
                task = group.create_task(self._one(self.people[number]))
                task.add_done_callback(partial(_back, idle, number))

    async def _one(self, person: Technician) -> None:
        (command,) = self.random.choices(list(COMMANDS), list(COMMANDS.values()))
        self.asked[command] += 1
        number, began = person.say(command), time.monotonic()

        try:
            (message, *_) = await self.surroundings.telegram.wait_for(
                lambda: person.shown(number), timeout=PATIENCE_S
            )
        except AssertionError:  # it says all that everybody was told; the name is enough
            self.unanswered.append(Unanswered(self._now(), person.name, command))
            self.tell(f"not answered: {self.unanswered[-1]}")
            return
        self.seconds_waited.append(time.monotonic() - began)
        self.answered["report" if is_report(message) else "other words"] += 1
        _forget_old(person)

    async def _break(self) -> None:
        """One fault at a time, from one server or the other, for a call or a few.

        What has met nobody goes when the next one comes: piled up they would be an outage.
        """
        cloud, telegram = self.surroundings.cloud.faults, self.surroundings.telegram.faults
        while True:
            await asyncio.sleep(self.random.expovariate(1 / FAULT_EVERY_S))
            cloud.clear()
            telegram.clear()
            if self.hangs and self.random.random() < 0.05:
                method = self.random.choice(HUNG)
                telegram.set(method, kind="hang", times=1)
                self.faults[f"Telegram hang {method}"] += 1
                await asyncio.sleep(HANG_S)
            elif self.random.random() < 0.4:
                kind = self.random.choice(TELEGRAM_FAULTS)
                # `retry_after` (s) means something to one of the kinds only.
                telegram.set(kind=kind, times=1, retry_after=1)
                self.faults[f"Telegram {kind}"] += 1
            else:
                kind = self.random.choice(PLUME_FAULTS if self.hangs else PLUME_FAULTS[1:])
                cloud.set(kind, times=1 if kind == "hang" else self.random.randint(1, 4))
                self.faults[f"Plume {kind}"] += 1

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_EVERY_S)
            # A process under faults may be late with its metrics; the next second has some.
            with contextlib.suppress(httpx.HTTPError, OSError):
                self.samples.append(await self._look())

    async def _look(self) -> Sample:
        process = self.surroundings.process
        assert process is not None, "the bot is not running"
        where = Path(f"/proc/{process.pid}")
        status = where.joinpath("status").read_text(encoding="ascii")
        files = [_target(each) for each in where.joinpath("fd").iterdir()]
        async with httpx.AsyncClient(trust_env=False, timeout=10, verify=NO_TLS) as client:
            metrics = (await client.get(self.metrics_url)).text
        tasks = re.search(r"^panoptes_\w*tasks\w* (\d+)", metrics, re.MULTILINE)
        return Sample(
            at_s=round(self._now(), 1),
            rss_mb=_figure("VmRSS", status) / 1024,
            threads=_figure("Threads", status),
            files=len(files),
            sockets=sum(each.startswith("socket:") for each in files),
            tasks=int(tasks[1]) if tasks else None,
        )

    def _now(self) -> float:
        return time.monotonic() - self._began

    def rss_by_part(self, parts: int = 8) -> list[float]:
        """MB in the middle of each part of the run: what grows for good grows to the end."""
        length = max(1, len(self.samples) // parts)
        runs = [self.samples[n * length : (n + 1) * length] for n in range(parts)]
        return [statistics.median(each.rss_mb for each in run) for run in runs if run]

    def summary(self, before: Sample, after: Sample) -> str:
        """What happened, for people."""
        waited = sorted(self.seconds_waited) or [0.0]
        return "\n".join(
            (
                (
                    f"{sum(self.asked.values())} commands, {dict(self.answered)}, "
                    f"{len(self.unanswered)} unanswered"
                ),
                (
                    f"waited p50 {waited[len(waited) // 2]:.2f} s, "
                    f"p99 {waited[int(len(waited) * 0.99)]:.2f} s, most {waited[-1]:.2f} s"
                ),
                f"faults: {sum(self.faults.values())} of {len(self.faults)} kinds",
                f"at rest before: {before}",
                f"at rest after:  {after}",
                "RSS, MB, by eighths: " + " ".join(f"{mb:.1f}" for mb in self.rss_by_part()),
            )
        )


def _back(idle: set[int], number: int, _task: asyncio.Task[None]) -> None:
    idle.add(number)


def _figure(name: str, status: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None, name
    return int(found[1])


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # closed in this moment
        return ""


def _forget_old(person: Technician) -> None:
    """The server keeps every message; an hour's worth is more than a test can search through."""
    messages = person.telegram.state.chats[person.chat_id].messages
    while len(messages) > 60:
        messages.popitem(last=False)
