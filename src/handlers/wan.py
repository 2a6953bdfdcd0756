"""/wan: how much the line carries, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_wan", "wan_command"]


async def wan_command(update: Update, context: PanoptesContext) -> None:
    """Answer /wan."""
    await report.command(update, context, Panel.WAN, build_wan)


async def build_wan(ask: Ask) -> Report:
    """The last day of the line."""
    stats = await plume.get_wan_stats(*ask.ids, period="daily")
    analysis = plume.analyze_wan_stats(stats, timezone=ask.home.timezone)
    return Report(plume.format_wan_analysis(analysis, ask.home.title), ask.home)
