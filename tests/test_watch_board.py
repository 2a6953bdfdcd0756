"""/watches: one message that shows all watched homes, worst first, and follows what happens."""

from __future__ import annotations

from src.demo.world_ids import DEMO_COTTAGE_ID, DEMO_CUSTOMER_ID
from src.handlers.watch_board import refresh_boards
from tests.bot_harness import Bot, labels_of, text_of
from tests.watch_kit import HOME, a_watcher, delivered, minutes, watching_of


async def _refresh(bot: Bot, seconds: float = 31) -> None:
    bot.cloud.world.clock.advance(seconds)
    await refresh_boards(bot.application.services)
    await delivered(bot)


async def test_the_board_follows_in_place_and_worst_first() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        await ann.choose(DEMO_CUSTOMER_ID, DEMO_COTTAGE_ID)
        await ann.ask("/watch")
        await minutes(bot, 5)
        board = await ann.ask("/watches")
        lines = text_of(board).splitlines()
        assert lines[0] == "📋 2 watched homes: 🟠 pods down 1, 🟢 online 1."
        assert lines[3].startswith("🟠 2 of 3 pods up · Nora Lindqvist · Summer")
        assert lines[4] == "🟢 online · Nora Lindqvist · Home"
        assert labels_of(board) == ["🚨 Open incidents", "🔄 Refresh", "📌 Pin"]
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 6)
        await _refresh(bot)
        board = await ann.becomes(board, "OFFLINE 1")
        lines = text_of(board).splitlines()
        assert lines[0] == "📋 2 watched homes: 🔴 OFFLINE 1, 🟠 pods down 1."
        assert lines[3].startswith("🔴 OFFLINE · Nora Lindqvist · Home, since Mon")
        edits = len(bot.telegram_calls("editMessageText"))
        await _refresh(bot)
        assert len(bot.telegram_calls("editMessageText")) == edits


async def test_a_newer_board_takes_over() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        first = await ann.ask("/watches")
        second = await ann.ask("/watches")
        await ann.becomes(first, "The board has moved down")
        assert [board.message_id for board in watching_of(bot).boards()] == [second["message_id"]]


async def test_refresh_and_pin() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        board = await ann.ask("/watches")
        bot.cloud.world.clock.advance(61)
        await ann.press("Refresh", board)
        await bot.telegram.wait_for(lambda: bot.telegram_calls("editMessageText"))
        await ann.quiet()
        assert (await ann.press("Pin", board))["text"] == "Pinned."
        (pinned,) = bot.telegram_calls("pinChatMessage")
        assert pinned["message_id"] == board["message_id"]


async def test_a_chat_that_watches_nothing_is_told_how_to() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "No home is watched here" in text_of(await ann.ask("/watches"))


async def test_the_board_leads_to_what_is_open() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        board = await ann.ask("/watches")
        await ann.press("Open incidents", board)
        await ann.answered(board["message_id"], "No open incidents")


async def test_where_the_bot_may_not_pin_it_says_so() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        board = await ann.ask("/watches")
        await ann.quiet()
        bot.telegram.faults.set("pinChatMessage", kind="forbidden")
        assert "does not let me pin" in (await ann.press("Pin", board))["text"]
