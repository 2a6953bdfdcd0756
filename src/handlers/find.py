"""/find and plain text: from whatever a caller can read out to the home's verdict.

All look-ups leave at the same time. What the first ones know is shown as soon as it would be worth
looking at, in the message that the rest then completes. A single home opens at once.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import plume_api_client as plume
from src.api.search import search
from src.handlers import keyboards, report, texts
from src.handlers.callbacks import FindPage, PickLocation
from src.handlers.errors import describe, report_unexpected
from src.handlers.homes import homes_of_customer
from src.handlers.incoming import is_private, message_of, text_of, user_of
from src.handlers.reply import Answer, answer, press_message, send, show
from src.handlers.setup import looks_like_credentials, swallow_credentials
from src.handlers.state import Place
from src.handlers.status import build_status
from src.handlers.trace import IGNORED, mark
from src.utils.search_formatter import format_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message, Update

    from src.handlers.context import PanoptesContext
    from src.models.lookup import SearchHit, SearchResult

__all__ = ["answer_for", "find_command", "find_text", "learn_names", "look_for", "turn_page"]

# Telegram wants about a second between two edits of a message.
_LOOK_EVERY_S = 1.0
_HITS_MOST = 40


async def find_command(update: Update, context: PanoptesContext) -> None:
    """Answer /find, with or without something to look for."""
    text = " ".join(context.args or ())
    message = message_of(update)
    if looks_like_credentials(text):
        await swallow_credentials(update, context, message)
    elif not text.strip():
        await send(update, context, texts.ASK_FIND)
    elif await report.connected(update, context):
        await look_for(update, context, text)


async def find_text(update: Update, context: PanoptesContext) -> None:
    """Text that answers no question: search. In groups only when the bot is spoken to."""
    message = message_of(update)
    text = text_of(message)
    if looks_like_credentials(text):
        await swallow_credentials(update, context, message)
        return
    if not is_private(update):
        text = _said_to(context.bot.id, context.bot.username, message)
    if message.text is None or not text.strip():
        if is_private(update):
            await send(update, context, texts.UNEXPECTED_TEXT)
        else:
            mark(IGNORED)
        return
    if await report.connected(update, context):
        await look_for(update, context, text)


def _said_to(bot_id: int, username: str, message: Message) -> str:
    """What is said to the bot by a mention or a reply; empty when people talk to each other."""
    text, mention = text_of(message), f"@{username}"
    place = text.casefold().find(mention.casefold())
    if place >= 0:
        return f"{text[:place]} {text[place + len(mention) :]}"
    replied = message.reply_to_message
    author = replied.from_user if replied else None
    return text if author is not None and author.id == bot_id else ""


async def turn_page(update: Update, context: PanoptesContext, press: FindPage) -> None:
    """Another page of a search; asked afresh, so that it works after a restart."""
    if await report.connected(update, context):
        await answer(update, context)
        await look_for(update, context, press.text, press.page)


async def look_for(update: Update, context: PanoptesContext, text: str, page: int = 0) -> bool:
    """Search and show: interim hits while a look-up is slow, then the list or the only home.

    False when there is nothing to choose from.
    """
    found = _Found()
    target = press_message(update)
    running = asyncio.ensure_future(_run(update, context, text, found))
    try:
        shown: list[SearchHit] = []
        while not (await asyncio.wait({running}, timeout=_LOOK_EVERY_S))[0]:
            result = found.result
            if result is not None and result["hits"] != shown:
                shown = result["hits"]
                target = await show(update, context, _list(context, result, page), target)
            elif target is None:
                target = await send(update, context, texts.SEARCHING)
        await show(update, context, await _last(update, context, running, text, page), target)
    finally:
        running.cancel()
    return bool(found.result and found.result["hits"])


@dataclass(slots=True)
class _Found:
    """The newest result of a search that still runs."""

    result: SearchResult | None = None
    homes: list[tuple[str, str]] = field(default_factory=list)


async def _run(update: Update, context: PanoptesContext, text: str, found: _Found) -> SearchResult:
    """Keep `found` up to date until the search is over."""
    known = await _known_homes(update, context)
    with plume.caller("person", context.services.timing.deadline_s):
        async with aclosing(
            search(user_of(update).id, text, limit=_HITS_MOST, homes=known)
        ) as all_:
            async for result in all_:
                found.result = last = result
    learn_names(context, last["hits"])
    return last


def learn_names(context: PanoptesContext, hits: Sequence[SearchHit]) -> None:
    """Reports of these homes say whose they are from now on."""
    for hit in hits:
        context.services.state.memories.learn_customer(hit["customer_id"], hit["customer_name"])


async def _known_homes(update: Update, context: PanoptesContext) -> list[tuple[str, str]]:
    """Homes at hand, in which a MAC address can be looked for."""
    state, user_id = context.services.state, user_of(update).id
    here = await state.home(Place.of(update))
    homes = [*([here] if here else []), *await state.favourites(user_id)]
    homes += await state.recents(user_id)
    return list(dict.fromkeys((home.customer_id, home.location_id) for home in homes))


async def _last(
    update: Update,
    context: PanoptesContext,
    running: asyncio.Future[SearchResult],
    text: str,
    page: int,
) -> Answer:
    """What the finished search ends in."""
    buttons = context.services.buttons
    again = keyboards.retry(buttons, FindPage.of(text, page))
    try:
        return await answer_for(update, context, await running, page)
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError) as error:
        return Answer(describe(error), keyboards.connect(buttons))
    except (plume.PlumeAPIError, TimeoutError) as error:
        return Answer(describe(error), again)
    except Exception as error:  # noqa: BLE001 - a person waits for an answer; it is logged
        return Answer(report_unexpected(error), again)


async def answer_for(
    update: Update, context: PanoptesContext, result: SearchResult, page: int = 0
) -> Answer:
    """The only home's status, the only customer's homes, or the list of hits."""
    hits = result["hits"]
    if len(hits) != 1 or result["more"]:
        return _list(context, result, page)
    only = hits[0]
    if only["location_id"] is None:
        return await homes_of_customer(update, context, only["customer_id"])
    press = PickLocation(only["customer_id"], only["location_id"])
    return await report.choice(update, context, press, build_status)


def _list(context: PanoptesContext, result: SearchResult, page: int) -> Answer:
    """One page of hits with a button for each."""
    keyboard = keyboards.hits(context.services.buttons, result, page)
    return Answer(format_search(result, page=page), keyboard)
