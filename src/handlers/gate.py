"""In front of every update: who is not known to be welcome stops here.

It fails closed. An update without a person, or an error while looking, goes no further.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram.ext import ApplicationHandlerStop

from src.handlers import texts
from src.handlers.reply import answer, send
from src.utils.markup import plain

if TYPE_CHECKING:
    from telegram import Message, Update

    from src.handlers.context import PanoptesContext

__all__ = ["gate"]

logger = logging.getLogger(__name__)


async def gate(update: Update, context: PanoptesContext) -> None:
    """Stop the update unless it is something new from somebody who may use the bot."""
    try:
        welcome = await _admit(update, context)
    except Exception as error:
        logger.exception("the gate failed, the update is dropped")
        raise ApplicationHandlerStop from error
    if not welcome:
        raise ApplicationHandlerStop


async def _admit(update: Update, context: PanoptesContext) -> bool:
    user = update.effective_user
    old_or_nobodys = update.edited_message or update.channel_post or update.edited_channel_post
    if user is None or user.is_bot or old_or_nobodys:
        return False
    if update.effective_chat is None:
        return False
    if _is_welcome(user.id, context):
        return True
    text = texts.private_bot(user.id)
    if update.callback_query:
        await answer(update, context, plain(text), alert=True)
    elif update.message and _is_addressed(update.message):
        await send(update, context, text)
    return False


def _is_addressed(message: Message) -> bool:
    """In a group, people talk to each other; only a command is meant for the bot."""
    return message.chat.type == message.chat.PRIVATE or (message.text or "").startswith("/")


def _is_welcome(user_id: int, context: PanoptesContext) -> bool:
    settings = context.services.settings
    return settings.is_open or user_id in settings.admins | settings.allowed_users
