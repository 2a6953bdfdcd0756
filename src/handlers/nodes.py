"""/nodes: every pod of the home in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.analysis.changes import recent_reboots
from src.analysis.firmware import outdated_firmware
from src.api.reboots import get_reboots
from src.handlers import report
from src.handlers.beside import beside
from src.handlers.callbacks import Panel
from src.handlers.report import Ask, Report, with_reasons
from src.handlers.tables import pod_table
from src.models import GeoIp, Location
from src.utils.status_formatter import format_nodes_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import PodDetail

__all__ = ["build_nodes", "nodes_command"]

_ALL_COPIED: Final = 6
_COPIED_MOST: Final = 24


async def nodes_command(update: Update, context: PanoptesContext) -> None:
    """Answer /nodes."""
    await report.command(update, context, Panel.NODES, build_nodes)


async def build_nodes(ask: Ask) -> Report:
    """The pods and, beside them, why they restarted; the home is what is known of it already."""
    nodes, extras = await beside(
        ask,
        plume.get_nodes_in_location(*ask.ids),
        {"reboots": lambda: get_reboots(*ask.ids)},
    )
    now = ask.now
    known = Location(id=ask.home.location_id, geo_ip=GeoIp(timezone=ask.home.timezone))
    health = plume.analyze_location_health(known, nodes, now=now)
    ask.learn(health)
    pods = health["pod_details"]
    text = format_nodes_message(
        ask.home.title,
        health,
        now=now,
        outdated=outdated_firmware(pods, ask.memories.newest_firmware),
        reboots=recent_reboots(extras.get("reboots") or (), pods, now=now),
    )
    return Report(
        with_reasons(text, extras=extras),
        ask.home,
        copies=_copies(pods),
        table=lambda: pod_table(health),
        data=health,
    )


def _copies(pods: Sequence[PodDetail]) -> list[tuple[str, str]]:
    """Buttons that copy what identifies a pod; only serials where there are many pods."""
    if len(pods) > _ALL_COPIED:
        return [(f"SN {pod['name']}", pod["serial"] or "") for pod in pods[:_COPIED_MOST]]
    return [
        (f"{word} {pod['name']}", value or "")
        for pod in pods
        for word, value in (("SN", pod["serial"]), ("MAC", pod["mac"]), ("IP", pod["ip"]))
    ]
