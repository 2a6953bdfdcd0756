"""/start, /help, /cancel, and the answers to what nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers import texts
from src.handlers.conversation import END, forget_draft
from src.handlers.incoming import is_private, user_of
from src.handlers.reply import answer, send
from src.handlers.state import Place
from src.handlers.trace import IGNORED, mark
from src.version import VERSION

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = [
    "cancel_command",
    "cancel_question",
    "help_command",
    "old_button",
    "start_command",
    "unknown_command",
]


async def start_command(update: Update, context: PanoptesContext) -> None:
    """Welcome the person with their own next step."""
    user, state = user_of(update), context.services.state
    is_connected = await state.is_connected(user.id)
    home = await state.home(Place.of(update)) if is_connected else None
    text = texts.start(
        user.first_name,
        connected=is_connected,
        home=home.title if home else None,
    )
    await send(update, context, text)


async def help_command(update: Update, context: PanoptesContext) -> None:
    """List what the bot can do; what only admins can, to them, and not in front of others."""
    admin = context.role == "admin" and is_private(update)
    await send(update, context, texts.help_for(VERSION, admin=admin))


async def cancel_command(update: Update, context: PanoptesContext) -> None:
    """Nothing is being asked."""
    await send(update, context, texts.NOTHING_TO_CANCEL)


async def cancel_question(update: Update, context: PanoptesContext) -> int:
    """Drop the question at hand, and with it what was entered so far."""
    await forget_draft(update, context)
    await send(update, context, texts.CANCELLED)
    return END


async def old_button(update: Update, context: PanoptesContext) -> None:
    """A press that cannot be read any more, or was never ours."""
    mark("expired")
    await answer(update, context, texts.EXPIRED, alert=True)


async def unknown_command(update: Update, context: PanoptesContext) -> None:
    """A command that does not exist; in a group it may be meant for another bot."""
    if is_private(update):
        await send(update, context, texts.UNKNOWN_COMMAND)
    else:
        mark(IGNORED)
