"""Homes from one-line sketches, for tables of homes: "Hallway, Kitchen>Hallway off 30".

A row is a pod: NAME, then ">PARENT" as remembered from earlier looks (a connected pod reports it
too), ">>PARENT" as the pod itself still reports, ">?" for nothing known, then words:
off (disconnected), quiet (no state reported), poor, fair, mute (no health), slow (a wired uplink
at 100 Mbit/s), wired, alert, and a number: minutes since its state changed (60 when left out;
"never" when not reported). The first row is the gateway.
"""

from __future__ import annotations

from typing import Any

from tests.samples import Body, at, gateway, leaf

_SLOW = [{"ifName": "eth0", "duplex": "full", "linkSpeed": 100, "isUplink": True}]


def serial(name: str) -> str:
    return f"7K3Q9X{sum(map(ord, name)):04}"


def sketch(text: str) -> tuple[list[Body], dict[str, str]]:
    """The nodes as the cloud sends them, and the parents that earlier looks had seen."""
    rows = [row.strip().split() for row in text.split(",")]
    links = [_link(row[0]) for row in rows]
    ups = {name: up for name, up, _sign in links if up not in {"", "?"}}
    nodes: list[Body] = []
    memory: dict[str, str] = {}
    for (name, up, sign), (_head, *words) in zip(links, rows, strict=True):
        changes = {**_changes(words), "nickname": name}
        changes["id"] = changes["serialNumber"] = serial(name)
        if not nodes:
            nodes.append(gateway(**changes))
            continue
        told = up != "?" and (sign == ">>" or "off" not in words)
        changes["leafToRoot"] = [{"id": serial(way)} for way in _way(ups, name)] * told
        if up not in {"", "?"} and sign == ">":
            memory[serial(name)] = serial(up)
        nodes.append(leaf(**changes))
    return nodes, memory


def _link(head: str) -> tuple[str, str, str]:
    sign = ">>" if ">>" in head else ">"
    name, _, up = head.partition(sign)
    return name, up, sign


def _way(ups: dict[str, str], name: str) -> list[str]:
    way: list[str] = []
    while name in ups and ups[name] not in way:
        name = ups[name]
        way.append(name)
    return way


def _changes(words: list[str]) -> dict[str, Any]:
    number = next((float(word) for word in words if word.replace(".", "").isdigit()), 60)
    changes: dict[str, Any] = {"connectionStateChangeAt": at(minutes=number)}
    if "never" in words:
        changes["connectionStateChangeAt"] = None
    if "off" in words:
        changes |= {"connectionState": "disconnected", "health": None, "backhaulType": "unknown"}
    if "quiet" in words:
        changes |= {"connectionState": None}
    for health in {"poor", "fair"} & set(words):
        changes["health"] = {"status": health}
    if "mute" in words:
        changes["health"] = None
    if "alert" in words:
        changes["alerts"] = [{"type": "poorHealth"}]
    if "wired" in words or "slow" in words:
        changes["backhaulType"] = "ethernet"
    if "slow" in words:
        changes["linkStates"] = _SLOW
    return changes
