"""Connections for many calls at the same time, where a call costs the same however many there are.

httpcore's pool looks at every connection, and at every waiting call, whenever a call begins or
ends: with 64 connections and 200 people that was more than half of the bot's work. Here each lane
is a pool of one connection, and the lane that was used last is taken first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable

__all__ = ["KEPT_S", "Lanes", "held", "trusted"]

# Less than the 60 s after which proxies and load balancers usually close what is idle.
KEPT_S: Final = 55.0


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once for the process."""
    return httpx.create_ssl_context()


def _lane() -> httpx.AsyncBaseTransport:
    limits = httpx.Limits(max_connections=1, keepalive_expiry=KEPT_S)
    return httpx.AsyncHTTPTransport(verify=trusted(), limits=limits)


class Lanes(httpx.AsyncBaseTransport):
    """At most `most` calls at a time, each on a connection of its own; the others queue.

    Waiting longer than the request's pool timeout raises httpx.PoolTimeout. Can be used again
    after `aclose`.
    """

    def __init__(
        self, most: int, open_lane: Callable[[], httpx.AsyncBaseTransport] = _lane
    ) -> None:
        self._places = asyncio.Semaphore(most)
        self._open_lane = open_lane
        # Idle since, longest first: the last one is the likeliest to be warm.
        self._idle: deque[tuple[float, httpx.AsyncBaseTransport]] = deque()
        self._lanes: set[httpx.AsyncBaseTransport] = set()

    def __len__(self) -> int:
        """How many lanes are open."""
        return len(self._lanes)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on a lane of its own; the lane is held until the answer is closed."""
        await self._take_place(request)
        lane = self._idle.pop()[1] if self._idle else self._opened()
        try:
            await self._close_stale()
            response = await lane.handle_async_request(request)
        except BaseException:
            self._give_back(lane)
            raise
        return held(response, lambda: self._give_back(lane))

    async def aclose(self) -> None:
        """Close every connection."""
        lanes, self._lanes = self._lanes, set()
        self._idle.clear()
        for lane in lanes:
            await lane.aclose()

    async def _take_place(self, request: httpx.Request) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("every connection is busy", request=request) from None

    def _opened(self) -> httpx.AsyncBaseTransport:
        lane = self._open_lane()
        self._lanes.add(lane)
        return lane

    def _give_back(self, lane: httpx.AsyncBaseTransport) -> None:
        if lane in self._lanes:  # or all were closed meanwhile
            self._idle.append((asyncio.get_running_loop().time(), lane))
        self._places.release()

    async def _close_stale(self) -> None:
        """What a rush opened is closed when nobody has needed it for a while."""
        limit = asyncio.get_running_loop().time() - KEPT_S
        while self._idle and self._idle[0][0] < limit:
            lane = self._idle.popleft()[1]
            self._lanes.discard(lane)
            await lane.aclose()


class _Held(httpx.AsyncByteStream):
    """A body that gives something back when it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, release: Callable[[], None]) -> None:
        self._stream = stream
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        """Close, and release once."""
        release, self._release = self._release, None
        try:
            await self._stream.aclose()
        finally:
            if release is not None:
                release()


def held(response: httpx.Response, release: Callable[[], None]) -> httpx.Response:
    """The same response, calling `release` once when it is closed."""
    stream: Any = response.stream  # async for any response of an async transport
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=_Held(stream, release),
        extensions=response.extensions,
    )
