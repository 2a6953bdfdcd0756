"""/locations: a customer id, then one of the customer's locations from buttons.

The question for the id is a step of the conversation. The buttons are not: they name customer and
location themselves, so they work for as long as the message is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import keyboards, report, texts
from src.handlers.callbacks import ChangeLocation, ListLocations, PickLocation
from src.handlers.conversation import END, Step, step
from src.handlers.errors import describe
from src.handlers.incoming import message_of, text_of, user_of
from src.handlers.reply import Answer, answer, deliver, send
from src.handlers.setup import looks_like_credentials, swallow_credentials
from src.handlers.state import Place
from src.handlers.status import build_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import Location

__all__ = [
    "change_location",
    "list_locations",
    "locations_start",
    "pick_location",
    "take_customer_id",
]


@step(END)
async def locations_start(update: Update, context: PanoptesContext) -> Step | int:
    """Ask for a customer id, or take the one sent along with the command."""
    context.draft.forget()
    if not await report.connected(update, context):
        return END
    if context.args:
        return await _look_up(update, context, " ".join(context.args))
    home = await context.services.state.home(Place.of(update))
    keyboard = keyboards.ask_customer(context.services.buttons, home)
    await send(update, context, texts.ASK_CUSTOMER, keyboard, reply_expected=True)
    return Step.CUSTOMER


@step(END)
async def change_location(
    update: Update, context: PanoptesContext, _press: ChangeLocation
) -> Step | int:
    """The Change location button: the same question."""
    if not await report.connected(update, context):
        return END
    await answer(update, context)
    return await locations_start(update, context)


@step(Step.CUSTOMER)
async def take_customer_id(update: Update, context: PanoptesContext) -> Step | int:
    """Look the customer up; a wrong id keeps the question open."""
    message = message_of(update)
    text = text_of(message)
    if looks_like_credentials(text):
        await swallow_credentials(update, context, message)
        return END
    return await _look_up(update, context, text.strip())


async def _look_up(update: Update, context: PanoptesContext, customer_id: str) -> Step | int:
    """Show the locations of a customer, or the status of the only one."""
    found: list[Location] = []

    async def work() -> Answer:
        result = await _locations_or_problem(update, context, customer_id)
        if isinstance(result, Answer):
            return result
        found.extend(result)
        if len(result) > 1:
            return _page(context, customer_id, result, 0)
        only = PickLocation(customer_id, result[0].id)
        return await report.choice(update, context, only, build_status)

    await deliver(update, context, work())
    return END if found else Step.CUSTOMER


async def _locations_or_problem(
    update: Update, context: PanoptesContext, customer_id: str
) -> Sequence[Location] | Answer:
    """The customer's locations, at least one; else what to tell the person."""
    try:
        with plume.caller("person", context.services.timing.deadline_s):
            locations = await plume.get_locations_for_customer(user_of(update).id, customer_id)
    except plume.PlumeInputError:
        return Answer(texts.BAD_CUSTOMER, replaces=False)
    except (plume.PlumeNotFoundError, plume.PlumePermissionError):
        return Answer(texts.CUSTOMER_UNKNOWN, replaces=False)
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError) as error:
        return Answer(describe(error), keyboards.connect(context.services.buttons), replaces=False)
    except plume.PlumeAPIError as error:
        text = texts.LOCATIONS_UNREADABLE.format(error=describe(error))
        return Answer(text, replaces=False)
    return locations or Answer(texts.CUSTOMER_EMPTY, replaces=False)


async def list_locations(update: Update, context: PanoptesContext, press: ListLocations) -> None:
    """Turn to a page; read afresh, so that it shows what is there now."""
    if not await report.connected(update, context):
        return
    await answer(update, context)

    async def work() -> Answer:
        result = await _locations_or_problem(update, context, press.customer_id)
        if isinstance(result, Answer):
            return result
        return _page(context, press.customer_id, result, press.page)

    await deliver(update, context, work())


async def pick_location(update: Update, context: PanoptesContext, press: PickLocation) -> None:
    """Make the location of the button the chosen one, and show its status."""
    if await report.connected(update, context):
        await answer(update, context)
        await report.choose(update, context, press, build_status)


def _page(
    context: PanoptesContext, customer_id: str, locations: Sequence[Location], page: int
) -> Answer:
    """One page of buttons; a page that is no longer there becomes the last one."""
    pages = keyboards.page_count(len(locations))
    page = min(max(page, 0), pages - 1)
    keyboard = keyboards.location_page(context.services.buttons, customer_id, locations, page)
    return Answer(texts.choose_location(customer_id, len(locations), page, pages), keyboard)
