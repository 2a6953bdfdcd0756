"""What each report shows, as rows for a file: one column a figure, its unit in the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.analysis.wan import wan_rows
from src.utils.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.analysis.wan import Consumption
    from src.models import LocationHealth, OnlineStats, SpeedTest, WifiNetwork
    from src.models.clients import DeviceCounts
    from src.models.results import OnlineHistory

__all__ = [
    "count_table",
    "history_table",
    "pod_table",
    "speed_table",
    "wan_table",
    "wifi_table",
]


def pod_table(health: LocationHealth) -> Table:
    """The pods of a home."""
    fields = (
        "name", "serial", "model", "firmware", "state", "since", "booted_at", "health",
        "is_gateway", "backhaul", "channel", "parent_name", "hops", "devices", "ip", "mac",
    )  # fmt: skip
    rows = [[pod[field] for field in fields] for pod in health["pod_details"]]  # type: ignore[literal-required]  # the tuple above has keys only
    return Table(fields, rows)


def wan_table(wan: Consumption) -> Table:
    """The intervals of the line, oldest first."""
    columns = ("start", "download_MB", "upload_MB", "download_max_Mbit/s", "upload_max_Mbit/s")
    rows, _ = wan_rows(wan)
    return Table(columns, [list(row) for row in rows])


def history_table(stats: OnlineStats, history: OnlineHistory) -> Table:
    """The states as reported, and the outages that follow from them."""
    points: list[list[Cell]] = [["state", p.timestamp, None, p.state, None] for p in stats.points]
    outages: list[list[Cell]] = [
        ["outage", each["start"], each["end"], "offline", each["seconds"]]
        for each in history["outages"]
    ]
    return Table(("kind", "start", "end", "state", "length_s"), points + outages)


def speed_table(tests: Sequence[SpeedTest]) -> Table:
    """The speed tests, oldest first."""
    columns = ("at", "status", "download_Mbit/s", "upload_Mbit/s", "ping_ms", "server")
    rows = [[t.at, t.status, t.download, t.upload, t.rtt, t.server_name] for t in tests]
    return Table(columns, rows)


def wifi_table(networks: Sequence[WifiNetwork]) -> Table:
    """The networks, never with a key."""
    columns = ("ssid", "enabled", "security", "broadcast", "kind")
    rows = [[n.ssid, n.enabled, n.wpa_mode, n.ssid_broadcast, n.kind] for n in networks]
    return Table(columns, rows)


def count_table(counts: DeviceCounts) -> Table:
    """Devices in numbers: nobody's name is in it."""
    columns = ("pod", "devices", "bands", "wired", "weak")
    rows = [
        [
            pod["pod_name"] or pod["pod_id"],
            pod["devices"],
            ", ".join(f"{band}: {number}" for band, number in pod["bands"].items()),
            pod["wired"],
            pod["weak"],
        ]
        for pod in counts["pods"]
    ]
    return Table(columns, rows)
