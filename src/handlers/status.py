"""/status: is this home healthy, and if not, where does it break? Also the mesh as a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import plume_api_client as plume
from src.analysis.root_cause import find_root_cause
from src.analysis.speed_history import analyze_speed_history
from src.api.speed_tests import get_speed_tests
from src.charts.mesh_plan import plan_mesh
from src.handlers import report
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report, section, with_reasons
from src.handlers.state import Home
from src.handlers.tables import pod_table
from src.utils.finding_formatter import format_finding, format_usual
from src.utils.markup import MESSAGE_LIMIT, units
from src.utils.status_formatter import format_status_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import LocationHealth, SpeedTest
    from src.models.findings import Finding

__all__ = ["build_mesh", "build_status", "read_home", "status_command"]

_LINE_ROOM = 100  # what the line with the moment of reading takes below the report


async def status_command(update: Update, context: PanoptesContext) -> None:
    """Answer /status."""
    await report.command(update, context, Panel.STATUS, build_status)


async def build_status(ask: Ask) -> Report:
    """Verdict, where it breaks, evidence; the speed test beside its usual once that is known."""
    (home, health, reasons), tests = await asyncio.gather(read_home(ask), _tests(ask))
    finding = find_root_cause(health, now=ask.now)
    text = format_status_message(home.title, health, now=ask.now)
    text = _with_usual(_with_finding(text, finding), health, tests)
    gateway = health["gateway"]
    return Report(
        with_reasons(text, *reasons),
        home,
        gateway_id=gateway["id"] if gateway else None,
        table=pod_table(health),
        data={"health": health, "finding": finding},
    )


async def build_mesh(ask: Ask) -> Report:
    """The same reading, drawn: who hangs off whom."""
    home, health, reasons = await read_home(ask)
    text = format_status_message(home.title, health, now=ask.now)
    plan = plan_mesh(health, name=home.title)
    text = _with_finding(text, find_root_cause(health, now=ask.now))
    return Report(with_reasons(text, *reasons), home, plan=plan, table=pod_table(health))


async def read_home(ask: Ask) -> tuple[Home, LocationHealth, Sequence[object]]:
    """Location and pods, fetched together; one of them is enough.

    Gives the home as it is known now, its health, and both answers (errors among them).
    """
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
    return home, plume.analyze_location_health(seen, pods, now=ask.now), (location, nodes)


async def _tests(ask: Ask) -> Sequence[SpeedTest]:
    """The gateway's speed tests, once it is known which node that is; none when unread."""
    if ask.gateway_id is None:
        return ()
    found = await section(get_speed_tests(*ask.ids, ask.gateway_id))
    return () if isinstance(found, Exception) else found


def _with_finding(text: str, finding: Finding) -> str:
    """The sentence that says where it breaks, below the verdict; nothing where nothing does."""
    if finding["kind"] in {"none", "unknown"}:
        return text
    top, _, rest = text.partition("\n\n")
    longer = "\n\n".join(part for part in (top, format_finding(finding), rest) if part)
    return longer if units(longer) <= MESSAGE_LIMIT - _LINE_ROOM else text


def _with_usual(text: str, health: LocationHealth, tests: Sequence[SpeedTest]) -> str:
    """The newest speed test beside what this home has at that time of day."""
    history = analyze_speed_history(tests, health["timezone"])
    newest, normal, beside = history["newest"], history["usual_download"], history["download"]
    place = text.find("\nmeasured ")
    if newest is None or normal is None or beside is None or place < 0:
        return text
    said = f"Usual or not: ↓ {format_usual(newest['download_mbps'], normal, beside)}"
    longer = f"{text[:place]}\n{said}{text[place:]}"
    return longer if units(longer) <= MESSAGE_LIMIT - _LINE_ROOM else text
