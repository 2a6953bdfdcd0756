"""People who chat with a bot that is a process of its own, as a test tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tests.chatting import Chatter, is_report

if TYPE_CHECKING:
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
