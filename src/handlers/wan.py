"""/wan: how much the line carries, and when; drawn, with the words as the caption."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.analysis.evening import evening_peaks
from src.analysis.line import judge_line, prove_capacity
from src.analysis.wan import wan_rows
from src.api.speed_tests import get_speed_tests
from src.charts.wan_plan import plan_wan
from src.handlers import report
from src.handlers.callbacks import Panel, Span
from src.handlers.report import Ask, Report, section
from src.handlers.tables import wan_table
from src.utils.finding_formatter import format_evening, format_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import SpeedTest

__all__ = ["build_wan", "build_wan_text", "speed_tests_if_known", "wan_command"]

_PERIODS: Final = {Span.HOURS_24: "daily", Span.DAYS_7: "weekly", Span.DAYS_30: "monthly"}


async def wan_command(update: Update, context: PanoptesContext) -> None:
    """Answer /wan."""
    await report.command(update, context, Panel.WAN, build_wan)


async def build_wan(ask: Ask) -> Report:
    """The line over a day, a week or a month, beside what speed tests proved it to carry."""
    stats, tests = await asyncio.gather(
        plume.get_wan_stats(*ask.ids, period=_PERIODS.get(ask.span, "daily")),
        speed_tests_if_known(ask),
    )
    home, now, usage = ask.home, ask.now, wan_rows(stats)
    analysis = plume.analyze_wan_stats(usage, timezone=home.timezone)
    text = plume.format_wan_analysis(analysis, home.title)
    if tests and analysis["has_data"]:
        verdict = format_line(judge_line(usage, tests, home.timezone, now=now))
        evening = format_evening(evening_peaks(usage, tests, home.timezone, now=now))
        title, _, figures = text.partition("\n\n")
        said = "\n".join(line for line in (verdict, evening) if line)
        text = f"{title}\n\n{said}\n\n{figures}"
    proven = prove_capacity(tests, now=now)
    capacity = (proven.download, proven.upload)
    plan = plan_wan(usage, analysis, name=home.title, timezone=home.timezone, capacity=capacity)
    return Report(text, home, plan=plan, table=lambda: wan_table(usage), data=analysis)


async def build_wan_text(ask: Ask) -> Report:
    """The whole text, where the caption of the picture was too short for it."""
    full = await build_wan(ask)
    return Report(full.text, full.home, table=full.table, data=full.data)


async def speed_tests_if_known(ask: Ask) -> Sequence[SpeedTest]:
    """The gateway's speed tests; none where the gateway is not known yet or does not tell."""
    if ask.gateway_id is None:
        return ()
    found = await section(get_speed_tests(*ask.ids, ask.gateway_id))
    return () if isinstance(found, Exception) else found
