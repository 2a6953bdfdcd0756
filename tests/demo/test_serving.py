"""The loopback server that the demo and the tests share."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from src.demo.serving import ServedApp

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


async def echo_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each request with its own path."""
    body = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


class Hanging:
    """Never answers; remembers how many calls came in."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.left = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()


async def test_answers_on_the_url_that_it_names() -> None:
    async with ServedApp(echo_path) as served, httpx.AsyncClient() as client:
        answer = await client.get(f"{served.url}/hello")

    assert answer.text == "/hello"


async def test_an_answer_leaves_without_waiting_for_more() -> None:
    seen: list[int] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        connection = receive.__self__.transport.get_extra_info("socket")  # type: ignore[attr-defined]  # uvicorn's own method
        seen.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        await echo_path(scope, receive, send)

    async with ServedApp(note) as served, httpx.AsyncClient() as client:
        await client.get(served.url)

    assert seen == [1]


async def test_two_servers_get_two_ports() -> None:
    async with ServedApp(echo_path) as one, ServedApp(echo_path) as two:
        assert one.port != two.port
        assert one.host == two.host == "127.0.0.1"


async def test_refuses_connections_after_the_block() -> None:
    async with ServedApp(echo_path) as served:
        url = served.url

    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_stops_although_a_request_never_ends() -> None:
    app = Hanging()
    async with httpx.AsyncClient() as client:
        async with ServedApp(app, stop_within_s=0.05) as served:
            call = asyncio.create_task(client.get(served.url))
            await app.entered.wait()

        with pytest.raises(httpx.TransportError):
            await call

    assert app.left.is_set()


async def test_leaves_signal_handlers_alone() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    async with ServedApp(echo_path):
        inside = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    assert inside == before


async def test_a_taken_port_is_an_os_error() -> None:
    async with ServedApp(echo_path) as served:
        with pytest.raises(OSError, match="in use"):
            await ServedApp(echo_path, port=served.port).start()


async def test_runs_the_lifespan_when_asked_to() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await echo_path(scope, receive, send)
            return
        for event in ("startup", "shutdown"):
            await receive()
            seen.append(event)
            await send({"type": f"lifespan.{event}.complete"})

    async with ServedApp(app, lifespan=True):
        assert seen == ["startup"]

    assert seen == ["startup", "shutdown"]


async def test_a_failing_startup_is_raised_and_frees_the_port() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    served = ServedApp(app, lifespan=True)
    with pytest.raises(RuntimeError, match="while starting"):
        await served.start()

    with pytest.raises(RuntimeError, match="not running"):
        _ = served.url


async def test_stop_may_be_called_twice() -> None:
    served = await ServedApp(echo_path).start()

    await served.stop()
    with contextlib.suppress(RuntimeError):
        await served.stop()

    with pytest.raises(RuntimeError, match="not running"):
        _ = served.port
