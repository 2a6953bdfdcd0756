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
from src.handlers.watching import build_watching
from src.logs import setup_logging
from src.settings import load_settings
from tests import quick_painter
from tests.planted import BOT_TOKEN as TOKEN
from tests.secret_watch import WATCH

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from src.demo.plume_auth import Credential
    from src.handlers.context import PanoptesApplication
    from src.logs import Redactor

PATIENCE_S = 10.0  # for noisy machines; answers come within milliseconds
PLUME = "https://plume.test"

Message = dict[str, Any]


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


@dataclass
class Bot:
    """Both servers and the bot, running for as long as the context is open."""

    timing: Timing = field(default_factory=Timing)
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
        settings = load_settings(
            {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "PLUME_API_BASE": f"{PLUME}/api/",
                "PLUME_REPORTS_BASE": f"{PLUME}/reports/",
                "PLUME_SSO_URL": f"{PLUME}{TOKEN_PATH}",
                "PANOPTES_DATA_DIR": self._data_dir(),
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
        deadline_s = 0.25 if fault == "hang" else 0.8
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
class Person:
    """A person in one chat: says, presses, and reads what the bot shows."""

    bot: Bot
    user_id: int
    chat_id: int
    credential: Credential = DEMO_CREDENTIALS[0]
    thread_id: int | None = None

    def say(self, text: str, reply_to: int | None = None) -> int:
        """Send a text; returns its message id."""
        sent = self.bot.telegram.send_text(
            self.user_id,
            text,
            chat_id=self.chat_id,
            thread_id=self.thread_id,
            reply_to=reply_to,
        )
        return int(sent["message_id"])

    def shown(self, after: int = 0) -> list[Message]:
        """The bot's messages that can be seen now, oldest first, progress notes left out."""
        return [
            message
            for message in self.bot.telegram.messages(self.chat_id)
            if message["message_id"] > after
            and message["from"]["is_bot"]
            and not text_of(message).startswith("⏳")
        ]

    def last(self) -> Message:
        """The newest of them."""
        return self.shown()[-1]

    async def ask(self, text: str) -> Message:
        """Send a text, and the first answer to it."""
        return await self.answered(self.say(text))

    async def answered(self, after: int, having: str = "") -> Message:
        """The bot's first message after this one that has these words."""
        return await self._until(
            lambda: next((m for m in self.shown(after) if having in text_of(m)), None)
        )

    async def quiet(self) -> None:
        """Wait until everything said so far has been dealt with (the chat is in order)."""
        after = self.say("/help")
        await self.answered(after, "What I can do")

    def press_now(self, label: str, message: Message | None = None) -> str:
        """Press a button by a part of its label; the query's id."""
        number = message["message_id"] if message else None
        return str(self.bot.telegram.press_button(self.user_id, self.chat_id, label, number))

    async def press(self, label: str, message: Message | None = None) -> dict[str, Any]:
        """Press a button; how Telegram was told to answer."""
        return await self.query_answer(self.press_now(label, message))

    async def forge(self, message: Message, data: str) -> dict[str, Any]:
        """Send callback data that no button carries."""
        query = self.bot.telegram.press(
            self.user_id, self.chat_id, message["message_id"], data, forge=True
        )
        return await self.query_answer(query)

    async def query_answer(self, query: str) -> dict[str, Any]:
        """The answer to a press, once it is there."""
        return await self._until(lambda: self.bot.telegram.answer(query))

    async def becomes(self, message: Message, having: str) -> Message:
        """The message, once an edit has put these words into it."""

        def seen() -> Message | None:
            number = message["message_id"]
            same = (m for m in self.shown() if m["message_id"] == number)
            return next((m for m in same if having in text_of(m)), None)

        return await self._until(seen)

    async def offered(self, message: Message, label: str) -> Message:
        """The message, once an edit has put such a button under it."""

        def seen() -> Message | None:
            number = message["message_id"]
            same = (m for m in self.shown() if m["message_id"] == number)
            return next((m for m in same if any(label in each for each in labels_of(m))), None)

        return await self._until(seen)

    async def _until(self, look: Callable[[], Message | None]) -> Message:
        found = await self.bot.telegram.wait_for(look, timeout=PATIENCE_S)
        assert found is not None
        return found

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
        shown = await self.ask(customer_id)
        if is_report(shown):
            return shown
        query = self.bot.telegram.press(
            self.user_id, self.chat_id, shown["message_id"], f"1|p|{customer_id}|{location_id}"
        )
        await self.query_answer(query)
        return await self._until(
            lambda: next((m for m in self.shown(shown["message_id"] - 1) if is_report(m)), None)
        )

    async def ready(self) -> Message:
        """Connected, with the main demo home chosen; its status report."""
        await self.connect()
        return await self.choose()


def text_of(message: Message) -> str:
    """What a person reads of it."""
    return str(message.get("text", message.get("caption", "")))


def labels_of(message: Message) -> list[str]:
    """The buttons under it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def is_report(message: Message) -> bool:
    """Reports are the messages that can be refreshed."""
    return any("Refresh" in label for label in labels_of(message))


async def soon() -> None:
    """Let everything that can run now, run."""
    for _ in range(20):
        await asyncio.sleep(0)
