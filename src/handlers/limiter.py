"""What to do when Telegram says "too many", or fails: wait, and make that one call again."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

from src import telemetry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

__all__ = ["PatientLimiter", "seconds_of"]

logger = logging.getLogger(__name__)

_TRIES: Final = 4
_LONGEST_WAIT_S: Final = 60.0
# Not worth repeating: by then it says nothing true.
_FLEETING: Final = {"sendChatAction", "answerCallbackQuery", "answerInlineQuery"}


class PatientLimiter(BaseRateLimiter[int]):
    """Repeats a refused call after the wait that Telegram names.

    The library's own limiter halts every chat for one refusal; here only the refused call waits.
    A call's `rate_limit_args` is how often it may be made in all, where the caller has patience of
    its own.
    """

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        pause_s: float = 0.5,
        on_migrated: Callable[[int, int], Awaitable[None]] | None = None,
        on_refused: Callable[[int, str], Awaitable[None]] | None = None,
    ) -> None:
        """Tell `on_migrated` the old and new id of a group, `on_refused` a chat and why.

        A fault of the road is often gone after `pause_s`; the pause doubles each time. `sleep` is
        replaced by tests.
        """
        self._sleep = sleep
        self._pause_s = pause_s
        self._on_migrated = on_migrated
        self._on_refused = on_refused

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(  # noqa: PLR0917 - the base class's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Call, and call again after each refusal, a few times; follow a group that moved."""
        chat_id, tries = data.get("chat_id"), rate_limit_args or _TRIES
        try:
            return await self._patiently(callback, args, kwargs, endpoint, tries)
        except ChatMigrated as moved:
            if self._on_migrated is None or not isinstance(chat_id, int):
                raise
            await self._on_migrated(chat_id, moved.new_chat_id)
            data["chat_id"] = moved.new_chat_id  # the very dictionary that the call sends
            return await self._patiently(callback, args, kwargs, endpoint, tries)
        except Forbidden as refusal:
            if self._on_refused is not None and isinstance(chat_id, int):
                await self._on_refused(chat_id, refusal.message)
            raise

    async def _patiently(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        tries: int,
    ) -> Any:
        pause_s, doubtful = self._pause_s, 0
        for left in reversed(range(tries)):
            try:
                with telemetry.timed(partial(telemetry.TelegramCall, endpoint)):
                    return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                wait_s = seconds_of(refusal)
                if not left or endpoint in _FLEETING or wait_s > _LONGEST_WAIT_S:
                    raise
                logger.info("Telegram asks to wait %.0f s before %s", wait_s, endpoint)
                await self._sleep(wait_s)
            except NetworkError as fault:
                doubtful += isinstance(fault, TimedOut) or endpoint in _FLEETING
                if not left or doubtful > 1 or not _may_repeat(endpoint, fault):
                    raise
                logger.info("%s is tried again: %s", endpoint, fault)
                await self._sleep(pause_s)
                pause_s *= 2
        raise AssertionError("there is always a try")  # pragma: no cover


def _may_repeat(endpoint: str, fault: NetworkError) -> bool:
    """Whether a second try does more good than harm.

    A connection that drops is mostly one that had been idle, and nothing was carried out. A text
    whose answer never came may be there already: somebody waits for it, so rather twice than not
    at all, but never three times. A file is not worth that.
    """
    if isinstance(fault, BadRequest) or endpoint == "sendChatAction":
        return False
    is_file = endpoint.startswith("send") and endpoint != "sendMessage"
    return not (is_file and isinstance(fault.__cause__, httpx.ReadTimeout | httpx.WriteTimeout))


def seconds_of(refusal: RetryAfter) -> float:
    """The wait; the library is moving from a number to a timedelta (PTB_TIMEDELTA)."""
    wait = refusal.retry_after
    return wait / timedelta(seconds=1) if isinstance(wait, timedelta) else wait
