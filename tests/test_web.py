"""What operators see on PANOPTES_LISTEN, and that a rude client costs nobody anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from src.handlers.state import State
from src.service import web
from src.service.readiness import Health
from src.service.web import WebServer, make_app
from src.settings import Listen, load_settings
from src.version import VERSION
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOON = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)


def rendered() -> tuple[bytes, str]:
    return b"panoptes_up 1\n", "text/plain; version=0.0.4; charset=utf-8"


@pytest_asyncio.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_DATA_DIR": str(tmp_path)}
    found = State(load_settings(given, dotenv=None))
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def health() -> Health:
    found = Health(now=lambda: NOON)
    found.started = NOON - timedelta(hours=1)
    return found


async def get(health: Health, state: State, path: str, method: str = "GET") -> httpx.Response:
    app = make_app(health, state, rendered)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        return await client.request(method, path)


async def test_the_process_is_alive_whatever_else_is_not(health: Health, state: State) -> None:
    answer = await get(health, state, "/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": VERSION, "uptime_s": 3600}


async def test_ready_is_200_and_not_ready_503(health: Health, state: State) -> None:
    assert (await get(health, state, "/readyz")).status_code == 503
    health.listens("webhook")
    answer = await get(health, state, "/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True


async def test_metrics_are_passed_on_with_their_type(health: Health, state: State) -> None:
    answer = await get(health, state, "/metrics")
    assert answer.content == b"panoptes_up 1\n"
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "GET", 404), ("/healthz", "POST", 405), ("/readyz", "HEAD", 503)],
)
async def test_nothing_else_is_there(
    path: str, method: str, status: int, health: Health, state: State
) -> None:
    assert (await get(health, state, path, method)).status_code == status


# -- on a real socket


async def echo(request: Any) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest_asyncio.fixture
async def server(
    health: Health, state: State, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WebServer]:
    monkeypatch.setattr(web, "_REQUEST_S", 0.15)
    app = make_app(health, state, rendered, [Route("/echo", echo, methods=["POST"])])
    found = WebServer(app, Listen("127.0.0.1", 0))
    await found.start()
    yield found
    await found.stop()


async def connect(server: WebServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nHos"])
async def test_a_client_that_never_finishes_its_head_is_let_go(
    head: bytes, server: WebServer
) -> None:
    reader, writer = await connect(server)
    writer.write(head)
    async with httpx.AsyncClient(trust_env=False) as client:  # meanwhile others are served
        answer = await client.get(f"http://127.0.0.1:{server.port}/healthz")
        assert answer.status_code == 200
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_second_slow_head_is_let_go_and_a_slow_body_is_waited_for(
    server: WebServer,
) -> None:
    reader, writer = await connect(server)
    writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
    await asyncio.sleep(0.3)  # longer than a head may take; the body's limit is its reader's
    writer.write(b"b")
    first = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n2"), 5)
    assert first.startswith(b"HTTP/1.1 200")
    writer.write(b"GET /hea")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_nonsense_gets_400_and_huge_heads_are_refused(server: WebServer) -> None:
    for sent in (b"\x16\x03\x01hello\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000):
        reader, writer = await connect(server)
        writer.write(sent)
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_stopping_does_not_wait_for_who_hangs_on(server: WebServer) -> None:
    _reader, writer = await connect(server)
    writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
    await asyncio.sleep(0.05)
    await asyncio.wait_for(server.stop(), 5)
    await server.stop()
    writer.close()


async def test_an_address_that_is_taken_is_an_error(
    server: WebServer, health: Health, state: State
) -> None:
    second = WebServer(make_app(health, state, rendered), Listen("127.0.0.1", server.port))
    with pytest.raises(OSError, match="in use"):
        await second.start()
    await second.stop()


async def test_a_server_that_does_not_run_has_no_port(health: Health, state: State) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = WebServer(make_app(health, state, rendered), Listen("127.0.0.1", 0)).port
