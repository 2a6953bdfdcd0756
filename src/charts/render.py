"""Draws plans in a process of its own: the event loop only waits.

Drawing in a thread makes the loop stall for several milliseconds again and again, and for far more
when a collection of the bot's garbage falls into the import of matplotlib (benchmarks/charts.py
prints the figures). The process starts with the first picture, is ended when nothing was drawn for
a while, which gives its memory back, and can be ended when a drawing hangs.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sys
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from src.net.flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.charts.theme import ThemeName
    from src.models.pictures import Picture

__all__ = ["Painter", "PictureError", "picture_key"]

_log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent.parent
_WORKER = (sys.executable, "-m", "src.charts.worker")
# To be raised when equal plans begin to look different: pictures that were sent are kept by key.
_LOOK = 1
# A drawing takes 0.1 s, the first one a second or two; what takes longer will not end well.
_DRAW_S = 15.0
_IDLE_S = 600.0
_QUEUE_MOST = 30
_KEPT = 32  # pictures of about 40 KB
_SECRET_PREFIXES = ("PANOPTES_", "PLUME_", "TELEGRAM_")


class PictureError(Exception):
    """There is no picture; the text goes out without it."""


def picture_key(plan: Picture, theme: ThemeName) -> str:
    """Equal keys, equal pictures: what Telegram's file id can be kept under."""
    drawn = json.dumps([_LOOK, theme, plan], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(drawn.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _Worker:
    """The running process and its two ends."""

    process: asyncio.subprocess.Process
    requests: asyncio.StreamWriter
    answers: asyncio.StreamReader

    @property
    def usable(self) -> bool:
        return self.process.returncode is None and not self.requests.is_closing()


class Painter:
    """One drawing process for everybody; use one per event loop, and `aclose` it.

    Equal pictures that are asked for at the same time are drawn once, recent ones not again.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] = _WORKER,
        draw_s: float = _DRAW_S,
        idle_s: float = _IDLE_S,
        queue_most: int = _QUEUE_MOST,
    ) -> None:
        self._command, self._draw_s, self._idle_s = command, draw_s, idle_s
        self._queue_most, self._waiting = queue_most, 0
        self._turn = asyncio.Lock()
        self._flights: SingleFlight[bytes] = SingleFlight()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._worker: _Worker | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._stopped: asyncio.subprocess.Process | None = None

    async def draw(self, plan: Picture, theme: ThemeName = "light") -> bytes:
        """The PNG of a plan, 1280 x 640; PictureError when there is none, whatever the cause."""
        key = picture_key(plan, theme)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        request = json.dumps({"plan": plan, "theme": theme}).encode() + b"\n"
        return await self._flights.run(key, lambda: self._drawn(key, request))

    async def aclose(self) -> None:
        """End the process; a later `draw` starts another."""
        async with self._turn:
            await self._end()

    async def _drawn(self, key: str, request: bytes) -> bytes:
        if self._waiting >= self._queue_most:
            raise PictureError("too many pictures are waiting")
        self._waiting += 1
        try:
            async with self._turn:
                png = await self._exchange(request)
        finally:
            self._waiting -= 1
        self._kept[key] = png
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return png

    async def _exchange(self, request: bytes) -> bytes:
        """Ask the process. After anything odd its next answer could be an old one: it is ended."""
        self._rest(None)
        try:
            async with asyncio.timeout(self._draw_s):
                worker = await self._running()
                worker.requests.write(request)
                await worker.requests.drain()
                sign = await worker.answers.readexactly(1)
                length = int.from_bytes(await worker.answers.readexactly(4), "big")
                body = await worker.answers.readexactly(length)
        except (OSError, EOFError, TimeoutError) as error:
            await self._end()
            _log.warning("no picture: the drawing process failed (%s)", type(error).__name__)
            raise PictureError("the drawing process failed") from error
        except asyncio.CancelledError:
            await self._end()
            raise
        self._rest(self._idle_s)
        if sign != b"+":
            _log.warning("no picture: drawing failed (%s)", body.decode("ascii", "replace"))
            raise PictureError("drawing failed")
        return body

    async def _running(self) -> _Worker:
        if self._worker is None or not self._worker.usable:
            await self._end()
            self._worker = await _start(self._command)
        return self._worker

    def _rest(self, seconds: float | None) -> None:
        """End the process after so many idle seconds; None while it works."""
        if self._idle:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(seconds, self._stop) if seconds is not None else None

    def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            with suppress(ProcessLookupError):
                worker.process.kill()  # it holds nothing that could be lost
            worker.requests.close()
            self._stopped = worker.process

    async def _end(self) -> None:
        self._rest(None)
        self._stop()
        if self._stopped is not None:
            await self._stopped.wait()


async def _start(command: Sequence[str]) -> _Worker:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        # Drawing needs no secrets.
        env={k: v for k, v in os.environ.items() if not k.startswith(_SECRET_PREFIXES)},
        # Ctrl+C is for the bot, which ends this process itself.
        start_new_session=True,
    )
    # Both are there, as they were asked for.
    requests = cast("asyncio.StreamWriter", process.stdin)
    return _Worker(process, requests, cast("asyncio.StreamReader", process.stdout))
