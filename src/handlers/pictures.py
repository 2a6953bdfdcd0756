"""Pictures in messages: drawn once, then sent again by the id that Telegram gave them.

A report with a picture is one message, the text is its caption. Telegram lets a text become a
picture in place and a picture another one, but never a picture a text; then the fresh message is
sent first and the old one deleted, so that the home keeps exactly one panel.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telegram import InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from src import telemetry
from src.utils.markup import CAPTION_LIMIT, plain, units

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from telegram import Bot, InlineKeyboardMarkup

__all__ = [
    "FileIds",
    "Frame",
    "Once",
    "Picture",
    "caption_of",
    "has_picture",
    "replace",
    "send_picture",
]

logger = logging.getLogger(__name__)

_MOST_KEPT: Final = 4096
# Telegram takes photos of up to 10 MB.
_UPLOAD_LIMIT: Final = 10_000_000


class Once:
    """Calls `draw` at the first await and gives that outcome to all of them, errors too."""

    def __init__(self, draw: Callable[[], Coroutine[Any, Any, bytes]]) -> None:
        """Nothing is drawn yet."""
        self._draw = draw
        self._task: asyncio.Task[bytes] | None = None

    async def __call__(self) -> bytes:
        """The picture's bytes."""
        if self._task is None:
            self._task = asyncio.create_task(self._draw())
        return await self._task


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw. Equal keys are equal pictures.

    `caption` is Telegram HTML, `whole` when it is the whole text.
    """

    key: str
    draw: Once
    caption: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a picture goes and what stands under it."""

    chat_id: int
    thread_id: int | None = None
    protected: bool = False
    keyboard: InlineKeyboardMarkup | None = None


class FileIds:
    """Telegram's ids of pictures already uploaded by this process; the oldest are forgotten."""

    def __init__(self) -> None:
        """Nothing uploaded yet."""
        self._known: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The id of the picture with this key."""
        return self._known.get(key)

    def learn(self, key: str, message: Message | bool) -> None:
        """Remember what Telegram called the picture of this message."""
        if isinstance(message, Message) and message.photo:
            self._known[key] = message.photo[-1].file_id
            self._known.move_to_end(key)
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)

    def forget(self, key: str) -> None:
        """This id is not accepted any more."""
        self._known.pop(key, None)


def caption_of(text: str, tail: str = "", limit: int = CAPTION_LIMIT) -> tuple[str, bool]:
    """As many whole lines as a caption holds, then `tail`; and whether that is everything.

    Cut between paragraphs first, so that no heading stays without what it announces. A text whose
    markup spans lines is not cut inside of it.
    """
    end = f"\n\n{tail}" if tail else ""
    if units(text + end) <= limit:
        return text + end, True
    kept = ""
    for separator in ("\n\n", "\n"):
        for part in text[len(kept) :].split(separator):
            longer = f"{kept}{separator}{part}" if kept else part
            if units(f"{longer}\n…{end}") > limit or not _balanced(longer):
                break
            kept = longer
        if kept:
            break
    return f"{kept}\n…{end}".strip(), False


def _balanced(text: str) -> bool:
    return text.count("<blockquote") == text.count("</blockquote>")


def has_picture(message: Message) -> bool:
    """Whether the message is a picture, which can never become a text again."""
    return bool(message.photo)


async def send_picture(bot: Bot, ids: FileIds, picture: Picture, frame: Frame) -> Message | None:
    """A new message with the picture; None when it cannot be drawn or Telegram does not take it."""

    async def attempt(photo: str | bytes, caption: str, mode: ParseMode | None) -> Message:
        return await bot.send_photo(
            frame.chat_id,
            photo,
            caption=caption,
            parse_mode=mode,
            reply_markup=frame.keyboard,
            message_thread_id=frame.thread_id,
            protect_content=frame.protected or None,
        )

    done = await _attempts(ids, picture, attempt)
    return done if isinstance(done, Message) else None


async def replace(
    bot: Bot, ids: FileIds, picture: Picture, frame: Frame, message_id: int
) -> Message | bool | None:
    """Put the picture into a message of ours, text or picture; None when that does not work."""

    async def attempt(photo: str | bytes, caption: str, mode: ParseMode | None) -> Message | bool:
        return await bot.edit_message_media(
            InputMediaPhoto(photo, caption=caption, parse_mode=mode),
            frame.chat_id,
            message_id,
            reply_markup=frame.keyboard,
        )

    return await _attempts(ids, picture, attempt)


async def _attempts(
    ids: FileIds,
    picture: Picture,
    attempt: Callable[[str | bytes, str, ParseMode | None], Awaitable[Message | bool]],
) -> Message | bool | None:
    """By the known id, else drawn; with formatting, else plain. True for "nothing to change"."""
    for known in dict.fromkeys((ids.get(picture.key), None)):
        photo = known or await _drawn(picture)
        if photo is None:
            return None
        for caption, mode in ((picture.caption, ParseMode.HTML), (plain(picture.caption), None)):
            try:
                done = await attempt(photo, caption, mode)
            except BadRequest as error:
                words = error.message.lower()
                if "not modified" in words:
                    return True
                if "can't parse entities" in words:
                    continue
                logger.info("a picture was not accepted: %s", error.message)
                break
            ids.learn(picture.key, done)
            return done
        ids.forget(picture.key)
    return None


async def _drawn(picture: Picture) -> bytes | None:
    """The picture's bytes; None when drawing fails, because its text is still worth sending."""
    try:
        drawn = await picture.draw()
    except TelegramError:
        raise
    except Exception as error:  # noqa: BLE001 - logged and told to admins
        telemetry.broke(logger, "a picture could not be drawn, its text goes out alone", error)
        return None
    return drawn if len(drawn) <= _UPLOAD_LIMIT else None
