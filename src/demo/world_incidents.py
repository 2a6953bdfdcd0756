"""What can be done to a home or to the cloud, by name, and the effects that it has over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from src.demo.world_history import TEST_SECONDS, Effect
from src.demo.world_home import Home, Incident

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "CLOUD_MODES",
    "INCIDENT_KINDS",
    "REBOOT_SECONDS",
    "IncidentError",
    "IncidentKind",
    "Needs",
    "make_incident",
]

Needs = Literal["node", "location", "cloud"]

REBOOT_SECONDS = 150.0
_FLAPS = 8
_FLAP_EVERY = timedelta(minutes=5)
_FLAP_LASTS = timedelta(seconds=100)

CLOUD_MODES = {
    "plume_ok": "ok",
    "plume_down": "down",
    "plume_slow": "slow",
    "plume_rate_limiting": "rate_limiting",
}


class IncidentError(ValueError):
    """An incident that cannot happen; the text is one sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """A name, its label for a button, and what it has to be told."""

    kind: str
    label: str
    needs: Needs


INCIDENT_KINDS: dict[str, IncidentKind] = {
    kind.kind: kind
    for kind in (
        IncidentKind("unplug_pod", "Unplug pod", "node"),
        IncidentKind("weaken_pod", "Weaken pod", "node"),
        IncidentKind("backhaul_to_wifi", "Backhaul falls to Wi-Fi", "node"),
        IncidentKind("reboot", "Reboot", "node"),
        IncidentKind("cut_line", "Cut the line", "location"),
        IncidentKind("power_cut", "Power cut", "location"),
        IncidentKind("flap", "Line flaps", "location"),
        IncidentKind("slow_speed_test", "Slow speed test", "location"),
        IncidentKind("neighbourhood_outage", "Neighbourhood outage", "location"),
        IncidentKind("restore", "Restore", "location"),
        IncidentKind("plume_down", "Plume down", "cloud"),
        IncidentKind("plume_slow", "Plume slow", "cloud"),
        IncidentKind("plume_rate_limiting", "Plume rate-limiting", "cloud"),
        IncidentKind("plume_ok", "Plume well", "cloud"),
    )
}


def make_incident(
    kind: str, home: Home, node: int | None, at: datetime, delay_s: float = 1.0
) -> Incident:
    """The incident with its effects, not yet added to the home.

    Raises IncidentError when it cannot happen there: no pods, no such node, no cable to lose.
    """
    if not home.plan.onboarded:
        raise IncidentError("This home has no pods yet, so nothing can happen to them.")
    if kind in _ON_NODE:
        if node is None:
            raise IncidentError(f"'{kind}' needs a node.")
        effects = _ON_NODE[kind](home, node, at, delay_s)
        return Incident(kind, f"{home.node_name(node)}: {_WORDS[kind]}", at, tuple(effects))
    if kind in _ON_HOME:
        effects = _ON_HOME[kind](home, at)
        return Incident(kind, _WORDS[kind], at, tuple(effects))
    raise IncidentError(f"There is no incident '{kind}' for a home.")


_WORDS = {
    "unplug_pod": "unplugged",
    "weaken_pod": "weak link",
    "backhaul_to_wifi": "backhaul on Wi-Fi",
    "reboot": "rebooting",
    "cut_line": "line cut",
    "power_cut": "power cut",
    "flap": "line flapping",
    "slow_speed_test": "slow line",
}


def _unplug(_home: Home, node: int, at: datetime, _delay_s: float) -> list[Effect]:
    return [Effect("node", at, None, node, "POWER_CYCLE")]


def _weaken(home: Home, node: int, at: datetime, _delay_s: float) -> list[Effect]:
    if node == 0:
        raise IncidentError(f"{home.node_name(0)} is the gateway: it has no link to weaken.")
    return [Effect("weak", at, None, node)]


def _backhaul(home: Home, node: int, at: datetime, _delay_s: float) -> list[Effect]:
    name = home.node_name(node)
    if node == 0:
        raise IncidentError(f"{name} is the gateway: it has no backhaul to lose.")
    link = home.state(at).nodes[node].link
    if link is None or link.medium != "ethernet":
        raise IncidentError(f"{name} has no cable in use: its backhaul is not Ethernet.")
    return [Effect("backhaul", at, None, node)]


def _reboot(_home: Home, node: int, at: datetime, delay_s: float) -> list[Effect]:
    start = at + timedelta(seconds=delay_s)
    return [Effect("node", start, start + timedelta(seconds=REBOOT_SECONDS), node, "CLOUD")]


def _cut_line(_home: Home, at: datetime) -> list[Effect]:
    return [Effect("line", at)]


def _power_cut(_home: Home, at: datetime) -> list[Effect]:
    return [Effect("power", at, None, None, "POWER_CYCLE")]


def _flap(_home: Home, at: datetime) -> list[Effect]:
    starts = [at + number * _FLAP_EVERY for number in range(_FLAPS)]
    return [Effect("line", start, start + _FLAP_LASTS) for start in starts]


def _slow_line(home: Home, at: datetime) -> list[Effect]:
    """The line is slow, and a test has just measured it."""
    begun = at - timedelta(seconds=TEST_SECONDS)
    home.requested_tests.append((f"demo-{int(begun.timestamp())}", 0, begun))
    return [Effect("slow", begun)]


_ON_NODE: dict[str, Callable[[Home, int, datetime, float], Sequence[Effect]]] = {
    "unplug_pod": _unplug,
    "weaken_pod": _weaken,
    "backhaul_to_wifi": _backhaul,
    "reboot": _reboot,
}
_ON_HOME: dict[str, Callable[[Home, datetime], Sequence[Effect]]] = {
    "cut_line": _cut_line,
    "power_cut": _power_cut,
    "flap": _flap,
    "slow_speed_test": _slow_line,
}
