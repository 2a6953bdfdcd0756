"""The small HTTP server on PANOPTES_LISTEN: /healthz, /readyz, /metrics, and the webhook.

Imported only where something listens. A reverse proxy in front brings TLS; still, somebody slow,
large or rude costs no more than the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from src.service.readiness import readiness
from src.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from starlette.requests import Request
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

    from src.handlers.state import State
    from src.service.readiness import Health
    from src.settings import Listen

__all__ = ["WebServer", "make_app"]

logger = logging.getLogger(__name__)

_REQUEST_S: Final = 10.0
_MOST_CONNECTIONS: Final = 200
_HEADER_BYTES: Final = 16_384


def make_app(
    health: Health,
    state: State,
    render: Callable[[], tuple[bytes, str]],
    more: Sequence[Route] = (),
) -> Starlette:
    """The application. `render` gives the metrics and their content type."""

    async def healthz(_request: Request) -> Response:
        uptime_s = round((health.now() - health.started).total_seconds())
        return JSONResponse({"status": "ok", "version": VERSION, "uptime_s": uptime_s})

    async def readyz(_request: Request) -> Response:
        found = await readiness(health, state)
        return JSONResponse(found, 200 if found["ready"] else 503)

    async def metrics(_request: Request) -> Response:
        body, content_type = render()
        return Response(body, headers={"Content-Type": content_type})

    ours = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    return Starlette(routes=[*ours, *more])


class _PatientProtocol(H11Protocol):
    """Closes a connection that has not brought a whole request head within 10 s."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _idle(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        return cycle is None or cycle.response_complete

    def _arm(self) -> None:
        if self._patience is None and self._idle():
            self._patience = self.loop.call_later(_REQUEST_S, self._give_up)

    def _give_up(self) -> None:
        self._patience = None
        if self._idle():
            self.transport.close()


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class WebServer:
    """The application on its socket, from `start` to `stop`."""

    def __init__(self, app: Starlette, listen: Listen) -> None:
        """Nothing listens yet."""
        self._listen = listen
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._server = _Server(
            uvicorn.Config(
                app,
                http=_PatientProtocol,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(_REQUEST_S),
                timeout_graceful_shutdown=1,
                limit_concurrency=_MOST_CONNECTIONS,
                h11_max_incomplete_event_size=_HEADER_BYTES,
            )
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._socket is None:
            raise RuntimeError("the server is not running")
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises OSError when the address is taken or not ours."""
        loop = asyncio.get_running_loop()
        host, port = self._listen
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        self._socket = socket.socket(family, kind, protocol)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(address)
            self._socket.listen(_MOST_CONNECTIONS)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        serving = self._server.serve(sockets=[self._socket])
        self._task = asyncio.create_task(serving, name="web server")
        logger.info("listening on %s port %d", host, self.port)

    async def stop(self) -> None:
        """Close everything; what is open gets a second."""
        task, self._task = self._task, None
        if task is not None:
            self._server.should_exit = True
            await asyncio.wait({task}, timeout=2.0)
            task.cancel()
            await asyncio.wait({task})
        if self._socket is not None:
            self._socket.close()
