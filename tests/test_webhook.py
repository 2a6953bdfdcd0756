"""The webhook: only Telegram gets through, and nobody can hold it up or fill it up."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Bot, Update

from src.service.webhook import MOST_BYTES, Webhook, webhook_route
from src.settings import load_settings
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 3}
BOT = Bot(TOKEN)  # one for all: it sends nothing, and making one reads every certificate


def configured(**variables: str) -> Webhook:
    given = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "PANOPTES_LISTEN": "127.0.0.1:8080",
        "PANOPTES_WEBHOOK_URL": "https://bot.example",
    }
    webhook = Webhook.of(load_settings({**given, **variables}, dotenv=None))
    assert webhook is not None
    return webhook


class Taken:
    """Stands for the intake."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.open = True

    async def __call__(self, updates: Sequence[Update]) -> bool:
        self.ids += [update.update_id for update in updates if self.open]
        return self.open


async def post(taken: Taken, body: Any, *, path: str | None = None, **headers: Any) -> int:
    webhook = configured()
    app = Starlette(routes=[webhook_route(webhook, BOT, taken, body_s=0.05)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://bot.example"
    ) as client:
        headers = {HEADER: webhook.secret, **headers}
        sent = await client.post(path or webhook.path, content=body, headers=headers)
        assert sent.is_success or sent.status_code == 404 or sent.headers["connection"] == "close"
        return sent.status_code


async def trickle() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(60)


async def flood() -> AsyncIterator[bytes]:
    for _ in range(MOST_BYTES // 100_000 + 1):
        yield b" " * 100_000


async def test_an_update_is_taken() -> None:
    taken = Taken()
    assert await post(taken, json.dumps(UPDATE)) == 200
    assert taken.ids == [3]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (json.dumps(UPDATE), {HEADER: "wrong"}, 403),
        (json.dumps(UPDATE), {HEADER: ""}, 403),
        (json.dumps(UPDATE), {HEADER: b"\xfcml\xe4ut"}, 403),
        (b" " * (MOST_BYTES + 1), {}, 413),
        (b"", {"Content-Length": str(MOST_BYTES + 1)}, 413),
        (b"", {"Content-Length": "many"}, 413),
        (b"", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"[]", {}, 400),
        (b"null", {}, 400),
        (b'{"update_id": "3"}', {}, 400),
        (b'{"update_id": 3, "message": {}}', {}, 400),
    ],
)
async def test_anything_else_changes_nothing(body: Any, headers: Any, status: int) -> None:
    taken = Taken()
    assert await post(taken, body, **headers) == status
    assert taken.ids == []


async def test_a_body_of_unknown_length_is_bounded_in_size_and_time() -> None:
    taken = Taken()
    assert await post(taken, flood()) == 413
    assert await post(taken, trickle()) == 408
    assert taken.ids == []


async def test_before_the_handlers_are_ready_telegram_has_to_come_again() -> None:
    taken = Taken()
    taken.open = False
    assert await post(taken, json.dumps(UPDATE)) == 503


async def test_another_path_is_not_there() -> None:
    assert await post(Taken(), json.dumps(UPDATE), path="/telegram/guess") == 404


def test_an_open_path_and_secret_come_from_the_token_and_stay_the_same() -> None:
    first, second = configured(), configured()
    other = configured(TELEGRAM_BOT_TOKEN="123456:another-one")
    assert first == second
    assert len({first.path, first.secret, other.path, other.secret}) == 4
    assert first.url == "https://bot.example" + first.path
    assert len(first.path) > 32
    assert first.secret not in repr(first)
    assert first.path not in repr(first)


def test_what_is_configured_is_used() -> None:
    url = "https://bot.example/hooks/wifi"
    webhook = configured(PANOPTES_WEBHOOK_URL=url, PANOPTES_WEBHOOK_SECRET="hush_hush-1")
    assert (webhook.url, webhook.path, webhook.secret) == (url, "/hooks/wifi", "hush_hush-1")


def test_without_an_address_there_is_no_webhook() -> None:
    assert Webhook.of(load_settings({"TELEGRAM_BOT_TOKEN": TOKEN}, dotenv=None)) is None


async def test_a_flood_of_strangers_does_not_flood_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    webhook = configured()
    app = Starlette(routes=[webhook_route(webhook, BOT, Taken())])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example") as client:
        for _ in range(20):
            assert (await client.post(webhook.path)).status_code == 403
    lines = [message for message in caplog.messages if "without its secret" in message]
    assert [line.split()[0] for line in lines] == ["1", "2", "4", "8", "16"]
