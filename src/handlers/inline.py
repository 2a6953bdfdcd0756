"""`@bot text` in any chat: the homes that fit, for whoever may see them.

Telegram sends a query for every few letters typed, so a search leaves only when the person pauses.
What is picked is sent into the chat as a name with a button that opens the home with this bot; who
presses it needs rights of their own. The bot's owner switches inline mode on with BotFather.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

import plume_api_client as plume
from src.api.search import search_to_end
from src.handlers import report, texts
from src.handlers.find import learn_names
from src.handlers.incoming import user_of
from src.handlers.state import Home
from src.utils.markup import bold, clean, escape
from src.utils.search_formatter import hit_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import InlineQuery, Update

    from src.handlers.context import PanoptesContext
    from src.models.lookup import SearchHit

__all__ = ["answer_inline"]

logger = logging.getLogger(__name__)

_LEAST: Final = 3  # shorter texts fit too much
_HITS: Final = 20
_LABEL: Final = 60
# How long Telegram may show one person the same results again, in seconds.
_KEEP_S: Final = 60
_DEADLINE_S: Final = 6.0  # Telegram forgets a query after about ten


async def answer_inline(update: Update, context: PanoptesContext) -> None:
    """Answer the newest query of a person; an older one is not wanted any more."""
    query = _query(update)
    services, user_id = context.services, user_of(update).id
    if not await services.state.is_connected(user_id):
        await _give(update, (), texts.INLINE_CONNECT)
        return
    text = query.query.strip()
    if len(text) < _LEAST:
        await _give(update, [_article(context, home) for home in await _at_hand(context, user_id)])
        return
    services.inline_turns[user_id] = query.id
    await asyncio.sleep(services.timing.inline_pause_s)
    if services.inline_turns.get(user_id) != query.id:
        return
    del services.inline_turns[user_id]
    await _search(update, context, text)


def _query(update: Update) -> InlineQuery:
    if update.inline_query is None:
        raise ValueError("an update without an inline query")
    return update.inline_query


async def _search(update: Update, context: PanoptesContext, text: str) -> None:
    user_id = user_of(update).id
    homes = [(each.customer_id, each.location_id) for each in await _at_hand(context, user_id)]
    try:
        with plume.caller("person", _DEADLINE_S):
            result = await search_to_end(user_id, text, limit=_HITS, homes=homes)
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError):
        await _give(update, (), texts.INLINE_CONNECT)
    except plume.PlumeAPIError as error:
        logger.info("an inline search failed: %s", error)
        await _give(update, (), texts.INLINE_FAILED)
    else:
        learn_names(context, result["hits"])
        found = [each for each in (_hit(context, hit) for hit in result["hits"]) if each]
        await _give(update, found, None if found else texts.INLINE_NOTHING, _KEEP_S)


async def _at_hand(context: PanoptesContext, user_id: int) -> list[Home]:
    """Favourites, then recents, each home once."""
    state = context.services.state
    homes: dict[tuple[str, str], Home] = {}
    for home in [*await state.favourites(user_id), *await state.recents(user_id)]:
        homes.setdefault((home.customer_id, home.location_id), home)
    return list(homes.values())


def _hit(context: PanoptesContext, hit: SearchHit) -> InlineQueryResultArticle | None:
    """A home, or a customer whose homes the button lists; None where no link can carry the ids."""
    customer, name = hit["customer_id"], hit["customer_name"]
    if hit["location_id"] is None:
        return _result(context, f"cus_{customer}", name or customer, None, hit_label(hit, _LABEL))
    home = Home(customer, hit["location_id"], hit["location_name"])
    return _article(context, home, name, hit_label(hit, _LABEL))


def _article(
    context: PanoptesContext, home: Home, customer: str | None = None, label: str | None = None
) -> InlineQueryResultArticle | None:
    payload = f"loc_{home.customer_id}_{home.location_id}"
    return _result(context, payload, home.title, customer, label or clean(home.title, _LABEL))


def _result(
    context: PanoptesContext, payload: str, name: str, customer: str | None, label: str
) -> InlineQueryResultArticle | None:
    """What is listed, and what is sent when it is picked: names only, no number and no address."""
    link = report.link_to(context, payload)
    if link is None:
        return None
    of = f" · {escape(customer, _LABEL)}" if customer else ""
    return InlineQueryResultArticle(
        payload,
        label,
        InputTextMessageContent(
            f"🏠 {bold(name, _LABEL)}{of}\n{texts.INLINE_OPEN}",
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("🏠 Open", url=link)]]),
    )


async def _give(
    update: Update,
    results: Sequence[InlineQueryResultArticle | None],
    button: str | None = None,
    keep_s: int = 0,
) -> None:
    """Answer for this person alone; `button` leads to the private chat and says why."""
    payload = "setup" if button == texts.INLINE_CONNECT else "find"
    try:
        await _query(update).answer(
            [result for result in results if result],
            cache_time=keep_s,
            is_personal=True,
            button=InlineQueryResultsButton(button, start_parameter=payload) if button else None,
        )
    except TelegramError as error:  # too old by now, or switched off meanwhile
        logger.info("an inline query could not be answered: %s", error)
