"""/locations: which home? By a customer id, by anything that finds it, or from those at hand.

The question is a step of the conversation. The buttons are not: they name customer and location
themselves, so they work for as long as the message is there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from src.handlers import keyboards, report, texts
from src.handlers.callbacks import ChangeLocation, ListLocations, PickLocation, SetFavourite, Star
from src.handlers.conversation import END, Step, forget_draft, step
from src.handlers.find import look_for
from src.handlers.homes import homes_of_customer, locations_or_problem, page_of
from src.handlers.incoming import is_private, message_of, text_of, user_of
from src.handlers.reply import Answer, answer, change_keyboard, deliver, press_message, send
from src.handlers.setup import looks_like_credentials, swallow_credentials
from src.handlers.state import Home, Place
from src.handlers.status import build_status

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import Location

__all__ = [
    "change_location",
    "list_locations",
    "locations_start",
    "open_link",
    "pick_location",
    "set_favourite",
    "take_customer_id",
]

_CUSTOMER_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_LINK: Final = re.compile(r"loc_([A-Za-z0-9-]+)_([A-Za-z0-9-]+)")
_CUSTOMER_LINK: Final = re.compile(r"cus_([A-Za-z0-9-]+)")


@step(END)
async def locations_start(update: Update, context: PanoptesContext) -> Step | int:
    """Ask which home, or take what was sent along with the command."""
    await forget_draft(update, context)
    if looks_like_credentials(" ".join(context.args or ())):
        await swallow_credentials(update, context, message_of(update))
        return END
    if not await report.connected(update, context):
        return END
    if context.args:
        return await _look_up(update, context, " ".join(context.args))
    state, user_id = context.services.state, user_of(update).id
    keyboard = keyboards.ask_customer(
        context.services.buttons,
        await state.home(Place.of(update)),
        await state.favourites(user_id),
        await state.recents(user_id),
    )
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
    """Look up what was typed; what finds nothing keeps the question open."""
    message = message_of(update)
    text = text_of(message)
    if looks_like_credentials(text):
        await swallow_credentials(update, context, message)
        return END
    if not text.strip():
        await send(update, context, texts.BAD_CUSTOMER)
        return Step.CUSTOMER
    return await _look_up(update, context, text.strip())


async def _look_up(update: Update, context: PanoptesContext, text: str) -> Step | int:
    """The homes of a customer id; anything else is searched for."""
    if not _CUSTOMER_ID.fullmatch(text):
        return END if await look_for(update, context, text) else Step.CUSTOMER
    found: list[Location] = []

    async def work() -> Answer:
        result = await locations_or_problem(update, context, text)
        if isinstance(result, Answer):
            return result
        found.extend(result)
        if len(result) > 1:
            return page_of(context, text, result, 0)
        only = PickLocation(text, result[0].id)
        return await report.choice(update, context, only, build_status)

    await deliver(update, context, work())
    return END if found else Step.CUSTOMER


async def list_locations(update: Update, context: PanoptesContext, press: ListLocations) -> None:
    """Turn to a page; read afresh, so that it shows what is there now."""
    if not await report.connected(update, context):
        return
    await answer(update, context)
    work = homes_of_customer(update, context, press.customer_id, press.page)
    await deliver(update, context, work)


async def pick_location(update: Update, context: PanoptesContext, press: PickLocation) -> None:
    """Make the location of the button the chosen one, and show its status."""
    if await report.connected(update, context):
        await answer(update, context)
        await report.choose(update, context, press, build_status)


async def open_link(update: Update, context: PanoptesContext) -> None:
    """The link `t.me/<bot>?start=loc_<customer>_<location>` that one technician sends another.

    `cus_<customer>` lists a customer's homes: what inline mode sends where it knows no more.
    """
    payload = " ".join(context.args or ())
    found, customer = _LINK.fullmatch(payload), _CUSTOMER_LINK.fullmatch(payload)
    if not await report.connected(update, context):
        return
    if customer is not None:
        await deliver(update, context, homes_of_customer(update, context, customer[1]))
        return
    if found is None:
        await send(update, context, texts.BAD_LINK, keyboards.choose(context.services.buttons))
        return
    await report.choose(update, context, PickLocation(found[1], found[2]), build_status)


async def set_favourite(update: Update, context: PanoptesContext, press: SetFavourite) -> None:
    """The star under a report: on or off for the person who pressed it.

    In a group the star stays as it is, because there it would show everybody one person's list.
    """
    if not await report.connected(update, context):
        return
    state, user_id = context.services.state, user_of(update).id
    home = Home(press.customer_id, press.location_id)
    at_hand = [await state.home(Place.of(update)), *await state.recents(user_id)]
    home = next((known for known in at_hand if home.same_as(known) and known), home)
    change = await state.set_favourite(user_id, home, wanted=press.star is Star.ON)
    await answer(update, context, texts.FAVOURITE[change], alert=change == "full")
    message = press_message(update)
    if message is None or message.reply_markup is None or change == "full":
        return
    if is_private(update):
        buttons, on = context.services.buttons, change == "added"
        keyboard = keyboards.with_star(buttons, message.reply_markup, home, on=on)
        await change_keyboard(context, message, keyboard)
