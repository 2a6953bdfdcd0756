"""The commands that Telegram offers while somebody types "/": everyone's, groups', admins'."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from telegram import (
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from src.handlers import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telegram import Bot

    from src.storage.records import Role

__all__ = ["set_menu_of", "set_menus"]

logger = logging.getLogger(__name__)


async def set_menus(bot: Bot, admins: Iterable[int]) -> None:
    """Put all menus up. The bot works without them, so nothing fails here."""
    calls = (
        bot.set_my_commands(texts.COMMANDS, scope=BotCommandScopeDefault()),
        bot.set_my_commands(texts.GROUP_COMMANDS, scope=BotCommandScopeAllGroupChats()),
        bot.set_my_short_description(texts.SHORT_DESCRIPTION),
    )
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, TelegramError):
            logger.warning("the command menu could not be set: %s", outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
    await asyncio.gather(*(set_menu_of(bot, user_id, "admin") for user_id in admins))


async def set_menu_of(bot: Bot, user_id: int, role: Role | None) -> None:
    """The menu in somebody's private chat: admins see more."""
    scope = BotCommandScopeChat(user_id)
    try:
        if role == "admin":
            await bot.set_my_commands([*texts.COMMANDS, *texts.ADMIN_COMMANDS], scope=scope)
        else:
            await bot.delete_my_commands(scope=scope)
    except TelegramError as error:  # such as an admin who never wrote to the bot
        logger.info("no own menu for %s: %s", user_id, error)
