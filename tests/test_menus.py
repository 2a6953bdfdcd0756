"""What Telegram offers while somebody types "/", and that nobody is stopped by a menu."""

from __future__ import annotations

import pytest
from telegram.error import TelegramError

from src.handlers import menus, texts
from src.handlers.access import COMMANDS, allows
from tests.bot_harness import Bot

ADMINS_MENU = [command.command for command in (*texts.COMMANDS, *texts.ADMIN_COMMANDS)]
EVERYONES_MENU = [command.command for command in texts.COMMANDS]


async def _menu(bot: Bot, user_id: int) -> list[str]:
    scope = {"type": "chat", "chat_id": user_id}
    return [each.command for each in await bot.application.bot.get_my_commands(scope)]  # type: ignore[arg-type]  # as it is sent


async def test_an_admin_sees_more_as_long_as_they_are_one() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        amina, max_ = bot.person("Amina"), bot.person("Max")
        await amina.ask("/whoami")
        assert not await _menu(bot, amina.user_id), "she had not written when the bot started"
        await menus.set_menu_of(bot.application.bot, amina.user_id, "admin")
        assert await _menu(bot, amina.user_id) == ADMINS_MENU
        await bot.application.services.state.set_role(max_.user_id, "viewer")
        await max_.ask("/whoami")
        people = await amina.ask("/people")
        await amina.press("Max", people)
        await amina.press("Make admin", await amina.becomes(people, "Role: viewer"))
        card = await amina.becomes(people, "Role: admin")
        assert await _menu(bot, max_.user_id) == ADMINS_MENU
        await amina.press("Make operator", card)
        await amina.becomes(people, "Role: operator")
        assert await _menu(bot, max_.user_id) == []


async def test_everybody_has_a_menu_and_groups_a_shorter_one() -> None:
    async with Bot() as bot:
        scopes = {call["scope"]["type"]: call for call in bot.telegram_calls("setMyCommands")}
        of = {scope: [c["command"] for c in call["commands"]] for scope, call in scopes.items()}
    assert of["default"] == EVERYONES_MENU
    assert not {"setup", "logout", "forget"} & set(of["all_group_chats"])
    assert "settings" in of["all_group_chats"]


async def test_an_error_that_is_not_telegrams_is_not_swallowed() -> None:
    class Broken:
        async def set_my_commands(self, *_: object, **__: object) -> None:
            raise KeyError("a defect")

        async def set_my_short_description(self, *_: object) -> None:
            raise TelegramError("refused")

    with pytest.raises(KeyError, match="a defect"):
        await menus.set_menus(Broken(), [])  # type: ignore[arg-type]  # as much of it as is used


def test_the_menus_offer_what_there_is_to_whom_it_is_for() -> None:
    for command in texts.COMMANDS:
        assert allows("viewer", COMMANDS[command.command]), command
    for command in texts.ADMIN_COMMANDS:
        assert COMMANDS[command.command].role == "admin"
    assert len(set(ADMINS_MENU)) == len(ADMINS_MENU)
