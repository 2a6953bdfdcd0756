"""Many people at once: one token, nobody waits for another's slow call, warm connections."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.telegram_server import TelegramServer
from src.demo.world_ids import (
    DEMO_CUSTOMER_ID,
    DEMO_GATEWAY_ID,
    DEMO_LOCATION_ID,
    OTHER_CUSTOMER_ID,
)
from tests.chatting import is_report
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician, connected
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

NORTHWIND, FJORDLINK, _ = DEMO_CREDENTIALS
QUIETLY = {"PANOPTES_LOG_LEVEL": "INFO"}  # a crowd's DEBUG lines are half of the time


@asynccontextmanager
async def _team(folder: Path, count: int) -> AsyncIterator[tuple[Surroundings, list[Technician]]]:
    """Somebody without a home, and so many with one, all on the credentials of their team."""
    telegram = TelegramServer(token=BOT_TOKEN)
    boss, slow, *people = [Technician.join(telegram, f"P{n}") for n in range(count + 2)]
    environment = {
        "PANOPTES_ADMINS": str(boss.user_id),
        "PANOPTES_ALLOWED_USERS": ",".join(str(each.user_id) for each in (slow, *people)),
        **QUIETLY,
    }
    await connected(folder / "data", people, None)
    async with Surroundings(
        folder, telegram=telegram, extra_env=environment, warm=True
    ) as surroundings:
        choice = await boss.ask("/setup")
        await boss.press("For the team", choice)
        await boss.answered(choice["message_id"], "step 1")
        await boss.ask(NORTHWIND.header)
        await boss.ask(NORTHWIND.partner_id)
        yield surroundings, [slow, *people]


@asynccontextmanager
async def _crowd(
    folder: Path, count: int, environment: dict[str, str]
) -> AsyncIterator[tuple[Surroundings, list[Technician]]]:
    """So many with a home, each with credentials of their own, which are the same."""
    telegram = TelegramServer(token=BOT_TOKEN)
    people = [Technician.join(telegram, f"Person {n}") for n in range(count)]
    await connected(folder / "data", people, NORTHWIND)
    async with Surroundings(
        folder, telegram=telegram, extra_env=environment, warm=True
    ) as surroundings:
        yield surroundings, people


def _token_calls(surroundings: Surroundings) -> int:
    return sum(record.path.endswith("/token") for record in surroundings.cloud.requests)


async def test_fifty_people_after_expiry_cause_one_token_request(tmp_path: Path) -> None:
    async with _crowd(tmp_path, 50, QUIETLY) as (surroundings, people):
        assert is_report(await people[0].ask("/status"))
        assert _token_calls(surroundings) == 1
        surroundings.cloud.tokens.revoke_all()
        before = _token_calls(surroundings)
        answers = await asyncio.gather(*(person.ask("/status") for person in people))
        assert all(is_report(answer) for answer in answers)
        assert _token_calls(surroundings) - before == 1


async def test_nobody_waits_while_one_persons_call_hangs(tmp_path: Path) -> None:
    async with _team(tmp_path, 200) as (surroundings, (slow, *people)):
        await slow.connect(FJORDLINK)
        await slow.choose(OTHER_CUSTOMER_ID)
        surroundings.cloud.faults.set("hang", client_id=FJORDLINK.client_id)
        number = slow.say("/status")
        await surroundings.telegram.wait_for(
            lambda: any(r.finished is None for r in surroundings.cloud.requests), timeout=10
        )
        answers = await asyncio.gather(*(person.ask("/status") for person in people))
        assert all(is_report(answer) for answer in answers)
        # That a call which hangs is answered in the end is shown by the matrix of faults.
        assert not slow.shown(number), "the slow one's answer came before everybody else's"


async def test_a_warm_status_asks_at_the_same_time_on_open_connections(tmp_path: Path) -> None:
    async with _crowd(tmp_path, 1, {}) as (surroundings, (person,)):
        cloud = surroundings.cloud
        cloud.latency_s = 0.2  # long enough to see that all are under way together
        await person.ask("/status")  # which pod is the gateway is known from here on
        await person.ask("/status")
        known = {record.peer for record in cloud.requests}
        done = len(cloud.requests)
        await person.ask("/status")
        calls = list(cloud.requests)[done:]
        assert {record.peer for record in calls} <= known
        home = f"/api/Customers/{DEMO_CUSTOMER_ID}/locations/{DEMO_LOCATION_ID}"
        tests = f"{home}/nodes/{DEMO_GATEWAY_ID}/speedTestResults"
        paths = [home, f"{home}/alerts", f"{home}/nodes", tests]
        assert sorted(record.path for record in calls) == paths
        assert max(r.started for r in calls) < min(r.finished or 0 for r in calls), "one by one"
