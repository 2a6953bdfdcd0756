"""/speed: the gateway's speed tests of two weeks, the newest beside its usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.analysis.speed_history import analyze_speed_history
from src.api.speed_tests import get_speed_tests
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report
from src.handlers.tables import speed_table
from src.utils.speed_formatter import format_speed_history

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_speed", "speed_command"]


async def speed_command(update: Update, context: PanoptesContext) -> None:
    """Answer /speed."""
    await report.command(update, context, Panel.SPEED, build_speed)


async def build_speed(ask: Ask) -> Report:
    """One call where the gateway is known from an earlier report, else the pods before it."""
    gateway_id = ask.gateway_id or await _gateway_of(ask)
    home = ask.home
    tests = await get_speed_tests(*ask.ids, gateway_id) if gateway_id else ()
    history = analyze_speed_history(tests, home.timezone)
    text = format_speed_history(home.title, history, now=ask.now)
    return Report(text, home, table=lambda: speed_table(tests), data=history)


async def _gateway_of(ask: Ask) -> str | None:
    """The node that measures the line; None in a home that has none."""
    nodes = await plume.get_nodes_in_location(*ask.ids)
    health = plume.analyze_location_health(None, nodes, now=ask.now)
    ask.learn(health)
    gateway = health["gateway"]
    return gateway["id"] if gateway else None
