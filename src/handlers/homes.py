"""A customer's homes as a list of buttons, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import keyboards, report, texts
from src.handlers.callbacks import PickLocation
from src.handlers.errors import describe
from src.handlers.incoming import user_of
from src.handlers.reply import Answer
from src.handlers.status import build_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import Location

__all__ = ["homes_of_customer", "locations_or_problem", "page_of"]


async def homes_of_customer(
    update: Update, context: PanoptesContext, customer_id: str, page: int = 0
) -> Answer:
    """The list; the status of the only home; or what to tell the person."""
    found = await locations_or_problem(update, context, customer_id)
    if isinstance(found, Answer):
        return found
    if len(found) > 1:
        return page_of(context, customer_id, found, page)
    only = PickLocation(customer_id, found[0].id)
    return await report.choice(update, context, only, build_status)


async def locations_or_problem(
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


def page_of(
    context: PanoptesContext, customer_id: str, locations: Sequence[Location], page: int
) -> Answer:
    """One page of buttons; a page that is no longer there becomes the last one."""
    pages = keyboards.page_count(len(locations))
    page = min(max(page, 0), pages - 1)
    keyboard = keyboards.location_page(context.services.buttons, customer_id, locations, page)
    return Answer(texts.choose_location(customer_id, len(locations), page, pages), keyboard)
