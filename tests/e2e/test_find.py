"""From whatever a caller can read out to the verdict: one message each way, two round trips."""

from __future__ import annotations

import pytest

from src.demo.plume_cloud import PlumeCloud
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.demo.world_ids import PARTNER_ID, location_id, node_id
from src.demo.world_plan import home_count, plan_customer
from src.handlers.context import Timing
from tests.bot_harness import START, Bot, is_report, labels_of, text_of

pytestmark = pytest.mark.e2e

PARTNER_CUSTOMERS = 100_000
WANTED = next(
    index
    for index in range(54_321, PARTNER_CUSTOMERS)
    if plan_customer(index).partner_id == PARTNER_ID
    and plan_customer(index).account_id.startswith("NWF")
    and home_count(index) == 1
)
LATENCY_S = 0.02


@pytest.fixture(scope="module")
def world() -> World:
    """One for all: its search index takes a second."""
    return World(clock=VirtualClock(START), customers=PARTNER_CUSTOMERS)


@pytest.fixture
def cloud(world: World) -> PlumeCloud:
    return PlumeCloud(world, latency_s=LATENCY_S)


def _round_trips(bot: Bot, since: int) -> list[int]:
    """How many calls each round trip had: calls that were under way together count as one."""
    calls = sorted(list(bot.cloud.requests)[since:], key=lambda call: call.started)
    trips: list[int] = []
    ends = float("-inf")
    for call in calls:
        assert call.finished is not None
        if call.started >= ends:
            trips.append(0)
            ends = call.finished
        trips[-1] += 1
        ends = min(ends, call.finished)
    return trips


CUSTOMER = plan_customer(WANTED)
TOLD = {
    "serial": node_id(WANTED, 0, 0),
    "serial in small letters": node_id(WANTED, 0, 0).lower(),
    "e-mail": CUSTOMER.email,
    "account": CUSTOMER.account_id,
    "location id": location_id(WANTED, 0),
}


@pytest.mark.parametrize("told", TOLD)
async def test_what_the_caller_tells_leads_to_the_verdict_in_two_round_trips(
    told: str, cloud: PlumeCloud
) -> None:
    # What a busy machine takes longer for would be shown in between.
    async with Bot(cloud=cloud, timing=Timing(progress_after_s=60)) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        before = len(bot.cloud.requests)
        number = ann.say(TOLD[told])
        report = await ann.answered(number)
        assert is_report(report), text_of(report)
        assert location_id(WANTED, 0) in str(report["reply_markup"])
        assert ann.shown(number) == [report], "one message each way"
        assert len(_round_trips(bot, before)) == 2


async def test_a_part_of_a_name_lists_its_customers_and_a_press_opens_one(
    cloud: PlumeCloud,
) -> None:
    async with Bot(cloud=cloud) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        before = len(bot.cloud.requests)
        hits = await ann.ask(CUSTOMER.name.split()[-1][:5])
        assert "match" in text_of(hits)
        assert len(_round_trips(bot, before)) == 1
        before = len(bot.cloud.requests)
        await ann.press(labels_of(hits)[0], hits)
        report = await ann.becomes(hits, "Gateway")
        assert is_report(report)
        assert len(_round_trips(bot, before)) == 1
