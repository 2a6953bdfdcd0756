"""/start, /help, /cancel, and a word for everything that nobody asked for."""

from __future__ import annotations

import pytest

from src.demo.plume_cloud import DEMO_CREDENTIALS
from src.handlers import texts
from tests.bot_harness import Bot, is_report, text_of


async def test_start_leads_each_person_to_the_own_next_step() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann <b>")
        assert text_of(await ann.ask("/start")).startswith("Hello Ann <b>.")
        assert "Next: /setup" in text_of(await ann.ask("/start"))
        await ann.connect()
        assert "Next: send a serial number" in text_of(await ann.ask("/start"))
        await ann.choose()
        again = text_of(await ann.ask("/start"))
        assert "Home is chosen" in again
        assert "Next: /status" in again


async def test_help_names_every_command_of_the_menu() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = text_of(await ann.ask("/help"))
        menu = {c["command"] for c in bot.telegram.commands(ann.user_id)}
        assert menu == {c.command for c in texts.COMMANDS}
        assert not [name for name in menu - {"start", "help"} if f"/{name}" not in shown]


async def test_a_group_has_a_menu_without_setup() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        (in_group,) = bot.group("Team", ann)
        menu = {c["command"] for c in bot.telegram.commands(ann.user_id, in_group.chat_id)}
        assert "status" in menu
        assert not menu & {"setup", "start"}


@pytest.mark.parametrize(
    "steps", [["/setup"], ["/setup", DEMO_CREDENTIALS[0].header], ["/locations"]]
)
async def test_cancel_stops_every_question(steps: list[str]) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        for step in steps:
            await ann.ask(step)
        assert "Stopped" in text_of(await ann.ask("/cancel"))
        assert "nothing to stop" in text_of(await ann.ask("/cancel"))
        assert "nothing to stop" in text_of(await ann.ask("/cancel"))
        assert bot.application.user_data[ann.user_id].header is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("hello", "Send /setup first"), ("/reboot", "do not know this command")],
)
async def test_what_nobody_asked_for_gets_a_word_in_private(text: str, words: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert words in text_of(await ann.ask(text))
        (in_group,) = bot.group("Team", ann)
        await in_group.ask("/help")
        before = len(in_group.shown())
        in_group.say(text)
        await in_group.quiet()
        assert len(in_group.shown()) == before + 1, "only the help: people talk to each other"


async def test_an_unknown_command_leaves_the_question_open() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        assert "do not know" in text_of(await ann.ask("/reboot"))
        assert "step 2" in text_of(await ann.ask(ann.credential.header))


@pytest.mark.parametrize("data", ["1|x", "0|s|old", "garbage", "1|r|s|a|b|9y"])
async def test_an_old_or_forged_button_says_so(data: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ask("/help")
        answer = await ann.forge(shown, data)
        assert answer["text"] == texts.EXPIRED
        assert answer["show_alert"]


async def test_a_button_of_a_message_that_is_gone_says_so() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        data = report["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        bot.telegram.delete(ann.chat_id, report["message_id"])
        answer = await ann.forge(report, data)
        assert answer["text"] == texts.EXPIRED


async def test_edits_channel_posts_and_people_unknown_are_ignored() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        number = ann.say("/help")
        first = await ann.answered(number)
        bot.telegram.edit_text(ann.user_id, ann.chat_id, number, "/start")
        bot.telegram.channel_post("News", "/start")
        await ann.quiet()
        assert [text_of(m)[:6] for m in ann.shown()] == [text_of(first)[:6]] * 2
        assert not [c for c in bot.telegram_calls("sendMessage") if c["chat_id"] != ann.chat_id]


async def test_a_service_message_is_no_text() -> None:
    async with Bot() as bot:
        (in_group,) = bot.group("Team", bot.person("Ann"))
        await in_group.quiet()
        assert len(in_group.shown()) == 1


async def test_a_command_in_the_middle_of_a_question_ends_it_and_runs() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        await ann.ask("/setup")
        await ann.ask(ann.credential.header)
        assert is_report(await ann.ask("/status"))
        assert bot.application.user_data[ann.user_id].header is None
        assert "nothing to stop" in text_of(await ann.ask("/cancel"))


async def test_help_lists_what_admins_can_do_to_them_alone() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        amina, max_ = bot.person("Amina"), bot.person("Max")
        await bot.application.services.state.set_role(max_.user_id, "operator")
        told = text_of(await amina.ask("/help"))
        assert "/people – who may use" in told
        assert "/audit" in told
        assert told.index("/audit") < told.index("/cancel stops") < told.index("Panoptes ")
        (in_group,) = bot.group("NOC", amina)
        for other in (max_, in_group):
            assert "/people" not in text_of(await other.ask("/help"))


async def test_help_and_menus_agree() -> None:
    """Whatever the menu offers is in /help, but /start and /help themselves."""
    told = texts.help_for("1", admin=True)
    offered = [command.command for command in (*texts.COMMANDS, *texts.ADMIN_COMMANDS)]
    missing = [name for name in offered if f"/{name}" not in told and name not in {"start", "help"}]
    assert missing == []
