"""After an upgrade, admins read once what the new version brings."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from src.handlers.notify import notify
from src.utils.changelog import format_news, news_between
from src.version import VERSION

if TYPE_CHECKING:
    from telegram import Bot

    from src.handlers.state import State

__all__ = ["announce_version"]

logger = logging.getLogger(__name__)

CHANGELOG: Final = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
_FACT: Final = "version"


async def announce_version(
    bot: Bot, state: State, version: str = VERSION, changelog: Path = CHANGELOG
) -> None:
    """Tell admins of the versions since the last start, if any. Raises StorageError.

    It is noted down before it is told: after a crash in between, once too seldom beats twice. The
    first start of all has no news.
    """
    before = await state.store.fact(_FACT)
    if before == version:
        return
    await state.store.keep_fact(_FACT, version)
    logger.info("version %s; the last start was of %s", version, before or "none")
    if before is None:
        return
    news = news_between(await asyncio.to_thread(_read, changelog), before, version)
    for admin in await state.admins() if news else ():
        await notify(bot, state, admin, format_news(version, news))


def _read(changelog: Path) -> str:
    """The file; nothing where it was not installed."""
    return changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
