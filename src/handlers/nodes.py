"""/nodes: every pod of the home in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report
from src.models import GeoIp, Location
from src.utils.status_formatter import format_nodes_message

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_nodes", "nodes_command"]


async def nodes_command(update: Update, context: PanoptesContext) -> None:
    """Answer /nodes."""
    await report.command(update, context, Panel.NODES, build_nodes)


async def build_nodes(ask: Ask) -> Report:
    """The pods alone, in one call: what is known of the home already stands for the location."""
    nodes = await plume.get_nodes_in_location(*ask.ids)
    known = Location(id=ask.home.location_id, geo_ip=GeoIp(timezone=ask.home.timezone))
    health = plume.analyze_location_health(known, nodes, now=ask.now)
    return Report(format_nodes_message(ask.home.title, health), ask.home)
