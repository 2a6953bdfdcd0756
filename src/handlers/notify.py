"""Messages that nobody asked for: decisions, requests, and what a restart cut off.

A chat that refuses them is remembered and left alone until somebody there writes again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

if TYPE_CHECKING:
    from telegram import Bot, InlineKeyboardMarkup

    from src.handlers.state import State

__all__ = ["notify"]

logger = logging.getLogger(__name__)


async def notify(
    bot: Bot,
    state: State,
    chat_id: int,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    thread_id: int | None = None,
) -> bool:
    """Send the Telegram HTML; False when it did not get there. Raises StorageError.

    A topic (`thread_id`) that is gone says nothing about its group.
    """
    if not await state.is_reachable(chat_id):
        return False
    try:
        await bot.send_message(
            chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            protect_content=chat_id < 0 or None,
            message_thread_id=thread_id,
        )
    except ChatMigrated as moved:
        await state.migrate(chat_id, moved.new_chat_id)
        return await notify(bot, state, moved.new_chat_id, text, keyboard, thread_id=thread_id)
    except (Forbidden, BadRequest) as refusal:  # blocked, left, deleted, or never written to us
        if thread_id is None or isinstance(refusal, Forbidden):
            await state.cannot_reach(chat_id, refusal.message)
        logger.info("chat %s cannot be written to: %s", chat_id, refusal)
        return False
    except TelegramError as error:
        logger.warning("chat %s was not told: %s", chat_id, error)
        return False
    return True
