"""An embedded Telegram Bot API server: strict, in memory, and played by Python calls.

A bot talks to ``TelegramServer.app`` over HTTP as it would to api.telegram.org; people are moved
by the methods inherited from ``TelegramPeople``.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import compare_digest
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from src.demo import telegram_edit, telegram_send, telegram_settings
from src.demo.telegram_errors import ApiError
from src.demo.telegram_faults import Fault, Faults
from src.demo.telegram_params import Invocation, Method, Upload, decode, read_request
from src.demo.telegram_people import TelegramPeople
from src.demo.telegram_state import FloodLimits, TelegramState
from src.demo.telegram_updates import Delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

__all__ = ["Call", "TelegramServer"]

Json = dict[str, Any]

MAX_CALLS = 5_000
SHOWN_ON_TIMEOUT = 6
DEFAULT_BOT_ID = 7_100_000_001


@dataclass(slots=True)
class Call:
    """One call of the bot, as it ended. Times are of the server's monotonic clock, in seconds."""

    method: str
    params: Json
    started: float
    peer: tuple[str, int] | None = None
    ok: bool = False
    error_code: int | None = None
    error: str | None = None
    result: Any = None
    finished: float | None = None
    """None while the call is still open, as a long poll is."""


class TelegramServer(TelegramPeople):
    """The server with its people. See the module docstring; ``app`` is what a bot talks to.

    ``latency_s`` is waited before every answer but getUpdates; ``query_life_s`` is how long a
    pressed button may wait for its answer.
    """

    def __init__(
        self,
        *,
        token: str,
        bot_username: str = "panoptes_demo_bot",
        bot_name: str = "Panoptes",
        clock: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        latency_s: float = 0.0,
        query_life_s: float = 15.0,
        max_messages_per_chat: int = 2000,
        flood: FloodLimits | None = None,
    ) -> None:
        super().__init__(
            TelegramState(
                bot=_bot_user(token, bot_username, bot_name),
                clock=clock or (lambda: datetime.now(UTC)),
                monotonic=monotonic,
                query_life_s=query_life_s,
                max_messages_per_chat=max_messages_per_chat,
            )
        )
        self.state.flood = flood
        self.latency_s = latency_s
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self.faults = Faults()
        self._token = token
        self._delivery = Delivery(self.state)
        self._methods = _method_table(self._delivery)
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._serve_call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._serve_file, methods=["GET"]),
            ],
            exception_handlers={404: _not_found, 405: _not_found},
            lifespan=self._lifespan,
        )

    @property
    def bot(self) -> Json:
        """The bot's own User, as getMe answers it."""
        return self.state.bot

    @property
    def bot_online(self) -> bool:
        """Whether a bot is listening: polling now or moments ago, or with a webhook."""
        return self._delivery.online

    @property
    def pending_updates(self) -> int:
        """Updates that the bot has not confirmed."""
        return len(self.state.updates)

    def calls_of(self, method: str) -> list[Call]:
        """Finished calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method and call.finished is not None]

    def timeout_text(self, timeout: float) -> str:
        """The newest messages, and the newest calls that were refused."""
        refused = [call for call in self.calls if call.error is not None][-SHOWN_ON_TIMEOUT:]
        lines = [f"  refused {call.method}: {call.error}" for call in refused]
        return "\n".join([super().timeout_text(timeout), *lines])

    async def aclose(self) -> None:
        """Let hanging calls go, and stop posting to a webhook."""
        self.faults.clear()
        await self._delivery.aclose()

    # -- HTTP

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        await self.aclose()

    async def _serve_call(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
            method = self._method(request.path_params["method"])
        except ApiError as error:
            return _refusal(error)
        started = self.state.monotonic()
        call = Call(method.name, {}, started, _peer(request))
        self.calls.append(call)
        try:
            call.result = await self._run(method, request, call)
            call.ok = True
            response: Response = JSONResponse({"ok": True, "result": call.result})
        except ApiError as error:
            call.error_code, call.error = error.code, error.description
            response = _refusal(error)
        except _ConnectionBrokenError:
            call.error = "connection reset"
            response = Response(status_code=500)
        except ClientDisconnect:  # the bot gave up while it was still sending
            call.error = "the caller hung up"
            response = Response(status_code=500)
        finally:
            call.finished = self.state.monotonic()
            self.state.events.touch()
        return response

    async def _run(self, method: Method, request: Request, call: Call) -> Any:
        values, uploads = await read_request(request)
        call.params = {**values, **{name: _file_note(file) for name, file in uploads.items()}}
        fault = self.faults.take(method.name, values)
        self.state.events.touch()
        if fault is not None:
            await self._misbehave(fault, request)
        if self.latency_s and method.name != "getUpdates":
            await asyncio.sleep(self.latency_s)
        decoded = decode(method, values, uploads)
        call.params = {**decoded, **{name: _file_note(file) for name, file in uploads.items()}}
        result = method.run(Invocation(self.state, decoded, uploads, lambda: _until_gone(request)))
        return await result if inspect.isawaitable(result) else result

    async def _misbehave(self, fault: Fault, request: Request) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(float(fault.options.get("seconds", 1.0)))
        elif fault.kind == "reset":
            await _break_connection(request)
        elif fault.kind == "hang":
            await _first_of(fault.released.wait(), _until_gone(request))
            raise ApiError(502, "Bad Gateway")
        else:
            error = fault.error()
            if error is not None:
                raise error

    async def _serve_file(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
        except ApiError as error:
            return _refusal(error)
        stored = self.state.files.at(request.path_params["path"])
        if stored is None:
            return _refusal(ApiError(404, "Not Found"))
        return Response(stored.content, media_type=stored.mime)

    def _check_token(self, token: str) -> None:
        if not compare_digest(token.encode(), self._token.encode()):
            raise ApiError(401, "Unauthorized") if ":" in token else ApiError(404, "Not Found")

    def _method(self, name: str) -> Method:
        method = self._methods.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found")
        return method


class _ConnectionBrokenError(Exception):
    """The connection is gone; no answer can be sent."""


def _bot_user(token: str, username: str, name: str) -> Json:
    head = token.partition(":")[0]
    return {
        "id": int(head) if head.isdigit() else DEFAULT_BOT_ID,
        "is_bot": True,
        "first_name": name,
        "username": username,
    }


def _method_table(delivery: Delivery) -> dict[str, Method]:
    """Names are matched without regard to case, as the real server does."""
    methods = (
        *telegram_settings.METHODS,
        *telegram_send.METHODS,
        *telegram_edit.METHODS,
        *delivery.methods(),
    )
    return {method.name.lower(): method for method in methods}


def _refusal(error: ApiError) -> JSONResponse:
    return JSONResponse(error.body(), status_code=error.code)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return _refusal(ApiError(404, "Not Found"))


def _peer(request: Request) -> tuple[str, int] | None:
    return (request.client.host, request.client.port) if request.client else None


def _file_note(upload: Upload) -> Json:
    """What the call log keeps of a file: never its bytes."""
    return {"file": upload.name, "size": len(upload.content)}


async def _until_gone(request: Request) -> None:
    """Return when the caller has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _break_connection(request: Request) -> None:
    """Cut the socket. uvicorn's ``receive`` is a method of the object that holds the transport."""
    cycle = getattr(request.receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionResetError("the embedded Telegram server cut the connection")
    transport.abort()
    await asyncio.sleep(0)
    raise _ConnectionBrokenError
