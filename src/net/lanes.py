"""Connections for many calls at the same time, where a call costs the same however many there are.

httpcore's pool looks at every connection, and at every waiting call, whenever a call begins or
ends: with 64 connections and 200 people that was more than half of the bot's work. Here each lane
is a pool of one connection, and the lane that was used last is taken first. A host that speaks
HTTP/2 needs one lane for everything.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable

__all__ = ["KEPT_S", "Hosts", "Lanes", "held", "http2_lane", "trusted"]

# Less than the 60 s after which proxies and load balancers usually close what is idle.
KEPT_S: Final = 55.0


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once for the process."""
    return httpx.create_ssl_context()


def _lane() -> httpx.AsyncBaseTransport:
    limits = httpx.Limits(max_connections=1, keepalive_expiry=KEPT_S)
    return httpx.AsyncHTTPTransport(verify=trusted(), limits=limits)


def http2_lane() -> httpx.AsyncBaseTransport:
    """A lane that offers HTTP/2."""
    # The second is for what comes while a server that says goodbye finishes on the first.
    limits = httpx.Limits(max_connections=2, keepalive_expiry=KEPT_S)
    return httpx.AsyncHTTPTransport(verify=trusted(), http2=True, limits=limits)


class Lanes(httpx.AsyncBaseTransport):
    """At most `most` calls at a time, each on a connection of its own; the others queue.

    All calls share the first lane that turns out to speak HTTP/2. To be used for one host: a lane
    that changed its end would have to connect again each time.

    Waiting longer than the request's pool timeout raises httpx.PoolTimeout. Can be used again
    after `aclose`.
    """

    def __init__(
        self, most: int, open_lane: Callable[[], httpx.AsyncBaseTransport] = _lane
    ) -> None:
        self._places = asyncio.Semaphore(most)
        self._open_lane = open_lane
        # Idle since, longest first: the last one is the likeliest to be warm.
        self._idle: dict[httpx.AsyncBaseTransport, float] = {}
        self._lanes: set[httpx.AsyncBaseTransport] = set()
        self._dropped: list[httpx.AsyncBaseTransport] = []
        self._shared: httpx.AsyncBaseTransport | None = None

    def __len__(self) -> int:
        """How many lanes are open."""
        return len(self._lanes)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on a lane of its own; the lane is held until the answer is closed."""
        await self._take_place(request)
        lane = self._shared or (self._idle.popitem()[0] if self._idle else self._opened())
        try:
            await self._close_stale()
            response = await lane.handle_async_request(request)
        except BaseException:
            self._drop(lane)
            raise
        self._learn(lane, response)
        return held(response, lambda: self._give_back(lane), lambda: self._drop(lane))

    async def aclose(self) -> None:
        """Close every connection."""
        lanes, self._lanes, self._shared = [*self._lanes, *self._dropped], set(), None
        self._idle.clear()
        self._dropped.clear()
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

    def _learn(self, lane: httpx.AsyncBaseTransport, response: httpx.Response) -> None:
        """Share the lane, or stop sharing it when the host has gone back to HTTP/1.1."""
        if response.extensions.get("http_version") == b"HTTP/2":
            self._shared = self._shared or (lane if lane in self._lanes else None)
        elif lane is self._shared:
            self._shared = None

    def _give_back(self, lane: httpx.AsyncBaseTransport) -> None:
        if lane in self._lanes and lane is not self._shared:  # or all were closed meanwhile
            self._idle.pop(lane, None)  # was shared until now: somebody gave it back already
            self._idle[lane] = asyncio.get_running_loop().time()
        self._places.release()

    def _drop(self, lane: httpx.AsyncBaseTransport) -> None:
        """Never use it again: its call did not come to its end.

        Cancelled in a bad moment, httpcore's pool believes for good that its connection is busy,
        and whoever got this lane would wait in vain. Calls that share a lane end one by one.
        """
        if lane in self._lanes and lane is not self._shared:
            self._lanes.discard(lane)
            self._dropped.append(lane)
        self._places.release()

    async def _close_stale(self) -> None:
        """What was dropped is closed, and what a rush opened when nobody has needed it for long."""
        while self._dropped:
            await self._dropped.pop().aclose()
        limit = asyncio.get_running_loop().time() - KEPT_S
        while self._idle:
            lane = next(iter(self._idle))
            if self._idle[lane] >= limit:
                return
            del self._idle[lane]
            self._lanes.discard(lane)
            await lane.aclose()


class Hosts(httpx.AsyncBaseTransport):
    """Lanes for each host, opened when it is first called."""

    def __init__(self, open_lanes: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._open_lanes = open_lanes
        self._hosts: dict[tuple[str, bytes], httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on one of its host's lanes."""
        host = request.url.scheme, request.url.netloc
        lanes = self._hosts.get(host)
        if lanes is None:
            lanes = self._hosts[host] = self._open_lanes()
        return await lanes.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for lanes in self._hosts.values():
            await lanes.aclose()


class _Held(httpx.AsyncByteStream):
    """A body that gives something back when it is closed, or loses it when it cannot be."""

    def __init__(
        self,
        stream: httpx.AsyncByteStream,
        release: Callable[[], None],
        lose: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._lose = lose
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        """Close, and release or lose once."""
        release, self._release = self._release, None
        try:
            await self._stream.aclose()
        except BaseException:
            if release is not None:
                self._lose()
            raise
        if release is not None:
            release()


def held(
    response: httpx.Response, release: Callable[[], None], lose: Callable[[], None] | None = None
) -> httpx.Response:
    """The same response, calling `release` once when it is closed, or `lose` when that fails."""
    stream: Any = response.stream  # async for any response of an async transport
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=_Held(stream, release, lose or release),
        extensions=response.extensions,
    )
