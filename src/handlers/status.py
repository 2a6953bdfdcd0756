"""/status: is this home healthy, and if not, what is wrong?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report, section, with_reasons
from src.handlers.state import Home
from src.utils.status_formatter import format_status_message

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_status", "status_command"]


async def status_command(update: Update, context: PanoptesContext) -> None:
    """Answer /status."""
    await report.command(update, context, Panel.STATUS, build_status)


async def build_status(ask: Ask) -> Report:
    """Location and pods, fetched together; one of them is enough for a report."""
    location, nodes = await asyncio.gather(
        section(plume.get_location_status(*ask.ids)),
        section(plume.get_nodes_in_location(*ask.ids)),
    )
    if isinstance(location, plume.PlumeNotFoundError):
        raise location  # without the home there is no use in its pods
    if isinstance(location, Exception) and isinstance(nodes, Exception):
        raise location
    home, seen = ask.home, None
    if not isinstance(location, Exception):
        seen, home = location, Home.of(ask.home.customer_id, location)
        # Plume's name for the location is not always sent; the one at hand is still right.
        home = replace(home, location_id=ask.home.location_id, name=home.name or ask.home.name)
    pods = None if isinstance(nodes, Exception) else nodes
    health = plume.analyze_location_health(seen, pods, now=ask.now)
    text = format_status_message(home.title, health, now=ask.now)
    return Report(with_reasons(text, location, nodes), home)
