"""Who would be left without an answer if the process died now: kept, so that the next one says so.

Only who has been waiting for a while is kept, so that usually nothing is written at all. To keep
the others too would be a write for each answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Final

from src.handlers import texts
from src.handlers.notify import notify
from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot

    from src.handlers.order import ChatOrder
    from src.handlers.state import State

__all__ = ["Unanswered"]

logger = logging.getLogger(__name__)

_FACT: Final = "unanswered"
_WAITS_S: Final = 1.0

_Where = tuple[int, int]  # a chat, and a topic of it or 0


class Unanswered:
    """Keeps the chats that wait, and tells those that the run before has left waiting."""

    def __init__(
        self,
        order: ChatOrder,
        state: State,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`sleep` is replaced by tests."""
        self._order = order
        self._state = state
        self._sleep = sleep
        self._kept: list[_Where] = []

    async def watch(self) -> None:
        """Keep who waits, once a second, until cancelled."""
        while True:
            await self._sleep(_WAITS_S)
            await self._keep(sorted(self._order.slow(_WAITS_S)))

    async def settle(self) -> None:
        """At a clean stop everybody was answered, or told that there is no answer."""
        await self._keep([])

    async def left(self) -> list[_Where]:
        """The chats and topics that the run before has left waiting; none from now on."""
        try:
            kept = await self._state.store.fact(_FACT)
            self._kept = [_read(each) for each in json.loads(kept)] if kept else []
            found = list(self._kept)
            await self._keep([])
        except StorageError as error:
            logger.error("storage: %s (who waits is not known)", error)  # noqa: TRY400 - the sentence says it all
            return []
        return found

    async def tell(self, bot: Bot, places: list[_Where]) -> None:
        """Say in each of these that its answer may have been lost."""
        for chat_id, topic in places:
            try:
                await notify(bot, self._state, chat_id, texts.CUT_OFF, thread_id=topic or None)
            except StorageError as error:
                logger.error("storage: %s (a chat was not told)", error)  # noqa: TRY400 - as above

    async def _keep(self, places: list[_Where]) -> None:
        if places == self._kept:
            return
        try:
            await self._state.store.keep_fact(_FACT, json.dumps(places))
        except StorageError as error:
            logger.warning("storage: %s (who waits is not kept)", error)
        else:
            self._kept = places


def _read(kept: int | list[int]) -> _Where:
    """A number alone is a private chat, as the version before has kept it."""
    if isinstance(kept, int):
        return kept, 0
    chat_id, topic = kept
    return chat_id, topic
