"""What a start finds of the run before it: conversations cut off, and an audit log to shorten."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from src import telemetry
from src.handlers import member_texts
from src.handlers.joining import tell_decision
from src.handlers.news import announce_version
from src.handlers.notify import notify
from src.storage import StorageError

if TYPE_CHECKING:
    from telegram import Bot

    from src.handlers.context import Services
    from src.handlers.state import State

__all__ = ["cancel_background", "look_back_in_background"]

logger = logging.getLogger(__name__)

_PRUNE_EVERY_S: Final = 86_400


def look_back_in_background(bot: Bot, services: Services) -> None:
    """Tell whom the restart cut off, and keep the audit log short, while the bot already works."""
    task = asyncio.create_task(_look_back(bot, services.state))
    services.background.add(task)
    task.add_done_callback(services.background.discard)


async def cancel_background(services: Services) -> None:
    """End what was begun in the background."""
    tasks = list(services.background)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _look_back(bot: Bot, state: State) -> None:
    try:
        for draft in await state.store.interrupted_drafts():
            await notify(bot, state, draft.chat_id, member_texts.RESTARTED)
            await state.store.end_draft(draft.user_id, draft.chat_id)
        for decision in await state.store.untold_joins():
            await tell_decision(bot, state, decision)
        await announce_version(bot, state)
        while True:
            await state.store.prune_audit()
            await asyncio.sleep(_PRUNE_EVERY_S)
    except StorageError as error:
        logger.error("storage: %s", error)  # noqa: TRY400 - the sentence says it all
    except Exception as error:  # noqa: BLE001 - logged and told to admins; the bot goes on
        telemetry.broke(logger, "looking back at the last run failed", error)
