"""Messages that nobody asked for reach whom they can, and are not pressed on those who refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers.notify import notify
from tests.bot_harness import Bot, text_of

if TYPE_CHECKING:
    import pytest


async def test_it_reaches_a_person_and_follows_a_group_that_moved() -> None:
    async with Bot() as bot:
        ann, state = bot.person("Ann"), bot.application.services.state
        await ann.ask("/help")
        assert await notify(bot.application.bot, state, ann.chat_id, "<b>News</b>")
        assert text_of(ann.last()) == "News"
        group = bot.telegram.add_group("Team", [ann.user_id])
        new = bot.telegram.migrate_to_supergroup(group)
        assert await notify(bot.application.bot, state, group, "moved?")
        assert [text_of(m) for m in bot.telegram.messages(new)][-1] == "moved?"
        sent = bot.telegram_calls("sendMessage")[-1]
        assert sent["protect_content"]


async def test_who_refuses_is_asked_once() -> None:
    async with Bot() as bot:
        ann, state = bot.person("Ann"), bot.application.services.state
        await ann.ask("/help")
        bot.telegram.block(ann.user_id)
        assert not await notify(bot.application.bot, state, ann.chat_id, "x")
        before = len(bot.telegram_calls("sendMessage"))
        assert not await notify(bot.application.bot, state, ann.chat_id, "y")
        assert len(bot.telegram_calls("sendMessage")) == before


async def test_a_topic_that_is_gone_is_not_its_group() -> None:
    async with Bot() as bot:
        ann, state = bot.person("Ann"), bot.application.services.state
        group = bot.telegram.add_group("NOC", [ann.user_id], forum=True)
        topic = bot.telegram.add_topic(group, "Night")
        assert await notify(bot.application.bot, state, group, "x", thread_id=topic)
        assert bot.telegram.messages(group)[-1]["message_thread_id"] == topic
        assert not await notify(bot.application.bot, state, group, "x", thread_id=topic + 1000)
        assert await state.is_reachable(group)


async def test_a_network_in_trouble_is_no_refusal(caplog: pytest.LogCaptureFixture) -> None:
    async with Bot() as bot:
        ann, state = bot.person("Ann"), bot.application.services.state
        await ann.ask("/help")
        bot.telegram.faults.set("sendMessage", kind="500")
        assert not await notify(bot.application.bot, state, ann.chat_id, "x")
        assert "was not told" in caplog.text
        assert await state.is_reachable(ann.chat_id)
