"""Switches for the shapes in which Plume clouds differ, so that tolerant readers can be tried.

The public documents and the working clients contradict each other; each switch turns one answer
of the embedded cloud into one of the other readings. The first choice is the default.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.demo.world_clock import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SHAPE_CHOICES", "Shapes"]

SHAPE_CHOICES: dict[str, tuple[str, ...]] = {
    "nodes_envelope": ("single", "double", "bare"),
    "devices_envelope": ("single", "double", "bare"),
    "search_envelope": ("bare", "data", "items", "results"),
    "inventory_envelope": ("bare", "data", "item", "result", "node"),
    "locations": ("list", "object"),
    "wifi_networks": ("list", "not_found", "empty"),
    "wifi_flag": ("enable", "enabled", "missing"),
    "speed_test": ("node", "location", "missing"),
    "service_level": ("object", "empty", "missing"),
    "health": ("object", "null", "missing", "empty", "word"),
    "channels": ("number", "text"),
    "alerts": ("type", "name", "text"),
    "date_range": ("object", "list", "lists", "gateway", "missing"),
    "online_values": ("word", "number", "boolean"),
    "online_order": ("oldest_first", "newest_first"),
    "wan_order": ("newest_first", "oldest_first"),
    "wan_envelope": ("fifteenMins", "other"),
    "times": ("iso", "iso_short", "epoch_ms"),
    "unknown_fields": ("none", "some"),
    "expires_in": ("present", "missing"),
}

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_Json = Any


class Shapes:
    """The switches: `shapes.set(health="null", wan_order="oldest_first")`, `shapes.clear()`."""

    def __init__(self) -> None:
        self._chosen: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """The choice in force for a switch."""
        return self._chosen.get(name, SHAPE_CHOICES[name][0])

    def set(self, **choices: str) -> None:
        """Turn switches. ValueError names a switch or a choice that does not exist."""
        for name, choice in choices.items():
            if choice not in SHAPE_CHOICES.get(name, ()):
                raise ValueError(f"there is no shape {name}={choice!r}")
        self._chosen.update(choices)

    def clear(self) -> None:
        """Back to the defaults."""
        self._chosen.clear()

    def apply(self, kind: str, body: _Json) -> _Json:
        """The body of an answer of this kind, in the shape that is switched on."""
        if not self._chosen:
            return body
        change = _CHANGES.get(kind)
        if change is not None:
            body = change(self, body)
        return self._everywhere(body)

    def _everywhere(self, value: _Json) -> _Json:
        if isinstance(value, dict):
            changed = {key: self._everywhere(item) for key, item in value.items()}
            if self["unknown_fields"] == "some":
                changed["x-unheardOf"] = {"deep": [1, None, "text"]}
            return changed
        if isinstance(value, list):
            return [self._everywhere(item) for item in value]
        if isinstance(value, str) and self["times"] != "iso" and _TIME.fullmatch(value):
            moment = datetime.fromisoformat(value)
            return to_ms(moment) if self["times"] == "epoch_ms" else value[:-5] + "Z"
        return value


def _node(shapes: Shapes, node: _Json) -> _Json:
    node = dict(node)
    if shapes["health"] != "object":
        _change_health(shapes["health"], node)
    if shapes["channels"] == "text":
        for key in [key for key in node if key.lower().endswith("channel")]:
            node[key] = None if node[key] is None else str(node[key])
    if shapes["alerts"] != "type":
        labels = [alert["type"] for alert in node["alerts"]]
        as_text = shapes["alerts"] == "text"
        node["alerts"] = [label if as_text else {"name": label} for label in labels]
    if shapes["speed_test"] != "node":
        node.pop("speedTest", None)
    return node


def _change_health(choice: str, node: dict[str, _Json]) -> None:
    status = (node.get("health") or {}).get("status")
    if choice == "missing":
        node.pop("health", None)
    else:
        node["health"] = {"null": None, "empty": {}, "word": status}[choice]


def _envelope(name: str, key: str) -> Callable[[Shapes, _Json], _Json]:
    def change(shapes: Shapes, body: _Json) -> _Json:
        items = body[key]
        if key == "nodes":
            items = [_node(shapes, item) for item in items]
        choice = shapes[name]
        if choice == "bare":
            return items
        return {key: {key: items}} if choice == "double" else {key: items}

    return change


def _wrapped(name: str) -> Callable[[Shapes, _Json], _Json]:
    def change(shapes: Shapes, body: _Json) -> _Json:
        choice = shapes[name]
        return body if choice == "bare" else {choice: body}

    return change


def _location(shapes: Shapes, location: _Json) -> _Json:
    location = dict(location)
    if shapes["service_level"] == "empty":
        location["serviceLevel"] = {}
    elif shapes["service_level"] == "missing":
        location.pop("serviceLevel", None)
    return location


def _locations(shapes: Shapes, locations: _Json) -> _Json:
    changed = [_location(shapes, location) for location in locations]
    return changed[0] if shapes["locations"] == "object" and len(changed) == 1 else changed


def _wifi_networks(shapes: Shapes, networks: _Json) -> _Json:
    if shapes["wifi_networks"] == "empty":
        return []
    changed = []
    for network in networks:
        rest = {key: value for key, value in network.items() if key != "enable"}
        if shapes["wifi_flag"] != "missing":
            rest[shapes["wifi_flag"]] = network["enable"]
        changed.append(rest)
    return changed


def _wan_stats(shapes: Shapes, body: _Json) -> _Json:
    ((key, rows),) = body.items()
    if shapes["wan_order"] == "oldest_first":
        rows = rows[::-1]
    return {"dataPoints" if shapes["wan_envelope"] == "other" else key: rows}


def _online_stats(shapes: Shapes, body: _Json) -> _Json:
    rows = body["locationState"]
    words: dict[str | None, _Json] = {}
    if shapes["online_values"] == "number":
        words = {"online": 1, "offline": 0, "partial": 0.5}
    elif shapes["online_values"] == "boolean":
        words = {"online": True, "offline": False, "partial": False}
    rows = [{**row, "value": words.get(row["value"], row["value"])} for row in rows]
    if shapes["online_order"] == "newest_first":
        rows = rows[::-1]
    dated = _date_range(shapes["date_range"], body["statsDateRange"])
    return {**dated, "locationState": rows}


def _date_range(choice: str, period: dict[str, str]) -> dict[str, _Json]:
    start, end = period["start"], period["end"]
    made: dict[str, _Json] = {
        "object": period,
        "list": [period],
        "lists": [{"start": [start], "end": [end]}],
        "gateway": {"startAt": start, "endAt": end},
    }
    return {} if choice == "missing" else {"statsDateRange": made[choice]}


_CHANGES: dict[str, Callable[[Shapes, _Json], _Json]] = {
    "nodes": _envelope("nodes_envelope", "nodes"),
    "devices": _envelope("devices_envelope", "devices"),
    "node": _node,
    "location": _location,
    "locations": _locations,
    "search": _wrapped("search_envelope"),
    "inventory": _wrapped("inventory_envelope"),
    "wifi_networks": _wifi_networks,
    "wan_stats": _wan_stats,
    "online_stats": _online_stats,
}
