"""Names of any kind arrive as they are, and homes of any size stay within Telegram's limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from src.demo import world_ids
from src.utils.markup import clean
from tests.bot_harness import Bot, Message, Person, is_report, text_of

if TYPE_CHECKING:
    from src.demo.world_plan import HomePlan

UNICODE, MARKUP, ENDLESS, MANY_PODS, MANY_HOMES = range(9, 14)
REPORTS = ("/status", "/wan", "/stats", "/nodes", "/wifi")


async def _at_home_of(bot: Bot, customer: int) -> tuple[Person, HomePlan]:
    person = bot.person("Ann")
    await person.connect()
    location = world_ids.location_id(customer, 0)
    await person.choose(world_ids.customer_id(customer), location)
    home = bot.cloud.world.home(location)
    assert home is not None
    return person, home.plan


def _shown(name: str) -> str:
    """A name as a message has it: one line, and without the isolates that keep its direction."""
    return re.sub("[\u2068\u2069]", "", clean(name))


def _holds(text: str, name: str) -> bool:
    return _shown(name) in re.sub("[\u2068\u2069]", "", text)


@pytest.mark.parametrize("customer", [UNICODE, MARKUP, ENDLESS])
async def test_every_name_arrives_as_it_is(customer: int) -> None:
    async with Bot() as bot:
        person, plan = await _at_home_of(bot, customer)
        for command in REPORTS:
            text = text_of(await person.ask(command))
            assert _holds(text, plan.name), f"{command}: {text}"
        pods = text_of(await person.ask("/nodes"))
        for node in plan.nodes:
            assert _holds(pods, node.nickname or node.default_name), pods
        networks = text_of(await person.ask("/wifi"))
        for network in plan.networks:
            assert _holds(networks, network.ssid), networks


async def test_a_home_of_32_pods_is_told_within_the_limits() -> None:
    async with Bot() as bot:
        person, plan = await _at_home_of(bot, MANY_PODS)
        assert len(plan.nodes) == 32
        status, nodes = await person.ask("/status"), await person.ask("/nodes")
        assert "of 32" in text_of(status)
        told = [n for n in plan.nodes if (n.nickname or n.default_name) in text_of(nodes)]
        left_out = re.search(r"(\d+) more", text_of(nodes))
        assert len(told) + (int(left_out[1]) if left_out else 0) == 32, text_of(nodes)


def _homes_in(message: Message) -> list[str]:
    """The labels of the buttons that choose a home, without those that lead elsewhere."""
    rows = message["reply_markup"]["inline_keyboard"]
    every = [button for row in rows for button in row]
    return [b["text"] for b in every if b.get("callback_data", "").startswith("1|p|")]


async def test_a_customer_of_300_homes_is_paged_to_the_end() -> None:
    async with Bot() as bot:
        person = bot.person("Ann")
        await person.connect()
        await person.ask("/locations")
        list_ = await person.ask(world_ids.customer_id(MANY_HOMES))
        seen: list[str] = []
        for page in range(1, 39):
            list_ = await person.becomes(list_, f"Page {page} of 38")
            seen += _homes_in(list_)
            if page < 38:
                await person.press(">", list_)
        assert len(seen) == len(set(seen)) == 300
        await person.press(seen[-1], list_)
        await bot.telegram.wait_for(lambda: is_report(person.last()))
