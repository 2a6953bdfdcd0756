"""Updates of one chat in order, chats side by side: nobody waits for another's slow call."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from src.handlers.incoming import thread_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

__all__ = ["ChatOrder"]

# Waiting updates count too, so one busy chat must not be able to fill it.
_AT_ONCE = 10_000


class _Begun(NamedTuple):
    at: float
    where: tuple[int, int] | None  # chat and topic, 0 for none


def _chat_of(update: object) -> int | None:
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat else None


def _where(update: object) -> tuple[int, int] | None:
    chat_id = _chat_of(update)
    if chat_id is None or not isinstance(update, Update):
        return None
    return chat_id, (thread_of(update) or 0) if chat_id < 0 else 0


class ChatOrder(BaseUpdateProcessor):
    """One lock a chat. A lock vanishes with the last update that uses it."""

    __slots__ = ("_locks", "_on_wait", "_running", "_trace")

    def __init__(
        self,
        on_wait: Callable[[Update], Awaitable[None]] | None = None,
        trace: Callable[[object], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        """`on_wait` is told of each update that has to wait for an earlier one of its chat.

        `trace` is around everything that an update causes, the waiting included.
        """
        super().__init__(_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._on_wait = on_wait
        self._trace = trace
        self._running: dict[asyncio.Task[Any] | None, _Begun] = {}

    @property
    def busy(self) -> int:
        """How many updates are under way or wait for their turn."""
        return len(self._running)

    def slow(self, after_s: float) -> set[tuple[int, int]]:
        """Where somebody has been waiting for longer than this, in seconds.

        Chat and topic of a group; 0 is no topic.
        """
        limit = asyncio.get_running_loop().time() - after_s
        waiting = (begun for begun in self._running.values() if begun.at <= limit)
        return {begun.where for begun in waiting if begun.where is not None}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await the work when the chat's earlier work is done."""
        task = asyncio.current_task()
        try:
            self._running[task] = _Begun(asyncio.get_running_loop().time(), _where(update))
            with self._trace(update):
                await self._in_turn(update, coroutine)
        finally:
            self._running.pop(task, None)
            if inspect.iscoroutine(coroutine):
                coroutine.close()  # cancelled while waiting: it was never started

    async def _in_turn(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat_id = _chat_of(update)
        if chat_id is None:
            await coroutine
            return
        lock = self._locks.get(chat_id)
        if lock is None:
            lock = self._locks[chat_id] = asyncio.Lock()
        notice = self._notice(update) if lock.locked() else None
        try:
            async with lock:  # taken before anything else is awaited, so turns keep their order
                if notice is not None:
                    await notice
                await coroutine
        finally:
            if notice is not None:
                notice.cancel()

    def _notice(self, update: object) -> asyncio.Future[None] | None:
        if self._on_wait is None or not isinstance(update, Update):
            return None
        return asyncio.ensure_future(self._on_wait(update))

    def drain(self, grace_s: float) -> None:
        """Cancel what still runs after the grace; returns at once."""
        asyncio.get_running_loop().call_later(grace_s, self._cancel_all)

    def _cancel_all(self) -> None:
        for task in filter(None, list(self._running)):
            task.cancel()
