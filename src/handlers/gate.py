"""In front of every update: who may not do what it asks for stops here.

It fails closed. An update without a person, an error while looking, a command or a button without
a row in src/handlers/access.py: each goes no further. A press is looked at again each time, for
whoever pressed and for what the button names; what Telegram itself reports is only noted down.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram import MessageEntity
from telegram.constants import ChatMemberStatus
from telegram.ext import ApplicationHandlerStop

from src.handlers import member_keyboards, member_texts
from src.handlers.access import VIEWER, allows, need_of_command, need_of_press
from src.handlers.errors import tell
from src.handlers.incoming import chat_of, is_private, text_of, thread_of, user_of
from src.handlers.reply import answer, send
from src.handlers.setup import looks_like_credentials, take_away
from src.handlers.trace import IGNORED, mark
from src.utils.markup import plain

if TYPE_CHECKING:
    from telegram import Chat, Message, Update

    from src.handlers.access import Need
    from src.handlers.context import PanoptesContext

__all__ = ["gate"]

logger = logging.getLogger(__name__)

_GONE = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}


async def gate(update: Update, context: PanoptesContext) -> None:
    """Stop the update unless it is something new from somebody who may ask for it."""
    try:
        passes = await _passes(update, context)
    except Exception as error:
        await _closed(update, context, error)
        raise ApplicationHandlerStop from error
    if not passes:
        raise ApplicationHandlerStop


async def _closed(update: Update, context: PanoptesContext, error: Exception) -> None:
    """Say once that nothing was done, to whoever asked the bot for something."""
    logger.error("the gate failed, the update is dropped")
    asked = update.callback_query or (update.message and _is_addressed(update.message, context))
    await tell(update if asked else None, context, error)


async def _passes(update: Update, context: PanoptesContext) -> bool:
    if await _is_noted_down(update, context):
        return False
    user = update.effective_user
    old_or_nobodys = update.edited_message or update.channel_post or update.edited_channel_post
    if user is None or user.is_bot or old_or_nobodys:
        mark(IGNORED)
        return False
    if update.effective_chat is None and update.inline_query is None:
        return False
    context.role = await context.services.state.arrive(user.id, user.full_name)
    need = _need(update, context)
    if update.effective_chat is None:
        return allows(context.role, need)
    need = need.where(private=is_private(update))
    if not allows(context.role, need) or (need.private and not is_private(update)):
        await _refuse(update, context, need)
        return False
    if context.role is not None:
        await _remember(update.effective_chat, context)
    return True


async def _remember(chat: Chat, context: PanoptesContext) -> None:
    await context.services.state.remember_chat(chat.id, chat.type, chat.title)


async def _is_noted_down(update: Update, context: PanoptesContext) -> bool:
    """What happens to the bot's chats is nobody's request, so nobody's rights are needed."""
    state, message, moved = context.services.state, update.message, update.my_chat_member
    if message is not None and message.migrate_to_chat_id:
        await state.migrate(message.chat.id, message.migrate_to_chat_id)
    elif message is not None and message.migrate_from_chat_id:
        await state.migrate(message.migrate_from_chat_id, message.chat.id)
    elif moved is not None and moved.new_chat_member.status in _GONE:
        await state.cannot_reach(moved.chat.id, f"the bot was {moved.new_chat_member.status}")
    elif moved is not None:
        if not await state.is_reachable(moved.chat.id):  # only what is known already
            await _remember(moved.chat, context)
    else:
        return False
    return True


def _need(update: Update, context: PanoptesContext) -> Need:
    if update.callback_query is not None:
        return need_of_press(context.services.buttons.unpack(update.callback_query.data))
    command = _command(update.message) if update.message else None
    if command is None:
        return VIEWER
    name, _, payload = command.partition(" ")
    return need_of_command(name.partition("@")[0].lower(), payload.strip())


def _command(message: Message) -> str | None:
    """A command with what follows it, without its slash."""
    first = message.entities[0] if message.entities else None
    if not message.text or first is None or first.offset != 0:
        return None
    return message.text[1:] if first.type == MessageEntity.BOT_COMMAND else None


def _is_addressed(message: Message, context: PanoptesContext) -> bool:
    """In a group, people talk to each other; only a command of ours is meant for the bot."""
    if message.chat.type == message.chat.PRIVATE:
        return True
    command = _command(message)
    if command is None:
        return False
    _, _, bot = command.split(maxsplit=1)[0].partition("@")
    return not bot or bot.lower() == context.bot.username.lower()


async def _refuse(update: Update, context: PanoptesContext, need: Need) -> None:
    """One polite line; an alert for a press, which has to be answered."""
    pressed, pasted = update.callback_query is not None, ""
    mark("refused")
    if context.role is None and update.message and _holds_credentials(update.message):
        pasted = f"{await take_away(update.message)}\n\n"
    elif not pressed and not (update.message and _is_addressed(update.message, context)):
        mark(IGNORED)
        return
    if context.role is None and not allows(None, need):
        await _refuse_stranger(update, context, pasted)
        return
    if allows(context.role, need):
        text = member_texts.ASK_IN_PRIVATE.format(link=f"https://t.me/{context.bot.username}")
    elif context.services.settings.is_open:
        text = member_texts.OPEN_BOT
    else:
        text = member_texts.too_low(context.role, need.role)
    if pressed:
        await answer(update, context, plain(text), alert=True)
    else:
        await send(update, context, text)


def _holds_credentials(message: Message) -> bool:
    command = _command(message)
    words = text_of(message) if command is None else command.partition(" ")[2]
    return looks_like_credentials(words)


async def _refuse_stranger(update: Update, context: PanoptesContext, before: str) -> None:
    """`before`: what has to be said first. All of it once an hour at most."""
    services, user = context.services, user_of(update)
    if update.callback_query is not None:
        text = member_texts.private_bot(user.id, can_ask=True)
        await answer(update, context, plain(text), alert=True)
        return
    key = (user.id, chat_of(update).id, thread_of(update))
    if not services.strangers.allows(key, services.clock()):
        return
    can_ask = bool(await services.state.admins())
    keyboard = member_keyboards.ask_to_join(services.buttons) if can_ask else None
    text = before + member_texts.private_bot(user.id, can_ask=can_ask)
    await send(update, context, text, keyboard)
