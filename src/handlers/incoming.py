"""Who said what, where: what every update has once it has passed the gate.

The library's types allow an update without a person, a chat or a message. Behind the gate there is
none of that, so these functions give the thing itself, and an error where a handler was registered
for updates that cannot have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatType

if TYPE_CHECKING:
    from telegram import Chat, Message, Update, User

__all__ = [
    "chat_of",
    "is_private",
    "message_of",
    "pressed_message",
    "scrub",
    "text_of",
    "thread_of",
    "user_of",
]


def user_of(update: Update) -> User:
    """The person behind the update."""
    if update.effective_user is None:
        raise ValueError("an update without a person")
    return update.effective_user


def chat_of(update: Update) -> Chat:
    """The chat that the update happened in."""
    if update.effective_chat is None:
        raise ValueError("an update without a chat")
    return update.effective_chat


def message_of(update: Update) -> Message:
    """The new message that the update brought."""
    if update.message is None:
        raise ValueError("an update without a new message")
    return update.message


def pressed_message(update: Update) -> Message:
    """The message that carries the pressed button; handlers get no presses on lost ones."""
    if update.effective_message is None:
        raise ValueError("an update without a message")
    return update.effective_message


def text_of(message: Message) -> str:
    """What a message says; empty for a photo without words."""
    return message.text or message.caption or ""


def scrub(message: Message) -> None:
    """Take the words out of a message that carried a secret.

    The library keeps the update that a question waits on until that question times out.
    """
    for name in ("text", "caption"):
        object.__setattr__(message, name, None)  # the library's own way of setting refuses this


def thread_of(update: Update) -> int | None:
    """The topic of a forum; a thread of replies in an ordinary group is none."""
    message = update.effective_message
    return message.message_thread_id if message and message.is_topic_message else None


def is_private(update: Update) -> bool:
    """Whether only the person reads what is answered."""
    return chat_of(update).type == ChatType.PRIVATE
