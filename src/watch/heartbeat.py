"""A sign of life for another monitor: a GET every minute, for as long as watching works."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["EVERY_S", "Heartbeat"]

logger = logging.getLogger(__name__)

EVERY_S: Final = 60.0
_TIMEOUT_S: Final = 10.0


class Heartbeat:
    """Calls `url` while `alive()`; its path and query may be a secret, and are never logged."""

    def __init__(
        self,
        url: str,
        alive: Callable[[], bool],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._host = urlsplit(url).hostname
        self._alive = alive
        self._sleep = sleep
        self._transport = transport
        self._failing = False

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT_S) as client:
            while True:
                if self._alive():
                    await self._beat(client)
                await self._sleep(EVERY_S)

    async def _beat(self, client: httpx.AsyncClient) -> None:
        try:
            answer = await client.get(self._url)
            trouble = f"status {answer.status_code}" if answer.is_error else ""
        except httpx.HTTPError as error:
            trouble = type(error).__name__
        if trouble and not self._failing:
            logger.warning("the heartbeat does not reach %s: %s", self._host, trouble)
        elif self._failing and not trouble:
            logger.info("the heartbeat reaches %s again", self._host)
        self._failing = bool(trouble)
