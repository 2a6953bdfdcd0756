"""The demo's chat page: static files, and a small JSON and event API over the Telegram server."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from src.demo.page_security import PageGuard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from src.demo.telegram_server import TelegramServer

__all__ = ["DemoPage", "Visitor"]

T = TypeVar("T")
Json = dict[str, Any]

WEB = Path(__file__).parent / "web"
PAGE_OF_MESSAGES = 60
MAX_BODY = 64 * 1024
KEEP_ALIVE_S = 15.0
_SHOWN_IMAGES = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person that the page can act for, with the credentials they may hand to the bot."""

    id: int
    name: str
    role: str
    header: str
    partner_id: str
    customer_id: str

    def described(self) -> Json:
        """As the page's scripts read it."""
        return {
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "credential": {
                "header": self.header,
                "partner_id": self.partner_id,
                "customer_id": self.customer_id,
            },
        }


class _BadRequestError(Exception):
    """What the page asked makes no sense; the text is one sentence."""


class DemoPage:
    """``app`` serves the page below ``/<key>/``, guarded, with the World panel at ``world``.

    Without ``telegram`` (``--demo-plume``) there is no chat: the page is the World panel alone.
    """

    def __init__(
        self,
        telegram: TelegramServer | None,
        panel: ASGIApp,
        people: Sequence[Visitor],
        *,
        key: str,
        bound_host: str = "127.0.0.1",
    ) -> None:
        self._telegram = telegram
        self._people = tuple(people)
        self._bot_running = True
        self._bot_since = float("-inf")
        self._bot_seen = False
        self._chat = None if telegram is None else _ChatRoutes(telegram)
        inner = Starlette(
            routes=[Mount(f"/{key}", routes=self._routes(panel))],
            exception_handlers={_BadRequestError: _refused},
        )
        self.app: ASGIApp = PageGuard(inner, key=key, bound_host=bound_host)

    def bot_process(self, *, running: bool) -> None:
        """Tell the page at once that the bot's process ended or was started.

        The Telegram server alone notices a dead bot only when its long poll is overdue.
        """
        self._bot_running = running
        if self._telegram is not None:
            self._bot_since = self._telegram.state.monotonic()
            self._telegram.state.events.emit("bot_process", running=running)

    def close(self) -> None:
        """End the event streams: a server that cuts them off instead complains about it."""
        if self._chat is not None:
            self._chat.close()

    def _bot_online(self, telegram: TelegramServer) -> bool:
        """Online means that this process polls: the server still trusts the one before it."""
        polls = (call for call in reversed(telegram.calls) if call.method == "getUpdates")
        newest = next(polls, None)
        own = newest is not None and newest.started >= self._bot_since
        return telegram.bot_online and self._bot_running and own

    def _routes(self, panel: ASGIApp) -> list[Route | Mount]:
        routes: list[Route | Mount] = [
            Route("/", _index),
            Route("/api/state", self._state),
            Mount("/web", StaticFiles(directory=WEB)),
            Mount("/world", panel),
        ]
        if self._chat is not None:
            routes[2:2] = self._chat.routes()
        return routes

    async def _state(self, _request: Request) -> Response:
        people = [visitor.described() for visitor in self._people]
        telegram = self._telegram
        if telegram is None:
            return JSONResponse({"mode": "plume", "people": people})
        online = self._bot_online(telegram)
        self._bot_seen = self._bot_seen or online
        user = telegram.bot
        bot = {
            "id": user["id"],
            "name": user["first_name"],
            "username": user["username"],
            "online": online,
            "seen": self._bot_seen,
        }
        seen: dict[int, Json] = {}
        for visitor in self._people:
            for chat in telegram.chats(visitor.id):
                entry = seen.setdefault(chat["id"], {**chat, "members": []})
                entry["members"].append(visitor.id)
        return JSONResponse(
            {
                "mode": "chat",
                "seq": telegram.state.events.seq,
                "bot": bot,
                "people": people,
                "chats": list(seen.values()),
            }
        )


class _ChatRoutes:
    """What the chat itself asks for and does."""

    def __init__(self, telegram: TelegramServer) -> None:
        self._telegram = telegram
        self._closed = False

    def close(self) -> None:
        """Wake everybody who follows, and let them go."""
        self._closed = True
        self._telegram.state.events.emit("closed")

    def routes(self) -> list[Route]:
        """Below the key."""
        return [
            Route("/api/chat", self._chat),
            Route("/api/events", self._events),
            Route("/api/send", self._send, methods=["POST"]),
            Route("/api/press", self._press, methods=["POST"]),
            Route("/api/file/{file_id}", self._file),
        ]

    async def _chat(self, request: Request) -> Response:
        telegram = self._telegram
        user_id, chat_id = self._place(dict(request.query_params))
        before = _number(request.query_params.get("before", str(2**53)), "before")
        messages = [m for m in telegram.messages(chat_id) if m["message_id"] < before]
        return JSONResponse(
            {
                "seq": telegram.state.events.seq,
                "messages": messages[-PAGE_OF_MESSAGES:],
                "more": len(messages) > PAGE_OF_MESSAGES,
                "commands": telegram.commands(user_id, chat_id),
                "typing": telegram.chat_action(chat_id),
                "keyboard": telegram.keyboard(chat_id),
            }
        )

    async def _send(self, request: Request) -> Response:
        body = await _json_body(request)
        user_id, chat_id = self._place(body)
        text, reply = _typed(body, "text", str), body.get("reply")
        reply_to = None if reply is None else _number(reply, "reply")
        try:
            message = self._telegram.send_text(user_id, text, chat_id=chat_id, reply_to=reply_to)
        except (LookupError, ValueError) as error:
            raise _BadRequestError(_sentence(error)) from error
        return JSONResponse({"message_id": message["message_id"]})

    async def _press(self, request: Request) -> Response:
        body = await _json_body(request)
        user_id, chat_id = self._place(body)
        message_id = _number(body.get("message"), "message")
        try:
            query = self._telegram.press(user_id, chat_id, message_id, _typed(body, "data", str))
        except LookupError as error:
            raise _BadRequestError("This button is gone.") from error
        return JSONResponse({"query": query})

    async def _file(self, request: Request) -> Response:
        stored = self._telegram.file(request.path_params["file_id"])
        if stored is None:
            return JSONResponse({"error": "This file is gone."}, status_code=404)
        shown = stored.mime in _SHOWN_IMAGES and "download" not in request.query_params
        # Whatever a bot uploads as a document never runs as a page of ours.
        headers = {"Cache-Control": "private, max-age=3600"}
        if not shown:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
        media_type = stored.mime if shown else "application/octet-stream"
        return Response(stored.content, media_type=media_type, headers=headers)

    async def _events(self, request: Request) -> Response:
        after = _number(request.query_params.get("after", "0"), "after")
        return StreamingResponse(
            self._follow(after),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _follow(self, seen: int) -> AsyncIterator[str]:
        events = self._telegram.state.events
        yield ": hello\n\n"  # so that the browser knows at once that it is connected
        if seen > events.seq:  # the page remembers another run
            yield _as_event({"seq": events.seq, "type": "gap"})
            seen = events.seq
        while not self._closed:
            try:
                await asyncio.wait_for(events.newer_than(seen), KEEP_ALIVE_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            news = list(events.since(seen))
            seen = news[-1]["seq"]
            yield "".join(map(_as_event, news))

    def _place(self, given: Json) -> tuple[int, int]:
        user_id, chat_id = _number(given.get("user"), "user"), _number(given.get("chat"), "chat")
        if user_id not in self._telegram.state.people:
            raise _BadRequestError("There is no such person in this demo.")
        if all(chat["id"] != chat_id for chat in self._telegram.chats(user_id)):
            raise _BadRequestError("This person is not in that chat.")
        return user_id, chat_id


async def _index(_request: Request) -> Response:
    return FileResponse(WEB / "index.html")


async def _refused(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


def _as_event(event: Json) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _json_body(request: Request) -> Json:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # what a foreign form could send
        raise _BadRequestError("The body has to be JSON.")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise _BadRequestError("The message is too long.")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise _BadRequestError("The body has to be JSON.") from error
    if not isinstance(body, dict):
        raise _BadRequestError("The body has to be a JSON object.")
    return body


def _number(value: Any, name: str) -> int:
    text = value if isinstance(value, str) else json.dumps(value)
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise _BadRequestError(f"'{name}' has to be a whole number.")
    return int(text)


def _typed(body: Json, name: str, kind: type[T]) -> T:
    value = body.get(name)
    if not isinstance(value, kind):
        raise _BadRequestError(f"'{name}' is missing.")
    return value


def _sentence(error: Exception) -> str:
    text = str(error.args[0]) if error.args else "That did not work"
    return f"{text[:1].upper()}{text[1:]}."
