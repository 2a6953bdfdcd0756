"""Somebody who chats with the bot through an embedded Telegram server, and how messages are read.

The same for a bot in this process (tests/bot_harness.py) and for one that is a process of its own
(tests/e2e/people.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.demo.telegram_server import TelegramServer

Message = dict[str, Any]


class Chatter:
    """A person in one chat: says, presses, and reads what the bot shows."""

    telegram: TelegramServer
    user_id: int
    chat_id: int
    thread_id: int | None = None
    patience_s: ClassVar[float] = 30.0  # for noisy machines; answers come within milliseconds

    def say(self, text: str, reply_to: int | None = None) -> int:
        """Send a text; returns its message id."""
        sent = self.telegram.send_text(
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
            for message in self.telegram.messages(self.chat_id)
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
        return await self.until(
            lambda: next((m for m in self.shown(after) if having in text_of(m)), None)
        )

    async def quiet(self) -> None:
        """Wait until everything said so far has been dealt with (the chat is in order)."""
        after = self.say("/help")
        await self.answered(after, "What I can do")

    def press_now(self, label: str, message: Message | None = None) -> str:
        """Press a button by a part of its label; the query's id."""
        number = message["message_id"] if message else None
        return str(self.telegram.press_button(self.user_id, self.chat_id, label, number))

    async def press(self, label: str, message: Message | None = None) -> dict[str, Any]:
        """Press a button; how Telegram was told to answer."""
        return await self.query_answer(self.press_now(label, message))

    async def forge(self, message: Message, data: str) -> dict[str, Any]:
        """Send callback data that no button carries, or that of one which may just have changed."""
        query = self.telegram.press(
            self.user_id, self.chat_id, message["message_id"], data, forge=True
        )
        return await self.query_answer(query)

    async def query_answer(self, query: str) -> dict[str, Any]:
        """The answer to a press, once it is there."""
        return await self.until(lambda: self.telegram.answer(query))

    async def becomes(self, message: Message, having: str) -> Message:
        """The message, once an edit has put these words into it."""
        return await self._changes(message, lambda now: having in text_of(now))

    async def offered(self, message: Message, label: str) -> Message:
        """The message, once an edit has put such a button under it."""
        return await self._changes(
            message, lambda now: any(label in each for each in labels_of(now))
        )

    async def _changes(self, message: Message, fits: Callable[[Message], bool]) -> Message:
        number = message["message_id"]
        return await self.until(
            lambda: next((m for m in self.shown() if m["message_id"] == number and fits(m)), None)
        )

    async def until(self, look: Callable[[], Message | None]) -> Message:
        """What `look` finds, once it finds something."""
        found = await self.telegram.wait_for(look, timeout=self.patience_s)
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


def offers(message: Message, data: str) -> bool:
    """Whether it has the button with this callback data."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)


def is_report(message: Message) -> bool:
    """Reports are the messages that can be refreshed."""
    return any("Refresh" in label for label in labels_of(message))
