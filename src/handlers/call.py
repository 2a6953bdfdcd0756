"""/call: what to know and to ask in the first seconds of a call, and two texts to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.analysis.active_alerts import alert_sentences
from src.analysis.call_card import build_call_card
from src.analysis.changes import find_changes
from src.analysis.evening import evening_peaks
from src.analysis.line import judge_line
from src.analysis.root_cause import find_root_cause
from src.analysis.wan import wan_rows
from src.api.alerts import get_alerts
from src.api.online_stats import get_location_online_stats
from src.api.reboots import get_reboots
from src.handlers import report
from src.handlers.beside import beside
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report, with_reasons
from src.handlers.status import read_home
from src.handlers.wan import speed_tests_if_known
from src.utils.call_formatter import customer_text, format_call_card, ticket_text
from src.utils.stats_processor import process_online_stats

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.beside import Extras
    from src.handlers.context import PanoptesContext
    from src.models import LocationHealth
    from src.models.findings import Change
    from src.models.results import OnlineHistory

__all__ = ["build_call", "call_command"]

_HISTORY: Final = ("days", 7)


async def call_command(update: Update, context: PanoptesContext) -> None:
    """Answer /call."""
    await report.command(update, context, Panel.CALL, build_call)


async def build_call(ask: Ask) -> Report:
    """Everything that bears on the call, asked at the same time; what fails is left out."""
    (home, health, reasons), extras = await beside(
        ask,
        read_home(ask),
        {
            "line": lambda: plume.get_wan_stats(*ask.ids, period="weekly"),
            "speed tests": lambda: speed_tests_if_known(ask),
            "history": lambda: get_location_online_stats(*ask.ids, *_HISTORY),
            "alerts": lambda: get_alerts(*ask.ids),
            "reboots": lambda: get_reboots(*ask.ids),
        },
    )
    line, tests = extras.get("line"), extras.get("speed tests") or ()
    usage = wan_rows(line)
    finding = find_root_cause(health, last_parents=ask.last_parents, now=ask.now)
    card = build_call_card(
        health,
        finding,
        judge_line(usage, tests, home.timezone, now=ask.now) if line is not None else None,
        _past(ask, extras),
        _changes(ask, health, extras),
        alerts=alert_sentences(extras.get("alerts"), health["pod_details"]),
        evening=evening_peaks(usage, tests, home.timezone, now=ask.now),
    )
    text = format_call_card(card, home.title, now=ask.now)
    return Report(
        with_reasons(text, *reasons, extras=extras),
        home,
        copies=(
            ("📋 Ticket text", ticket_text(card)),
            ("💬 Text for the customer", customer_text(card)),
        ),
    )


def _past(ask: Ask, extras: Extras) -> OnlineHistory | None:
    stats = extras.get("history")
    return None if stats is None else process_online_stats(stats, *_HISTORY, now=ask.now)


def _changes(ask: Ask, health: LocationHealth, extras: Extras) -> list[Change] | None:
    """What changed in a day; None where no pod could be read."""
    if not health["pod_details"]:
        return None
    memory = ask.learn(health)  # the same look once more: it has noted what changed until now
    noted = memory["changes"] if memory else ()
    reboots = extras.get("reboots") or ()
    return find_changes(health, now=ask.now, reboots=reboots, remembered=noted)
