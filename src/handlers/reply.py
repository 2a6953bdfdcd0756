"""The one place that talks back: sending, editing in place, answering presses, showing progress.

What Telegram says that is no trouble ("message is not modified", a query that is too old) ends
here. Texts are Telegram HTML; when Telegram refuses one, the same words go out plain.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram import ForceReply, LinkPreviewOptions, Message, ReplyParameters, Update
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from src.handlers import pictures, texts
from src.handlers.incoming import chat_of, thread_of
from src.utils.markup import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from telegram import InlineKeyboardMarkup

    from src.handlers.context import PanoptesContext
    from src.handlers.pictures import Picture

__all__ = [
    "Answer",
    "Answers",
    "answer",
    "change_keyboard",
    "delete",
    "deliver",
    "edit",
    "press_message",
    "send",
    "show",
]

logger = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_MOST_ANSWERED = 4096
_TYPING_MAY_FINISH_S = 0.5
_LAST_WORD_S = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A text with its buttons. `replaces`: it may take the place of the message pressed on.

    With a picture, `text` is what goes out when there can be none.
    """

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    replaces: bool = True
    picture: Picture | None = None


class Answers:
    """Answers each callback query once: Telegram refuses a second answer."""

    def __init__(self) -> None:
        """Nothing answered yet."""
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def once(
        self,
        update: Update,
        text: str | None = None,
        *,
        alert: bool = False,
        url: str | None = None,
    ) -> bool:
        """Answer the query of this update; False when it was answered before (or is none).

        `url` is a link with a payload to this bot, which the person's client then opens.
        """
        query = update.callback_query
        if query is None or query.id in self._answered:
            return False
        self._answered[query.id] = None
        if len(self._answered) > _MOST_ANSWERED:
            self._answered.popitem(last=False)
        try:
            await query.answer(text, show_alert=alert, url=url)
        except TelegramError as error:  # too old after a restart, or the network: no reason to stop
            logger.info("a press could not be answered: %s", error)
        return True

    async def has_to_wait(self, update: Update) -> None:
        """The press queues behind earlier work of its chat: stop the spinner now."""
        await self.once(update, texts.WAITING)


async def answer(
    update: Update, context: PanoptesContext, text: str | None = None, *, alert: bool = False
) -> None:
    """Answer the press; an alert that comes too late for that is sent as a message."""
    done = await context.services.answers.once(update, text, alert=alert)
    if not done and alert and text:
        await send(update, context, text)


async def send(
    update: Update,
    context: PanoptesContext,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    reply_expected: bool = False,
) -> Message:
    """A new message where the update came from, in its topic; protected in groups.

    In groups a bot sees replies only, so a question there opens the reply field by itself.
    """
    chat = chat_of(update)
    markup: InlineKeyboardMarkup | ForceReply | None = keyboard
    if reply_expected and chat.type != ChatType.PRIVATE:
        markup = ForceReply(selective=True)

    async def attempt(body: str, parse_mode: ParseMode | None) -> Message:
        sent: Message = await context.bot.send_message(
            chat.id,
            body,
            parse_mode=parse_mode,
            reply_markup=markup,
            reply_parameters=_reply_to(update) if markup is not keyboard else None,
            message_thread_id=thread_of(update),
            link_preview_options=_NO_PREVIEW,
            protect_content=chat.type != ChatType.PRIVATE or None,
        )
        return sent

    try:
        return await attempt(text, ParseMode.HTML)
    except BadRequest as error:
        if not _is_about_formatting(error):
            raise
    return await attempt(plain(text), None)


async def edit(
    update: Update,
    context: PanoptesContext,
    message: Message,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Put the text into a message of ours; when that message is gone, send a new one."""

    async def attempt(body: str, parse_mode: ParseMode | None) -> None:
        await context.bot.edit_message_text(
            body,
            message.chat_id,
            message.message_id,
            parse_mode=parse_mode,
            reply_markup=keyboard,
            link_preview_options=_NO_PREVIEW,
        )

    try:
        await attempt(text, ParseMode.HTML)
    except BadRequest as error:
        words = error.message.lower()
        if "not modified" in words:
            return
        if _is_about_formatting(error):
            await attempt(plain(text), None)
        elif "to edit not found" in words or "can't be edited" in words:
            await send(update, context, text, keyboard)
        else:
            raise


async def change_keyboard(
    context: PanoptesContext, message: Message, keyboard: InlineKeyboardMarkup
) -> None:
    """Other buttons under a message of ours; that it has them already, or is gone, is all right."""
    try:
        await context.bot.edit_message_reply_markup(
            message.chat_id, message.message_id, reply_markup=keyboard
        )
    except BadRequest as error:
        logger.info("buttons could not be changed: %s", error)


async def delete(message: Message) -> bool:
    """Delete a person's message; False when Telegram does not let us."""
    try:
        await message.delete()
    except TelegramError as error:
        logger.warning("a message could not be deleted: %s", error)
        return False
    return True


def press_message(update: Update) -> Message | None:
    """The message that carries the pressed button, if it can still be edited."""
    message = update.callback_query.message if update.callback_query else None
    # The library gives a message that is too old for the Bot API the same class, and the year 1970.
    return message if isinstance(message, Message) and message.is_accessible else None


async def deliver(update: Update, context: PanoptesContext, work: Awaitable[Answer]) -> None:
    """Do the work and show its answer once.

    A press is answered by an edit of its message, a command by a new one. What takes longer shows
    a chat action, and for a command also a placeholder, which the answer then replaces.
    """
    timing = context.services.timing
    pressed = press_message(update)
    holder: Message | None = None
    after_s = timing.progress_after_s if pressed else timing.action_after_s
    async with _typing(update, context, after_s):
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=timing.progress_after_s)
            if not done and pressed is None:
                holder = await send(update, context, texts.READING)
            result = await task
        except asyncio.CancelledError:  # the bot is being stopped, and the time to finish is over
            await _hand_back(update, context, holder)
            raise
        finally:
            task.cancel()
    await show(update, context, result, holder or (pressed if result.replaces else None))


async def _hand_back(update: Update, context: PanoptesContext, holder: Message | None) -> None:
    """Say that there will be no answer. Whoever stops the bot does not wait long for this."""
    try:
        async with asyncio.timeout(_LAST_WORD_S):
            await show(update, context, Answer(texts.STOPPING), holder)
    except (TelegramError, TimeoutError) as error:
        logger.info("nobody could be told of the stop: %s", error)


async def show(
    update: Update, context: PanoptesContext, result: Answer, target: Message | None
) -> Message | None:
    """Put the answer into `target`, a message of ours, else into a new one; where it now stands.

    A picture cannot become a text: the text is sent first, then the picture goes.
    """
    if result.picture is not None:
        shown = await _show_picture(update, context, result, result.picture, target)
        if shown is not None:
            return shown
    if target is None:
        return await send(update, context, result.text, result.keyboard)
    if pictures.has_picture(target):
        fresh = await send(update, context, result.text, result.keyboard)
        await _retire(context, target)
        return fresh
    await edit(update, context, target, result.text, result.keyboard)
    return target


async def _show_picture(
    update: Update,
    context: PanoptesContext,
    result: Answer,
    picture: Picture,
    target: Message | None,
) -> Message | None:
    """In place where Telegram allows it, else as a new message instead of the old one."""
    chat, ids = chat_of(update), context.services.pictures
    frame = pictures.Frame(
        chat.id, thread_of(update), chat.type != ChatType.PRIVATE, result.keyboard
    )
    if target is not None:
        done = await pictures.replace(context.bot, ids, picture, frame, target.message_id)
        if done is not None:
            return done if isinstance(done, Message) else target
    sent = await pictures.send_picture(context.bot, ids, picture, frame)
    if sent is not None and target is not None:
        await _retire(context, target)
    return sent


async def _retire(context: PanoptesContext, message: Message) -> None:
    """Take an old panel away; what is too old to be deleted loses its buttons at least."""
    try:
        await context.bot.delete_message(message.chat_id, message.message_id)
    except TelegramError as error:
        logger.info("an old panel could not be deleted: %s", error)
        with suppress(TelegramError):
            await context.bot.edit_message_reply_markup(message.chat_id, message.message_id)


@asynccontextmanager
async def _typing(update: Update, context: PanoptesContext, after_s: float) -> AsyncIterator[None]:
    """Show the chat action while the body runs, renewed as long as it takes."""
    stop = asyncio.Event()
    task = asyncio.create_task(_keep_typing(update, context, after_s, stop))
    try:
        yield
    finally:
        stop.set()
        # An action that arrives after the report would linger, so let one under way finish.
        await asyncio.wait({task}, timeout=_TYPING_MAY_FINISH_S)
        task.cancel()


async def _keep_typing(
    update: Update, context: PanoptesContext, after_s: float, stop: asyncio.Event
) -> None:
    pause = after_s
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        if stop.is_set():
            return
        try:
            await context.bot.send_chat_action(
                chat_of(update).id, ChatAction.TYPING, message_thread_id=thread_of(update)
            )
        except TelegramError as error:
            logger.debug("no chat action: %s", error)
        pause = context.services.timing.action_every_s


def _reply_to(update: Update) -> ReplyParameters | None:
    """A selective reply field opens for the person whose message is answered."""
    message = update.message
    if message is None:
        return None
    return ReplyParameters(message.message_id, allow_sending_without_reply=True)


def _is_about_formatting(error: BadRequest) -> bool:
    return "can't parse entities" in error.message.lower()
