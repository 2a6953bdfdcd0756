"""How the bot gets its updates: long polling or a webhook, never both."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from src.demo.telegram_errors import ApiError, bad_request, conflict
from src.demo.telegram_params import (
    ARRAY,
    BOOL,
    FILE,
    INT,
    TEXT,
    Invocation,
    Method,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from src.demo.telegram_state import TelegramState

__all__ = ["OTHER_POLLER", "Delivery"]

Json = dict[str, Any]

MAX_POLL_S = 50
ONLINE_GRACE_S = 3.0
WEBHOOK_TIMEOUT_S = 10.0
WEBHOOK_RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
PORTS = frozenset({None, 443, 80, 88, 8443})

OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Webhook:
    url: str
    secret: str | None
    trust: ssl.SSLContext | bool
    """The bot's own certificate, or True for the usual authorities."""
    task: asyncio.Task[None] | None = None
    info: Json = field(default_factory=dict)


class Delivery:
    """Hands updates to the bot, and knows whether it is listening."""

    def __init__(self, state: TelegramState) -> None:
        self._state = state
        self._poll: asyncio.Future[str] | None = None  # its result: who ended it
        self._last_poll: float | None = None
        self._webhook: _Webhook | None = None
        self._was_online = False

    @property
    def online(self) -> bool:
        """A poll is open, or was within the last seconds; or there is a webhook."""
        if self._poll is not None or self._webhook is not None:
            return True
        last = self._last_poll
        return last is not None and self._state.monotonic() - last < ONLINE_GRACE_S

    def methods(self) -> tuple[Method, ...]:
        """The Bot API methods served here."""
        updates = {"offset": INT, "limit": INT, "timeout": INT, "allowed_updates": ARRAY}
        webhook = {
            "url": TEXT,
            "certificate": FILE,
            "ip_address": TEXT,
            "max_connections": INT,
            "allowed_updates": ARRAY,
            "drop_pending_updates": BOOL,
            "secret_token": TEXT,
        }
        return (
            Method("getUpdates", self._get_updates, updates),
            Method("setWebhook", self._set_webhook, webhook),
            Method("deleteWebhook", self._delete_webhook, {"drop_pending_updates": BOOL}),
            Method("getWebhookInfo", self._webhook_info),
        )

    async def aclose(self) -> None:
        """Stop posting to the webhook."""
        webhook, self._webhook = self._webhook, None
        if webhook is not None and webhook.task is not None:
            webhook.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await webhook.task

    # -- long polling

    async def _get_updates(self, call: Invocation) -> list[Json]:
        if self._webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        limit = min(max(call.get("limit", 100), 1), 100)
        updates = self._state.updates
        self._allow(call)
        updates.confirm(call.get("offset", 0))
        mine = self._take_over()
        try:
            if not len(updates):
                await self._wait(call, mine)
        finally:
            if self._poll is mine:
                self._poll = None
            self._last_poll = self._state.monotonic()
            self._tell_later()
        if mine.done():
            raise conflict(mine.result())
        return updates.first(limit)

    def _take_over(self) -> asyncio.Future[str]:
        """The newest poll ends the one before it, as on the real server."""
        self._end_poll(OTHER_POLLER)
        self._poll = mine = asyncio.get_running_loop().create_future()
        self._tell()
        return mine

    def _end_poll(self, reason: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(reason)

    async def _wait(self, call: Invocation, ended: asyncio.Future[str]) -> None:
        timeout = min(max(call.get("timeout", 0), 0), MAX_POLL_S)
        if not timeout:
            return
        waits: list[Awaitable[Any]] = [self._state.updates.arrival(), asyncio.shield(ended)]
        if call.hung_up is not None:
            waits.append(call.hung_up())
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _allow(self, call: Invocation) -> None:
        """An absent list keeps what was said before; an empty one is the default again."""
        if call.has("allowed_updates"):
            wanted = call["allowed_updates"]
            if not all(isinstance(kind, str) for kind in wanted):
                raise bad_request("allowed_updates must be an Array of String")
            self._state.updates.allowed = frozenset(wanted) or None

    def _tell(self) -> None:
        online = self.online
        if online != self._was_online:
            self._was_online = online
            self._state.events.emit("bot_status", online=online)

    def _tell_later(self) -> None:
        asyncio.get_running_loop().call_later(ONLINE_GRACE_S + 0.05, self._tell)

    # -- webhook

    async def _set_webhook(self, call: Invocation) -> bool:
        url = call.get("url", "")
        if not url:
            return await self._delete_webhook(call)
        _check_webhook_url(url)
        secret = call.get("secret_token") or None
        if secret is not None and not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        certificate = call.uploads.get("certificate")
        webhook = _Webhook(url, secret, _trust(certificate.content if certificate else None))
        await self.aclose()
        self._allow(call)
        if call.get("drop_pending_updates"):
            self._state.updates.clear()
        self._end_poll("terminated by setWebhook request")
        webhook.info["max_connections"] = call.get("max_connections", 40)
        webhook.task = asyncio.create_task(self._post_all(webhook), name="telegram-webhook")
        self._webhook = webhook
        self._tell()
        return True

    async def _delete_webhook(self, call: Invocation) -> bool:
        await self.aclose()
        if call.get("drop_pending_updates"):
            self._state.updates.clear()
        self._tell()
        return True

    def _webhook_info(self, _call: Invocation) -> Json:
        webhook, updates = self._webhook, self._state.updates
        info: Json = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": bool(webhook and webhook.trust is not True),
            "pending_update_count": len(updates),
        }
        if updates.allowed is not None:
            info["allowed_updates"] = sorted(updates.allowed)
        return {**info, **(webhook.info if webhook else {})}

    async def _post_all(self, webhook: _Webhook) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        async with httpx.AsyncClient(
            verify=webhook.trust, headers=headers, timeout=WEBHOOK_TIMEOUT_S, trust_env=False
        ) as client:
            tries = 0
            while True:
                await self._state.updates.arrival()
                update = self._state.updates.first(1)[0]
                if await self._post(client, webhook, update):
                    self._state.updates.confirm(update["update_id"] + 1)
                    self._state.events.touch()
                    tries = 0
                else:
                    pause = WEBHOOK_RETRY_S[min(tries, len(WEBHOOK_RETRY_S) - 1)]
                    tries += 1
                    await asyncio.sleep(pause)

    async def _post(self, client: httpx.AsyncClient, webhook: _Webhook, update: Json) -> bool:
        """Whether the bot took it: any 2xx; everything else is tried again."""
        try:
            response = await client.post(webhook.url, json=update)
        except httpx.HTTPError as error:
            trouble = f"Connection failed: {type(error).__name__}"
        else:
            if response.is_success:
                return True
            trouble = (
                f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
            )
        logger.debug("webhook: %s", trouble)
        webhook.info.update(last_error_date=self._state.now(), last_error_message=trouble)
        self._state.events.touch()
        return False


def _trust(certificate: bytes | None) -> ssl.SSLContext | bool:
    if certificate is None:
        return True
    try:
        return ssl.create_default_context(cadata=certificate.decode())
    except (ssl.SSLError, UnicodeDecodeError):
        raise bad_request("bad webhook: certificate is invalid") from None


def _check_webhook_url(url: str) -> None:
    """HTTPS on Telegram's four ports; plain HTTP only to this machine."""
    parts = urlsplit(url)
    try:
        local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = parts.hostname == "localhost"
    if local and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port not in PORTS:
        raise ApiError(
            400,
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        )
