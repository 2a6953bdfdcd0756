"""A bot's side of the embedded Telegram server for tests: plain calls, no bot framework."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from src.demo.telegram_server import TelegramServer

TOKEN = "123456:FAKE-token-for-tests"


@dataclass
class Clock:
    """Both clocks of the server, moved by hand."""

    wall: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    ticks: float = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


@dataclass
class Reply:
    """Status and body of an answer."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def result(self) -> Any:
        assert self.status == 200, self.body
        return self.body["result"]

    @property
    def error(self) -> str:
        assert self.status != 200, self.body
        assert self.body["error_code"] == self.status
        assert self.body["ok"] is False
        return str(self.body["description"])


class Api:
    """``await api.sendMessage(chat_id=..., text=...)`` sends JSON, in process."""

    def __init__(self, server: TelegramServer, token: str = TOKEN) -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(server.app), base_url="http://telegram.test"
        )
        self.token = token

    def __getattr__(self, method: str) -> Any:
        async def call(**params: Any) -> Reply:
            return await self.post(method, json=params)

        return call

    async def post(self, method: str, **request: Any) -> Reply:
        """One call in the encoding that httpx's ``json``, ``data`` or ``files`` choose."""
        answer = await self.client.post(f"/bot{self.token}/{method}", **request)
        return Reply(answer.status_code, answer.json())


@dataclass
class Stage:
    """A server with one person who has started the bot."""

    clock: Clock
    server: TelegramServer
    api: Api
    ann: int


def make_stage(**options: Any) -> Stage:
    """A server under hand-moved clocks; Ann has written /start, and that update is confirmed."""
    clock = Clock()
    server = TelegramServer(token=TOKEN, clock=clock.now, monotonic=clock.monotonic, **options)
    ann = int(server.add_user("Ann", username="ann")["id"])
    server.send_text(ann, "/start")
    server.state.updates.clear()
    return Stage(clock, server, Api(server), ann)


def png(width: int, height: int) -> bytes:
    """A black PNG of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = (b"\0" * (1 + (width + 7) // 8)) * height
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_header(width: int, height: int) -> bytes:
    """As much of a JPEG as tells its size: SOI, fill byte, APP0, SOF0."""
    app0 = b"\xff\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app0 + frame
