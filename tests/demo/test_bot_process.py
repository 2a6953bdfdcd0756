"""The bot's process: started again when it dies, and gone when the demo ends."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest

from src.demo.bot_process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

SLEEPER = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open('ready', 'w').close(); time.sleep(60)"
)


class Watch:
    """What was told of the process."""

    def __init__(self) -> None:
        self.changes: list[bool] = []
        self.said: list[str] = []
        self.changed = asyncio.Event()

    def __call__(self, *, running: bool) -> None:
        self.changes.append(running)
        self.changed.set()

    async def until(self, count: int) -> None:
        """Return when so many changes were told."""
        async with asyncio.timeout(20):
            while len(self.changes) < count:
                self.changed.clear()
                await self.changed.wait()


def process(script: str, folder: Path, watch: Watch) -> BotProcess:
    """A Python one-liner in the bot's place; no waiting between its lives."""
    return BotProcess(
        [sys.executable, "-c", script],
        environment={"PATH": os.environ["PATH"], "MARK": "seen"},
        folder=folder,
        on_change=watch,
        say=watch.said.append,
        back_off_s=(0.0, 0.01),
    )


def exists(path: Path) -> bool:
    """Whether there is such a file."""
    return path.exists()


def content(path: Path) -> str:
    """The text of a small file."""
    return path.read_text(encoding="utf-8")


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_runs_until_it_is_stopped(tmp_path: Path) -> None:
    watch = Watch()
    bot = process(SLEEPER, tmp_path, watch)
    keeper = asyncio.create_task(bot.keep())
    await watch.until(1)
    pid = bot.pid
    assert pid is not None
    bot.stop()
    await keeper
    assert (watch.changes, bot.pid, alive(pid), watch.said) == ([True, False], None, False, [])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
    ],
)
async def test_a_death_is_told_and_followed_by_a_new_life(
    tmp_path: Path, script: str, words: str
) -> None:
    watch = Watch()
    bot = process(script, tmp_path, watch)
    keeper = asyncio.create_task(bot.keep())
    await watch.until(5)
    bot.stop()
    await keeper
    assert watch.changes[:5] == [True, False, True, False, True]
    assert all(words in line for line in watch.said)
    assert "in 0 s" in watch.said[0]
    assert "in 0.01 s" in watch.said[1]


async def test_one_that_does_not_listen_is_made_to_end(tmp_path: Path) -> None:
    watch = Watch()
    bot = process(STUBBORN, tmp_path, watch)
    keeper = asyncio.create_task(bot.keep())
    async with asyncio.timeout(20):
        while not exists(tmp_path / "ready"):  # noqa: ASYNC110 - another process, no event
            await asyncio.sleep(0.01)
    pid = bot.pid
    assert pid is not None
    bot.stop()
    await keeper
    assert not alive(pid)


async def test_a_cancelled_keeper_leaves_nothing_behind(tmp_path: Path) -> None:
    watch = Watch()
    bot = process(SLEEPER, tmp_path, watch)
    keeper = asyncio.create_task(bot.keep())
    await watch.until(1)
    pid = bot.pid
    assert pid is not None
    keeper.cancel()
    await asyncio.wait({keeper})
    assert not alive(pid)


async def test_stopped_before_it_began(tmp_path: Path) -> None:
    watch = Watch()
    bot = process(SLEEPER, tmp_path, watch)
    bot.stop()
    await bot.keep()
    assert watch.changes == []


async def test_environment_and_folder_are_the_ones_given(tmp_path: Path) -> None:
    watch = Watch()
    bot = process(
        "import os; open('found', 'w').write(','.join(sorted(os.environ)))", tmp_path, watch
    )
    keeper = asyncio.create_task(bot.keep())
    await watch.until(2)
    bot.stop()
    await keeper
    names = set(content(tmp_path / "found").split(","))
    assert names - {"LC_CTYPE"} == {"MARK", "PATH"}
