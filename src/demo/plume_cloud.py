"""The embedded Plume cloud: token service, customer API and reports over a simulated ISP.

It follows what is publicly known of the real one, and is strict where that one is strict. Serve
`PlumeCloud(World()).app` under uvicorn, or hand it to `httpx.ASGITransport`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from src.demo import plume_actions, plume_reads, plume_search
from src.demo.plume_auth import DEMO_CREDENTIALS, Credential, TokenDesk
from src.demo.plume_call import Call, Endpoint
from src.demo.plume_errors import PlumeRefusedError, loopback_error
from src.demo.plume_gate import Firewall, Gate, RequestRecord
from src.demo.plume_panel import panel_app
from src.demo.plume_shapes import Shapes

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from src.demo.plume_faults import Faults
    from src.demo.world import World

__all__ = ["DEMO_CREDENTIALS", "Credential", "PlumeCloud", "RequestRecord"]

TOKEN_PATH = "/oauth2/demo/v1/token"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class _PlumeApp(Starlette):
    """Starlette with the gate in front of it, where the server's own `send` is still in reach."""

    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.gate(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application behind the gate."""
        await super().__call__(scope, receive, send)


class PlumeCloud:
    """Plume's cloud over a world, with switches for everything that can go wrong.

    `requests` is the log (newest last), `faults` and `shapes` are the switches, `panel` is the
    JSON interface of the demo's World panel. `token_life_s` counts on `monotonic`, not on the
    world's clock.
    """

    def __init__(
        self,
        world: World,
        *,
        credentials: Sequence[Credential] = DEMO_CREDENTIALS,
        firewall_limit: int = 2000,
        firewall_window_s: float = 300.0,
        latency_s: float = 0.0,
        token_life_s: float = 1800,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.world = world
        self.shapes = Shapes()
        self.tokens = TokenDesk(
            credentials, self.shapes, life_s=token_life_s, monotonic=monotonic, wall=time.time
        )
        app = _PlumeApp(routes=self._routes())
        self._gate = app.gate = Gate(
            app.answer,
            world,
            self.tokens,
            firewall=Firewall(firewall_limit, firewall_window_s, monotonic),
            latency_s=latency_s,
            monotonic=monotonic,
            sleep=sleep,
        )
        self.app: Starlette = app
        self.panel: Starlette = panel_app(world)

    @property
    def requests(self) -> deque[RequestRecord]:
        """The requests so far, newest last, bounded; may be cleared."""
        return self._gate.requests

    @property
    def faults(self) -> Faults:
        """The fault switches."""
        return self._gate.faults

    @property
    def firewall(self) -> Firewall:
        """The firewall's counters."""
        return self._gate.firewall

    @property
    def latency_s(self) -> float:
        """How long each answer takes at least; may be set at any time."""
        return self._gate.latency_s

    @latency_s.setter
    def latency_s(self, seconds: float) -> None:
        self._gate.latency_s = seconds

    def calls(self, path_part: str = "") -> list[RequestRecord]:
        """The logged requests whose path contains this text, oldest first."""
        return [record for record in self.requests if path_part in record.path]

    def _routes(self) -> list[Route | Mount]:
        api = (*plume_search.ENDPOINTS, *plume_reads.API_ENDPOINTS, *plume_actions.ENDPOINTS)
        return [
            Route("/oauth2/{server}/v1/token", self.tokens.token, methods=["POST"]),
            Route("/oauth2/{server}/v1/introspect", self.tokens.introspect, methods=["POST"]),
            *(self._route("/api", endpoint) for endpoint in api),
            *(self._route("/reports", endpoint) for endpoint in plume_reads.REPORT_ENDPOINTS),
            Route("/api/{rest:path}", self._unknown, methods=_METHODS),
            Route("/reports/{rest:path}", self._unknown, methods=_METHODS),
        ]

    def _route(self, base: str, endpoint: Endpoint) -> Route:
        async def run(request: Request) -> Response:
            try:
                credential = self.tokens.holder(request)
                call = Call(request, self.world, self.shapes, credential, self.world.now())
                return await endpoint.handler(call)
            except PlumeRefusedError as refusal:
                return refusal.response()

        return Route(f"{base}{endpoint.path}", run, methods=[endpoint.method])

    async def _unknown(self, request: Request) -> Response:
        """LoopBack's answer to a path or method that does not exist; a token comes first."""
        try:
            self.tokens.holder(request)
        except PlumeRefusedError as refusal:
            return refusal.response()
        text = f"There is no method to handle {request.method} {request.url.path}"
        return loopback_error(404, text, "ENOTFOUND")
