"""People who chat with the bot through the embedded Telegram server, as a test tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.demo.plume_auth import Credential
    from src.demo.telegram_server import TelegramServer

# Generous for noisy machines; what a test waits for usually comes within milliseconds.
PATIENCE_S = 25.0
_PROGRESS = "⏳"

Message = dict[str, Any]


@dataclass
class Technician:
    """One person in one chat."""

    telegram: TelegramServer
    user_id: int
    chat_id: int
    name: str

    @classmethod
    def join(cls, telegram: TelegramServer, name: str) -> Technician:
        """A new person in a private chat with the bot."""
        user = telegram.add_user(name)
        return cls(telegram, user["id"], telegram.private_chat(user["id"]), name)

    def say(self, text: str) -> int:
        """Write a message; returns its number, after which the answer is to be found."""
        number = self.telegram.send_text(self.user_id, text, chat_id=self.chat_id)["message_id"]
        return int(number)

    def seen(self, after: int = 0) -> list[Message]:
        """The bot's messages on show, oldest first, without those that only show progress."""
        return [
            message
            for message in self.telegram.messages(self.chat_id)
            if message["message_id"] > after
            and message["from"]["is_bot"]
            and not text_of(message).startswith(_PROGRESS)
        ]

    async def ask(self, text: str) -> Message:
        """Write a message and read the first answer to it."""
        return await self.answer_after(self.say(text))

    async def answer_after(self, number: int, having: str = "") -> Message:
        """The first message of the bot after this one that has these words."""
        return await self._until(
            lambda: next((m for m in self.seen(number) if having in text_of(m)), None)
        )

    async def press(self, label: str, message: Message | None = None) -> dict[str, Any]:
        """Press a button and return how the press was answered."""
        number = message["message_id"] if message else None
        query = self.telegram.press_button(self.user_id, self.chat_id, label, number)
        return await self._until(lambda: self.telegram.answer(query))

    async def send_press(self, message: Message, data: str) -> dict[str, Any]:
        """Press a button that may just have changed; how the press was answered."""
        query = self.telegram.press(
            self.user_id, self.chat_id, message["message_id"], data, forge=True
        )
        return await self._until(lambda: self.telegram.answer(query))

    async def shows(self, message: Message, having: str) -> Message:
        """The message once an edit has put these words into it."""
        return await self._until(
            lambda: next(
                (
                    m
                    for m in self.seen()
                    if m["message_id"] == message["message_id"] and having in text_of(m)
                ),
                None,
            )
        )

    async def connect(self, credential: Credential) -> Message:
        """Walk through /setup; returns the message that says how it ended."""
        await self.ask("/setup")
        await self.ask(credential.header)
        return await self.ask(credential.partner_id)

    async def choose(self, customer_id: str, label: str | None = None) -> Message:
        """Walk through /locations to the report of the chosen home."""
        await self.ask("/locations")
        number = self.say(customer_id)
        answer = await self.answer_after(number)
        if label is None:
            return answer
        await self.press(label, answer)
        return await self._until(lambda: next((m for m in self.seen(number) if is_report(m)), None))

    async def _until(self, look: Callable[[], Message | None]) -> Message:
        found = await self.telegram.wait_for(look, timeout=PATIENCE_S)
        assert found is not None  # or it would have said that nothing came
        return found


def text_of(message: Message) -> str:
    """What a person reads of it."""
    return str(message.get("text", message.get("caption", "")))


def labels_of(message: Message) -> list[str]:
    """The buttons under it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def pressable(message: Message) -> list[str]:
    """Those of them that the bot hears of; what copies or links stays with the client."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row if "callback_data" in button]


def is_report(message: Message) -> bool:
    """Reports are the messages that can be refreshed."""
    return any("Refresh" in label for label in labels_of(message))
