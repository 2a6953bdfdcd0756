"""/settings: whose time, and how pictures are drawn; for a person, or for a whole group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from src.handlers.context import Timing
from src.storage.records import Settings
from tests.bot_harness import Bot, Person, labels_of, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    """Open to everybody."""
    async with Bot() as started:
        yield started


async def _set(person: Person) -> Settings:
    return await person.bot.application.services.state.settings(person.chat_id)


async def test_nothing_is_set_at_first(bot: Bot) -> None:
    ann = bot.person("Ann")
    shown = await ann.ask("/settings")
    assert "Your settings" in text_of(shown)
    assert "Time zone: UTC, 09:00 now: none is set" in text_of(shown)
    assert "Pictures: light" in text_of(shown)
    assert labels_of(shown) == ["🕑 Time zone", "✓ ☀ Light pictures", "🌙 Dark pictures"]
    assert await _set(ann) == Settings()


@pytest.mark.parametrize(
    ("typed", "zone", "now"),
    [
        ("Kathmandu", "Asia/Kathmandu", "14:45"),
        ("new york", "America/New_York", "05:00"),
        ("Etc/GMT-5", "Etc/GMT-5", "14:00"),
    ],
)
async def test_a_zone_is_found_by_typing_it(bot: Bot, typed: str, zone: str, now: str) -> None:
    ann = bot.person("Ann")
    shown = await ann.ask("/settings")
    await ann.press("Time zone", shown)
    asked = await ann.answered(shown["message_id"], "Whose time")
    told = text_of(await ann.ask(typed))
    assert f"Time zone: {zone}, {now} now" in told
    assert (await _set(ann)).timezone == zone
    assert asked["message_id"] < (await ann.ask("/settings"))["message_id"]
    again = await ann.ask(f"/settings {typed}")
    assert zone in text_of(again)


async def test_what_finds_nothing_keeps_the_question_open(bot: Bot) -> None:
    ann = bot.person("Ann")
    shown = await ann.ask("/settings")
    await ann.press("Time zone", shown)
    await ann.answered(shown["message_id"], "Whose time")
    assert "No time zone is called Xanadu <b>" in text_of(await ann.ask("Xanadu <b>"))
    sent = bot.telegram.send_document(ann.user_id, "map.txt", b"a map", chat_id=ann.chat_id)
    assert "I can read text only" in text_of(await ann.answered(sent["message_id"]))
    assert "Europe/Oslo" in text_of(await ann.ask("Oslo"))
    assert "No time zone" in text_of(await ann.ask("/settings Xanadu"))


async def test_several_zones_are_offered(bot: Bot) -> None:
    ann = bot.person("Ann")
    offered = await ann.ask("/settings Germany")
    labels = ["Europe/Berlin, UTC+02:00", "Europe/Busingen, UTC+02:00", "⬅ Settings"]
    assert labels_of(offered) == labels
    await ann.press("Settings", offered)
    await ann.becomes(offered, "none is set")
    offered = await ann.ask("/settings Germany")
    await ann.press("Berlin", offered)
    shown = await ann.becomes(offered, "Europe/Berlin")
    assert (await _set(ann)).timezone == "Europe/Berlin"
    await ann.press("No time zone", shown)
    await ann.becomes(offered, "none is set")
    assert await _set(ann) == Settings()


async def test_pictures_become_dark_and_light_again(bot: Bot) -> None:
    ann = bot.person("Ann")
    shown = await ann.ask("/settings")
    await ann.press("Dark", shown)
    shown = await ann.becomes(shown, "Pictures: dark")
    assert "✓ 🌙 Dark pictures" in labels_of(shown)
    assert await _set(ann) == Settings(theme="dark")
    await ann.press("Light", shown)
    await ann.becomes(shown, "Pictures: light")
    assert await _set(ann) == Settings(theme="light")


async def test_a_credential_pasted_as_an_answer_is_taken_away(bot: Bot) -> None:
    ann = bot.person("Ann")
    shown = await ann.ask("/settings")
    await ann.press("Time zone", shown)
    await ann.answered(shown["message_id"], "Whose time")
    assert "I deleted it" in text_of(await ann.ask(ann.credential.header))
    assert "I deleted it" in text_of(await ann.ask(f"/settings {ann.credential.header}"))


async def test_a_question_that_nobody_answers_says_where_to_begin_again() -> None:
    async with Bot(timing=Timing(conversation_s=0.05)) as bot:
        ann = bot.person("Ann")
        shown = await ann.ask("/settings")
        await ann.press("Time zone", shown)
        told = await ann.answered(shown["message_id"], "Start again")
        assert "/settings" in text_of(told)


async def test_a_group_has_settings_of_its_own_that_operators_change() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        admin, max_, eve = bot.person("Admin"), bot.person("Max"), bot.person("Eve")
        state = bot.application.services.state
        await state.set_role(max_.user_id, "operator")
        await state.set_role(eve.user_id, "viewer")
        in_group = bot.group("NOC", admin, max_, eve)
        shown = await in_group[1].ask("/settings Oslo")
        assert "Settings of this group" in text_of(shown)
        assert (await _set(in_group[0])).timezone == "Europe/Oslo"
        await in_group[1].press("Time zone", shown)
        asked = await in_group[1].answered(shown["message_id"], "Whose time")
        said = in_group[1].say("Bergen op Zoom", reply_to=asked["message_id"])
        await in_group[1].answered(said, "No time zone is called")
        said = in_group[1].say("Oslo", reply_to=asked["message_id"])
        await in_group[1].answered(said, "Europe/Oslo")
        assert await _set(max_) == Settings(), "in private nothing is set"
        assert "Only an operator" in text_of(await in_group[2].ask("/settings Rome"))
        refused = await in_group[2].press("Dark", shown)
        assert "Only an operator" in refused["text"]
        assert "Europe/Rome" in text_of(await eve.ask("/settings Rome"))
        assert await _set(in_group[0]) == Settings("Europe/Oslo")
        noted = [entry for entry in await state.store.audit() if entry.action == "set time zone"]
        assert [entry.detail for entry in noted] == ["Europe/Rome", "Europe/Oslo", "Europe/Oslo"]
