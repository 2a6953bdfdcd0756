"""What stands in front of the embedded Plume cloud: request log, firewall, faults, bad days."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from src.demo.plume_errors import firewall_page
from src.demo.plume_faults import Faults, answer_with

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from src.demo.plume_auth import TokenDesk
    from src.demo.world import World

__all__ = ["Firewall", "Gate", "RequestRecord"]

MAX_RECORDS = 20_000
SLOW_MODE_SECONDS = 4.0
_METERED = ("/api/", "/reports/")


@dataclass(slots=True)
class RequestRecord:
    """One request as the server saw it; `status` and `finished` are None while it is open.

    Times are monotonic seconds. `peer` is (address, port) of the client, so that new
    connections can be counted.
    """

    method: str
    path: str
    query: str
    peer: tuple[str, int] | None
    client_id: str | None
    started: float
    status: int | None = None
    finished: float | None = None


class Firewall:
    """A counter for each client address over a rolling window.

    The call that exceeds `limit` and every later one is refused for one whole window: the
    vendor's article leaves open when a block ends, and this is the longest that it admits.
    """

    def __init__(self, limit: int, window_s: float, monotonic: Callable[[], float]) -> None:
        self.limit = limit
        self.window_s = window_s
        self._monotonic = monotonic
        self._calls: dict[str, deque[float]] = {}
        self._blocked_until: dict[str, float] = {}

    def admits(self, address: str) -> bool:
        """Count a call from this address, and tell whether it may pass."""
        now = self._monotonic()
        if now < self._blocked_until.get(address, now):
            return False
        calls = self._calls.setdefault(address, deque())
        while calls and calls[0] <= now - self.window_s:
            calls.popleft()
        if len(calls) >= self.limit:
            self._blocked_until[address] = now + self.window_s
            return False
        calls.append(now)
        return True

    def reset(self) -> None:
        """Forget every call and every block."""
        self._calls.clear()
        self._blocked_until.clear()


class Gate:
    """The ASGI application around the cloud's own."""

    def __init__(
        self,
        app: ASGIApp,
        world: World,
        desk: TokenDesk,
        *,
        firewall: Firewall,
        latency_s: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.requests: deque[RequestRecord] = deque(maxlen=MAX_RECORDS)
        self.faults = Faults()
        self.firewall = firewall
        self.latency_s = latency_s
        self._app = app
        self._world = world
        self._desk = desk
        self._monotonic = monotonic
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request, and answer it as the state of the world demands."""
        record = self._note(scope)
        meter = _Meter(send, record, self._world)
        try:
            await self._answer(scope, receive, meter, record)
        finally:
            record.finished = self._monotonic()

    async def _answer(
        self, scope: Scope, receive: Receive, meter: _Meter, record: RequestRecord
    ) -> None:
        if self.latency_s:
            await self._sleep(self.latency_s)
        fault = self.faults.strike(record.path, record.client_id)
        if record.path.startswith(_METERED) and await self._turned_away(scope, receive, meter):
            return
        if fault is None:
            await self._app(_normalised(scope), receive, meter.send)
        else:
            # `reset` needs the server's own `send` to find the transport behind it.
            send = meter.raw if fault.kind == "reset" else meter.send
            await answer_with(
                fault, self._app, _normalised(scope), receive, send, sleep=self._sleep
            )

    async def _turned_away(self, scope: Scope, receive: Receive, meter: _Meter) -> bool:
        """Answer in place of the API when the firewall or the cloud's mode says so."""
        mode = self._world.cloud_mode
        address = scope["client"][0] if scope.get("client") else ""
        if not self.firewall.admits(address) or mode == "rate_limiting":
            await firewall_page()(scope, receive, meter.send)
            return True
        if mode == "down":
            page = HTMLResponse("<html><h1>503 Service Unavailable</h1></html>", 503)
            await page(scope, receive, meter.send)
            return True
        if mode == "slow":
            await self._sleep(SLOW_MODE_SECONDS)
        return False

    def _note(self, scope: Scope) -> RequestRecord:
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        record = RequestRecord(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            peer=tuple(scope["client"]) if scope.get("client") else None,
            client_id=self._desk.client_of(authorization),
            started=self._monotonic(),
        )
        self.requests.append(record)
        return record


class _Meter:
    """Passes messages on with the world's time as their Date, and notes the status."""

    def __init__(self, raw: Send, record: RequestRecord, world: World) -> None:
        self.raw = raw
        self._record = record
        self._world = world

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._record.status = message["status"]
            date = format_datetime(self._world.clock.now(), usegmt=True)
            message["headers"] = [*message.get("headers", ()), (b"date", date.encode())]
        await self.raw(message)


def _normalised(scope: Scope) -> Scope:
    """The path with the case of its first words as the routes have them.

    The real cloud takes `/partners` and `/Partners` alike; ids and later words keep their case.
    """
    words = scope["path"].split("/")
    if len(words) > 2 and words[1].lower() in {"api", "reports"}:
        path = "/".join(["", words[1].lower(), words[2].lower(), *words[3:]])
        return {**scope, "path": path, "raw_path": path.encode()}
    return scope
