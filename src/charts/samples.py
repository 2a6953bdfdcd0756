"""Writes the pictures of the documentation: `python -m src.charts.samples FOLDER`.

The homes are invented and the same each time, so that a change of the pictures is a change of ours.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

from src.analysis.health import analyze_location_health
from src.analysis.wan import analyze_wan_stats
from src.charts.history_plan import plan_history
from src.charts.mesh_plan import plan_mesh
from src.charts.theme import HEIGHT, THEMES, WIDTH
from src.charts.wan_plan import plan_wan
from src.models.plume import parse_online_stats, parse_wan_stats
from src.utils.stats_processor import process_online_stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.pictures import Picture

__all__ = ["main", "sample_plans"]

NOW = datetime(2026, 5, 18, 18, 40, tzinfo=UTC)
HOME = "Nora Lindqvist · Home"
ZONE = "Europe/Stockholm"
Body = dict[str, Any]


def sample_plans() -> dict[str, Picture | None]:
    """Each sample by its file's name."""
    night_outage = (("offline", 33), ("online", 4), ("offline", 1))
    bad_week = (("online", 150), ("offline", 2), ("online", 190), ("offline", 30), ("partial", 24))
    return {
        "wan_day": _wan(days=1, silent=range(24, 30)),
        "wan_week": _wan(days=7, silent=range(270, 318)),
        "history_24h": _history(
            "hours", 24, (("online", 30), *night_outage, ("online", 12), ("-", 9), ("online", 7))
        ),
        "history_7d": _history(
            "days", 7, (*bad_week, ("online", 120), ("-", 60), ("online", 92), ("offline", 4))
        ),
        "mesh_4_pods": _mesh(_small_home(), "Summer cottage"),
        "mesh_32_pods": _mesh(_hotel(), "Hotel Northwind"),
    }


def _wan(days: int, silent: range) -> Picture | None:
    """Evenings with films, nights with updates, and a hole where the home was silent."""
    start = NOW - timedelta(days=days)
    points = [_wan_point(start, index) for index in range(96 * days) if index not in silent]
    stats = parse_wan_stats({"fifteenMins": points})
    analysis = analyze_wan_stats(stats, timezone=ZONE)
    return plan_wan(stats, analysis, name=HOME, timezone=ZONE, capacity=(500.0, 100.0))


def _wan_point(start: datetime, index: int) -> Body:
    at = start + timedelta(minutes=15 * index)
    hour = (at.hour + 2 + at.minute / 60) % 24
    wobble = ((index * 7919) % 97) / 97
    evening = exp(-(((hour - 20.5) / 2.2) ** 2))
    mean = 1.5 + 18 * evening * (0.6 + wobble) + (9 if 3 <= hour < 3.5 else 0)
    highest = 25 + 330 * evening * (0.5 + wobble * 0.8) + 60 * wobble
    return {
        "timestamp": at.isoformat(),
        "rxMbytes": mean * 900 / 8,
        "txMbytes": mean * 900 / 8 / 6,
        "rxMaxMbps": min(highest, 489.0),
        "txMaxMbps": 6 + 22 * evening * wobble + (14 * wobble) ** 1.2 / 3,
    }


def _history(granularity: str, limit: int, stretches: Sequence[tuple[str, int]]) -> Picture | None:
    """Stretches of quarter hours, oldest first; "-" is time that the cloud says nothing about."""
    states = [state for state, quarters in stretches for _ in range(quarters)]
    start = NOW - timedelta(minutes=15 * len(states))
    rows = [
        {"timestamp": (start + timedelta(minutes=15 * index)).isoformat(), "value": state}
        for index, state in enumerate(states)
        if state != "-"
    ]
    dates = {"start": start.isoformat(), "end": NOW.isoformat()}
    stats = parse_online_stats({"statsDateRange": dates, "locationState": rows})
    history = process_online_stats(stats, granularity, limit, now=NOW)
    return plan_history(stats, history, name=HOME, timezone=ZONE)


def _mesh(nodes: list[Body], name: str) -> Picture | None:
    location = {"id": "c2c2c2c2c2c2c2c2c2c20001", "geoIp": {"timezone": ZONE}}
    health = analyze_location_health(location, {"nodes": nodes}, now=NOW)
    return plan_mesh(health, name=name)


def _node(number: int, name: str, way: Sequence[int], **changes: Any) -> Body:
    """A pod that is well; `way` are the numbers of the pods up to the gateway."""
    hops = [{"id": f"7K3Q9X{hop:04}", "medium": "wifi", "channel": 44} for hop in way]
    body: Body = {
        "id": f"7K3Q9X{number:04}",
        "nickname": name,
        "connectionState": "connected",
        "connectionStateChangeAt": (NOW - timedelta(hours=30)).isoformat(),
        "health": {"status": "excellent", "score": 5},
        "backhaulType": "wifi" if way else "ethernet",
        "leafToRoot": hops,
        "connectedDeviceCount": 3 + number % 4,
    }
    return {**body, **changes}


def _lost(number: int, name: str, way: Sequence[int] = ()) -> Body:
    gone = {"connectionState": "disconnected", "health": None, "connectedDeviceCount": 0}
    return _node(number, name, way, **gone)


def _small_home() -> list[Body]:
    poor = {"health": {"status": "poor", "score": 2}, "alerts": [{"type": "poorHealth"}]}
    return [
        _node(1, "Kitchen", []),
        _node(2, "Hallway", [1], backhaulType="ethernet"),
        _node(3, "Attic", [2, 1], **poor),
        _lost(4, "Boathouse"),
    ]


def _hotel() -> list[Body]:
    """A gateway, four wired floors, and rooms on Wi-Fi; one floor has trouble."""
    nodes = [_node(1, "Reception", [])]
    for floor in range(1, 5):
        own = floor * 8
        nodes.append(_node(own, f"Floor {floor}", [1], backhaulType="ethernet"))
        rooms = range(1, 7 if floor == 4 else 8)
        nodes += [_node(own + room, f"Room {floor}0{room}", [own, 1]) for room in rooms]
    nodes[13] = _node(20, "Room 204", [16, 1], health={"status": "fair", "score": 3})
    nodes[20] = _lost(27, "Room 303", [24, 1])
    return nodes


def main(arguments: Sequence[str]) -> int:
    """Write light and dark, and one sheet in grey as the proof that hue is not needed."""
    # Here, since nothing else of this module needs the drawing.
    from src.charts.drawing import draw  # noqa: PLC0415 - imports matplotlib

    if len(arguments) != 1:
        sys.stderr.write("usage: python -m src.charts.samples FOLDER\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    plans = {name: plan for name, plan in sample_plans().items() if plan}
    for name, plan in plans.items():
        for theme in THEMES:
            (folder / f"{name}_{theme}.png").write_bytes(draw(plan, theme))
    (folder / "greyscale.png").write_bytes(_sheet([draw(plan, "light") for plan in plans.values()]))
    return 0


def _sheet(pictures: Sequence[bytes]) -> bytes:
    """All of them without colours at half their size, two in a row."""
    from PIL import Image  # noqa: PLC0415 - as above

    size = (WIDTH // 2, HEIGHT // 2)
    rows = (len(pictures) + 1) // 2
    sheet = Image.new("L", (2 * size[0], rows * size[1]), 255)
    for index, png in enumerate(pictures):
        small = Image.open(io.BytesIO(png)).convert("L").resize(size)
        sheet.paste(small, (index % 2 * size[0], index // 2 * size[1]))
    out = io.BytesIO()
    sheet.save(out, "png")
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
