"""/devices: how many clients hang on which pod; names and addresses only on demand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import plume_api_client as plume
from src.analysis.clients import count_devices, describe_devices, find_devices
from src.api.devices import get_devices
from src.handlers import report
from src.handlers.callbacks import DevicePage, Panel
from src.handlers.report import Ask, Report, section, with_reasons
from src.handlers.status import usual_devices
from src.handlers.tables import count_table
from src.utils.devices_formatter import device_pages, format_device_counts, format_device_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.models import Node

__all__ = ["build_devices", "devices_command", "show_devices"]


async def devices_command(update: Update, context: PanoptesContext) -> None:
    """Answer /devices, or /devices followed by a part of a name or of a MAC address."""
    query = " ".join(context.args or ())
    await report.command(update, context, Panel.DEVICES, build_devices, query)


async def show_devices(update: Update, context: PanoptesContext, press: DevicePage) -> None:
    """A page of the devices by name."""
    await report.pressed(update, context, press, build_devices)


async def build_devices(ask: Ask) -> Report:
    """Numbers; with a page or a query asked for, the devices themselves."""
    devices, nodes = await asyncio.gather(
        get_devices(*ask.ids), section(plume.get_nodes_in_location(*ask.ids))
    )
    names = _pod_names(ask, () if isinstance(nodes, Exception) else nodes)
    home = ask.home
    if ask.page is None:
        counts = count_devices(devices, names)
        beside = usual_devices(ask, counts["connected"] or None, home.timezone)
        text = format_device_counts(home.title, counts, usual=beside)
        return Report(
            with_reasons(text, nodes), home, table=lambda: count_table(counts), data=counts, pages=0
        )
    wanted = find_devices(devices, ask.query) if ask.query else devices
    found = describe_devices(wanted, names)
    pages = max(1, len(device_pages(found, home.timezone)))
    page = min(max(ask.page, 0), pages - 1)
    text = format_device_list(
        home.title, found, page=page, query=ask.query or None, timezone=home.timezone
    )
    return Report(with_reasons(text, nodes), home, page=page, pages=pages)


def _pod_names(ask: Ask, nodes: Sequence[Node]) -> dict[str, str]:
    """Pod id to the name that the other reports use; a look at the home like any other."""
    health = plume.analyze_location_health(None, nodes, now=ask.now)
    ask.learn(health)
    return {pod["id"]: pod["name"] for pod in health["pod_details"]}
