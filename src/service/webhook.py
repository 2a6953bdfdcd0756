"""Updates that Telegram brings itself: one path, known to Telegram only, with its secret.

The secret is compared before anything else is read, the body is bounded in size and in time, and
the answer is sent when the update is safe with us. Whatever else comes changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from telegram import Update

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from telegram import Bot

    from src.settings import Settings

__all__ = ["MOST_BYTES", "Webhook", "webhook_route"]

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000
_BODY_S: Final = 5.0
_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_AT_ONCE: Final = 40


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram posts to, and how it shows that it is Telegram."""

    url: str
    path: str
    secret: str

    def __repr__(self) -> str:
        """Name neither the path nor the secret."""
        return "Webhook()"

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """As configured; path and secret that were left open come from the token, by HMAC.

        So they are the same after a restart, and nobody else can work them out. None for polling.
        """
        if settings.webhook_url is None:
            return None
        token = settings.telegram_bot_token.get_secret_value()
        url, given = settings.webhook_url, settings.webhook_secret
        path = urlsplit(url).path
        if path in {"", "/"}:
            path = f"/telegram/{_derived(token, 'path')[:32]}"
            url = url.rstrip("/") + path
        secret = given.get_secret_value() if given else _derived(token, "secret")
        return cls(url, path, secret)

    async def announce(self, bot: Bot, allowed_updates: Sequence[str]) -> None:
        """Ask Telegram to post here. Raises TelegramError."""
        await bot.set_webhook(
            self.url,
            secret_token=self.secret,
            allowed_updates=allowed_updates,
            max_connections=_AT_ONCE,
        )


def _derived(token: str, what: str) -> str:
    return hmac.new(token.encode(), f"panoptes webhook {what}".encode(), hashlib.sha256).hexdigest()


def webhook_route(
    webhook: Webhook,
    bot: Bot,
    take: Callable[[Sequence[Update]], Awaitable[bool]],
    *,
    body_s: float = _BODY_S,
) -> Route:
    """The route that Telegram posts to. `take` is False while nothing can be handled yet."""
    secret, strangers = webhook.secret.encode(), itertools.count(1)

    async def receive(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), secret):
            count = next(strangers)
            if count & (count - 1) == 0:  # the 1st, 2nd, 4th, 8th...: a flood fills no disk
                logger.warning("%d posts to the webhook without its secret were refused", count)
            return _closing(403, "Not Telegram")
        try:
            async with asyncio.timeout(body_s):
                body = await _read(request)
        except (TimeoutError, ClientDisconnect):
            return _closing(408, "Too slow")
        if body is None:
            return _closing(413, "Too large")
        update = _update(body, bot)
        if update is None:
            return _closing(400, "Not an update")
        return PlainTextResponse("") if await take([update]) else _closing(503, "Not yet")

    return Route(webhook.path, receive, methods=["POST"])


def _closing(status: int, words: str) -> Response:
    """A refusal. What is still being sent is not waited for."""
    return PlainTextResponse(words, status, headers={"Connection": "close"})


async def _read(request: Request) -> bytes | None:
    """The body; None as soon as it is too large, or says that it will be."""
    announced = request.headers.get("Content-Length", "0")
    if not announced.isdecimal() or int(announced) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _update(body: bytes, bot: Bot) -> Update | None:
    try:
        found: Any = json.loads(body)
        return Update.de_json(found, bot) if isinstance(found["update_id"], int) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
