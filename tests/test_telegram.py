"""How the process reaches Telegram: directly, or by the proxy of its environment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from src.demo.serving import ServedApp
from src.service.telegram import telegram_request

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Site:
    """Answers with what was asked for; remembers who called."""

    def __init__(self) -> None:
        self.peers: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.peers.add(tuple(scope["client"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["raw_path"]})


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


async def test_connections_are_kept_and_never_more_than_said() -> None:
    site = Site()
    async with ServedApp(site) as served:
        request = telegram_request(3)
        await request.initialize()
        for _ in range(2):
            answers = await asyncio.gather(
                *(request.do_request(f"{served.url}/getMe", "POST") for _ in range(7))
            )
            assert answers == [(200, b"/getMe")] * 7
        await request.shutdown()
    assert len(site.peers) == 3


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    async with ServedApp(site) as served:
        monkeypatch.setenv("http_proxy", served.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        request = telegram_request(1)
        await request.initialize()
        answer = await request.do_request("http://telegram.example/getMe", "POST")
        await request.shutdown()
    assert answer == (200, b"http://telegram.example/getMe")
