"""An outbox, the bot's way to Telegram and the embedded server, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from telegram.request import HTTPXRequest

import panoptes_bot
from src.demo.telegram_server import TelegramServer
from src.handlers.courier import TelegramCourier
from src.models.watching import Outgoing, Spot
from src.settings import load_settings
from src.watch.sender import Sender
from tests import patient_time
from tests.bot_harness import Shared, text_of
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from telegram.ext import ExtBot

    from src.demo.telegram_state import FloodLimits
    from src.handlers.context import Services
    from src.handlers.state import State
    from src.models.watching import MessageKind
    from src.storage.store import Store

NOTHING: Mapping[str, str] = MappingProxyType({})
START = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)


def now() -> datetime:
    """The virtual present."""
    return START + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass
class PostOffice:
    """Writes into the outbox, lets the sender work, and sees what arrived."""

    server: TelegramServer
    services: Services
    bot: ExtBot[Any]
    gone: list[tuple[int, str]] = field(default_factory=list)
    topics: list[Spot] = field(default_factory=list)
    arrived: list[tuple[str, int | None]] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)
    task: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        """What the bot remembers."""
        return self.services.state

    @property
    def store(self) -> Store:
        """Where the outbox is."""
        return self.state.store

    def sender(self, store: Store | None = None) -> Sender:
        """A sender, as after a start."""
        courier = TelegramCourier(self.bot, self.state, lambda _: None)
        return Sender(lambda: store or self.store, courier, self, now)

    async def write(
        self, spot: Spot, kind: MessageKind = "alert", name: str = "", **fields: Any
    ) -> str:
        """Put a message in line; its text, which is its name too."""
        name = name or f"{kind} {next(self.numbers)}"
        once = fields.pop("once", name)
        await self.store.write_messages([Outgoing(once, spot, kind, name, now(), **fields)])
        return name

    def person(self, name: str = "Ann") -> Spot:
        """A private chat."""
        user = self.server.add_user(name)["id"]
        self.server.send_text(user, "/start")
        return Spot(self.server.private_chat(user))

    def group(self, title: str = "NOC", *, forum: bool = False) -> Spot:
        """A group, or a topic in it."""
        user = self.server.add_user("Member")["id"]
        chat_id = self.server.add_group(title, [user], forum=forum)
        return Spot(chat_id, self.server.add_topic(chat_id, "Alerts") if forum else 0)

    def texts(self, spot: Spot) -> list[str]:
        """What the bot's messages in this chat say now."""
        return [text_of(m) for m in self.server.messages(spot.chat_id) if m["from"]["is_bot"]]

    async def empty(self, *, within_s: float = 3600.0) -> None:
        """Wait until nothing is in line any more."""
        async with asyncio.timeout(within_s):
            while (await self.store.outbox_depth(now()))[0]:  # noqa: ASYNC110 - time is virtual
                await asyncio.sleep(1)

    async def sql(self, statement: str) -> None:
        """Meddle with the database."""
        async with self.store.database.writing() as conn:
            await conn.execute(text(statement))

    @asynccontextmanager
    async def sending(self, sender: Sender | None = None) -> AsyncIterator[Sender]:
        """The sender at work."""
        working = sender or self.sender()
        task = asyncio.create_task(working.run())
        try:
            yield working
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # -- what the sender tells

    def sent(self, message: Outgoing, message_id: int | None) -> None:
        self.arrived.append((message.once, message_id))

    async def chat_gone(self, chat_id: int, reason: str) -> None:
        self.gone.append((chat_id, reason))

    async def topic_gone(self, spot: Spot) -> None:
        self.topics.append(spot)
        await self.store.close_topic(spot)


@asynccontextmanager
async def post_office(
    data_dir: Path,
    flood: FloodLimits | None = None,
    environment: Mapping[str, str] = NOTHING,
    server: TelegramServer | None = None,
) -> AsyncIterator[PostOffice]:
    """Everything between the outbox and the embedded server."""
    loop = asyncio.get_running_loop()
    if server is None:
        server = TelegramServer(token=BOT_TOKEN, clock=now, monotonic=loop.time, flood=flood)
    basic = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "PANOPTES_DATA_DIR": str(data_dir)}
    services = panoptes_bot.build_services(load_settings({**basic, **environment}, dotenv=None))
    requests = [HTTPXRequest(httpx_kwargs={"transport": Shared(server.app)}) for _ in range(2)]
    application = panoptes_bot.build_application(services, *requests)
    async with patient_time.real():
        await services.state.open()
    await patient_time.watched(services.state.store)
    await application.bot.initialize()
    try:
        yield PostOffice(server, services, application.bot)
    finally:
        await application.bot.shutdown()
        async with patient_time.real():
            await services.state.close()
