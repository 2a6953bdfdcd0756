"""The launcher: one command starts everything, Ctrl-C ends everything."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from src.demo import launch
from src.demo.launch import ADMIN_ID, PEOPLE, TECHNICIAN_IDS, bot_environment, run_demo

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]


class Started:
    """A demo in a process of its own, with a temporary folder that can be looked into."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, scratch: Path) -> None:
        self.process = process
        self.url = url
        self.scratch = scratch

    def children(self) -> list[int]:
        """Processes that the launcher started."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in listed.split()]

    def environment(self) -> dict[str, str]:
        """What the bot was given."""
        raw = Path(f"/proc/{self.children()[0]}/environ").read_text(encoding="utf-8")
        return dict(entry.split("=", 1) for entry in raw.split("\0") if "=" in entry)

    def left(self) -> list[str]:
        """Names in the folder that temporary files go to."""
        return [path.name for path in self.scratch.iterdir()]

    async def state(self) -> Any:
        """What the page reads first."""
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{self.url}api/state")).json()

    async def online(self) -> None:
        """Return when the bot polls."""
        page = f"{self.url}api/state"
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while not (await client.get(page)).json()["bot"]["online"]:  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(0.05)

    async def stop(self, number: int) -> None:
        """Send the signal, and see it end cleanly."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        printed = (await self.process.stdout.read()).decode()
        assert await self.process.wait() == 0
        assert "Traceback" not in printed, printed


async def start(scratch: Path, arguments: Sequence[str] = ("--demo",), **extra: str) -> Started:
    """Start the real command and read the address it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "panoptes_bot.py"), *arguments, "--no-browser",
        cwd=scratch, env={**os.environ, "TMPDIR": str(scratch), **extra},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    text = ""
    while not (address := re.search(r"http://\S+", text)):
        line = (await process.stdout.readline()).decode()
        assert line, text
        text += line
    return Started(process, address[0], scratch)


def dotenv(folder: Path, *lines: str) -> None:
    """The settings of somebody's real bot."""
    (folder / ".env").write_text("\n".join(lines), encoding="utf-8")


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def everything_ends(demo: Started, number: signal.Signals) -> None:
    """The bot, its data and the page go with the launcher."""
    bots = demo.children()
    assert len(bots) == 1
    (data,) = (name for name in demo.left() if name != ".env")
    assert data.startswith("panoptes-")
    async with httpx.AsyncClient() as client, client.stream("GET", f"{demo.url}api/events?after=0"):
        await demo.stop(number)  # with a page open, as it will be
    assert data not in demo.left()
    assert set(demo.left()) <= {".env"}
    assert not any(map(alive, bots))
    with pytest.raises(httpx.ConnectError):
        await demo.state()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_one_command_starts_and_one_signal_ends_everything(
    tmp_path: Path, number: signal.Signals
) -> None:
    demo = await start(tmp_path)
    await demo.online()
    await everything_ends(demo, number)


async def test_a_real_installation_is_left_alone(tmp_path: Path) -> None:
    """Neither its .env nor its environment reaches the demo's bot. Ctrl-C ends the demo, too."""
    dotenv(tmp_path, "PANOPTES_ADMINS=nonsense", "PANOPTES_NO_SUCH=1")
    demo = await start(tmp_path, TELEGRAM_BOT_TOKEN="1:the-real-token", PANOPTES_LISTEN="bad")
    await demo.online()
    given = demo.environment()
    await everything_ends(demo, signal.SIGINT)
    assert "the-real-token" not in given["TELEGRAM_BOT_TOKEN"]
    assert "PANOPTES_LISTEN" not in given
    assert given["PANOPTES_ADMINS"] == str(ADMIN_ID)


async def test_with_a_real_token_only_the_isp_is_embedded(tmp_path: Path) -> None:
    dotenv(tmp_path, "TELEGRAM_BOT_TOKEN=123:of-the-user")
    # The user's bot talks to Telegram; here to a closed port, so that nothing leaves the machine.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/bot"
        demo = await start(tmp_path, ["--demo-plume"], TELEGRAM_API_BASE=base)
        assert (await demo.state())["mode"] == "plume"
        given = demo.environment()
        await demo.stop(signal.SIGTERM)
    assert given["TELEGRAM_BOT_TOKEN"] == "123:of-the-user"
    assert given["TELEGRAM_API_BASE"] == base
    assert given["PLUME_API_BASE"].startswith("http://127.0.0.1:")
    assert "PANOPTES_ADMINS" not in given


def test_what_cannot_start_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        cases = [
            (["--demo", "--port", port], f"cannot listen on 127.0.0.1:{port}"),
            (["--demo", "--scenario", "no-such"], "no-such"),
            (["--demo-plume"], "TELEGRAM_BOT_TOKEN"),
        ]
        for arguments, words in cases:
            assert run_demo([*arguments, "--no-browser"]) == 2
            printed = capsys.readouterr().out
            assert words in printed
            assert len(printed.splitlines()) == 1


def test_the_bots_environment_holds_nothing_of_a_real_one(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "TELEGRAM_BOT_TOKEN": "real",
        "PLUME_API_BASE": "real",
        "PANOPTES_DATABASE_URL": "real",
        "PANOPTES_LOG_LEVEL": "DEBUG",
    }
    made = bot_environment(inherited, {"TELEGRAM_BOT_TOKEN": "invented"}, tmp_path)
    assert made == {
        "PATH": "/bin",
        "PANOPTES_DATA_DIR": str(tmp_path / "data"),
        "PANOPTES_LOG_LEVEL": "DEBUG",
        "PANOPTES_WATCH_INTERVAL": "10",
        "TELEGRAM_BOT_TOKEN": "invented",
    }


def test_three_people_two_providers() -> None:
    assert [person.id for person in PEOPLE] == [*TECHNICIAN_IDS, ADMIN_ID]
    partners = [person.partner_id for person in PEOPLE]
    assert partners[0] == partners[2] != partners[1]
    assert len({person.header for person in PEOPLE}) == 3
    assert json.dumps([person.described() for person in PEOPLE])


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "CI": "true"}, False),
        ({}, False),
    ],
)
def test_a_browser_opens_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], *, expected: bool
) -> None:
    for name in ("CI", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "linux")
    assert launch.has_browser() is expected
