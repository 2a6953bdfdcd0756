"""The words for what watching finds: one sign and state word for each trigger, and what to do next.

Plain text without markup; the state is always a word beside its sign.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from src.utils.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from src.models.watching import Incident, Trigger

__all__ = [
    "TRIGGER_LABELS",
    "Words",
    "back_words",
    "lasting",
    "next_step",
    "pod_name",
    "sign",
    "state_word",
]


class Words(NamedTuple):
    """`state` heads the alert, `lasting` follows a duration, `back` precedes "since"."""

    sign: str
    state: str
    lasting: str
    back: str


_WORDS: Final[Mapping[Trigger, Words]] = MappingProxyType(
    {
        "home_offline": Words("🔴", "OFFLINE", "offline", "Back"),
        "neighbourhood": Words("🔴", "OUTAGE", "outage", "All back"),
        "pod_offline": Words("🟠", "POD DOWN", "pod down", "Back"),
        "poor_health": Words("🟡", "POOR HEALTH", "poor health", "Better"),
        "fair_health": Words("🟡", "FAIR HEALTH", "fair health", "Better"),
        "plume_alert": Words("🟡", "PLUME ALERT", "Plume alert", "Gone"),
        "reboot": Words("🔵", "RESTARTED", "restarted", "Up"),
        "reboot_loop": Words("🟠", "RESTARTS AGAIN AND AGAIN", "restarting", "Steady"),
        "backhaul_fallback": Words("🟠", "CABLE LOST", "on Wi-Fi instead of cable", "On cable"),
        "parent_change": Words("🔵", "POD MOVED", "moved", "Moved"),
        "slow_speed": Words("🟡", "SLOWER THAN USUAL", "slower than usual", "As usual"),
        "service_level": Words("🔵", "SERVICE CHANGED", "changed", "Changed"),
        "address_change": Words("🔵", "NEW ADDRESS", "new address", "New"),
        "unreadable": Words("⚪", "CANNOT BE READ", "unreadable", "Readable"),
        "blind": Words("⚪", "I SEE NOTHING", "blind", "I see again"),
    }
)
_UNSTABLE: Final = Words("🟠", "UNSTABLE", "unstable", "Steady")

# What the settings panel calls them.
TRIGGER_LABELS: Final[Mapping[Trigger, str]] = MappingProxyType(
    {
        "home_offline": "Home offline",
        "neighbourhood": "Several homes",
        "pod_offline": "Pod down",
        "poor_health": "Poor health",
        "fair_health": "Fair health",
        "plume_alert": "Plume alert",
        "reboot": "Restart",
        "reboot_loop": "Restart loop",
        "backhaul_fallback": "Cable lost",
        "parent_change": "Pod moved",
        "slow_speed": "Slow line",
        "service_level": "Service level",
        "address_change": "New address",
        "unreadable": "Unreadable",
        "blind": "I see nothing",
    }
)


def _words(incident: Incident) -> Words:
    return _UNSTABLE if incident.unstable else _WORDS[incident.trigger]


def sign(incident: Incident) -> str:
    """The coloured sign; it never stands alone."""
    return _words(incident).sign


def state_word(incident: Incident) -> str:
    """The state in capitals, such as "OFFLINE"."""
    return _words(incident).state


def lasting(incident: Incident) -> str:
    """What it was for so long: "offline", "pod down", "unstable, 9 drops"."""
    words = _words(incident)
    flips = f", {count(incident.flips, 'change')}" if incident.unstable and incident.flips else ""
    return f"{words.lasting}{flips}"


def back_words(incident: Incident) -> str:
    """What it is since it ended: "Back"."""
    return _words(incident).back


def next_step(incident: Incident) -> str:
    """What to do about it, one sentence; empty where nothing needs doing."""
    if incident.unstable:
        return "Look for a loose plug or cable; the online history shows when it comes and goes."
    if incident.trigger == "blind":
        return _BLIND_STEPS.get(incident.subject, _WAIT)
    pod = incident.pod.name if incident.pod else _NO_POD.get(incident.trigger, "the pod")
    return _STEPS.get(incident.trigger, "").replace("{pod}", pod)


def pod_name(incident: Incident) -> str:
    """The pod that an incident is about; empty where it is about the home or about homes."""
    whole = incident.trigger in {"home_offline", "neighbourhood"}
    return incident.pod.name if incident.pod and not whole else ""


_STEPS: Final[Mapping[Trigger, str]] = MappingProxyType(
    {
        "home_offline": "Ask the customer to check the power of {pod} and the cable to the "
        "modem; if both are fine, check the line.",
        "neighbourhood": "Check the network that these homes share before anybody is called.",
        "pod_offline": "Ask the customer to check the power of {pod}.",
        "poor_health": "Ask the customer to move {pod} closer to the pod that it connects to.",
        "fair_health": "Ask the customer to move {pod} closer to the pod that it connects to.",
        "plume_alert": "Open the home's status and see what it says of {pod}.",
        "reboot_loop": "Ask the customer for another socket or power supply for {pod}.",
        "backhaul_fallback": "Ask the customer to check the cable of {pod} at both ends.",
        "slow_speed": "See whether the line is full, then test the speed by cable.",
        "unreadable": "Check that the location still exists and is yours.",
    }
)
_NO_POD: Final[Mapping[Trigger, str]] = MappingProxyType({"home_offline": "the gateway"})
_WAIT: Final = "Nothing to do here: I go on by myself as soon as Plume answers."
_BLIND_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {"credential": "Connect again with /setup; until then no home is watched."}
)
