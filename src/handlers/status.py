"""/status: is this home healthy, and if not, where does it break? Also the mesh as a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import plume_api_client as plume
from src.analysis.active_alerts import alert_sentences
from src.analysis.home_memory import device_values
from src.analysis.mesh import known_parents
from src.analysis.root_cause import find_root_cause
from src.analysis.speed_history import analyze_speed_history
from src.analysis.usual import compare, usual
from src.api.alerts import get_alerts
from src.charts.mesh_plan import plan_mesh
from src.handlers import keyboards, report, watch_commands
from src.handlers.beside import beside
from src.handlers.callbacks import More, Panel, ShowMore
from src.handlers.reply import answer, change_keyboard, press_message
from src.handlers.report import Ask, Report, section, with_reasons
from src.handlers.state import Home
from src.handlers.tables import pod_table
from src.handlers.wan import speed_tests_if_known
from src.utils.finding_formatter import format_finding, format_usual
from src.utils.markup import MESSAGE_LIMIT, units
from src.utils.status_formatter import format_status_message
from src.utils.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import LocationHealth, PodDetail, SpeedTest
    from src.models.findings import Finding

__all__ = [
    "build_mesh",
    "build_status",
    "placed_health",
    "read_home",
    "show_more",
    "status_command",
    "usual_devices",
]

_LINE_ROOM = 100  # what the line with the moment of reading takes below the report


async def status_command(update: Update, context: PanoptesContext) -> None:
    """Answer /status."""
    await report.command(update, context, Panel.STATUS, build_status)


async def show_more(update: Update, context: PanoptesContext, press: ShowMore) -> None:
    """Swap the buttons under a status; what it says stays as it was read."""
    if not await report.connected(update, context):
        return
    await answer(update, context)
    message = press_message(update)
    if message is None:
        return
    services, home = context.services, Home(press.customer_id, press.location_id)
    if press.more is More.MORE:
        link, watched = (
            report.link_of(context, home),
            watch_commands.is_watched(update, context, home),
        )
        keyboard = keyboards.more_of_status(services.buttons, home, link, watched=watched)
    else:
        starred = await report.is_starred(update, context, home)
        extras = keyboards.Extras(starred=starred)
        span = keyboards.first_span(Panel.STATUS)
        keyboard = keyboards.report(services.buttons, Panel.STATUS, home, span, extras)
    await change_keyboard(context, message, keyboard)


async def build_status(ask: Ask) -> Report:
    """Verdict, where it breaks, evidence; alerts, and figures beside their usual, where known."""
    (home, health, reasons), extras = await beside(
        ask,
        read_home(ask),
        {
            "alerts": lambda: get_alerts(*ask.ids),
            "speed tests": lambda: speed_tests_if_known(ask),
        },
    )
    finding = find_root_cause(health, last_parents=ask.last_parents, now=ask.now)
    text = format_status_message(
        home.title,
        health,
        now=ask.now,
        parents=known_parents(health["pod_details"], ask.last_parents),
        alerts=alert_sentences(extras.get("alerts"), health["pod_details"]),
        devices=usual_devices(ask, _online_devices(health), health["timezone"]),
    )
    text = _with_usual(_with_finding(text, finding), health, extras.get("speed tests") or ())
    return Report(
        with_reasons(text, *reasons, extras=extras),
        home,
        table=lambda: pod_table(health),
        data={"health": health, "finding": finding},
    )


async def build_mesh(ask: Ask) -> Report:
    """The same reading, drawn: who hangs off whom."""
    home, health, reasons = await read_home(ask)
    parents = known_parents(health["pod_details"], ask.last_parents)
    text = format_status_message(home.title, health, now=ask.now, parents=parents)
    plan = plan_mesh(placed_health(health, parents), name=home.title)
    finding = find_root_cause(health, last_parents=ask.last_parents, now=ask.now)
    text = _with_finding(text, finding)
    return Report(with_reasons(text, *reasons), home, plan=plan, table=lambda: pod_table(health))


def placed_health(health: LocationHealth, parents: Mapping[str, str]) -> LocationHealth:
    """The home with each disconnected pod where it was last seen."""
    names = {pod["id"]: pod["name"] for pod in health["pod_details"]}
    pods: list[PodDetail] = [
        {**pod, "parent_id": parents[pod["id"]], "parent_name": names.get(parents[pod["id"]])}
        if pod["connected"] is False and pod["id"] in parents
        else pod
        for pod in health["pod_details"]
    ]
    return {**health, "pod_details": pods}


def usual_devices(ask: Ask, connected: int | None, timezone: str | None) -> str:
    """How many devices are connected, beside how many usually are at this time; "" if not known.

    The cloud tells no history of it, so that the usual is that of earlier looks at this home.
    """
    normal = usual(device_values(ask.memory), ask.now, timezone)
    if normal["median"] is None or connected is None:
        return ""
    return format_usual(connected, normal, compare(connected, normal), _devices)


def _online_devices(health: LocationHealth) -> int | None:
    """Of a home that is not online the count is what it was, not what it is."""
    return health["total_connected_devices"] if health["online"] else None


def _devices(value: float | None) -> str:
    return count(None if value is None else round(value), "device")


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
        name, customer = home.name or ask.home.name, ask.home.customer
        home = replace(home, location_id=ask.home.location_id, name=name, customer=customer)
    pods = None if isinstance(nodes, Exception) else nodes
    health = plume.analyze_location_health(seen, pods, now=ask.now)
    ask.learn(health)
    return home, health, (location, nodes)


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
