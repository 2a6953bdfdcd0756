"""A process that has the program's libraries loaded, and forks a child for each bot to be started.

Python's imports are three quarters of what a start costs. A child is a process of its own all the
same, with its own environment, folder and output; it runs the file `panoptes_bot.py` as
`python panoptes_bot.py` does, and may be stopped and killed like any other.

Nobody but tests/e2e/warm_start.py talks to it: one connection to its Unix socket for each bot. A
line of JSON says what to run, a line with the process id comes back, then one with the exit code.
A connection that ends takes its bot with it, and the end of standard input takes all of them.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

PROGRAM = "panoptes_bot"
# What the program imports only when it needs it, which every bot of the tests does.
LATER = (
    "src.storage.store",
    "src.storage.upkeep",
    "src.service.metrics",
    "src.service.web",
    "src.service.webhook",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "aiosqlite",
    "h2.connection",
    "httpcore",
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "concurrent.futures.thread",
)


@dataclass
class Job:
    """What a child is to do."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    stdout: str
    stderr: str

    def run(self) -> NoReturn:
        """Become the program."""
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for path, descriptor in ((os.devnull, 0), (self.stdout, 1), (self.stderr, 2)):
            flags = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_APPEND | os.O_CREAT
            opened = os.open(path, flags, 0o600)
            os.dup2(opened, descriptor)
            os.close(opened)
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        program = str(Path(sys.path[0], f"{PROGRAM}.py"))
        sys.argv = [program, *self.arguments]
        runpy.run_path(program, run_name="__main__")
        raise SystemExit(0)


class Nursery:
    """Forks, waits, and tells; in a child, `serve` returns what the child is to do."""

    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, socket.socket] = {}
        self._ended, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def serve(self) -> Job | None:
        """Until standard input ends; or, in a child, until it is born."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake)
        for source in (sys.stdin.fileno(), self._ended, self._listener):
            self._selector.register(source, selectors.EVENT_READ)
        os.write(sys.stdout.fileno(), b"ready\n")
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == self._ended:
                    os.read(self._ended, 4096)
                    self._bury()
                elif key.fileobj is self._listener:
                    if job := self._give_birth():
                        return job
                elif isinstance(key.fileobj, socket.socket):
                    self._forget(key.fileobj)
                else:  # whoever started us is gone
                    for pid in self._children:
                        os.kill(pid, signal.SIGKILL)
                    return None

    def _give_birth(self) -> Job | None:
        connection, _ = self._listener.accept()
        with connection.makefile("r", encoding="utf-8") as lines:
            job = Job(**json.loads(lines.readline()))
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for each in (connection, self._listener, *self._children.values()):
                each.close()
            self._selector.close()
            os.close(self._ended)
            os.close(self._wake)
            return job
        self._children[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ)
        _tell(connection, pid)
        return None

    def _bury(self) -> None:
        for pid in list(self._children):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                connection = self._children.pop(pid)
                if connection in self._selector.get_map():
                    self._selector.unregister(connection)
                _tell(connection, os.waitstatus_to_exitcode(status))
                connection.close()

    def _forget(self, connection: socket.socket) -> None:
        """Nobody wants this bot any more; it is buried like the others."""
        for pid, each in self._children.items():
            if each is connection:
                os.kill(pid, signal.SIGKILL)
        self._selector.unregister(connection)


def _tell(connection: socket.socket, number: int) -> None:
    try:
        connection.sendall(f"{number}\n".encode())
    except OSError:
        return  # it did not wait for the answer


def main(root: str, path: str) -> Job | None:
    """Load everything, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path[0] = root
    for name in (PROGRAM, *LATER):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # nobody looks at all that again
    born = Nursery(path).serve()
    if born is None:
        shutil.rmtree(Path(path).parent)
    return born


if __name__ == "__main__":
    born = main(*sys.argv[1:])
    if born is not None:
        born.run()
