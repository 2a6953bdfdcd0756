"""/wifi: the home's Wi-Fi networks, without their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plume_api_client as plume
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report
from src.handlers.tables import wifi_table
from src.utils.wifi_formatter import format_wifi_message

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_wifi", "wifi_command"]


async def wifi_command(update: Update, context: PanoptesContext) -> None:
    """Answer /wifi."""
    await report.command(update, context, Panel.WIFI, build_wifi)


async def build_wifi(ask: Ask) -> Report:
    """The configured networks."""
    networks = await plume.get_wifi_networks(*ask.ids)
    text = format_wifi_message(ask.home.title, networks)
    return Report(text, ask.home, table=lambda: wifi_table(networks))
