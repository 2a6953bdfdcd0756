"""Starts the program without waiting for its imports: see tests/e2e/nursery.py.

For tests that need the program running many times and are not about its start. What starts, what
is installed and what grows is tested with `python panoptes_bot.py` itself.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["WarmProcess", "run_warm"]

ROOT = Path(__file__).resolve().parents[2]
LOAD_TIMEOUT_S = 60.0


class WarmProcess:
    """A bot that was forked; to be used as an `asyncio.subprocess.Process`."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._end = asyncio.create_task(self._wait(reader))

    @classmethod
    async def start(cls, environment: Mapping[str, str], folder: Path, log: Path) -> WarmProcess:
        """Run the program with this environment; what it writes is appended to `log`."""
        order = _order((), environment, folder, log, log)
        reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(_nursery))
        writer.write(order)
        return cls(int(await reader.readline()), reader, writer)

    async def _wait(self, reader: asyncio.StreamReader) -> int:
        self.returncode = int(await reader.readline())
        self._writer.close()
        return self.returncode

    async def wait(self) -> int:
        """Its exit code, once it has ended; minus the number of the signal that ended it."""
        return await asyncio.shield(self._end)

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError when it is known to have ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        with contextlib.suppress(ProcessLookupError):  # as when it ends in this moment
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As `kill -9`."""
        self.send_signal(signal.SIGKILL)


def run_warm(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, as `subprocess.run` with its output captured."""
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch, "out"), Path(scratch, "err")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(_nursery())
            connection.sendall(_order(arguments, environment, folder, *files))
            with connection.makefile("r", encoding="utf-8") as lines:
                _pid, code = int(lines.readline()), int(lines.readline())
        out, err = (file.read_text(encoding="utf-8") for file in files)
    return subprocess.CompletedProcess(list(arguments), code, out, err)


def _order(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: Path, err: Path
) -> bytes:
    order = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "folder": str(folder),
        "stdout": str(out),
        "stderr": str(err),
    }
    return f"{json.dumps(order)}\n".encode()


@functools.cache
def _nursery() -> str:
    """Where it listens. One for this process, which it does not outlive; it removes its folder."""
    path = Path(tempfile.mkdtemp(prefix="panoptes-"), "nursery")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("nursery.py")), str(ROOT), str(path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(process.communicate, timeout=LOAD_TIMEOUT_S)  # it ends with its input
    assert process.stdout.readline() == b"ready\n"
    return str(path)
