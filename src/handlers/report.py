"""The shape that every report shares: find the home, fetch, analyse, format, show with buttons.

A report module gives one function, its builder: (`Ask`) -> `Report`. Everything else is here, so
that each command and each press ends in exactly one clear answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import plume_api_client as plume
from src.handlers import keyboards, texts
from src.handlers.callbacks import OpenReport, Panel, Span
from src.handlers.errors import describe, report_unexpected, why
from src.handlers.reply import Answer, answer, deliver, send
from src.handlers.state import Home, Place
from src.utils.markup import MESSAGE_LIMIT, bold, units
from src.utils.when import when

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from telegram import Update

    from src.handlers.callbacks import PickLocation
    from src.handlers.context import PanoptesContext

__all__ = ["Ask", "Builder", "Report", "command", "open_pressed", "section", "show"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a builder is asked for. `now` is aware UTC."""

    user_id: int
    home: Home
    now: datetime
    span: Span = Span.DAYS_7

    @property
    def ids(self) -> tuple[int, str, str]:
        """The arguments that every endpoint function starts with."""
        return self.user_id, self.home.customer_id, self.home.location_id


@dataclass(frozen=True, slots=True)
class Report:
    """A formatted report; `home` carries what was learned of the home on the way."""

    text: str
    home: Home
    failures: tuple[Exception, ...] = ()  # sections that could not be read


Builder = "Callable[[Ask], Awaitable[Report]]"


async def section(call: Awaitable[T]) -> T | plume.PlumeAPIError:
    """One of several fetches: its error is a value, so that the others still count.

    Credentials that are missing or refused concern all of them, and are raised.
    """
    try:
        return await call
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError):
        raise
    except plume.PlumeAPIError as error:
        return error


async def command(
    update: Update, context: PanoptesContext, panel: Panel, build: Callable[[Ask], Awaitable[Report]]
) -> None:
    """A report command: of the home that is chosen here."""
    if not await connected(update, context):
        return
    home = await context.services.state.home(Place.of(update))
    if home is None:
        keyboard = keyboards.after_setup(context.services.buttons)
        await send(update, context, texts.NO_HOME, keyboard)
        return
    press = OpenReport(panel, home.customer_id, home.location_id)
    await deliver(update, context, _work(update, context, press, build, home))


async def open_pressed(
    update: Update,
    context: PanoptesContext,
    press: OpenReport,
    build: Callable[[Ask], Awaitable[Report]],
) -> None:
    """A report button: of the home that the button names, with the presser's credentials."""
    if await connected(update, context):
        await answer(update, context)
        await deliver(update, context, _work(update, context, press, build, None))


async def show(
    update: Update,
    context: PanoptesContext,
    press: PickLocation,
    build: Callable[[Ask], Awaitable[Report]],
    home: Home | None = None,
) -> None:
    """Make a home the chosen one, once Plume has shown it, with its status as the proof."""

    async def pick() -> Answer:
        return await _answer(update, context, press, build, home, choose=True)

    await deliver(update, context, pick())


async def connected(update: Update, context: PanoptesContext) -> bool:
    """Whether the person has credentials; if not, says what to do."""
    user, chat = update.effective_user, update.effective_chat
    if user is not None and await context.services.state.is_connected(user.id):
        return True
    private = chat is not None and chat.type == chat.PRIVATE
    text = texts.NOT_CONNECTED if private else texts.NOT_CONNECTED_IN_GROUP
    if update.callback_query:
        await answer(update, context, text, alert=True)
    else:
        keyboard = keyboards.connect(context.services.buttons) if private else None
        await send(update, context, text, keyboard)
    return False
