"""A Plume cloud of a few lines, on httpx.MockTransport: each test says what it answers."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

HEADER = "Basic " + base64.b64encode(b"fake-client:fake-secret").decode()
OTHER_HEADER = "Basic " + base64.b64encode(b"other-client:other-secret").decode()
PARTNER = "a0a0a0a0a0a0a0a0a0a00001"
SECRETS = ("fake-secret", HEADER.split()[1], "fake-token")

CONFIG = {
    "auth_header": HEADER,
    "partner_id": PARTNER,
    "sso_url": "https://sso.example.net/oauth2/x/v1/token",
    "plume_api_base": "https://plume.example.net/api/",
    "plume_reports_base": "https://plume.example.net/reports",
}

Reply = httpx.Response | Exception
Route = Reply | object | Callable[[httpx.Request], Any]

JSON_401 = {"error": {"statusCode": 401, "message": "Authorization Required"}}
JSON_403 = {"error": {"statusCode": 403, "message": "Forbidden"}}
HTML_403 = httpx.Response(403, html="<html><head><title>403 Forbidden</title></head></html>")


class FakePlume:
    """Answers by path: a JSON value, a response, an exception, a list of those in turn, or a
    function of the request. A path that was not said is a failure of the test."""

    def __init__(self, **options: float) -> None:
        self.calls: list[httpx.Request] = []
        self.bearers: list[str] = []  # a request is sent again with another one
        self.left_at: list[float] = []
        self.token_calls: list[httpx.Request] = []
        self.token_answers: list[Reply] = []
        self.routes: dict[str, Any] = {}
        self.in_flight = 0
        self.most_in_flight = 0
        self.latency_s = options.get("latency_s", 0.0)
        self.expires_in = options.get("expires_in", 1800)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    def answers(self, path: str, *replies: Any) -> None:
        """Say what `path` answers; the last of several stays."""
        self.routes[path] = list(replies)

    @property
    def paths(self) -> list[str]:
        return [call.url.path for call in self.calls]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "sso.example.net":
            return await self._token(request)
        self.calls.append(request)
        self.bearers.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.left_at.append(asyncio.get_running_loop().time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            return await self._answer(request)
        finally:
            self.in_flight -= 1

    async def _token(self, request: httpx.Request) -> httpx.Response:
        self.token_calls.append(request)
        number = len(self.token_calls)
        await asyncio.sleep(self.latency_s)
        if self.token_answers:
            return _reply(self.token_answers.pop(0))
        body = {"access_token": f"fake-token-{number}", "expires_in": self.expires_in}
        return httpx.Response(200, json=body)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        replies = self.routes.get(request.url.path)
        assert replies is not None, f"nobody said what {request.url.path} answers"
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if not callable(reply):
            return _reply(reply)
        made = reply(request)
        if isinstance(made, Awaitable):
            made = await made
        return made if isinstance(made, httpx.Response) else _reply(made)


def _reply(reply: Any) -> httpx.Response:
    if isinstance(reply, Exception):
        raise reply
    if isinstance(reply, httpx.Response):  # a fresh one: a response can be read only once
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
    return httpx.Response(200, json=reply)


async def forever(_: httpx.Request) -> httpx.Response:
    """A call that hangs."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")
