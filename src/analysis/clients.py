"""Client devices: counted by pod without naming anybody, told one by one only when asked for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from src.analysis.query import mac_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from src.models.clients import Device, DeviceCounts, DeviceDetail, PodDevices

__all__ = ["count_devices", "describe_devices", "find_devices"]

# Wi-Fi bands as nodes and devices name them; the two 5 GHz radios are one band to people.
_BANDS = {"2.4g": "2.4 GHz", "5g": "5 GHz", "5gl": "5 GHz", "5gu": "5 GHz", "6g": "6 GHz"}
_WIRED = frozenset({"ethernet", "moca"})
_WEAK = {"healthy": False, "excellent": False, "good": False, "poor": True, "degraded": True}
# Fewer digits of a MAC address fit half of a home's devices.
_MAC_DIGITS_LEAST = 4


def count_devices(devices: Iterable[Device], pods: Mapping[str, str]) -> DeviceCounts:
    """Numbers of a home, and of each pod. `pods` is pod id to name, empty ones are listed too."""
    known = list(devices)
    by_pod: dict[str | None, list[Device]] = defaultdict(list, {pod: [] for pod in pods})
    for device in known:
        if device.connected:
            by_pod[device.pod_id].append(device)
    counts = [_count_pod(pod, pods, found) for pod, found in by_pod.items()]
    return {
        "known": len(known),
        "connected": sum(pod["devices"] for pod in counts),
        "disconnected": sum(device.connected is False for device in known),
        "unknown": sum(device.connected is None for device in known),
        "weak": sum(pod["weak"] for pod in counts),
        "pods": sorted(counts, key=lambda pod: (-pod["devices"], pod["pod_id"] is None)),
    }


def _count_pod(
    pod_id: str | None, pods: Mapping[str, str], devices: Sequence[Device]
) -> PodDevices:
    bands = Counter(band for band in map(_band, devices) if band is not None)
    wired = sum(_is_wired(device) for device in devices)
    return {
        "pod_id": pod_id,
        "pod_name": pods.get(pod_id) if pod_id is not None else None,
        "devices": len(devices),
        "bands": dict(sorted(bands.items())),
        "wired": wired,
        "unclear": len(devices) - wired - bands.total(),
        "weak": sum(_weak(device) is True for device in devices),
    }


def describe_devices(devices: Iterable[Device], pods: Mapping[str, str]) -> list[DeviceDetail]:
    """Every device as a list shows it: connected ones first, weak ones first among them."""
    details = [_detail(device, pods) for device in devices]
    return sorted(details, key=_order)


def _detail(device: Device, pods: Mapping[str, str]) -> DeviceDetail:
    since = device.connection_state_change_at
    return {
        "label": device.label,
        "mac": mac_of(device.mac or "") or device.mac,
        "ip": device.ip,
        "kind": device.icon,
        "connected": device.connected,
        "state": device.connection_state,
        "since": since.isoformat() if since else None,
        "pod_id": device.pod_id,
        "pod_name": pods.get(device.pod_id) if device.pod_id is not None else None,
        "medium": device.medium,
        "band": _band(device),
        "channel": device.channel,
        "health": device.health.status if device.health else None,
        "weak": _weak(device),
        "zone": device.access_zone,
    }


def _order(detail: DeviceDetail) -> tuple[int, bool, str, str]:
    state = {True: 0, None: 1, False: 2}[detail["connected"]]
    return (state, detail["weak"] is not True, detail["label"].casefold(), detail["mac"] or "")


def find_devices(devices: Iterable[Device], text: str) -> list[Device]:
    """Devices by a part of a name, an IP address, or a MAC address, whole or in part."""
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        return []
    digits = re.sub(r"[:\-. ]", "", wanted)
    part_of_mac = len(digits) >= _MAC_DIGITS_LEAST and re.fullmatch("[0-9a-f]+", digits)
    return [
        device
        for device in devices
        if any(wanted in name.casefold() for name in _names(device))
        or device.ip == wanted
        or (part_of_mac and digits in re.sub(r"[:\-. ]", "", (device.mac or "").lower()))
    ]


def _names(device: Device) -> list[str]:
    """All its names; one that is only the MAC address is none."""
    names = (device.nickname, device.name, device.host_name)
    return [name for name in names if name and mac_of(name) is None]


def _is_wired(device: Device) -> bool:
    return (device.medium or "").lower() in _WIRED


def _band(device: Device) -> str | None:
    if _is_wired(device) or device.band is None:
        return None
    return _BANDS.get(device.band.lower(), device.band)


def _weak(device: Device) -> bool | None:
    """None where health is not reported, or in a word that is not known."""
    return _WEAK.get((device.health.status or "").lower()) if device.health else None
