"""Minutes that pass for watched homes: the clock jumps, and every home is looked at.

async with Bot() as bot:
    ann = await a_watcher(bot)
    bot.cloud.world.apply("power_cut", HOME)
    alert = await told(bot, ann, "OFFLINE")
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.handlers.state import Home, Place
from src.models.watching import Spot
from tests.bot_harness import auth_config, text_of

if TYPE_CHECKING:
    from src.watch.service import WatchService
    from tests.bot_harness import Bot, Message, Person

HOME = DEMO_LOCATION_ID
_PATIENCE_S = 20.0  # for noisy machines


def auth(which: int = 0) -> dict[str, str]:
    """Credentials that the embedded cloud accepts."""
    return auth_config(DEMO_CREDENTIALS[which])


def watching_of(bot: Bot) -> WatchService:
    """The bot's own."""
    return bot.application.services.watching


def spot_of(person: Person) -> Spot:
    """Where the person talks with the bot."""
    return Spot(person.chat_id, person.thread_id or 0)


async def a_watcher(bot: Bot, name: str = "Ann") -> Person:
    """Somebody who watches the main demo home, which was seen to be well for a while."""
    person = bot.person(name)
    await person.ready()
    await person.ask("/watch")
    await minutes(bot, 3)
    return person


async def choose_here(person: Person) -> None:
    """The main demo home is the one of the chat, without the conversation that leads there."""
    state = person.bot.application.services.state
    home = Home(DEMO_CUSTOMER_ID, HOME, "Home", "Europe/Stockholm")
    await state.choose(Place(person.chat_id, person.thread_id), home, person.user_id)


async def minutes(bot: Bot, number: int) -> None:
    """So many minutes of the world's time, with a look at each home in each of them."""
    watching = watching_of(bot)
    for _ in range(number):
        bot.cloud.world.clock.advance(60)
        for key in {watch.key for watch in watching.desk().watches}:
            await watching.look_now(key)
        await watching.tick()
    await delivered(bot)


async def delivered(bot: Bot) -> None:
    """Wait until nothing that is due waits in the outbox."""
    services = bot.application.services
    async with asyncio.timeout(_PATIENCE_S):
        while (await services.state.store.outbox_depth(services.clock()))[0]:  # noqa: ASYNC110 - kept on a disk
            await asyncio.sleep(0.005)


def messages(person: Person, having: str) -> list[Message]:
    """What the person was shown that has these words, oldest first."""
    return [message for message in person.shown() if having in text_of(message)]


async def told(bot: Bot, person: Person, having: str, within: int = 8) -> Message:
    """Let minutes pass until the person sees these words."""
    for _ in range(within):
        found = messages(person, having)
        if found:
            return found[-1]
        await minutes(bot, 1)
    found = messages(person, having)
    assert found, [text_of(message) for message in person.shown()]
    return found[-1]
