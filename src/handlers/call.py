"""/call: what to know and to ask in the first seconds of a call, and two texts to copy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.analysis.call_card import build_call_card
from src.analysis.changes import find_changes
from src.analysis.line import judge_line
from src.analysis.root_cause import find_root_cause
from src.api.online_stats import get_location_online_stats
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report, section, with_reasons
from src.handlers.status import read_home
from src.handlers.wan import speed_tests_if_known
from src.utils.call_formatter import customer_text, format_call_card, ticket_text
from src.utils.stats_processor import process_online_stats

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext

__all__ = ["build_call", "call_command"]

_HISTORY: Final = ("days", 7)


async def call_command(update: Update, context: PanoptesContext) -> None:
    """Answer /call."""
    await report.command(update, context, Panel.CALL, build_call)


async def build_call(ask: Ask) -> Report:
    """Everything that bears on the call, asked at the same time; what fails is left out."""
    (home, health, reasons), wan, tests, stats = await asyncio.gather(
        read_home(ask),
        section(plume.get_wan_stats(*ask.ids, period="weekly")),
        speed_tests_if_known(ask),
        section(get_location_online_stats(*ask.ids, *_HISTORY)),
    )
    now = ask.now
    history = None
    if not isinstance(stats, Exception):
        history = process_online_stats(stats, *_HISTORY, now=now)
    line = None
    if not isinstance(wan, Exception):
        line = judge_line(wan, tests, home.timezone, now=now)
    finding = find_root_cause(health, now=now)
    changes = find_changes(health, now=now) if health["pod_details"] else None
    card = build_call_card(health, finding, line, history, changes)
    gateway = health["gateway"]
    return Report(
        with_reasons(format_call_card(card, home.title, now=now), *reasons),
        home,
        gateway_id=gateway["id"] if gateway else None,
        copies=(
            ("📋 Ticket text", ticket_text(card)),
            ("💬 Text for the customer", customer_text(card)),
        ),
    )
