"""Faults on demand: every way in which the Plume cloud or the road to it can fail."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import httpx
from starlette.responses import HTMLResponse, Response

from src.demo.plume_errors import firewall_page, loopback_error, oauth_error

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FAULT_KINDS", "Fault", "Faults", "answer_with"]

BIG_BODY_BYTES = 5_000_000
_HTML = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"


@dataclass(slots=True)
class Fault:
    """A fault in force: where, for whom, and how many times it is still to strike."""

    kind: str
    path: str = "*"
    times: int | None = None
    client_id: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def matches(self, path: str, client_id: str | None) -> bool:
        """Whether it strikes a request.

        "*" means every call of the API and the reports; the token service is struck by the
        two token faults, and by others when `path` names it (`/oauth2/*`).
        """
        if self.client_id is not None and self.client_id != client_id:
            return False
        is_token_path = path.startswith("/oauth2/")
        if self.path == "*":
            return is_token_path == (self.kind in _TOKEN_FAULTS)
        return fnmatchcase(path.lower(), self.path.lower())


class Faults:
    """The faults in force; the newest one that matches strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def set(
        self,
        kind: str,
        path: str = "*",
        times: int | None = None,
        *,
        client_id: str | None = None,
        **options: Any,
    ) -> Fault:
        """Begin a fault. Options: `retry_after` for "429", `seconds` for "slow".

        ValueError for a kind or an option that does not exist.
        """
        if kind not in FAULT_KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are {', '.join(FAULT_KINDS)}")
        unknown = options.keys() - _OPTIONS.get(kind, set())
        if unknown:
            raise ValueError(f"the fault {kind!r} has no option {', '.join(sorted(unknown))}")
        fault = Fault(kind, path, times, client_id, options)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def strike(self, path: str, client_id: str | None) -> Fault | None:
        """The fault that strikes this request, counted; None when it is let through."""
        for fault in reversed(self._faults):
            if fault.matches(path, client_id):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None


async def answer_with(
    fault: Fault,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Answer a request as the fault says, asking `app` for the true answer where it needs it."""
    if fault.kind in _ANSWERS:
        await _ANSWERS[fault.kind](fault)(scope, receive, send)
    elif fault.kind == "hang":
        await _wait_for_disconnect(receive)
    elif fault.kind == "reset":
        await _reset(receive, send)
    elif fault.kind == "slow":
        await sleep(float(fault.options.get("seconds", 5.0)))
        await app(scope, receive, send)
    else:
        await _respoil(_SPOILERS[fault.kind], app, scope, receive, send)


def _rate_limited(fault: Fault) -> Response:
    after = fault.options.get("retry_after")
    headers = {} if after is None else {"Retry-After": str(after)}
    return loopback_error(429, "Too many requests", headers=headers)


_ANSWERS: dict[str, Callable[[Fault], Response]] = {
    "token_refused": lambda _: oauth_error(401, "invalid_client", "Client authentication failed."),
    "token_scope": lambda _: oauth_error(
        400, "invalid_scope", "One or more scopes are not configured."
    ),
    "401": lambda _: loopback_error(401, "Authorization Required", "AUTHORIZATION_REQUIRED"),
    "json_403": lambda _: loopback_error(403, "Resource is owned by another partner"),
    "html_403": lambda _: firewall_page(),
    "404": lambda _: loopback_error(404, "Location not found", "MODEL_NOT_FOUND"),
    "422": lambda _: Response(status_code=422),
    "429": _rate_limited,
    "500": lambda _: loopback_error(500, "Unhandled API error"),
    "502": lambda _: HTMLResponse("<html><h1>502 Bad Gateway</h1></html>", 502),
    "503": lambda _: loopback_error(503, "Service unavailable"),
    "504": lambda _: HTMLResponse("<html><h1>504 Gateway Time-out</h1></html>", 504),
    "html_200": lambda _: HTMLResponse(_HTML),
    "wrong_shape": lambda _: Response(
        b'{"unexpected":[[1,"two"],{"three":null}],"nodes":7}', media_type="application/json"
    ),
}
_TOKEN_FAULTS = {"token_refused", "token_scope"}
_OPTIONS: dict[str, set[str]] = {"429": {"retry_after"}, "slow": {"seconds"}}


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reset(receive: Receive, send: Send) -> None:
    """Drop the connection with no answer.

    ASGI has no word for it: under uvicorn the transport behind `send` is closed; in-process
    there is no connection, so the client's own transport error is raised through the app.
    """
    transport: asyncio.Transport | None = getattr(
        getattr(send, "__self__", None), "transport", None
    )
    if transport is None:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.abort()
    await _wait_for_disconnect(receive)


async def _respoil(
    spoil: Callable[[bytes], bytes], app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Let the app answer, then spoil the body."""
    start: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    spoiled = spoil(bytes(body))
    rest = [(key, value) for key, value in start["headers"] if key != b"content-length"]
    start["headers"] = [*rest, (b"content-length", str(len(spoiled)).encode())]
    await send(start)
    await send({"type": "http.response.body", "body": spoiled})


def _cut(body: bytes) -> bytes:
    return body[: max(1, len(body) * 2 // 3)]


def _all_null(body: bytes) -> bytes:
    """Envelope and number of items as they were, and null in every field."""
    value = json.loads(body)
    if isinstance(value, list):
        return _dump([_blank(item) for item in value])
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    kept = {key: [_blank(item) for item in items] for key, items in lists.items()}
    return _dump({**_blank(value), **kept})


def _blank(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, dict) else None


def _empty_list(body: bytes) -> bytes:
    """The lists of the answer without their items; an object without lists becomes `[]`."""
    value = json.loads(body)
    if isinstance(value, dict) and any(isinstance(item, list) for item in value.values()):
        return _dump({key: [] if isinstance(item, list) else item for key, item in value.items()})
    return b"[]"


def _big(body: bytes) -> bytes:
    """The true answer and five megabytes that nobody asked for, as valid JSON."""
    value = json.loads(body)
    padding = {"padding": "x" * BIG_BODY_BYTES}
    return _dump([*value, padding] if isinstance(value, list) else {**value, **padding})


def _dump(value: Any) -> bytes:
    return json.dumps(value).encode()


_SPOILERS: dict[str, Callable[[bytes], bytes]] = {
    "cut_json": _cut,
    "nulls": _all_null,
    "empty_list": _empty_list,
    "big_body": _big,
}

FAULT_KINDS = (*_ANSWERS, "hang", "reset", "slow", *_SPOILERS)
