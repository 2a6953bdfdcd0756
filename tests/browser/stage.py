"""The chat page with a puppet instead of the bot: what the page does with each kind of message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import httpx

from src.demo.page import DemoPage, Visitor
from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.plume_cloud import PlumeCloud
from src.demo.serving import ServedApp
from src.demo.telegram_server import TelegramServer
from src.demo.world import World
from src.demo.world_ids import DEMO_CUSTOMER_ID, OTHER_CUSTOMER_ID
from tests.planted import PAGE_TOKEN as TOKEN

if TYPE_CHECKING:
    from types import TracebackType

KEY = "key-of-the-page-tests"
MAYA, JONAS, AMINA = 500_001, 500_002, 500_003

PEOPLE = tuple(
    Visitor(number, name, role, credential.header, credential.partner_id, customer)
    for number, name, role, credential, customer in (
        (MAYA, "Maya", "Technician", DEMO_CREDENTIALS[0], DEMO_CUSTOMER_ID),
        (JONAS, "Jonas", "Technician", DEMO_CREDENTIALS[1], OTHER_CUSTOMER_ID),
        (AMINA, "Amina", "Admin", DEMO_CREDENTIALS[2], DEMO_CUSTOMER_ID),
    )
)


class Stage:
    """The page on a loopback port, and both sides of the conversation."""

    def __init__(self) -> None:
        self.telegram = TelegramServer(token=TOKEN)
        for visitor in PEOPLE:
            self.telegram.add_user(visitor.name, user_id=visitor.id)
        self.group = self.telegram.add_group("Night shift", [AMINA, MAYA, JONAS])
        self._offset = 0
        self._world = World()
        panel = PlumeCloud(self._world).panel
        self.page = DemoPage(self.telegram, panel, PEOPLE, key=KEY)
        self._served = ServedApp(self.page.app)
        transport = httpx.ASGITransport(self.telegram.app)
        self._bot = httpx.AsyncClient(transport=transport, base_url=f"http://bot/bot{TOKEN}/")

    @property
    def url(self) -> str:
        """Address of the page, with its key."""
        return f"{self._served.url}/{KEY}/"

    async def bot(self, method: str, **params: Any) -> Any:
        """Call a Bot API method as the bot would; files are passed as (name, bytes)."""
        files = {name: value for name, value in params.items() if isinstance(value, tuple)}
        data = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in params.items()
            if name not in files
        }
        answer = (await self._bot.post(method, data=data, files=files or None)).json()
        if not answer["ok"]:
            raise AssertionError(f"{method}: {answer['description']}")
        return answer["result"]

    async def say(self, text: str, *, chat: int = MAYA, **params: Any) -> Any:
        """A message of the bot, as HTML."""
        return await self.bot("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **params)

    async def edit(self, message: dict[str, Any], text: str, **params: Any) -> Any:
        """The bot changes one of its messages."""
        place = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        return await self.bot("editMessageText", **place, text=text, **params)

    async def pressed(self) -> dict[str, Any]:
        """The next press of a button; the page shows it as pressed before the server knows."""
        while True:
            updates = await self.bot("getUpdates", timeout=5, offset=self._offset)
            if updates:
                self._offset = updates[0]["update_id"] + 1
                if query := updates[0].get("callback_query"):
                    return dict(query)

    @property
    def plume_mode(self) -> str:
        """How the Plume cloud behaves: ok, down, slow, rate_limiting."""
        return self._world.cloud_mode

    async def disconnect(self) -> int:
        """The page's server goes away; returns the port it had."""
        port = self._served.port
        await self._served.stop()
        return port

    async def reconnect(self, port: int) -> None:
        """The page's server is back where it was."""
        self._served = ServedApp(self.page.app, port=port)
        await self._served.start()

    async def __aenter__(self) -> Self:
        """Serve."""
        await self._served.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        await self._bot.aclose()
        await self._served.stop()
