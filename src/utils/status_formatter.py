"""Status, pods, speed test and Wi-Fi as Telegram HTML: verdict, evidence, next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.markup import MESSAGE_LIMIT, bold, escape, expandable, fit, units
from src.utils.next_steps import next_steps
from src.utils.pod_formatter import format_nodes_message, format_pod_details
from src.utils.tree_formatter import format_tree
from src.utils.when import since_text
from src.utils.wifi_formatter import format_wifi_message
from src.utils.wording import DASH, SINCE_WORDS, count, number, pod_state, rate, severity_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from src.models.results import LocationHealth, PodDetail, SpeedTestResult

__all__ = [
    "format_nodes_message",
    "format_pod_details",
    "format_speed_test",
    "format_status_message",
    "format_wifi_message",
]

# A sentence holds a name of up to 300 characters and what is said about it.
_SENTENCE = 400
_WORD = 40
_LEAST_ROOM = 60
_PROBLEMS_ROOM = 1000
_STEPS_ROOM = 850
_STEPS_SHOWN = 4
# Beyond this many the tree of pods opens on tap, so that the report stays short.
_PODS_OPEN = 6
# Telegram ignores formatting beyond 100 entities; a card has up to six.
_CARDS_MOST = 12


def format_status_message(
    location_name: str | None,
    health: LocationHealth,
    *,
    now: datetime | None = None,
    parents: Mapping[str, str] | None = None,
    alerts: Sequence[str] = (),
    devices: str = "",
) -> str:
    """The whole /status report, within one message; `now` adds ages to moments.

    `parents` (pod id to parent id) is what is known of who hangs off whom, by default what the
    pods report; `alerts` are the cloud's own, as sentences; `devices` is the number of devices
    beside its usual, as HTML, "" where that is not known.
    """
    sections = [
        _headline(location_name, health, now),
        _problems("Problems", "❌", health["issues"]),
        _problems("Warnings", "⚠️", health["warnings"]),
        _problems("Alerts", "⚠️", alerts),
        _steps(health),
        _facts(health, now, devices),
    ]
    top = "\n\n".join(section for section in sections if section)
    pods = _mesh(health, parents, MESSAGE_LIMIT - units(top) - 2)
    return fit([top, "", pods] if pods else [top], MESSAGE_LIMIT, "… shortened")


def format_speed_test(
    result: SpeedTestResult | None,
    *,
    now: datetime | None = None,
    timezone: str | None = None,
) -> str:
    """The newest speed test on two lines; one that failed has no figures, and says so."""
    if result is None:
        return f"<b>Speed test</b>: {DASH} none reported"
    at = f"measured {since_text(result['at'], now, timezone)}" if result["at"] else ""
    if result["succeeded"] is False:
        said = f"<b>Speed test</b>: no result, status “{escape(result['status'], _WORD)}”"
        return f"{said}\n{at}".strip()
    ping = f"{number(result['rtt_ms'])} ms" if result["rtt_ms"] is not None else DASH
    figures = (
        f"<b>Speed test</b>: ↓ {escape(rate(result['download_mbps']))}, "
        f"↑ {escape(rate(result['upload_mbps']))}, ping {ping}"
    )
    return f"{figures}\n{at}".strip()


def _headline(location_name: str | None, health: LocationHealth, now: datetime | None) -> str:
    """The verdict; its reason too, unless the lists below say the same."""
    name = f" · {bold(location_name)}" if location_name else ""
    severity = health["severity"]
    lines = [f"<b>{severity_title(severity)}</b>{name}"]
    reason = health["summary"].partition(": ")[2]
    listed = severity == "degraded" or (severity in {"partial", "offline"} and health["issues"])
    if reason and not listed:
        lines.append(escape(_upper_first(reason), _SENTENCE))
    if health["since"]:
        since = since_text(health["since"], now, health["timezone"])
        lines.append(f"{SINCE_WORDS[severity]} {since}")
    return "\n".join(lines)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _problems(title: str, sign: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    lines = [f"{sign} {escape(sentence, _SENTENCE)}" for sentence in sentences]
    return f"<b>{title}</b>\n{fit(lines, _PROBLEMS_ROOM)}"


def _steps(health: LocationHealth) -> str:
    steps = next_steps(health)[:_STEPS_SHOWN]
    if not steps:
        return ""
    lines = [f"{index}. {escape(step, _SENTENCE)}" for index, step in enumerate(steps, 1)]
    return f"<b>Next</b>\n{fit(lines, _STEPS_ROOM)}"


def _facts(health: LocationHealth, now: datetime | None, devices: str) -> str:
    """The evidence; a part that could not be read is named once, not line by line."""
    zone = health["timezone"]
    whole = not health["missing"] and bool(health["pod_details"])
    gateway, test = health["gateway"], health["speed_test"]
    lines = [
        _gateway(gateway) if gateway or health["pod_details"] else "",
        _pods(health, devices),
        format_speed_test(test, now=now, timezone=zone) if test or whole else "",
        _line(health),
    ]
    if health["missing"]:
        lines.append(f"Not read: {escape(', '.join(health['missing']))}")
    return "\n".join(line for line in lines if line)


def _gateway(gateway: PodDetail | None) -> str:
    if gateway is None:
        return f"<b>Gateway</b>: {DASH} not known"
    model = f" ({escape(gateway['model'], _WORD)})" if gateway["model"] else ""
    health = f", health {gateway['health']}" if gateway["health"] and gateway["connected"] else ""
    facts = f"{pod_state(gateway)}{health}"
    return f"<b>Gateway</b>: {escape(gateway['name'])}{model}, {escape(facts, 2 * _WORD)}"


def _pods(health: LocationHealth, counted: str) -> str:
    connected, total = health["pods_connected"], health["pods_total"]
    if not total and not health["total_connected_devices"]:
        return ""
    pods = DASH if connected is None else str(connected)
    of = DASH if total is None else str(total)
    # Behind a gateway that is down the count is what it was, not what it is.
    offline = health["online"] is False
    counted = counted or count(health["total_connected_devices"], "device")
    devices = "" if offline else f" · {counted}"
    return f"<b>Pods</b>: {pods} of {of} connected{devices}"


def _line(health: LocationHealth) -> str:
    """Provider, mode and service level, where reported; a full service needs no words."""
    facts = []
    if health["isp"]:
        facts.append(f"provider {health['isp'][:_WORD]}")
    if health["network_mode"] == "bridge":
        facts.append("bridge mode")
    level = health["service_level"]
    if level and level.lower() != "fullservice":
        facts.append(f"service level {level[:_WORD]}")
    return escape(_upper_first(" · ".join(facts)))


def _mesh(health: LocationHealth, parents: Mapping[str, str] | None, room: int) -> str:
    """The tree of pods, a long one opened by a tap; with room to spare, every pod's card, too."""
    pods = health["pod_details"]
    lines = format_tree(pods, parents)
    if not lines or room <= _LEAST_ROOM:
        return ""
    title = "<b>Mesh</b>"
    tree = fit(lines, room - units(title) - 1)
    text = f"{title}\n{expandable([tree]) if len(lines) > _PODS_OPEN else tree}"
    cards = [format_pod_details(pod, health["timezone"]) for pod in pods[:_CARDS_MOST]]
    quote = expandable(["\n\n".join(cards)])
    if len(pods) <= _CARDS_MOST and units(text) + units(quote) + 2 <= room:
        return f"{text}\n\n{quote}"
    return text
