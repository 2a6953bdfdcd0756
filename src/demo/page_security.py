"""Who may reach the demo page: the holder of the key, from a page of our own address.

The page stands in for people, so whoever reaches it can act for them. Three checks, all before
any route: the ``Host`` (against DNS rebinding), the ``Origin`` (against other sites that post
here), and a random key as the first part of the path, which every relative link carries on.
"""

from __future__ import annotations

import ipaddress
from secrets import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PageGuard", "is_loopback"]

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address holds the key: no link may pass it on.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PageGuard:
    """ASGI middleware around the page. ``bound_host`` is what the server listens on.

    On loopback only loopback names are accepted. On another address any IP literal is, because
    rebinding needs a name, and the port may be a forwarded one (a container's, say).
    """

    def __init__(self, app: ASGIApp, *, key: str, bound_host: str = "127.0.0.1") -> None:
        self._app = app
        self._key = key.encode()
        self._local_only = is_loopback(bound_host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the security headers added to the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            response = PlainTextResponse(refusal, status_code=403, headers=_HEADERS)
            await response(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known_host(host):
            return "This demo answers only under its own address."
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{host}":
            return "This demo takes requests from its own page only."
        first = scope["path"].split("/", 2)[1] if scope["path"].startswith("/") else ""
        if not compare_digest(first.encode(), self._key):
            return "Open the address that the terminal shows: it holds this demo's key."
        return None

    def _known_host(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name = parts.hostname or ""
            _ = parts.port  # a port that is no number is refused as well
        except ValueError:
            return False
        if name in _LOCAL_NAMES:
            return parts.username is None and not parts.path
        if self._local_only or parts.username is not None or parts.path:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
