"""Brings a message of the outbox to Telegram, in one attempt, and says what became of it.

Telegram's answers are sorted here: what time will mend, what never will, and which of them concern
the message, the topic or the whole chat.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import httpx
from telegram import LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from src.handlers.limiter import seconds_of
from src.utils.markup import plain
from src.watch.sender import ChatGoneError, HopelessError, LaterError, Sent, TopicGoneError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import InlineKeyboardMarkup
    from telegram.ext import ExtBot

    from src.handlers.state import State
    from src.models.watching import Outgoing
    from src.storage.records import Pending

    Keyboards = Callable[[Outgoing], InlineKeyboardMarkup | None]

__all__ = ["REPEATED", "TelegramCourier"]

logger = logging.getLogger(__name__)

REPEATED: Final = "<i>Repeated: it may have reached you before.</i>\n\n"

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_REPLIES: Final = frozenset({"recovery", "reminder"})
_EDITS: Final = frozenset({"edit", "board"})
# Telegram's words, in lower case (https://github.com/tdlib/telegram-bot-api, Client.cpp).
_NOTHING_TO_DO: Final = ("message is not modified",)
_TOPIC_GONE: Final = ("message thread not found", "topic_deleted", "topic_closed")
_CHAT_GONE: Final = (
    "chat not found",
    "group chat was deactivated",
    "have no rights to send",
    "not enough rights to send",
    "chat_write_forbidden",
    "user is deactivated",
    "peer_id_invalid",
)
_FORMATTING: Final = ("can't parse entities", "entities")
# Then the request never got there.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TelegramCourier:
    """`keyboards` makes the buttons of a message, with the rights of today."""

    def __init__(self, bot: ExtBot[Any], state: State, keyboards: Keyboards) -> None:
        self._bot = bot
        self._state = state
        self._keyboards = keyboards

    async def bring(self, pending: Pending) -> Sent:
        """Send or edit, once. Raises the errors of the sender, StorageError."""
        message = pending.message
        if not await self._state.is_reachable(message.spot.chat_id):
            raise HopelessError("Telegram refuses messages to this chat")
        try:
            if message.kind in _EDITS and (target := _target(pending)) is not None:
                await self._formatted(self._edit, pending, message.text, target)
                return Sent()
            text = f"{REPEATED}{message.text}" if pending.begun else message.text
            return Sent(await self._formatted(self._send, pending, text))
        except TelegramError as error:
            return _sorted(error, in_topic=bool(message.spot.thread_id))

    async def _formatted(
        self, attempt: Callable[..., Awaitable[int]], pending: Pending, text: str, *more: Any
    ) -> int:
        try:
            return await attempt(pending, text, ParseMode.HTML, *more)
        except BadRequest as error:
            if not any(words in error.message.lower() for words in _FORMATTING):
                raise
            logger.warning("outbox: message %s goes out plain: %s", pending.number, error)
            return await attempt(pending, plain(text), None, *more)

    async def _send(self, pending: Pending, text: str, parse_mode: ParseMode | None) -> int:
        message = pending.message
        reply = None
        if message.kind in _REPLIES and pending.alert_id is not None:
            reply = ReplyParameters(pending.alert_id, allow_sending_without_reply=True)
        sent = await self._bot.send_message(
            message.spot.chat_id,
            text,
            parse_mode=parse_mode,
            message_thread_id=message.spot.thread_id or None,
            disable_notification=message.silent or None,
            protect_content=message.spot.chat_id < 0 or None,
            reply_parameters=reply,
            reply_markup=self._keyboards(message),
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=1,
        )
        return int(sent.message_id)

    async def _edit(
        self, pending: Pending, text: str, parse_mode: ParseMode | None, target: int
    ) -> int:
        message = pending.message
        await self._bot.edit_message_text(
            text,
            message.spot.chat_id,
            target,
            parse_mode=parse_mode,
            reply_markup=self._keyboards(message),
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=1,
        )
        return target


def _target(pending: Pending) -> int | None:
    """The message to edit; None for a board that is not there yet."""
    if pending.message.kind == "board":
        return pending.message.message_id
    if pending.alert_id is None:
        raise HopelessError("there is no alert to edit")
    return pending.alert_id


def _sorted(error: TelegramError, *, in_topic: bool) -> Sent:
    """That nothing was to be done, or the error that says what to do now."""
    words = error.message.lower()
    match error:
        case RetryAfter():
            raise LaterError(words, after_s=seconds_of(error), chat_only=True) from error
        case ChatMigrated():
            # The limiter follows it; a second move within one call is left to the next attempt.
            raise LaterError("the group moved", chat_only=True) from error
        case Forbidden():
            raise ChatGoneError(error.message) from error
        case BadRequest():
            return _refused(error, words, in_topic)
        case TimedOut() | NetworkError():
            lost = isinstance(error, TimedOut) or isinstance(error.__cause__, httpx.HTTPError)
            unsent = isinstance(error.__cause__, _NOT_SENT)
            raise LaterError(words, may_have_arrived=lost and not unsent) from error
    raise LaterError(words) from error  # a bad gateway's answer, or a token that is being changed


def _refused(error: BadRequest, words: str, in_topic: bool) -> Sent:
    if any(known in words for known in _NOTHING_TO_DO):
        return Sent()
    if in_topic and any(known in words for known in _TOPIC_GONE):
        raise TopicGoneError(error.message) from error
    if any(known in words for known in _CHAT_GONE):
        raise ChatGoneError(error.message) from error
    raise HopelessError(error.message) from error
