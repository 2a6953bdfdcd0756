"""Pods as Telegram HTML: one line each for overviews, a card each for details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.markup import DASH, MESSAGE_LIMIT, bold, code, escape, fit, units
from src.utils.when import when
from src.utils.wording import (
    BACKHAUL_WORDS,
    alert_word,
    count,
    duration,
    number,
    pod_sign,
    pod_state,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from src.models.findings import OutdatedFirmware, RecentReboots
    from src.models.results import LocationHealth, PodDetail

__all__ = ["format_nodes_message", "format_pod_details", "medium_words", "pod_line"]

_WORD = 40
_ALERTS_SHOWN = 5
# Telegram ignores formatting beyond 100 entities; a card has up to seven.
_CARDS_MOST = 12
_MORE = "… and {n} more, too many for one message"


def format_pod_details(
    pod: PodDetail,
    timezone: str | None = None,
    *,
    now: datetime | None = None,
    outdated: OutdatedFirmware | None = None,
    reboots: RecentReboots | None = None,
) -> str:
    """A pod's card: state first, then the link, then what identifies it (tap copies).

    `now` adds how long it has been up; `outdated` and `reboots` are what was found about the pod.
    """
    role = ", gateway" if pod["is_gateway"] else ""
    model = f" ({escape(pod['model'], _WORD)})" if pod["model"] else ""
    lines = [
        f"{pod_sign(pod)} {bold(pod['name'])}{model}{role}",
        _state(pod, timezone, now),
        _link(pod),
        *_weak(pod),
        _restarts(reboots, timezone) if reboots else "",
        _outdated(pod, outdated) if outdated else "",
        _identity(pod),
    ]
    return "\n".join(line for line in lines if line)


def pod_line(pod: PodDetail, outdated: OutdatedFirmware | None = None) -> str:
    """A pod on one line: sign, name, state, and what is weak about it."""
    facts = [pod_state(pod)]
    if pod["connected"]:
        facts.append(f"health {pod['health']}" if pod["health"] else f"health {DASH}")
        facts.append(count(pod["devices"], "device"))
        if pod["parent_name"]:
            facts.append(f"via {pod['parent_name']}")
        facts.extend(pod["link_issues"])
    if outdated:
        facts.append("firmware is behind")
    return f"{pod_sign(pod)} {escape(pod['name'])}: {escape(', '.join(facts), 400)}"


def format_nodes_message(
    location_name: str | None,
    health: LocationHealth,
    *,
    now: datetime | None = None,
    outdated: Mapping[str, OutdatedFirmware] | None = None,
    reboots: Mapping[str, RecentReboots] | None = None,
) -> str:
    """The /nodes report: a card per pod, a line per pod when cards do not fit one message.

    `outdated` and `reboots` (both by pod id) are what `analysis` found; see `format_pod_details`.
    """
    name = f" · {bold(location_name)}" if location_name else ""
    pods = health["pod_details"]
    if not pods:
        return _no_pods(name, health)
    title = f"📡 <b>{_connected(health)}</b>{name}"
    unread = [f"Not read: {escape(', '.join(health['missing']))}"] if health["missing"] else []
    if len(pods) <= _CARDS_MOST:
        cards = [
            format_pod_details(
                pod,
                health["timezone"],
                now=now,
                outdated=(outdated or {}).get(pod["id"]),
                reboots=(reboots or {}).get(pod["id"]),
            )
            for pod in pods
        ]
        text = "\n\n".join([title, *cards, *unread])
        if units(text) <= MESSAGE_LIMIT:
            return text
    room = MESSAGE_LIMIT - units("\n".join([title, *unread])) - 4
    lines = [pod_line(pod, (outdated or {}).get(pod["id"])) for pod in pods]
    return "\n".join([title, *unread, "", fit(lines, room, _MORE)])


def _connected(health: LocationHealth) -> str:
    connected, total = health["pods_connected"], health["pods_total"]
    if connected is None:
        return f"{count(total, 'pod')}, states not reported"
    return f"{connected} of {count(total, 'pod')} connected"


def _no_pods(name: str, health: LocationHealth) -> str:
    if "pods" in health["missing"]:
        said, step = "Pods could not be read", "refresh, or ask again in a minute."
    else:
        said, step = "No pods are set up", "check that they were added to this location."
    return f"⚪ <b>{said}</b>{name}\nNext: {step}"


def _state(pod: PodDetail, timezone: str | None, now: datetime | None) -> str:
    state = escape(pod_state(pod), _WORD + 10)
    since = f" since {when(pod['since'], timezone)}" if pod["since"] else ""
    # A disconnected pod's count is what it was, not what it is.
    devices = "" if pod["connected"] is False else f" · {count(pod['devices'], 'device')}"
    return state[:1].upper() + state[1:] + since + _uptime(pod, now) + devices


def _uptime(pod: PodDetail, now: datetime | None) -> str:
    """How long it has been running; the clock of a disconnected pod is not known to run."""
    booted = parse_moment(pod["booted_at"])
    if booted is None or now is None or not pod["connected"]:
        return ""
    return f" · up {duration((now - booted).total_seconds())}"


def _link(pod: PodDetail) -> str:
    """How it reaches the gateway. What a disconnected pod reports about that is out of date."""
    if pod["connected"] is False:
        return ""
    over = "" if pod["is_gateway"] else medium_words(pod)
    via = f"via {escape(pod['parent_name'])}" if pod["parent_name"] else ""
    hops = count(pod["hops"], "hop") if pod["hops"] and pod["hops"] > 1 else ""
    link = " ".join(part for part in (escape(over, 2 * _WORD), via) if part)
    facts = [link, hops, escape(_health(pod), 2 * _WORD)]
    text = " · ".join(fact for fact in facts if fact)
    return text[:1].upper() + text[1:]


def medium_words(pod: PodDetail) -> str:
    """What carries the backhaul, plain: "by Wi-Fi channel 44", "" where it is not reported."""
    raw = pod["backhaul"]
    medium = BACKHAUL_WORDS.get((raw or "").lower(), raw)
    if not medium or medium.lower() == "unknown":
        return ""
    return f"by {medium}" if pod["channel"] is None else f"by {medium} channel {pod['channel']}"


def _health(pod: PodDetail) -> str:
    if not pod["health"]:
        return f"health {DASH}"
    score = pod["health_score"]
    scale = f" ({number(score)} of 5)" if score is not None and 0 <= score <= 5 else ""
    return f"health {pod['health']}{scale}"


def _weak(pod: PodDetail) -> list[str]:
    said = "poorhealth" if pod["health"] == "poor" else None
    labels = [label for label in pod["alerts"] if label.lower() != said]
    found = [f"alert {alert_word(label)}" for label in labels[:_ALERTS_SHOWN]] + pod["link_issues"]
    return [f"⚠️ {escape(item, 2 * _WORD)}" for item in found]


def _restarts(reboots: RecentReboots, timezone: str | None) -> str:
    times = "Restarted" if reboots["times"] == 1 else f"Restarted {reboots['times']} times in 24 h"
    why = f": {escape(reboots['reason'], _WORD)}" if reboots["reason"] else ""
    last = "" if reboots["times"] == 1 else "last "
    return f"🔁 {times}, {last}{when(reboots['last_at'], timezone)}{why}"


def _outdated(pod: PodDetail, outdated: OutdatedFirmware) -> str:
    """Compared with what is always said: a pod here, or another home's of the same model."""
    newer = escape(outdated["newer"], _WORD)
    whose = f"{escape(outdated['pod'], 2 * _WORD)} runs" if outdated["pod"] else "another home runs"
    model = f" on the same model ({escape(pod['model'], _WORD)})" if pod["model"] else ""
    return f"⚠️ Firmware is behind: {whose} {newer}{model}"


def _identity(pod: PodDetail) -> str:
    facts = [("Serial", pod["serial"]), ("IP", pod["ip"]), ("MAC", pod["mac"])]
    shown = [f"{word} {code(value, _WORD)}" for word, value in facts if value]
    if pod["firmware"]:
        shown.append(f"firmware {escape(pod['firmware'], _WORD)}")
    return " · ".join(shown)
