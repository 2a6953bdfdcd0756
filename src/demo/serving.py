"""Serve an ASGI application on a loopback socket, inside the event loop that is already running."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Self

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

    from starlette.types import ASGIApp

__all__ = ["ServedApp"]

LOOPBACK = "127.0.0.1"
STOP_WITHIN_S = 0.4

logger = logging.getLogger(__name__)


class _EmbeddedServer(uvicorn.Server):
    """A uvicorn server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class ServedApp:
    """An ASGI app under uvicorn: ``async with ServedApp(app) as served: served.url``.

    The socket is bound before uvicorn starts, so the port is known at once and a taken port is an
    ``OSError`` here rather than an exit inside uvicorn. No signal handler is installed: the
    process that embeds the server decides how it dies. Requests still open when the block is
    left (long polls, hanging answers) get ``stop_within_s`` before they are cancelled.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        stop_within_s: float = STOP_WITHIN_S,
        lifespan: bool = False,
    ) -> None:
        self._app = app
        self._wanted = (host, port)
        self._stop_within_s = stop_within_s
        self._lifespan = lifespan
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def host(self) -> str:
        """The address that is listened on."""
        return str(self._bound().getsockname()[0])

    @property
    def port(self) -> int:
        """The port that the system gave, or the one asked for."""
        return int(self._bound().getsockname()[1])

    @property
    def url(self) -> str:
        """Base URL without a trailing slash, such as ``http://127.0.0.1:41231``."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> Self:
        """Listen, and return when requests are being accepted. Raises OSError for a taken port."""
        self._socket = self._listen()
        self._server = self._build_server()
        self._task = asyncio.create_task(self._serve(self._server, self._socket), name="served-app")
        try:
            # uvicorn offers a flag, not an event
            while not (self._server.started or self._task.done()):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            if self._task.done():
                await self._task
        except BaseException:
            await self.stop()
            raise
        return self

    async def stop(self) -> None:
        """Stop listening, end what is open, and close the socket. May be called twice."""
        task, server, self._task = self._task, self._server, None
        if task is not None and server is not None:
            server.should_exit = True
            # uvicorn cancels what is open after its own whole-second timeout; this one is finer.
            await asyncio.wait({task}, timeout=self._stop_within_s)
            if not task.done():
                server.force_exit = True
                self._drop_open_requests(server)
                await asyncio.wait({task}, timeout=self._stop_within_s)
            if not task.done():
                task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and (error := task.exception()) is not None:
                logger.debug("the server had failed: %r", error)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def __aenter__(self) -> Self:
        """Start."""
        return await self.start()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, whatever happened inside."""
        await self.stop()

    def _bound(self) -> socket.socket:
        if self._socket is None:
            raise RuntimeError("the server is not running")
        return self._socket

    def _listen(self) -> socket.socket:
        # TCP by name, or asyncio does not know it for TCP and leaves Nagle's algorithm on, which is
        # 40 ms more for each answer to a long poll.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._wanted)
            listener.listen(2048)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        return listener

    def _build_server(self) -> uvicorn.Server:
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="on" if self._lifespan else "off",
            timeout_keep_alive=75,
            ws="none",
            server_header=False,
            date_header=False,  # the embedded cloud tells the time of its world
        )
        return _EmbeddedServer(config)

    @staticmethod
    async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
        try:
            await server.serve(sockets=[listener])
        except SystemExit as error:  # uvicorn's way to say so; it would end the whole event loop
            raise RuntimeError("the server stopped while starting") from error

    @staticmethod
    def _drop_open_requests(server: uvicorn.Server) -> None:
        logger.debug("dropping %d open requests", len(server.server_state.tasks))
        for task in list(server.server_state.tasks):
            task.cancel()
        for connection in list(server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
