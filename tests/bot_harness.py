"""The bot in this process, between the embedded Telegram server and the embedded Plume cloud.

Only HTTP is replaced: both servers answer through httpx's ASGI transport, so a test needs no
socket, and everything between them is what production runs::

    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        report = await ann.ask("/status")
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
from telegram.request import HTTPXRequest

import panoptes_bot
import plume_api_client as plume
from src.charts.render import Painter
from src.demo.plume_cloud import DEMO_CREDENTIALS, TOKEN_PATH, PlumeCloud
from src.demo.telegram_server import TelegramServer
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.handlers.context import Timing
from src.handlers.state import Home, Place
from src.handlers.watching import build_watching
from src.logs import setup_logging
from src.settings import load_settings
from src.storage.store import Store
from tests import quick_painter
from tests.chatting import Chatter, Message, is_report, labels_of, offers, text_of
from tests.planted import BOT_TOKEN as TOKEN
from tests.secret_watch import WATCH

__all__ = [
    "PLUME",
    "START",
    "TOKEN",
    "Bot",
    "Hold",
    "Message",
    "Person",
    "Shared",
    "auth_config",
    "invented_cloud",
    "is_report",
    "labels_of",
    "soon",
    "text_of",
]

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from types import TracebackType

    from src.demo.plume_auth import Credential
    from src.handlers.context import PanoptesApplication
    from src.logs import Redactor

PLUME = "https://plume.test"


# The invented homes live around this moment, so that every run sees the same ones.
START = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)


def invented_cloud(**options: Any) -> PlumeCloud:
    """An embedded cloud that is the same in every run."""
    return PlumeCloud(World(clock=VirtualClock(START)), **options)


class Shared(httpx.AsyncBaseTransport):
    """One ASGI application behind several clients, of which each may close its own end."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)


class Hold:
    """A cloud's `sleep` that lasts until it is let go: what the fault "slow" waits for."""

    def __init__(self) -> None:
        self._free = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        await self._free.wait()

    def let_go(self) -> None:
        self._free.set()


@contextlib.contextmanager
def _logging_into(stream: io.StringIO, redact: Redactor) -> Iterator[None]:
    root, ours = logging.getLogger(), ("telegram", "httpx", "httpcore")
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ours}
    setup_logging("DEBUG", "text", redact, stream)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


@contextlib.contextmanager
def _folder_that_is_looked_through() -> Iterator[str]:
    """A folder for a while; before it goes, no secret may be found in it."""
    with tempfile.TemporaryDirectory(prefix="panoptes-") as folder:
        yield folder
        WATCH.look_at_files(Path(folder))


# With these, the bot makes its own.
_MAKES_A_STORE = {"PANOPTES_DATA_DIR", "PANOPTES_DATABASE_URL", "PANOPTES_SECRET_KEYS"}
_new_store: dict[str, bytes] = {}  # what a first start leaves in its folder, by name of the file


async def _as_after_a_first_start(folder: Path) -> None:
    """Spare a bot the making of its tables and its key: a quarter of what a start costs."""
    if not _new_store:
        with tempfile.TemporaryDirectory(prefix="panoptes-") as first:
            async with await Store.open(Path(first), None, ()):
                pass
            _new_store.update(_contents(Path(first)))
    for name, content in _new_store.items():
        path = folder / name
        path.touch(0o600)
        path.write_bytes(content)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@dataclass
class Bot:
    """Both servers and the bot, running for as long as the context is open."""

    timing: Timing = field(default_factory=lambda: Timing(action_after_s=0, repeat_after_s=0.01))
    environment: dict[str, str] = field(default_factory=dict)
    cloud: PlumeCloud = field(default_factory=invented_cloud)
    telegram: TelegramServer = field(default_factory=lambda: TelegramServer(token=TOKEN))
    painter: tuple[str, ...] = quick_painter.COMMAND
    log: io.StringIO | None = None  # given: log into it as production does, at DEBUG
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _application: PanoptesApplication | None = None

    @property
    def application(self) -> PanoptesApplication:
        assert self._application is not None, "enter the context first"
        return self._application

    async def __aenter__(self) -> Self:
        folder = self._data_dir()
        if not _MAKES_A_STORE & self.environment.keys():
            await _as_after_a_first_start(Path(folder))
        settings = load_settings(
            {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "PLUME_API_BASE": f"{PLUME}/api/",
                "PLUME_REPORTS_BASE": f"{PLUME}/reports/",
                "PLUME_SSO_URL": f"{PLUME}{TOKEN_PATH}",
                "PANOPTES_DATA_DIR": folder,
                **self.environment,
            },
            dotenv=None,
        )
        services = panoptes_bot.build_services(settings, timing=self.timing)
        services = replace(
            services,
            clock=self.cloud.world.now,
            painter=Painter(command=self.painter),
            watching=build_watching(settings, services.state, self.cloud.world.now),
        )
        if self.log is not None:
            self._stack.enter_context(_logging_into(self.log, services.redact))
        plume.user_auth.clear()
        plume.configure(transport=Shared(self.cloud.app))
        telegram = {"transport": Shared(self.telegram.app)}
        self._application = panoptes_bot.build_application(
            services,
            HTTPXRequest(httpx_kwargs=telegram),
            HTTPXRequest(httpx_kwargs=telegram),
        )
        self._stack.push_async_callback(panoptes_bot.on_stop, self.application)
        self._stack.enter_context(WATCH.bot(services.redact))
        await self._stack.enter_async_context(self.application)
        await panoptes_bot.on_start(self.application)
        updater = self.application.updater
        assert updater is not None
        await updater.start_polling(
            allowed_updates=panoptes_bot.ALLOWED_UPDATES, poll_interval=0, timeout=1
        )
        await self.application.start()
        self._stack.push_async_callback(self.application.stop)
        self._stack.push_async_callback(updater.stop)
        return self

    def _data_dir(self) -> str:
        """Somewhere of its own, gone with the bot; a test that restarts gives its own."""
        return self._stack.enter_context(_folder_that_is_looked_through())

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cloud.faults.clear()
        self.telegram.faults.clear()
        await self._stack.aclose()
        plume.user_auth.clear()

    def person(self, name: str, credential: Credential = DEMO_CREDENTIALS[0]) -> Person:
        """Somebody new in a private chat with the bot."""
        user = self.telegram.add_user(name)
        return Person(self, user["id"], self.telegram.private_chat(user["id"]), credential)

    def group(self, title: str, *people: Person, topic: str | None = None) -> list[Person]:
        """The same people, in a new group (or one topic of a forum)."""
        members = [person.user_id for person in people]
        chat_id = self.telegram.add_group(title, members, forum=topic is not None)
        thread = self.telegram.add_topic(chat_id, topic) if topic else None
        return [Person(self, p.user_id, chat_id, p.credential, thread) for p in people]

    def break_plume(self, fault: str, path: str = "*", **options: Any) -> None:
        """Begin a fault of the cloud, and let the bot give up on it before a test gets long."""
        # A hanging call costs all of it; the others only need not to be outrun by a busy machine.
        deadline_s = 0.25 if fault == "hang" else 3.0
        self._hurry(replace(self.timing, deadline_s=deadline_s))
        self.cloud.faults.set(fault, path, **options)

    def mend_plume(self) -> None:
        """End all faults, and give the bot its usual time again."""
        self.cloud.faults.clear()
        self._hurry(self.timing)

    def _hurry(self, timing: Timing) -> None:
        self.application.services = replace(self.application.services, timing=timing)

    def plume_calls(self, *, since: int = 0) -> list[str]:
        """Method and path of each call to Plume's API, tokens left out."""
        calls = list(self.cloud.requests)[since:]
        return [f"{c.method} {c.path}" for c in calls if c.path != TOKEN_PATH]

    def telegram_calls(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the bot's calls of these methods."""
        return [call.params for call in self.telegram.calls if call.method in methods]


@dataclass
class Person(Chatter):
    """A person in one chat with the bot in this process."""

    bot: Bot
    user_id: int
    chat_id: int
    credential: Credential = DEMO_CREDENTIALS[0]
    thread_id: int | None = None

    def __post_init__(self) -> None:
        """People and bot share the server."""
        self.telegram = self.bot.telegram

    async def connect(self) -> Message:
        """Walk through /setup; the message that says how it ended."""
        await self.ask("/setup")
        await self.ask(self.credential.header)
        return await self.ask(self.credential.partner_id)

    async def choose(
        self, customer_id: str = DEMO_CUSTOMER_ID, location_id: str = DEMO_LOCATION_ID
    ) -> Message:
        """Walk through /locations to the report of this home."""
        await self.ask("/locations")
        asked, pick = self.say(customer_id), f"1|p|{customer_id}|{location_id}"
        shown = await self.until(
            lambda: next((m for m in self.shown(asked) if is_report(m) or offers(m, pick)), None)
        )
        if not is_report(shown):
            await self.forge(shown, pick)  # a single hit opens by itself, perhaps just now
        return await self.until(lambda: next((m for m in self.shown(asked) if is_report(m)), None))

    async def ready(self) -> Message:
        """Connected, with the main demo home chosen; its status report.

        Without the conversations that lead there, which `connect` and `choose` walk through.
        """
        state = self.bot.application.services.state
        await state.connect(self.user_id, auth_config(self.credential))
        home = Home(DEMO_CUSTOMER_ID, DEMO_LOCATION_ID, "Home", "Europe/Stockholm")
        await state.choose(Place(self.chat_id, self.thread_id), home, self.user_id)
        return await self.ask("/status")


def auth_config(credential: Credential) -> dict[str, str]:
    """What /setup keeps of these credentials."""
    return {
        "sso_url": f"{PLUME}{TOKEN_PATH}",
        "auth_header": credential.header,
        "partner_id": credential.partner_id,
        "plume_api_base": f"{PLUME}/api/",
        "plume_reports_base": f"{PLUME}/reports/",
    }


async def soon() -> None:
    """Let everything that can run now, run."""
    for _ in range(20):
        await asyncio.sleep(0)
