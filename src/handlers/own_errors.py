"""Errors of the bot itself: admins hear of each kind, in private, once an hour at most.

A kind is the error's class and the place in our code. A note holds these, the number to search the
log for, and how many more there were: neither the error's own words nor what anybody typed or saw.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from src import telemetry
from src.handlers.notify import notify
from src.handlers.throttle import Throttle
from src.storage import StorageError
from src.utils.markup import code, escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    from src.handlers.context import Services

__all__ = ["OwnErrors", "place_of"]

logger = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).resolve().parents[2]
_TITLE: Final = "⚠️ <b>An error of the bot itself.</b>"


class OwnErrors:
    """Hears of every error that is reported, and what admins were told of lately."""

    def __init__(self) -> None:
        """Nothing broke yet."""
        self._throttle = Throttle()
        self._held: Counter[tuple[str, str]] = Counter()
        self._stop: Callable[[], None] = lambda: None

    def start(self, bot: Bot, services: Services) -> None:
        """Tell the admins from now on; started again, once all the same."""
        self.stop()

        def hear(event: telemetry.Event) -> None:
            if isinstance(event, telemetry.OwnError):
                self._hear(bot, services, event)

        self._stop = telemetry.listen(hear)

    def stop(self) -> None:
        """Tell nobody any more."""
        self._stop()

    def _hear(self, bot: Bot, services: Services, event: telemetry.OwnError) -> None:
        """Tell in the background, unless they heard of this kind."""
        kind = type(event.error).__name__, place_of(event.error)
        if not self._throttle.allows(kind, services.clock()):
            self._held[kind] += 1
            return
        text = _words(services, event, self._held.pop(kind, 0))
        task = asyncio.create_task(_tell(bot, services, text), name="own-error")
        services.background.add(task)
        task.add_done_callback(services.background.discard)


def place_of(error: BaseException) -> str:
    """Where in our code it broke, as `src/handlers/wan.py:41`; empty when it was not there."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
            place = f"{path.relative_to(_ROOT).as_posix()}:{line}"
    return place


def _words(services: Services, event: telemetry.OwnError, held: int) -> str:
    error, reference = event
    where = place_of(error)
    at = f" at {code(where)}" if where else ""
    lines = [_TITLE, f"{code(type(error).__name__)}{at}"]
    if isinstance(error, StorageError):  # one line of ours, about the database alone
        lines.append(escape(services.redact(str(error))))
    if held:
        lines.append(f"{held} more of this kind since I last told you.")
    lines.append(f"Next: search the log for {code(reference)}.")
    return "\n".join(lines)


async def _tell(bot: Bot, services: Services, text: str) -> None:
    """To each admin in private. When the database cannot say who that is, the settings do."""
    state = services.state
    try:
        for admin in await state.admins():
            await notify(bot, state, admin, text)
    except StorageError:
        for admin in sorted(services.settings.admins):
            with suppress(TelegramError):
                await bot.send_message(admin, text, parse_mode="HTML")
    except Exception:
        logger.exception("admins could not be told of an error")
