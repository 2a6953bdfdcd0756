"""``--demo`` and ``--demo-plume``: the embedded servers and the real bot, started together.

One process hosts the servers on loopback; the bot is ``python panoptes_bot.py``, the very program
that production runs, told where the servers are by environment variables alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import sys
import tempfile
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from src.demo.bot_process import BotProcess
from src.demo.page import DemoPage, Visitor
from src.demo.page_security import is_loopback
from src.demo.plume_auth import DEMO_CREDENTIALS, Credential
from src.demo.plume_cloud import PlumeCloud
from src.demo.serving import ServedApp
from src.demo.telegram_server import TelegramServer
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.demo.world_ids import DEMO_CUSTOMER_ID, OTHER_CUSTOMER_ID
from src.demo.world_incidents import IncidentError
from src.demo.world_scenarios import load_scenario

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

__all__ = [
    "ADMIN_ID",
    "GROUP_TITLE",
    "PEOPLE",
    "TECHNICIAN_IDS",
    "bot_environment",
    "has_browser",
    "run_demo",
]

ROOT = Path(__file__).resolve().parents[2]
BOT_SCRIPT = ROOT / "panoptes_bot.py"
OUR_PREFIXES = ("TELEGRAM_", "PLUME_", "PANOPTES_")
STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
GROUP_TITLE = "Night shift"

WATCH_INTERVAL_S = "10"

TECHNICIAN_IDS = (500_001, 500_002)
ADMIN_ID = 500_003


def _visitor(number: int, name: str, role: str, credential: Credential, customer: str) -> Visitor:
    return Visitor(number, name, role, credential.header, credential.partner_id, customer)


PEOPLE = (
    _visitor(500_001, "Maya", "Technician", DEMO_CREDENTIALS[0], DEMO_CUSTOMER_ID),
    _visitor(500_002, "Jonas", "Technician, other ISP", DEMO_CREDENTIALS[1], OTHER_CUSTOMER_ID),
    _visitor(500_003, "Amina", "Admin", DEMO_CREDENTIALS[2], DEMO_CUSTOMER_ID),
)


@dataclass(frozen=True, slots=True)
class _Servers:
    page: DemoPage
    address: str
    environment: dict[str, str]


class _StartError(Exception):
    """The demo cannot start; the text is one line for the terminal."""


def run_demo(argv: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code for the shell. ``argv`` has no program name."""
    options = _parser().parse_args(argv)
    try:
        return asyncio.run(_run(options))
    except _StartError as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:  # before the servers were up
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="panoptes_bot.py --demo", description="Panoptes with an invented ISP, in a browser."
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--demo", action="store_true", help="chat in the browser (the default)")
    which.add_argument(
        "--demo-plume",
        action="store_true",
        help="only the ISP is invented: your own bot in Telegram, by TELEGRAM_BOT_TOKEN",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address for the page (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port for the page (a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--seed", type=int, default=7, help="which invented ISP (7)")
    parser.add_argument("--customers", type=int, default=40, help="how many customers (40)")
    parser.add_argument("--speed", type=float, default=1.0, help="speed of the ISP's clock (1)")
    parser.add_argument("--scenario", help="play this scenario: a name, or a JSON file")
    return parser


async def _run(options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    token = (
        _own("TELEGRAM_BOT_TOKEN")
        if options.demo_plume
        else f"7100000001:{secrets.token_urlsafe(26)}"
    )
    if not token:
        raise _StartError(
            "--demo-plume needs your bot's token in TELEGRAM_BOT_TOKEN, or in the file .env."
        )
    with tempfile.TemporaryDirectory(prefix="panoptes-demo-") as folder, _stop_signals(stop):
        async with _servers(options, token) as servers:
            bot = BotProcess(
                [sys.executable, str(BOT_SCRIPT)],
                environment=bot_environment(os.environ, servers.environment, Path(folder)),
                folder=folder,  # so that the .env of a real installation is not read
                on_change=servers.page.bot_process,
                say=_say,
            )
            keeper = asyncio.create_task(bot.keep())
            _welcome(servers.address, options)
            await stop.wait()
            # The bot goes first, while its servers still answer.
            bot.stop()
            await keeper
            servers.page.close()
    return 0


@contextlib.asynccontextmanager
async def _servers(options: argparse.Namespace, token: str) -> AsyncIterator[_Servers]:
    """All servers listening, and what the bot has to be told of them."""
    plume = PlumeCloud(_world(options))
    telegram = None if options.demo_plume else _telegram(token)
    key = secrets.token_urlsafe(12)
    page = DemoPage(telegram, plume.panel, PEOPLE, key=key, bound_host=options.host)
    async with contextlib.AsyncExitStack() as stack:
        served = await _listen(stack, page, options)
        plume_url = (await stack.enter_async_context(ServedApp(plume.app))).url
        environment = {
            "TELEGRAM_BOT_TOKEN": token,
            "PLUME_API_BASE": f"{plume_url}/api/",
            "PLUME_REPORTS_BASE": f"{plume_url}/reports/",
            "PLUME_SSO_URL": f"{plume_url}/oauth2/demo/v1/token",
        }
        if telegram is None and (own_server := _own("TELEGRAM_API_BASE")):
            environment["TELEGRAM_API_BASE"] = own_server
        if telegram is not None:
            url = (await stack.enter_async_context(ServedApp(telegram.app, lifespan=True))).url
            environment["TELEGRAM_API_BASE"] = f"{url}/bot"
            environment["PANOPTES_ADMINS"] = str(ADMIN_ID)
            environment["PANOPTES_ALLOWED_USERS"] = ",".join(map(str, TECHNICIAN_IDS))
        yield _Servers(page, f"http://{_shown(served.host)}:{served.port}/{key}/", environment)


async def _listen(
    stack: contextlib.AsyncExitStack, page: DemoPage, options: argparse.Namespace
) -> ServedApp:
    try:
        return await stack.enter_async_context(
            ServedApp(page.app, host=options.host, port=options.port)
        )
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise _StartError(f"The demo cannot listen on {where}: {error.strerror}.") from error


def _world(options: argparse.Namespace) -> World:
    world = World(
        seed=options.seed, customers=options.customers, clock=VirtualClock(speed=options.speed)
    )
    if options.scenario:
        try:
            world.play(load_scenario(options.scenario))
        except IncidentError as error:
            raise _StartError(str(error)) from error
    return world


def _telegram(token: str) -> TelegramServer:
    telegram = TelegramServer(token=token)
    for visitor in PEOPLE:
        telegram.add_user(visitor.name, username=visitor.name.lower(), user_id=visitor.id)
    telegram.add_group(GROUP_TITLE, [ADMIN_ID, *TECHNICIAN_IDS])
    return telegram


def bot_environment(
    inherited: Mapping[str, str], given: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """The bot's environment: what we are told ourselves, but none of a real bot's settings."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(OUR_PREFIXES)}
    ours = {
        "PANOPTES_DATA_DIR": str(folder / "data"),
        "PANOPTES_LOG_LEVEL": inherited.get("PANOPTES_LOG_LEVEL", "WARNING"),
        # Who has just broken a home looks at the chat; at x60 these are ten minutes already.
        "PANOPTES_WATCH_INTERVAL": WATCH_INTERVAL_S,
    }
    return {**kept, **ours, **given}


def _own(name: str) -> str:
    """A setting of the user's real bot: environment first, then ``.env``, as it reads them."""
    return os.environ.get(name) or dotenv_values(".env").get(name) or ""


def _shown(host: str) -> str:
    """An address a person can open when the server listens on every interface."""
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound


def _welcome(address: str, options: argparse.Namespace) -> None:
    if options.demo_plume:
        person = PEOPLE[0]
        _say("Your bot runs against an invented ISP. Write to it in Telegram; /setup takes:")
        _say(f"  header       {person.header}")
        _say(f"  partner ID   {person.partner_id}")
        _say(f"  customer ID  {person.customer_id}   (for /locations)")
        _say(f"Break things here: {address}")
    else:
        _say(f"Panoptes demo: {address}")
    _say("Ctrl-C stops everything.")
    if not is_loopback(options.host):
        _say(f"Note: listening on {options.host}; whoever has the address can use the demo.")
    if not options.no_browser and has_browser():
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)


def has_browser() -> bool:
    """Whether a browser can be expected: a desktop, and nobody's build server."""
    if os.environ.get("CI"):
        return False
    desktop = sys.platform in {"darwin", "win32"}
    return desktop or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextlib.contextmanager
def _stop_signals(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C, a polite kill and a closed terminal all end the demo in good order."""
    loop = asyncio.get_running_loop()
    wanted = [getattr(signal, name) for name in STOP_SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in wanted}
    for number in wanted:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what the command line is for
