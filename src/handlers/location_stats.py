"""/stats: when the home was online, over 3 hours to 30 days; drawn, the words as the caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from src.api.online_stats import get_location_online_stats
from src.charts.history_plan import plan_history
from src.handlers import report
from src.handlers.callbacks import Panel, Span
from src.handlers.report import Ask, Report
from src.handlers.tables import history_table
from src.utils.stats_formatter import format_online_stats_message
from src.utils.stats_processor import process_online_stats

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_stats", "build_stats_text", "stats_command"]

# What each button asks the reports API for.
_PERIODS: Final = {
    Span.HOURS_3: ("hours", 3),
    Span.HOURS_24: ("hours", 24),
    Span.DAYS_7: ("days", 7),
    Span.DAYS_30: ("days", 30),
}


async def stats_command(update: Update, context: PanoptesContext) -> None:
    """Answer /stats."""
    await report.command(update, context, Panel.STATS, build_stats)


async def build_stats(ask: Ask) -> Report:
    """The online history of the span asked for."""
    granularity, limit = _PERIODS[ask.span]
    stats = await get_location_online_stats(*ask.ids, granularity=granularity, limit=limit)
    history = process_online_stats(stats, granularity, limit, now=ask.now)
    home = ask.home
    text = format_online_stats_message(home.title, history, timezone=home.timezone)
    plan = plan_history(stats, history, name=home.title, timezone=home.timezone)
    return Report(text, home, plan=plan, table=lambda: history_table(stats, history), data=history)


async def build_stats_text(ask: Ask) -> Report:
    """The whole text, where the caption of the picture was too short for it."""
    full = await build_stats(ask)
    return Report(full.text, full.home, table=full.table, data=full.data)
