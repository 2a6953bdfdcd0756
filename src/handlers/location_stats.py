"""/stats: when the home was online, over 3 hours, 24 hours or 7 days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from src.api.online_stats import get_location_online_stats
from src.handlers import report
from src.handlers.callbacks import Panel, Span
from src.handlers.report import Ask, Report
from src.utils.stats_formatter import format_online_stats_message
from src.utils.stats_processor import process_online_stats

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_stats", "stats_command"]

# What each button asks the reports API for.
_PERIODS: Final = {
    Span.HOURS_3: ("hours", 3),
    Span.HOURS_24: ("hours", 24),
    Span.DAYS_7: ("days", 7),
}


async def stats_command(update: Update, context: PanoptesContext) -> None:
    """Answer /stats."""
    await report.command(update, context, Panel.STATS, build_stats)


async def build_stats(ask: Ask) -> Report:
    """The online history of the span asked for."""
    granularity, limit = _PERIODS[ask.span]
    stats = await get_location_online_stats(*ask.ids, granularity=granularity, limit=limit)
    history = process_online_stats(stats, granularity, limit, now=ask.now)
    text = format_online_stats_message(ask.home.title, history, timezone=ask.home.timezone)
    return Report(text, ask.home)
