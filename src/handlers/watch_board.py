"""/watches: the board of all homes that are watched from here, kept up to date in place."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from src.handlers import watch_keyboards, watch_texts
from src.handlers.incoming import chat_of, pressed_message
from src.handlers.reply import answer, edit, send
from src.handlers.watch_commands import place_of
from src.storage.records import Board
from src.watch.board import show_board
from src.watch.verdict import Verdict

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext, Services
    from src.handlers.watch_presses import BoardPage, PinBoard

__all__ = ["keep_boards", "pin_board", "refresh_boards", "turn_board", "watches_command"]

logger = logging.getLogger(__name__)

# What changes without a word, such as a first look after a start, is seen this late.
_LOOK_EVERY_S: Final = 30.0
_SETTLE_S: Final = 5.0


async def watches_command(update: Update, context: PanoptesContext) -> None:
    """Answer /watches with a fresh board; the one before in this chat or topic gives way."""
    services, spot = context.services, place_of(update)
    before = next((each for each in services.watching.boards() if each.spot == spot), None)
    shown = show_board(services.watching, spot)
    now, zone = services.clock(), services.watching.desk().policy(spot).timezone
    keyboard = watch_keyboards.board(services.buttons, shown.page, shown.pages)
    sent = await send(update, context, shown.text(now, zone), keyboard)
    await services.watching.save_board(Board(spot, sent.message_id))
    services.boards.put_up(spot, sent.message_id, shown, now)
    if before is not None:
        with suppress(TelegramError):  # deleted, or too old
            await context.bot.edit_message_text(
                watch_texts.BOARD_MOVED, spot.chat_id, before.message_id
            )


async def turn_board(update: Update, context: PanoptesContext, press: BoardPage) -> None:
    """Turn to a page, or refresh it; it is the board of this chat from now on."""
    await answer(update, context)
    message = pressed_message(update)
    services, spot = context.services, place_of(update)
    shown = show_board(services.watching, spot, press.page)
    now, zone = services.clock(), services.watching.desk().policy(spot).timezone
    keyboard = watch_keyboards.board(services.buttons, shown.page, shown.pages)
    await edit(update, context, message, shown.text(now, zone), keyboard)
    await services.watching.save_board(Board(spot, message.message_id, shown.page))
    services.boards.put_up(spot, message.message_id, shown, now)


async def pin_board(update: Update, context: PanoptesContext, _press: PinBoard) -> None:
    """Pin the board, so that it is a tap away."""
    message = pressed_message(update)
    try:
        await context.bot.pin_chat_message(
            chat_of(update).id, message.message_id, disable_notification=True
        )
    except TelegramError as error:
        logger.info("a board could not be pinned: %s", error)
        await answer(update, context, watch_texts.CANNOT_PIN, alert=True)
        return
    await answer(update, context, watch_texts.PINNED)


async def keep_boards(services: Services) -> None:
    """Bring boards up to date for ever, soon after each change. Raises StorageError."""
    changed = asyncio.Event()
    services.watching.when_changed(changed.set)
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), _LOOK_EVERY_S)
        changed.clear()
        await refresh_boards(services)
        await asyncio.sleep(_SETTLE_S)


async def refresh_boards(services: Services) -> None:
    """Once: what is out of date goes through the outbox, behind everything else."""
    watching, boards = services.watching, services.watching.boards()
    edits = services.boards.due(watching, boards, services.clock()) if boards else ()
    if edits:
        await watching.change(lambda _: Verdict(outgoing=tuple(edits)))
