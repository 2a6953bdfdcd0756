"""Long polling and webhooks: nothing is lost, nothing is handed out twice after being confirmed."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from src.demo.serving import ServedApp
from src.demo.telegram_updates import OTHER_POLLER
from tests.demo.telegram_kit import Stage, make_stage


@pytest.fixture
def stage() -> Stage:
    return make_stage()


if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_they_are_confirmed(stage: Stage) -> None:
    for text in "abc":
        stage.server.send_text(stage.ann, text)
    first = (await stage.api.getUpdates()).result
    assert texts(first) == ["a", "b", "c"]
    assert texts((await stage.api.getUpdates(limit=2)).result) == ["a", "b"]
    rest = await stage.api.getUpdates(offset=first[1]["update_id"])
    assert texts(rest.result) == ["b", "c"]
    assert texts((await stage.api.getUpdates()).result) == ["b", "c"]
    assert stage.server.pending_updates == 2
    await stage.api.getUpdates(offset=first[-1]["update_id"] + 1)
    assert stage.server.pending_updates == 0


async def test_a_negative_offset_keeps_only_the_newest(stage: Stage) -> None:
    for text in "abc":
        stage.server.send_text(stage.ann, text)
    assert texts((await stage.api.getUpdates(offset=-1)).result) == ["c"]
    assert texts((await stage.api.getUpdates()).result) == ["c"]


async def test_a_long_poll_returns_with_the_first_update(stage: Stage) -> None:
    poll = asyncio.create_task(stage.api.getUpdates(timeout=50))
    await stage.server.wait_for(lambda: stage.server.bot_online)
    stage.server.send_text(stage.ann, "now")
    assert texts((await poll).result) == ["now"]


async def test_a_poll_without_timeout_returns_at_once(stage: Stage) -> None:
    assert (await stage.api.getUpdates()).result == []


async def test_the_newer_of_two_pollers_ends_the_older(stage: Stage) -> None:
    older = asyncio.create_task(stage.api.getUpdates(timeout=50))
    await stage.server.wait_for(lambda: stage.server.bot_online)
    newer = asyncio.create_task(stage.api.getUpdates(timeout=50))
    refused = await older
    assert (refused.status, refused.error) == (409, f"Conflict: {OTHER_POLLER}")
    stage.server.send_text(stage.ann, "now")
    assert texts((await newer).result) == ["now"]


async def test_only_wanted_kinds_are_queued_and_the_choice_lasts(stage: Stage) -> None:
    await stage.api.getUpdates(allowed_updates=["callback_query"])
    stage.server.send_text(stage.ann, "unwanted")
    assert (await stage.api.getUpdates()).result == []
    await stage.api.getUpdates(allowed_updates=[])
    stage.server.send_text(stage.ann, "wanted")
    assert texts((await stage.api.getUpdates()).result) == ["wanted"]
    assert (await stage.api.getUpdates(allowed_updates=[5])).status == 400


async def test_the_bot_is_online_while_it_polls_and_shortly_after(stage: Stage) -> None:
    follow = stage.server.subscribe()
    seen = [stage.server.bot_online]
    await stage.api.getUpdates()
    seen.append(stage.server.bot_online)
    assert await anext(follow) == {
        "seq": stage.server.state.events.seq,
        "type": "bot_status",
        "online": True,
    }
    stage.clock.advance(3.1)
    assert [*seen, stage.server.bot_online] == [False, True, False]


async def test_memory_for_updates_is_bounded(stage: Stage) -> None:
    for number in range(10_050):
        stage.server.state.updates.put("message", {"text": str(number)})
    assert stage.server.pending_updates == 10_000
    assert texts((await stage.api.getUpdates(limit=1)).result) == ["50"]


class Hook:
    """A bot's webhook: fails as often as told, then takes updates."""

    def __init__(self) -> None:
        self.failures = 0
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.app = Starlette(routes=[Route("/hook", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
        self.got.append(json.loads(await request.body()))
        return Response()


@pytest.fixture
async def hook(stage: Stage) -> AsyncIterator[tuple[Hook, str]]:
    receiver = Hook()
    async with ServedApp(receiver.app) as served:
        yield receiver, f"{served.url}/hook"
        await stage.server.aclose()


async def test_a_webhook_gets_updates_in_order_with_the_secret(
    stage: Stage, hook: tuple[Hook, str]
) -> None:
    receiver, url = hook
    stage.server.send_text(stage.ann, "old")
    poll = asyncio.create_task(stage.api.getUpdates(offset=10**12, timeout=50))
    await stage.server.wait_for(lambda: stage.server.bot_online)
    receiver.failures = 1
    answer = await stage.api.setWebhook(
        url=url, secret_token="s3cret", allowed_updates=["message"], max_connections=5
    )
    assert answer.result is True
    assert (await poll).error == "Conflict: terminated by setWebhook request"
    assert (await stage.api.getUpdates()).error.startswith("Conflict: can't use getUpdates method")
    assert stage.server.bot_online is True
    for text in "abc":
        stage.server.send_text(stage.ann, text)
    await stage.server.wait_for(lambda: not stage.server.pending_updates)
    assert texts(receiver.got) == ["a", "b", "c"]
    assert receiver.secrets == ["s3cret"] * 3
    info = (await stage.api.getWebhookInfo()).result
    assert info["url"] == url
    assert info["max_connections"] == 5
    assert info["allowed_updates"] == ["message"]
    assert info["last_error_message"] == (
        "Wrong response from the webhook: 503 Service Unavailable"
    )


async def test_a_webhook_can_be_taken_away(stage: Stage, hook: tuple[Hook, str]) -> None:
    _, url = hook
    stage.server.send_text(stage.ann, "dropped")
    await stage.api.setWebhook(url=url, drop_pending_updates=True)
    assert (await stage.api.setWebhook(url="")).result is True
    stage.server.send_text(stage.ann, "kept")
    assert (await stage.api.getWebhookInfo()).result == {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 1,
    }
    assert texts((await stage.api.getUpdates()).result) == ["kept"]
    assert (await stage.api.deleteWebhook(drop_pending_updates=True)).result is True
    assert stage.server.pending_updates == 0


async def test_a_dead_webhook_is_tried_again_and_reported(stage: Stage) -> None:
    await stage.api.setWebhook(url="http://127.0.0.1:9/hook")
    stage.server.send_text(stage.ann, "x")
    webhook = stage.server._delivery._webhook
    assert webhook is not None
    await stage.server.wait_for(lambda: "last_error_message" in webhook.info)
    info = (await stage.api.getWebhookInfo()).result
    assert info["last_error_message"] == "Connection failed: ConnectError"
    assert info["pending_update_count"] == 1
    await stage.server.aclose()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "http://a.example"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://a.example:9000"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "http://localhost:1/x", "secret_token": "no spaces"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_bad_webhooks_are_refused(stage: Stage, params: dict[str, str], words: str) -> None:
    assert (await stage.api.setWebhook(**params)).error == f"Bad Request: {words}"


async def test_a_broken_certificate_is_refused(stage: Stage) -> None:
    reply = await stage.api.post(
        "setWebhook",
        data={"url": "https://127.0.0.1:1/x"},
        files={"certificate": ("c.pem", b"nonsense")},
    )
    assert reply.error == "Bad Request: bad webhook: certificate is invalid"
