"""The shape that every report shares: find the home, fetch, analyse, format, show with buttons.

A report module gives one function, its builder: (`Ask`) -> `Report`. Everything else is here, so
that each command and each press ends in exactly one clear answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import plume_api_client as plume
from src.handlers import keyboards, texts
from src.handlers.callbacks import OpenReport, Panel, PickLocation, Span
from src.handlers.errors import describe, report_unexpected, why
from src.handlers.incoming import is_private, user_of
from src.handlers.reply import Answer, answer, deliver, send
from src.handlers.state import Home, Place
from src.utils.markup import MESSAGE_LIMIT, moment, units
from src.utils.timezones import to_local

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = [
    "Ask",
    "Builder",
    "Report",
    "choose",
    "command",
    "connected",
    "pressed",
    "section",
    "with_reasons",
]

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


Builder: TypeAlias = "Callable[[Ask], Awaitable[Report]]"


async def command(update: Update, context: PanoptesContext, panel: Panel, build: Builder) -> None:
    """A report command: about the home that is chosen where it was sent."""
    if not await connected(update, context):
        return
    home = await context.services.state.home(Place.of(update))
    if home is None:
        await send(update, context, texts.NO_HOME, keyboards.choose(context.services.buttons))
        return
    press = OpenReport(panel, home.customer_id, home.location_id)
    await deliver(update, context, _answer(update, context, press, build))


async def pressed(
    update: Update, context: PanoptesContext, press: OpenReport, build: Builder
) -> None:
    """A report button: about the home that it names, with the credentials of who pressed."""
    if await connected(update, context):
        await answer(update, context)
        await deliver(update, context, _answer(update, context, press, build))


async def choose(
    update: Update, context: PanoptesContext, press: PickLocation, build: Builder
) -> None:
    """Make a home the chosen one as soon as Plume has shown it, with the report as the proof."""
    await deliver(update, context, choice(update, context, press, build))


async def choice(
    update: Update, context: PanoptesContext, press: PickLocation, build: Builder
) -> Answer:
    """What `choose` shows, for a caller that shows it itself."""
    return await _answer(update, context, press, build)


async def connected(update: Update, context: PanoptesContext) -> bool:
    """Whether the person has credentials; if not, says what to do."""
    if await context.services.state.is_connected(user_of(update).id):
        return True
    private = is_private(update)
    text = texts.NOT_CONNECTED if private else texts.NOT_CONNECTED_IN_GROUP
    if update.callback_query:
        await answer(update, context, text, alert=True)
    else:
        keyboard = keyboards.connect(context.services.buttons) if private else None
        await send(update, context, text, keyboard)
    return False


async def section(call: Awaitable[T]) -> T | plume.PlumeAPIError:
    """One of several fetches: its error is a value, so that the others still count.

    Missing or refused credentials concern all of them, and are raised.
    """
    try:
        return await call
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError):
        raise
    except plume.PlumeAPIError as error:
        return error


def with_reasons(text: str, *sections: object) -> str:
    """The report, with why parts of it are missing."""
    reasons = dict.fromkeys(why(part) for part in sections if isinstance(part, Exception))
    return _with_line(text, " ".join(reasons)) if reasons else text


def _with_line(text: str, line: str) -> str:
    """One more paragraph, where a message still has room for it."""
    longer = f"{text}\n\n{line}"
    return longer if units(longer) <= MESSAGE_LIMIT else text


def _read_at(home: Home, now: datetime) -> str:
    """When this was read: a refresh that changes nothing else can be seen to have happened."""
    local = to_local(now, home.timezone)
    return f"<i>Read at</i> {moment(now, f'{local:%H:%M:%S %Z}', 'T')}"


async def _answer(
    update: Update,
    context: PanoptesContext,
    press: OpenReport | PickLocation,
    build: Builder,
) -> Answer:
    """The report, or the one sentence that says why there is none."""
    buttons = context.services.buttons
    panel, span = (
        (press.panel, press.span) if isinstance(press, OpenReport) else (Panel.STATUS, Span.DAYS_7)
    )
    try:
        report = await _build(update, context, press, span, build)
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError) as error:
        return Answer(describe(error), keyboards.connect(buttons), replaces=False)
    except (plume.PlumeAPIError, TimeoutError) as error:
        return Answer(describe(error), keyboards.retry(buttons, press), replaces=False)
    except Exception as error:  # noqa: BLE001 - a person waits for an answer; it is logged
        text = report_unexpected(error)
        return Answer(text, keyboards.retry(buttons, press), replaces=False)
    text = _with_line(report.text, _read_at(report.home, context.services.clock()))
    return Answer(text, keyboards.report(buttons, panel, report.home, span))


async def _build(
    update: Update,
    context: PanoptesContext,
    press: OpenReport | PickLocation,
    span: Span,
    build: Builder,
) -> Report:
    services, place = context.services, Place.of(update)
    chosen = await services.state.home(place)
    wanted = Home(press.customer_id, press.location_id)
    current = wanted.same_as(chosen)
    ask = Ask(user_of(update).id, chosen if chosen and current else wanted, services.clock(), span)
    deadline_s = services.timing.deadline_s
    # The client ends each call itself; the second clock is for everything else.
    with plume.caller("person", deadline_s):
        async with asyncio.timeout(deadline_s + 0.5):
            report = await build(await _named(ask, press))
    if isinstance(press, PickLocation) or (current and report.home != chosen):
        await services.state.choose(place, report.home)
    return report


async def _named(ask: Ask, press: OpenReport | PickLocation) -> Ask:
    """Ask Plume what a home is called that is not at hand; the status report does so anyway."""
    status = isinstance(press, PickLocation) or press.panel is Panel.STATUS
    if status or ask.home.name is not None:
        return ask
    location = await plume.get_location_status(*ask.ids)
    return replace(ask, home=Home.of(ask.home.customer_id, location))
