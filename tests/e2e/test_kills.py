"""`kill -9` at random moments of a working day: what was confirmed is there, once, every time.

`PANOPTES_TEST_KILLS` says how often (20; the soak run takes 200).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.storage import open_store
from src.storage.database import DATABASE_FILE
from tests.chatting import is_report, text_of
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician
from tests.storage import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chatting import Message

pytestmark = pytest.mark.e2e

ADMIN = 500_001
KILLS = int(os.environ.get("PANOPTES_TEST_KILLS", "20"))
WARM = KILLS <= 20  # a long run has the time to start `python panoptes_bot.py` itself
START_S = 0.3 if WARM else 0.8
CREDENTIAL = DEMO_CREDENTIALS[0]
STAR = f"1|f|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|{{}}"


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """A database of its own, or why there is none."""
    with postgres.server() as server:
        if isinstance(server, str):
            pytest.skip(server)
        with postgres.database(server) as database:
            yield database.render_as_string(hide_password=False)


@dataclass
class Day:
    """What people do, and what the bot has told them is done."""

    surroundings: Surroundings
    admin: Technician
    joined: set[int] = field(default_factory=set)
    let_in: set[int] = field(default_factory=set)
    connected: set[int] = field(default_factory=set)
    chosen: set[int] = field(default_factory=set)
    starred: dict[int, bool] = field(default_factory=dict)
    starts: int = 0
    stars_set: int = 0
    old_hand: Technician | None = None
    report: Message = field(default_factory=dict)

    async def go_on(self) -> None:
        """One new technician after the other, until somebody pulls the plug."""
        while True:
            person = Technician.join(self.surroundings.telegram, f"T{len(self.joined)}")
            await self._arrives(person)
            await self._is_let_in(person)
            await self._works(person)

    async def _arrives(self, person: Technician) -> None:
        seen = len(self.admin.shown())
        assert "I asked the admins" in text_of(await person.ask("/join"))
        self.joined.add(person.user_id)
        telegram = self.surroundings.telegram
        await telegram.wait_for(lambda: len(self.admin.shown()) > seen, timeout=20)

    async def _is_let_in(self, person: Technician) -> None:
        request = next(m for m in reversed(self.admin.shown()) if str(person.user_id) in text_of(m))
        await self.admin.press("Viewer", request)
        await self.admin.becomes(request, "let in as viewer")
        self.let_in.add(person.user_id)

    async def _works(self, person: Technician) -> Message:
        assert "Connected" in text_of(await person.connect(CREDENTIAL))
        self.connected.add(person.user_id)
        report = await person.choose(DEMO_CUSTOMER_ID, "Home")
        assert is_report(report)
        self.chosen.add(person.user_id)
        return report

    async def settle(self) -> None:
        """Before the first blow, one technician gets as far as everybody should."""
        self.old_hand = Technician.join(self.surroundings.telegram, "Old hand")
        await self._arrives(self.old_hand)
        await self._is_let_in(self.old_hand)
        self.report = await self._works(self.old_hand)

    async def stars(self) -> None:
        """A favourite on and off: a press that Telegram delivers again must not undo the next."""
        person, report = self.old_hand, self.report
        assert person is not None
        while True:
            wanted = not self.starred.pop(person.user_id, False)  # unknown until it is confirmed
            data, told = STAR.format("1" if wanted else "0"), "One moment"
            while "One moment" in told:  # queued behind the press before it; once more is no harm
                told = (await person.forge(report, data))["text"]
            assert ("Added" if wanted else "Taken off") in told
            self.starred[person.user_id] = wanted
            self.stars_set += 1

    async def check(self) -> None:
        """Look into the database, as the next start will."""
        url = self.surroundings.extra_env.get("PANOPTES_DATABASE_URL")
        if url is None:
            assert _integrity(self.surroundings.data_dir / "data" / DATABASE_FILE) == [("ok",)]
        async with await open_store(self.surroundings.data_dir / "data", url) as store:
            roles = [p.user_id for p in await store.people() if p.role == "viewer"]
            waiting = [request.user_id for request in await store.pending_joins()]
            for user_id in self.connected:
                credential = await store.credential(user_id)
                assert credential is not None
                assert credential["partner_id"] == CREDENTIAL.partner_id
            for user_id in self.chosen:
                home = await store.chosen_location(user_id, None, user_id)
                assert home is not None
                assert await store.recents(user_id) == [home]
            for user_id, starred in self.starred.items():
                assert len(await store.favourites(user_id)) == starred
            log = [(e.user_id, e.action, e.object) for e in await store.audit(100_000)]
        assert self.joined <= {*roles, *waiting}
        assert self.let_in <= {*roles}
        once = [entry for entry in log if not entry[1].startswith("saw")]
        assert len(once) == len(set(once)), "something was noted twice"
        assert {f"user:{user_id}" for user_id in self.let_in} <= {entry[2] for entry in log}


def _integrity(file: Path) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA integrity_check").fetchall()


async def _lose_power(day: Day, dice: random.Random) -> None:
    """Start, work for a moment, and be killed in the middle of whatever it is."""
    surroundings = day.surroundings
    if dice.random() < 0.2:
        await _lose_power_while_starting(surroundings, dice)
        return
    await _start(surroundings)
    day.starts += 1
    work = asyncio.gather(day.go_on(), day.stars())
    await asyncio.sleep(dice.uniform(0, 0.8))  # real time: two processes have to meet anywhere
    if work.done():
        work.result()
    await surroundings.stop(signal.SIGKILL)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _start(surroundings: Surroundings) -> None:
    """The server counts a killed bot as online for a while, so the new one is asked something."""
    telegram = surroundings.telegram
    telegram.calls.clear()  # those of the killed one; the list is bounded, so a count is no help
    await surroundings.start()
    await telegram.wait_for(
        lambda: any(call.method == "getUpdates" for call in telegram.calls), timeout=20
    )


async def _lose_power_while_starting(surroundings: Surroundings, dice: random.Random) -> None:
    start = asyncio.create_task(surroundings.start())
    await asyncio.sleep(dice.uniform(0, START_S))
    if surroundings.process is not None:
        with contextlib.suppress(ProcessLookupError):
            surroundings.process.kill()
    with contextlib.suppress(AssertionError):  # "the bot ended with -9", as it should
        await start
    await surroundings.stop(signal.SIGKILL)


async def _days(surroundings: Surroundings, kills: int) -> Day:
    dice = random.Random(4)  # noqa: S311 - a fixed series, not a secret
    admin = Technician.join(surroundings.telegram, "Amina")
    assert admin.user_id == ADMIN
    await admin.ask("/start")
    day = Day(surroundings, admin)
    await day.settle()
    await surroundings.stop(signal.SIGKILL)
    for _ in range(kills):
        await _lose_power(day, dice)
        await day.check()
    await surroundings.start()
    await day.check()
    await admin.answered(admin.say("/people"), "may use this bot")
    return day


async def test_nothing_confirmed_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    env = {"PANOPTES_ADMINS": str(ADMIN)}
    async with Surroundings(tmp_path, extra_env=env, warm=WARM) as surroundings:
        day = await _days(surroundings, KILLS)
        assert len(day.joined) > KILLS // 4
        assert day.chosen
        assert day.stars_set > KILLS // 5  # a busy machine gets to few presses between two kills
        assert day.starts > KILLS // 2


async def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    env = {"PANOPTES_ADMINS": str(ADMIN), "PANOPTES_DATABASE_URL": postgres_url}
    async with Surroundings(tmp_path, extra_env=env, warm=WARM) as surroundings:
        day = await _days(surroundings, KILLS if KILLS > 20 else 4)
        assert day.joined


async def test_who_was_in_the_middle_of_setup_is_told_once(tmp_path: Path) -> None:
    async with Surroundings(tmp_path, warm=WARM) as surroundings:
        ann = Technician.join(surroundings.telegram, "Ann")
        await ann.ask("/setup")
        last = (await ann.ask(CREDENTIAL.header))["message_id"]
        await surroundings.stop(signal.SIGKILL)
        await surroundings.start()
        told = await ann.answered(last, "restarted in the middle")
        await ann.ask("/help")
        await surroundings.stop(signal.SIGKILL)
        await surroundings.start()
        assert "Connected" in text_of(await ann.connect(CREDENTIAL))
        again = [m for m in ann.shown(told["message_id"]) if "restarted" in text_of(m)]
        assert not again
