"""Lanes: how many calls go at once, which connection they take, and what is closed when."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import pytest

from src.net.lanes import KEPT_S, Hosts, Lanes, http2_lane
from tests.virtual_time import now, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

URL = "https://telegram.example.net/bot/getMe"


@dataclass(eq=False)
class FakeLane(httpx.AsyncBaseTransport):
    """A connection that answers after a second, or fails."""

    number: int
    version: bytes = b"HTTP/1.1"
    calls: int = 0
    closed: bool = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        await asyncio.sleep(1)
        if request.url.path == "/cut":
            raise httpx.ReadError("cut")
        version = {"http_version": self.version}
        return httpx.Response(200, content=str(self.number).encode(), extensions=version)

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Road:
    """Lanes, and every connection that they opened."""

    most: int
    version: bytes = b"HTTP/1.1"
    opened: list[FakeLane] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.most, self._open)
        self.client = httpx.AsyncClient(transport=self.lanes)

    def _open(self) -> FakeLane:
        self.opened.append(FakeLane(len(self.opened), self.version))
        return self.opened[-1]

    async def calls(self, count: int, pool_s: float | None = None) -> list[str]:
        """What so many calls at the same time were answered with, or what they failed with."""
        timeout = httpx.Timeout(None, pool=pool_s)
        answers = await asyncio.gather(
            *(self.client.get(URL, timeout=timeout) for _ in range(count)), return_exceptions=True
        )
        return [
            answer.text if isinstance(answer, httpx.Response) else type(answer).__name__
            for answer in answers
        ]


def test_calls_beyond_the_most_wait_for_their_turn() -> None:
    async def main() -> None:
        road = Road(2)
        begin = now()
        assert sorted(await road.calls(5)) == ["0", "0", "0", "1", "1"]
        assert now() - begin == pytest.approx(3)
        assert len(road.lanes) == 2

    run(main())


@pytest.mark.parametrize(("pool_s", "served"), [(None, 4), (3.5, 4), (1.5, 2), (0.5, 1)], ids=str)
def test_a_call_waits_no_longer_than_it_may(pool_s: float | None, served: int) -> None:
    async def main() -> None:
        road = Road(1)
        answers = await road.calls(4, pool_s)
        assert answers == ["0"] * served + ["PoolTimeout"] * (4 - served)
        assert await road.calls(1) == ["0"], "a place was lost"

    run(main())


def test_the_lane_used_last_is_taken_first() -> None:
    async def main() -> None:
        road = Road(9)
        await road.calls(5)
        for _ in range(4):
            await road.calls(1)
        assert sorted(lane.calls for lane in road.opened) == [1, 1, 1, 1, 5]

    run(main())


def test_what_a_rush_opened_is_closed_afterwards() -> None:
    async def main() -> None:
        road = Road(9)
        await road.calls(5)
        await asyncio.sleep(KEPT_S - 2)
        (kept,) = await road.calls(1)
        assert len(road.lanes) == 5
        await asyncio.sleep(3)
        assert await road.calls(1) == [kept]
        assert [lane.number for lane in road.opened if not lane.closed] == [int(kept)]
        assert len(road.lanes) == 1

    run(main())


def test_a_lane_whose_call_failed_or_was_cancelled_is_closed_and_its_place_is_free() -> None:
    async def main() -> None:
        road = Road(1)
        with pytest.raises(httpx.ReadError):
            await road.client.get("https://telegram.example.net/cut")
        left = asyncio.create_task(road.calls(1))
        await asyncio.sleep(0.5)
        left.cancel()
        assert await road.calls(2) == ["2", "2"]
        assert [lane.closed for lane in road.opened] == [True, True, False]
        with pytest.raises(httpx.ReadError):
            await road.client.get("https://telegram.example.net/cut")
        await road.lanes.aclose()
        assert road.opened[-1].closed

    run(main())


@pytest.mark.parametrize("open_lane", [None, http2_lane], ids=["telegram", "plume"])
async def test_whenever_a_call_is_cancelled_the_next_one_does_not_wait_for_it(
    open_lane: Callable[[], httpx.AsyncBaseTransport] | None,
) -> None:
    """Left in a bad moment, the library's pool counts its connection as busy for good."""
    async with _server() as url:
        for turns in range(40):
            lanes = Lanes(1, open_lane) if open_lane else Lanes(1)
            async with httpx.AsyncClient(transport=lanes, timeout=5) as client:
                left = asyncio.ensure_future(client.get(url))
                for _ in range(turns):
                    await asyncio.sleep(0)
                left.cancel()
                await asyncio.wait([left])
                assert (await client.get(url)).text == "ok", f"left after {turns} turns"


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    """Answers every request on a connection, until the other end closes it."""

    served: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.ensure_future(serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.wait(served)


def test_after_a_close_it_opens_anew() -> None:
    async def main() -> None:
        road = Road(3)
        under_way = asyncio.create_task(road.calls(1))
        await asyncio.sleep(0.5)
        await road.lanes.aclose()
        assert road.opened[0].closed
        await under_way
        assert len(road.lanes) == 0, "what was closed must not be taken again"
        assert await road.calls(1) == ["1"]

    run(main())


def test_a_host_that_speaks_http2_needs_one_lane() -> None:
    async def main() -> None:
        road = Road(9, b"HTTP/2")
        assert sorted(await road.calls(3)) == ["0", "1", "2"]
        begin = now()
        (one, *others) = await road.calls(5)
        assert others == [one] * 4
        assert now() - begin == pytest.approx(1), "they went at the same time"
        await asyncio.sleep(KEPT_S + 1)
        assert await road.calls(1) == [one]
        assert [lane.number for lane in road.opened if not lane.closed] == [int(one)]

    run(main())


def test_a_host_that_goes_back_to_http1_gets_its_lanes_back() -> None:
    async def main() -> None:
        road = Road(9, b"HTTP/2")
        await road.calls(1)
        road.opened[0].version = road.version = b"HTTP/1.1"
        assert await road.calls(3) == ["0", "0", "0"]
        assert sorted(await road.calls(3)) == ["0", "1", "2"]
        assert len(road.lanes) == 3

    run(main())


def test_a_lane_that_was_closed_meanwhile_is_not_shared() -> None:
    async def main() -> None:
        road = Road(9, b"HTTP/2")
        under_way = asyncio.create_task(road.calls(1))
        await asyncio.sleep(0.5)
        await road.lanes.aclose()
        await under_way
        assert await road.calls(2) == ["1", "2"]

    run(main())


def test_each_host_has_lanes_of_its_own() -> None:
    async def main() -> None:
        opened: list[FakeLane] = []

        def open_lane() -> FakeLane:
            opened.append(FakeLane(len(opened)))
            return opened[-1]

        hosts = Hosts(open_lane)
        client = httpx.AsyncClient(transport=hosts)
        urls = ("https://a.example.net/", "https://b.example.net/", "http://a.example.net/")
        answers = [(await client.get(url)).text for url in (*urls, *urls)]
        assert answers == ["0", "1", "2", "0", "1", "2"]
        await hosts.aclose()
        assert all(lane.closed for lane in opened)

    run(main())


def test_http2_is_offered() -> None:
    assert isinstance(http2_lane(), httpx.AsyncHTTPTransport)
