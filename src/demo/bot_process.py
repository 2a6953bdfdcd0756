"""Keeps the real bot running as its own process, and ends it with the demo."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["BotProcess", "OnChange"]

BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_AFTER_S = 20.0
STOP_WITHIN_S = 1.2


class OnChange(Protocol):
    """Hears that the process was started (True) or ended (False)."""

    def __call__(self, *, running: bool) -> None:
        """Take note."""


class BotProcess:
    """``keep`` starts the command again, later and later, until ``stop`` is called.

    The process gets a session of its own: a Ctrl-C in the terminal reaches only us, so that the
    bot is ended in good order while its servers still answer.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: str | Path,
        on_change: OnChange,
        say: Callable[[str], None],
        back_off_s: Sequence[float] = BACK_OFF_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._folder = folder
        self._on_change = on_change
        self._say = say
        self._back_off_s = back_off_s
        self._monotonic = monotonic
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def keep(self) -> None:
        """Run, and run again, until ``stop``."""
        failures = 0
        while not self._stopping.is_set():
            started = self._monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            steady = self._monotonic() - started >= STEADY_AFTER_S
            failures = 0 if steady else failures
            wait = self._back_off_s[min(failures, len(self._back_off_s) - 1)]
            failures += 1
            self._say(f"The bot ended ({_how(code)}). Starting it again in {wait:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """End the process, and with it ``keep``, within ``STOP_WITHIN_S``."""
        self._stopping.set()

    async def _run_once(self) -> int:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            env=self._environment,
            cwd=self._folder,
            start_new_session=True,
        )
        self._on_change(running=True)
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:  # also when we are cancelled: nothing is left behind
            stopping.cancel()
            await _end(process, ended)
            self._on_change(running=False)
        return ended.result()


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
    """Asked first, then made to."""
    for signal in (process.terminate, process.kill):
        if ended.done():
            return
        with contextlib.suppress(ProcessLookupError):
            signal()
        await asyncio.wait({ended}, timeout=STOP_WITHIN_S)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
