"""Bodies as the cloud sends them, for tests of what reads, judges and formats them (invented)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 5, 18, 6, 42, tzinfo=UTC)
Body = dict[str, Any]


def at(**ago: float) -> str:
    """A moment that long before `NOW`, as the cloud writes it."""
    when = NOW - timedelta(**ago)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def location(**changes: Any) -> Body:
    """A home's record with its summary; a change to `...` removes the key."""
    body: Body = {
        "id": "c2c2c2c2c2c2c2c2c2c20001",
        "name": "Home",
        "serviceLevel": {"status": "fullService", "auto": True},
        "networkStatus": {"status": "online", "statusChangedAt": at(hours=9)},
        "geoIp": {"timezone": "Europe/Stockholm", "ISP": "Northwind Fibre"},
        "networkMode": "auto",
        "summary": summary(),
    }
    return _changed(body, changes)


def summary(**changes: Any) -> Body:
    body: Body = {
        "gatewayConnectionState": "connected",
        "nodeConnectedCount": 3,
        "nodeClaimedCount": 3,
        "connectedDeviceCount": 17,
        "networkModeRealized": "router",
        "timestamp": at(minutes=1),
    }
    return _changed(body, changes)


def gateway(**changes: Any) -> Body:
    body: Body = {
        "id": "7K3Q9X0001",
        "serialNumber": "7K3Q9X0001",
        "nickname": "Hallway",
        "model": "PP603X",
        "firmwareVersion": "6.4.0",
        "connectionState": "connected",
        "connectionStateChangeAt": at(hours=8),
        "bootAt": at(hours=8.1),
        "health": {"status": "excellent", "score": 5},
        "alerts": [],
        "backhaulType": "ethernet",
        "leafToRoot": [],
        "networkMode": "router",
        "residentialGateway": False,
        "connectedDeviceCount": 8,
        "ip": "192.168.40.1",
        "mac": "02:00:5E:10:00:01",
        "linkStates": [{"ifName": "eth0", "duplex": "full", "linkSpeed": 1000, "isUplink": True}],
        "speedTest": speed_test(),
    }
    return _changed(body, changes)


def leaf(name: str = "Study", serial: str = "7K3Q9X0002", **changes: Any) -> Body:
    body: Body = {
        "id": serial,
        "serialNumber": serial,
        "nickname": name,
        "model": "PP403Z",
        "connectionState": "connected",
        "connectionStateChangeAt": at(hours=7),
        "health": {"status": "good", "score": 4},
        "alerts": [],
        "backhaulType": "wifi",
        "leafToRoot": [{"id": "7K3Q9X0001", "medium": "wifi", "channel": 44}],
        "networkMode": "router",
        "connectedDeviceCount": 6,
        "ip": "192.168.40.12",
        "linkStates": [{"ifName": "eth0", "duplex": "half", "linkSpeed": 65535}],
    }
    return _changed(body, changes)


def dead_leaf(name: str = "Garage", serial: str = "7K3Q9X0004", **changes: Any) -> Body:
    """Disconnected, and with an empty way to the root as only the gateway's should be."""
    body: Body = {
        "id": serial,
        "nickname": name,
        "connectionState": "disconnected",
        "connectionStateChangeAt": at(hours=36),
        "health": None,
        "alerts": [{"type": "poorHealth"}],
        "backhaulType": "unknown",
        "leafToRoot": [],
        "connectedDeviceCount": 0,
        "ip": "",
    }
    return _changed(body, changes)


def speed_test(**changes: Any) -> Body:
    body: Body = {
        "status": "succeeded",
        "download": 486.2,
        "upload": 93.4,
        "rtt": 6.8,
        "startedAt": at(hours=3.5),
        "endedAt": at(hours=3.49),
        "gateway": True,
        "serverName": "Example Net",
        "isp": "Northwind Fibre",
    }
    return _changed(body, changes)


def home(*nodes: Body) -> Body:
    return {"nodes": list(nodes)}


def healthy() -> Body:
    return home(gateway(), leaf(), leaf("Attic", "7K3Q9X0003"))


def wan_point(minutes_ago: float, **values: Any) -> Body:
    body: Body = {"rxMbytes": 112.5, "txMbytes": 11.25, "rxMaxMbps": 20.0, "txMaxMbps": 5.0}
    return {"timestamp": at(minutes=minutes_ago), **_changed(body, values)}


def history(states: str, *, step_min: float = 15, end: datetime = NOW, dated: bool = True) -> Body:
    """States as letters, oldest first: o online, x offline, p partial, ? unreadable, - missing."""
    words = {"o": "online", "x": "offline", "p": "intermittent", "?": "purple"}
    step = timedelta(minutes=step_min)
    start = end - step * len(states)
    points = [
        {"timestamp": (start + step * index).isoformat(), "value": words[state]}
        for index, state in enumerate(states)
        if state != "-"
    ]
    body: Body = {"locationState": points}
    if dated:
        body["statsDateRange"] = {"start": start.isoformat(), "end": end.isoformat()}
    return body


def _changed(body: Body, changes: Body) -> Body:
    merged = {**body, **changes}
    return {key: value for key, value in merged.items() if value is not ...}
