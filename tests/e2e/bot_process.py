"""The bot as its own process, configured by environment variables only, beside both servers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from src.demo.plume_cloud import PlumeCloud
from src.demo.serving import ServedApp
from src.demo.telegram_server import TelegramServer
from src.demo.world import World
from tests.e2e.warm_start import WarmProcess
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 30.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(*, webhook: bool = False) -> dict[str, str]:
    """The variables of a bot that listens, and perhaps gets its updates there."""
    address = f"127.0.0.1:{free_port()}"
    variables = {"PANOPTES_LISTEN": address}
    return variables | ({"PANOPTES_WEBHOOK_URL": f"http://{address}"} if webhook else {})


@dataclass
class Surroundings:
    """Both embedded servers on loopback sockets, and a bot process between them."""

    data_dir: Path
    cloud: PlumeCloud = field(default_factory=lambda: PlumeCloud(World()))
    telegram: TelegramServer = field(default_factory=lambda: TelegramServer(token=TOKEN))
    extra_env: dict[str, str] = field(default_factory=dict)
    folder: Path = ROOT  # where the bot's code is
    warm: bool = False  # whether it starts with its libraries loaded: tests/e2e/warm_start.py
    process: asyncio.subprocess.Process | WarmProcess | None = None
    _served: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _urls: tuple[str, str] = ("", "")

    @property
    def log_file(self) -> Path:
        """Everything that the process wrote to its output and error streams."""
        return self.data_dir / "bot.log"

    @property
    def log(self) -> str:
        """The process's log so far."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    def environment(self) -> dict[str, str]:
        """Only variables that the README documents, beside what a shell gives any process."""
        cloud, telegram = self._urls
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return kept | {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE": f"{telegram}/bot",
            "PLUME_SSO_URL": f"{cloud}/oauth2/demo/v1/token",
            "PLUME_API_BASE": f"{cloud}/api/",
            "PLUME_REPORTS_BASE": f"{cloud}/reports/",
            "PANOPTES_DATA_DIR": str(self.data_dir / "data"),
            "PANOPTES_LOG_LEVEL": "DEBUG",
            **self.extra_env,
        }

    async def __aenter__(self) -> Self:
        """Serve both clouds, start the bot, and return when it polls."""
        cloud = await self._served.enter_async_context(ServedApp(self.cloud.app))
        telegram = await self._served.enter_async_context(ServedApp(self.telegram.app))
        self._urls = (cloud.url, telegram.url)
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the bot, then the servers."""
        await self.stop()
        await self._served.aclose()

    def share_servers_of(self, other: Surroundings) -> None:
        """A second process beside the one of `other`, which serves both; `start` and `stop` it."""
        self._urls = other._urls

    async def start(self) -> None:
        """Start `python panoptes_bot.py` and wait until it asks for updates."""
        self.process = await (self._warm() if self.warm else self._cold())
        try:
            await self.telegram.wait_for(self._ready, timeout=START_TIMEOUT_S)
        except BaseException:
            await self.stop()
            print(self.log)  # noqa: T201 - pytest shows it beside the failure
            raise

    async def _cold(self) -> asyncio.subprocess.Process:
        with self.log_file.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "panoptes_bot.py",
                cwd=self.folder, env=self.environment(), stdout=log, stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip

    async def _warm(self) -> WarmProcess:
        assert self.folder == ROOT, "only the libraries of this folder are loaded"
        return await WarmProcess.start(self.environment(), self.folder, self.log_file)

    def _ready(self) -> bool:
        process = self.process
        if process is not None and process.returncode is not None:
            raise AssertionError(f"the bot ended with {process.returncode}:\n{self.log}")
        return self.telegram.bot_online

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int | None:
        """End the process and return its exit code; it is killed when it does not obey."""
        process, self.process = self.process, None
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(how)
            try:
                await asyncio.wait_for(process.wait(), timeout=12)
            except TimeoutError:
                process.kill()
                await process.wait()
                raise AssertionError(f"the bot ignored {how.name}:\n{self.log[-4000:]}") from None
        return process.returncode
