"""Handlers get the thing itself, or an error that says what was missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from telegram import Chat, Message, Update, User

from src.handlers.incoming import (
    chat_of,
    is_private,
    message_of,
    pressed_message,
    text_of,
    thread_of,
    user_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ANN = User(1, "Ann", is_bot=False)
NOW = datetime(2026, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize("read", [user_of, chat_of, message_of, pressed_message])
def test_what_is_not_there_is_an_error(read: Callable[[Update], Any]) -> None:
    with pytest.raises(ValueError, match="an update without"):
        read(Update(1))


@pytest.mark.parametrize(("kind", "private"), [(Chat.PRIVATE, True), (Chat.SUPERGROUP, False)])
def test_what_is_there_is_given(kind: str, private: bool) -> None:
    message = Message(1, NOW, Chat(5, kind), from_user=ANN, caption="words")
    update = Update(1, message=message)
    assert user_of(update) == ANN
    assert chat_of(update).id == 5
    assert text_of(message_of(update)) == "words"
    assert is_private(update) is private
    assert thread_of(update) is None


def test_a_message_without_words_is_empty_text() -> None:
    assert text_of(Message(1, NOW, Chat(5, Chat.PRIVATE))) == ""
