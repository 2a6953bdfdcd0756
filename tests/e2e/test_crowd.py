"""Many people at once: one token, nobody waits for another's slow call, warm connections."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import (
    DEMO_CUSTOMER_ID,
    DEMO_GATEWAY_ID,
    DEMO_LOCATION_ID,
    OTHER_CUSTOMER_ID,
)
from tests.chatting import is_report, text_of
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

NORTHWIND, FJORDLINK, _ = DEMO_CREDENTIALS


async def _crowd(surroundings: Surroundings, count: int) -> list[Technician]:
    people = [Technician.join(surroundings.telegram, f"Person {n}") for n in range(count)]

    async def ready(person: Technician) -> None:
        await person.connect(NORTHWIND)
        await person.ask(f"/start loc_{DEMO_CUSTOMER_ID}_{DEMO_LOCATION_ID}")

    await asyncio.gather(*(ready(person) for person in people))
    return people


def _token_calls(surroundings: Surroundings) -> int:
    return sum(record.path.endswith("/token") for record in surroundings.cloud.requests)


async def test_fifty_people_after_expiry_cause_one_token_request(tmp_path: Path) -> None:
    async with Surroundings(tmp_path) as surroundings:
        people = await _crowd(surroundings, 50)
        surroundings.cloud.tokens.revoke_all()
        before = _token_calls(surroundings)
        answers = await asyncio.gather(*(person.ask("/status") for person in people))
        assert all(is_report(answer) for answer in answers)
        assert _token_calls(surroundings) - before == 1


async def test_nobody_waits_while_one_persons_call_hangs(tmp_path: Path) -> None:
    async with Surroundings(tmp_path) as surroundings:
        people = await _crowd(surroundings, 200)
        slow = Technician.join(surroundings.telegram, "Slow")
        await slow.connect(FJORDLINK)
        await slow.choose(OTHER_CUSTOMER_ID)
        surroundings.cloud.faults.set("hang", client_id=FJORDLINK.client_id)
        number = slow.say("/status")
        await surroundings.telegram.wait_for(
            lambda: any(r.finished is None for r in surroundings.cloud.requests), timeout=10
        )
        answers = await asyncio.gather(*(person.ask("/status") for person in people))
        assert all(is_report(answer) for answer in answers)
        assert not slow.shown(number), "the slow one's answer came before everybody else's"
        surroundings.cloud.faults.clear()
        assert text_of(await slow.answered(number))


async def test_a_warm_status_asks_at_the_same_time_on_open_connections(tmp_path: Path) -> None:
    async with Surroundings(tmp_path) as surroundings:
        (person,) = await _crowd(surroundings, 1)
        cloud = surroundings.cloud
        cloud.latency_s = 0.2  # long enough to see that all are under way together
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
