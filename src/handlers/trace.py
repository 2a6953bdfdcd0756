"""One line in the log for each thing that somebody asked for: what, by whom, how it ended, when.

The line never says what was typed or shown. Its request id stands in every other line that was
logged on the way, and in the number that people are given when something breaks.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Iterator  # noqa: TC003 - contextmanager's callers read it
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import Update

from src import telemetry
from src.handlers.access import COMMANDS
from src.handlers.callbacks import OpenReport
from src.logs import reference, request_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Message

    from src.handlers.callbacks import Buttons

__all__ = ["IGNORED", "Tracer", "mark"]

logger = logging.getLogger(__name__)

OK: Final = "ok"
IGNORED: Final = "ignored"  # nobody asked the bot for anything: no line, no count

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(slots=True)
class _Request:
    """What is being dealt with. Tasks that it starts share it."""

    via: str
    name: str
    outcome: str = OK


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


def mark(outcome: str) -> None:
    """Say how the request at hand ends, when not well; the last word counts.

    `outcome` is one of few fixed words, as it becomes a label of a metric.
    """
    request = _request.get()
    if request is not None:
        request.outcome = outcome


class Tracer:
    """Follows an update from its arrival, with the wait for its chat's earlier ones, to its end."""

    def __init__(self, buttons: Buttons, clock: Callable[[], float] = time.perf_counter) -> None:
        """`buttons` read what was pressed; `clock` counts seconds."""
        self._buttons = buttons
        self._clock = clock

    @contextmanager
    def __call__(self, update: object) -> Iterator[None]:
        """Everything inside belongs to this update."""
        request = self._request(update)
        if request is None or not isinstance(update, Update):
            yield
            return
        started = self._clock()
        marks = _request.set(request), request_id.set(reference())
        try:
            yield
        except asyncio.CancelledError:
            request.outcome = "cancelled"
            raise
        finally:
            _done(update, request, self._clock() - started)
            _request.reset(marks[0])
            request_id.reset(marks[1])

    def _request(self, update: object) -> _Request | None:
        """What is asked for; None for what is not meant for the bot as such."""
        if not isinstance(update, Update):
            return None
        if update.callback_query is not None:
            return _Request("press", self._pressed(update.callback_query.data))
        if update.inline_query is not None:
            return _Request("inline", "search")
        return _of_message(update.message) if update.message is not None else None

    def _pressed(self, data: str | None) -> str:
        press = self._buttons.unpack(data)
        if isinstance(press, OpenReport):
            return press.panel.name.lower()
        return "unreadable" if press is None else _snake(type(press).__name__)


def _of_message(message: Message) -> _Request | None:
    text = message.text or ""
    if text.startswith("/"):
        name = text[1:].split(maxsplit=1)[0].partition("@")[0].lower() if len(text) > 1 else ""
        return _Request("command", name if name in COMMANDS else "unknown")
    content = text or message.effective_attachment or message.caption
    return _Request("text", "text") if content else None


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()


def _done(update: Update, request: _Request, seconds: float) -> None:
    """The one line, and the count."""
    if request.outcome == IGNORED:
        return
    via, name, outcome = request.via, request.name, request.outcome
    user = update.effective_user.id if update.effective_user else None
    chat = update.effective_chat.id if update.effective_chat else None
    facts = {
        "user": user,
        "chat": chat,
        "via": via,
        "command": name,
        "outcome": outcome,
        "duration_ms": round(seconds * 1000),
    }
    words = " ".join(f"{key}={value}" for key, value in facts.items())
    logger.info("handled %s", words, extra={"facts": facts})
    telemetry.report(telemetry.CommandDone(via, name, outcome, seconds))
