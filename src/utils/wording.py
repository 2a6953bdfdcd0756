"""Words and units that reports share: one word for one thing, plain text, no markup.

Signs always stand next to a word, so that no state is told by colour alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from src.utils.markup import DASH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.models.results import PodDetail, Severity

__all__ = [
    "BACKHAUL_WORDS",
    "DASH",
    "GATEWAY_STATE_WORDS",
    "NETWORK_KIND_WORDS",
    "SECURITY_WORDS",
    "SEVERITY_SIGNS",
    "SEVERITY_WORDS",
    "SINCE_WORDS",
    "STATE_SIGNS",
    "STATE_WORDS",
    "age",
    "alert_word",
    "amount",
    "count",
    "duration",
    "join_names",
    "number",
    "percent",
    "pod_sign",
    "pod_state",
    "rate",
    "severity_title",
]

SEVERITY_SIGNS: dict[Severity, str] = {
    "ok": "🟢",
    "degraded": "🟡",
    "partial": "🟠",
    "offline": "🔴",
    "unknown": "⚪",
}
SEVERITY_WORDS: dict[Severity, str] = {
    "ok": "All well",
    "degraded": "Degraded",
    "partial": "Some pods disconnected",
    "offline": "Offline",
    "unknown": "Unknown",
}

# What the moment of a verdict means: a home that works has been connected since then.
SINCE_WORDS: dict[Severity, str] = {
    "ok": "Connected since",
    "degraded": "Connected since",
    "partial": "Since",
    "offline": "Offline since",
    "unknown": "Since",
}

# Four different shapes: the strip reads the same without colours.
STATE_SIGNS = {"online": "🟩", "partial": "🔶", "offline": "❌", "unknown": "➖"}
STATE_WORDS = {
    "online": "online",
    "partial": "partly online",
    "offline": "offline",
    "unknown": "no data",
}

BACKHAUL_WORDS = {"ethernet": "cable", "wifi": "Wi-Fi"}
GATEWAY_STATE_WORDS = {True: "connected", False: "disconnected", None: "state not reported"}

# Values of wpaMode (API notes, enumerations), in the words on a router's label.
SECURITY_WORDS = {
    "open": "open, no password",
    "psk-mixed": "WPA and WPA2",
    "psk2": "WPA2",
    "sae-mixed": "WPA2 and WPA3",
    "sae-compat": "WPA2 and WPA3",
    "sae-compat-relaxed": "WPA2 and WPA3",
    "sae": "WPA3",
}
NETWORK_KIND_WORDS = {
    "home": "main network",
    "default": "main network",
    "captiveportal": "guest network",
    "guest": "guest network",
    "guests": "guest network",
    "fronthaul": "additional network",
}


def severity_title(severity: Severity) -> str:
    """Sign and word, such as "🟠 Some pods disconnected"."""
    return f"{SEVERITY_SIGNS[severity]} {SEVERITY_WORDS[severity]}"


def pod_sign(pod: PodDetail) -> str:
    """🔴 disconnected, ⚪ not reported, 🟡 connected but weak, 🟢 connected."""
    if pod["connected"] is None:
        return "⚪"
    if not pod["connected"]:
        return "🔴"
    weak = pod["health"] in {"fair", "poor"} or pod["alerts"] or pod["link_issues"]
    return "🟡" if weak else "🟢"


def pod_state(pod: PodDetail) -> str:
    """The state in a word; one that is not documented is quoted as it came."""
    if pod["connected"] is None and pod["state"]:
        return f"state “{pod['state']}”"
    return GATEWAY_STATE_WORDS[pod["connected"]]


def alert_word(label: str) -> str:
    """The one documented alert in words; any other as it came."""
    return "poor health" if label.lower() == "poorhealth" else label


def number(value: float) -> str:
    """Three figures at most: 486, 93.4, 6.8, 0.35 without trailing zeros."""
    if value >= 99.95:
        return f"{value:.0f}"
    text = f"{value:.1f}" if value >= 1 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def rate(mbps: float | None) -> str:
    """Mbit/s for people: "486 Mbit/s", "1.2 Gbit/s", "under 0.01 Mbit/s"."""
    if mbps is None:
        return DASH
    if 0 < mbps < 0.01:
        return "under 0.01 Mbit/s"
    return f"{number(mbps / 1000)} Gbit/s" if mbps >= 1000 else f"{number(mbps)} Mbit/s"


def amount(megabytes: float | None) -> str:
    """Data moved: "12.4 GB". Units are decimal, as the cloud's are."""
    if megabytes is None:
        return DASH
    for size, unit in ((1e6, "TB"), (1e3, "GB")):
        if megabytes >= size:
            return f"{number(megabytes / size)} {unit}"
    return "under 0.01 MB" if 0 < megabytes < 0.01 else f"{number(megabytes)} MB"


def percent(value: float | None) -> str:
    """One decimal, cut and not rounded: 99.99 never reads as 100%."""
    if value is None:
        return DASH
    cut = math.floor(value * 10 + 1e-9) / 10
    return f"{cut:.1f}".removesuffix(".0") + "%"


def duration(seconds: float) -> str:
    """The two largest units: "2 h 14 min", "3 d 4 h", "45 s"."""
    rest = max(0, int(seconds))
    if rest < 60:
        return f"{rest} s"
    minutes = rest // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def age(then: datetime, now: datetime) -> str:
    """How long ago: "4 h 12 min ago", "just now" within a minute or for a clock ahead of ours."""
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def count(amount_of: int | None, noun: str) -> str:
    """A number with its noun: "1 pod", "4 pods", a dash for not reported."""
    if amount_of is None:
        return f"{DASH} {noun}s"
    return f"{amount_of} {noun}" if amount_of == 1 else f"{amount_of} {noun}s"


def join_names(names: Sequence[str], most: int = 3) -> str:
    """ "A", "A and B", "A, B and C", "A, B, C and 4 more"."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
