"""Nobody passes the gate by accident."""

from __future__ import annotations

import pytest

from tests.bot_harness import Bot, text_of


async def test_without_names_the_bot_is_open() -> None:
    async with Bot() as bot:
        assert "What I can do" in text_of(await bot.person("Ann").ask("/help"))


@pytest.mark.parametrize("variable", ["PANOPTES_ADMINS", "PANOPTES_ALLOWED_USERS"])
async def test_with_names_only_the_named_may_use_it(variable: str) -> None:
    async with Bot(environment={variable: "500001"}) as bot:
        ann, eve = bot.person("Ann"), bot.person("Eve")
        assert ann.user_id == 500001
        assert "What I can do" in text_of(await ann.ask("/help"))
        for text in ("/help", "/setup", "hello", eve.credential.header):
            told = text_of(await eve.ask(text))
            assert "This bot is private" in told
            assert str(eve.user_id) in told


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


async def test_an_error_in_the_gate_lets_nobody_through(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")

        def explode(*_: object) -> bool:
            raise ZeroDivisionError

        monkeypatch.setattr("src.handlers.gate._is_welcome", explode)
        ann.say("/help")
        ann.say("/setup")
        await bot.telegram.wait_for(lambda: caplog.text.count("the gate failed") == 2)
        monkeypatch.undo()
        await ann.quiet()
        assert len(ann.shown()) == 1


async def test_an_update_without_a_chat_stops() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        ann = bot.person("Ann")
        from telegram import CallbackQuery, Update, User  # noqa: PLC0415 - one use

        inline = CallbackQuery("1", User(ann.user_id, "Ann", is_bot=False), "c", data="1|c")
        await bot.application.process_update(Update(1, callback_query=inline))
        await bot.application.process_update(Update(2))
        assert not ann.shown()
