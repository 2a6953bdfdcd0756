"""People who chat with a bot that is a process of its own, as a test tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import event

from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.storage import ChosenLocation, open_store
from tests.chatting import Chatter, is_report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from src.demo.plume_auth import Credential
    from src.demo.telegram_server import TelegramServer
    from tests.chatting import Message


@dataclass
class Technician(Chatter):
    """One person in a private chat."""

    telegram: TelegramServer
    user_id: int
    chat_id: int
    name: str
    patience_s: ClassVar[float] = 25.0  # a process among others on a noisy machine

    @classmethod
    def join(cls, telegram: TelegramServer, name: str) -> Technician:
        """A new person in a private chat with the bot."""
        user = telegram.add_user(name)
        return cls(telegram, user["id"], telegram.private_chat(user["id"]), name)

    async def connect(self, credential: Credential) -> Message:
        """Walk through /setup; returns the message that says how it ended."""
        # By their words: what the bot says unasked, such as who was let in, may come in between.
        await self.answered(self.say("/setup"), "step 1 of 2")
        await self.answered(self.say(credential.header), "step 2 of 2")
        return await self.ask(credential.partner_id)

    async def choose(self, customer_id: str, label: str | None = None) -> Message:
        """Walk through /locations to the report of the chosen home."""
        await self.ask("/locations")
        number = self.say(customer_id)
        answer = await self.answered(number)
        if label is None:
            return answer
        await self.press(label, answer)
        return await self.until(lambda: next((m for m in self.shown(number) if is_report(m)), None))


# As the bot itself writes it down, or it would do so at the first report of each.
HOME = ChosenLocation(DEMO_CUSTOMER_ID, DEMO_LOCATION_ID, "Home", "Europe/Stockholm")


async def connected(
    data_dir: Path, people: Iterable[Technician], credential: Credential | None
) -> None:
    """Everybody set the bot up on a day before: it has kept their credentials and a home.

    Without a credential of their own they are on that of their team.
    """
    async with await open_store(data_dir) as store:
        engine = store.database.engine
        await engine.dispose()
        event.listen(engine.sync_engine, "connect", _no_waiting_for_the_disk)
        for person in people:
            if credential is not None:
                auth = {"auth_header": credential.header, "partner_id": credential.partner_id}
                await store.save_credential(person.user_id, auth)
            await store.choose_location(person.chat_id, None, person.user_id, HOME)


def _no_waiting_for_the_disk(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
