"""Client devices as messages: numbers by default, names and addresses only on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.markup import MESSAGE_LIMIT, bold, code, escape, fit, units
from src.utils.paging import page_of, paged
from src.utils.when import when
from src.utils.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.clients import DeviceCounts, DeviceDetail, PodDevices

__all__ = ["device_pages", "format_device_counts", "format_device_list"]

_WORD = 40
# Telegram ignores formatting beyond 100 entities; a device has up to three.
_DEVICES_PER_PAGE = 20
_PAGE_ROOM = 3000
_CABLE_WORDS = {"ethernet": "by cable", "moca": "by coax cable"}
_ZONE_WORDS = {"guests": "guest network", "internetaccessonly": "internet only", "home": ""}
_KIND_WORDS = {
    "smartphone": "phone",
    "tv": "TV",
    "gamingconsole": "game console",
    "lightbulb": "lamp",
    "voipphone": "VoIP phone",
    "routerbox": "router",
    "mediastb": "set-top box",
    "imac": "desktop",
}


def format_device_counts(
    location_name: str | None, counts: DeviceCounts | None, *, usual: str = ""
) -> str:
    """The /devices report without personal data; None when the devices could not be read.

    `usual` is the number beside what is usual at this time, as HTML, "" where that is not known.
    """
    name = f" · {bold(location_name)}" if location_name else ""
    if counts is None:
        return (
            f"⚪ <b>Devices could not be read</b>{name}\nNext: refresh, or ask again in a minute."
        )
    if not counts["known"]:
        return (
            f"⚪ <b>No devices are known</b>{name}\n"
            "Next: check that the home is online and that its Wi-Fi is switched on."
        )
    top = "\n".join(
        line
        for line in (
            f"{_verdict(counts)}{name}",
            f"At this time of day: {usual}" if usual else "",
            _others(counts),
            _step(counts),
        )
        if line
    )
    pods = [_pod(pod) for pod in counts["pods"]]
    if not pods:
        return top
    return f"{top}\n\n{fit(pods, MESSAGE_LIMIT - units(top) - 2, '… and {n} more pods')}"


def _verdict(counts: DeviceCounts) -> str:
    connected, weak = counts["connected"], counts["weak"]
    if weak:
        verb = "has" if weak == 1 else "have"
        said = f"{weak} of {count(connected, 'connected device')} {verb} a weak link"
        return f"🟡 <b>{said}</b>"
    if connected:
        return f"🟢 <b>{count(connected, 'device')} connected</b>"
    if counts["unknown"]:
        return "⚪ <b>No device is reported as connected</b>"
    return f"⚪ <b>None of {count(counts['known'], 'known device')} is connected</b>"


def _others(counts: DeviceCounts) -> str:
    facts = []
    if counts["disconnected"] and counts["connected"]:
        facts.append(f"{counts['disconnected']} more known, not connected now")
    if counts["unknown"]:
        facts.append(f"state not reported for {counts['unknown']}")
    text = " · ".join(facts)
    return text[:1].upper() + text[1:]


def _step(counts: DeviceCounts) -> str:
    if not counts["connected"]:
        return "Next: look at /status: is the home online?"
    return ""


def _pod(pod: PodDevices) -> str:
    if pod["pod_name"] is not None:
        name = bold(pod["pod_name"])
    else:
        name = f"Pod {code(pod['pod_id'], _WORD)}" if pod["pod_id"] else "Pod not reported"
    if not pod["devices"]:
        return f"{name}: no devices"
    parts = [f"{number} on {band[:_WORD]}" for band, number in pod["bands"].items()]
    if pod["wired"]:
        parts.append(f"{pod['wired']} by cable")
    if pod["unclear"]:
        parts.append(f"{pod['unclear']} not reported how")
    weak = f", {pod['weak']} with a weak link" if pod["weak"] else ""
    # A cloud with words of its own for bands could send many of them.
    how = escape(", ".join(parts[:8]), 4 * _WORD)
    return f"{name}: {count(pod['devices'], 'device')} ({how}){weak}"


def format_device_list(
    location_name: str | None,
    devices: Sequence[DeviceDetail],
    *,
    page: int = 0,
    query: str | None = None,
    timezone: str | None = None,
) -> str:
    """One page of the devices with names and addresses; `query` is what was searched for."""
    name = f" · {bold(location_name)}" if location_name else ""
    wanted = f" for “{escape(query, _WORD)}”" if query else ""
    if not devices:
        step = (
            "Next: try a shorter part of its name, or the last four digits of its MAC address."
            if query
            else "Next: check that the home is online and that its Wi-Fi is switched on."
        )
        return f"⚪ <b>No device found{wanted}</b>{name}\n{step}"
    pages = device_pages(devices, timezone)
    shown, number, before = page_of(pages, page)
    on = sum(device["connected"] is True for device in devices)
    title = f"📱 <b>{count(len(devices), 'device')}{wanted}, {on} connected</b>{name}"
    if len(pages) > 1:
        title += f"\n{before + 1} to {before + len(shown)}, page {number + 1} of {len(pages)}"
    return "\n\n".join([title, *(_device(device, timezone) for device in shown)])


def device_pages(
    devices: Sequence[DeviceDetail], timezone: str | None = None
) -> list[list[DeviceDetail]]:
    """The devices as `format_device_list` pages them."""
    # One more for the empty line between two devices.
    return paged(devices, lambda d: _device(d, timezone) + "\n", _DEVICES_PER_PAGE, _PAGE_ROOM)


def _device(device: DeviceDetail, timezone: str | None) -> str:
    named = device["label"] != device["mac"]
    label = escape(device["label"]) if named else "device without a name"
    kind = device["kind"]
    what = f" ({escape(_KIND_WORDS.get(kind.lower(), kind), _WORD)})" if kind else ""
    lines = [f"{_sign(device)} {label}{what}: {_state(device, timezone)}"]
    known = [("MAC", device["mac"]), ("IP", device["ip"])]
    address = " · ".join(f"{word} {code(value, _WORD)}" for word, value in known if value)
    return "\n".join([*lines, address] if address else lines)


def _sign(device: DeviceDetail) -> str:
    if device["connected"] is None:
        return "⚪"
    if not device["connected"]:
        return "💤"
    return "🟡" if device["weak"] else "🟢"


def _state(device: DeviceDetail, timezone: str | None) -> str:
    """Connected: how and where, and if the link is weak. Else: since when it is not."""
    if device["connected"] is None:
        raw = device["state"]
        return f"state “{escape(raw, _WORD)}”" if raw else "state not reported"
    if not device["connected"]:
        since = f" since {when(device['since'], timezone)}" if device["since"] else ""
        return f"not connected{since}"
    zone = device["zone"]
    facts = [
        _link(device),
        f"link {escape(device['health'], _WORD)}" if device["weak"] else "",
        escape(_ZONE_WORDS.get(zone.lower(), zone), _WORD) if zone else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _link(device: DeviceDetail) -> str:
    medium = (device["medium"] or "").lower()
    if medium in _CABLE_WORDS:
        over = _CABLE_WORDS[medium]
    elif device["band"]:
        channel = f" channel {device['channel']}" if device["channel"] is not None else ""
        over = escape(device["band"] + channel, 2 * _WORD)
    else:
        over = "connected"
    pod = device["pod_name"] or device["pod_id"]
    return f"{over} via {escape(pod)}" if pod else over
