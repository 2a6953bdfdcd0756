"""Nobody passes the gate by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.handlers.state import Home, Place
from src.storage import StorageLockedError
from tests.bot_harness import Bot, Person, is_report, labels_of, text_of


async def test_without_names_the_bot_is_open() -> None:
    async with Bot() as bot:
        assert "What I can do" in text_of(await bot.person("Ann").ask("/help"))


@pytest.mark.parametrize("variable", ["PANOPTES_ADMINS", "PANOPTES_ALLOWED_USERS"])
async def test_with_names_only_the_named_may_use_it(variable: str) -> None:
    async with Bot(environment={variable: "500001"}) as bot:
        ann, eve = bot.person("Ann"), bot.person("Eve")
        assert ann.user_id == 500001
        assert "What I can do" in text_of(await ann.ask("/help"))
        told = await eve.ask("/help")
        assert "This bot is private" in text_of(told)
        if variable == "PANOPTES_ADMINS":
            assert labels_of(told) == ["🙋 Ask to join"]
        else:
            assert str(eve.user_id) in text_of(told), "nobody can decide, so the id is what helps"
            assert not labels_of(told)


async def test_a_stranger_is_told_once_an_hour() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        bot.person("Ann")
        eve, moments = bot.person("Eve"), [datetime(2026, 1, 1, tzinfo=UTC)]
        services = replace(bot.application.services, clock=lambda: moments[-1])
        bot.application.services = services
        await eve.ask("/help")
        for text in ("/setup", "hello", eve.credential.header):
            eve.say(text)
        await eve.ask("/whoami")
        assert len(eve.shown()) == 2
        moments.append(moments[-1] + timedelta(minutes=61))
        assert "private" in text_of(await eve.ask("/help"))


@pytest.mark.parametrize("how", ["{}", "/setup {}", "/locations {}"])
async def test_credentials_of_a_stranger_do_not_stay(how: str) -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        ann, eve = bot.person("Ann"), bot.person("Eve")
        g_eve, _ = bot.group("Team", eve, ann)
        bot.telegram.invite_bot(g_eve.chat_id, admin=True)
        for there in (eve, g_eve):
            number = there.say(how.format(eve.credential.header))
            told = text_of(await there.answered(number))
            assert "I deleted it" in told
            assert "private" in told
            assert eve.credential.header not in str(bot.telegram.messages(there.chat_id))


async def test_a_strangers_press_is_refused_with_an_alert() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        ann, eve = bot.person("Ann"), bot.person("Eve")
        g_ann, g_eve = bot.group("Team", ann, eve)
        shown = await g_ann.ask("/status")
        answer = await g_eve.forge(shown, "1|c")
        assert answer["show_alert"]
        assert "private" in answer["text"]
        assert "<" not in answer["text"]


async def test_strangers_talking_in_a_group_are_not_interrupted() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        g_ann, g_eve = bot.group("Team", bot.person("Ann"), bot.person("Eve"))
        shown = await g_ann.ask("/help")
        g_eve.say("thanks", reply_to=shown["message_id"])
        assert "private" in text_of(await g_eve.ask("/help"))
        assert len(g_eve.shown(shown["message_id"])) == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError(), "went wrong on my side"),
        (StorageLockedError("panoptes.db: held by another process."), "database is busy"),
    ],
)
async def test_an_error_in_the_gate_lets_nobody_through(
    error: Exception,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        ann = bot.person("Ann")
        (in_group,) = bot.group("Team", ann)
        shown = await ann.ask("/help")
        there = await in_group.ask("/help")

        async def explode(*_: object) -> None:
            raise error

        monkeypatch.setattr(bot.application.services.state.store, "person", explode)
        # The store is asked for ordinary people only; an admin of the environment needs no row.
        monkeypatch.setattr(bot.application.services.state, "role", explode)
        assert words in text_of(await ann.ask("/setup"))
        await ann.forge(shown, "1|k")
        in_group.say("thanks", reply_to=there["message_id"])
        await bot.telegram.wait_for(lambda: caplog.text.count("the gate failed") == 3)
        monkeypatch.undo()
        await ann.quiet()
        assert not [m for m in ann.shown() if "step 1" in text_of(m)]
        assert len(in_group.shown()) == 1, "people who talk to each other are not interrupted"


async def test_a_command_of_another_bot_is_not_ours() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        g_ann, g_eve = bot.group("Team", bot.person("Ann"), bot.person("Eve"))
        g_eve.say("/help@some_other_bot")
        await g_ann.quiet()
        assert len(g_ann.shown()) == 1
        assert "private" in text_of(await g_eve.ask("/help@panoptes_demo_bot"))


async def test_admin_matters_stay_in_the_private_chat() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        (in_group,) = bot.group("Team", bot.person("Ann"))
        told = await in_group.ask("/people")
        assert "private chat only: https://t.me/panoptes_demo_bot" in text_of(told)
        answer = await in_group.forge(told, "1|P|0")
        assert answer["show_alert"]
        assert "private chat" in answer["text"]


async def test_a_group_that_becomes_a_supergroup_keeps_its_home() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        chat_id = bot.telegram.add_group("Team", [ann.user_id])
        former = Person(bot, ann.user_id, chat_id)
        home = Home(DEMO_CUSTOMER_ID, DEMO_LOCATION_ID, "Home")
        await bot.application.services.state.choose(Place(chat_id), home, ann.user_id)
        moved = replace(former, chat_id=bot.telegram.migrate_to_supergroup(chat_id))
        assert is_report(await moved.ask("/status"))


async def test_a_blocked_bot_is_remembered_until_somebody_writes_again() -> None:
    async with Bot() as bot:
        ann, state = bot.person("Ann"), bot.application.services.state
        await ann.ask("/help")
        bot.telegram.block(ann.user_id)
        otto = bot.person("Otto")
        await _until(otto.quiet, lambda: state.is_reachable(ann.chat_id), False)
        bot.telegram.unblock(ann.user_id)
        await _until(otto.quiet, lambda: state.is_reachable(ann.chat_id), True)
        assert await ann.ask("/help")


async def _until(act: Any, look: Any, wanted: bool) -> None:
    for _ in range(20):
        await act()
        if await look() is wanted:
            return
    raise AssertionError("it never came to that")


async def test_an_update_without_a_chat_stops() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        ann = bot.person("Ann")
        from telegram import CallbackQuery, Update, User  # noqa: PLC0415 - one use

        inline = CallbackQuery("1", User(ann.user_id, "Ann", is_bot=False), "c", data="1|c")
        await bot.application.process_update(Update(1, callback_query=inline))
        await bot.application.process_update(Update(2))
        assert not ann.shown()
