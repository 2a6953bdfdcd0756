"""What a look says about each condition of a home: bad, well, or not said.

Words that are not known are not judged; what a disconnected pod reported last is not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.watch.edges import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from src.models.watching import PodSight, Sight
    from src.watch.memory import HomeMemory

__all__ = ["WIRED", "WIRELESS", "alert_subject", "home_signal", "pod_alerts", "pod_signals"]

WIRED, WIRELESS = "ethernet", "wifi"
# The cloud's words for a pod's health, best first.
_WELL, _FAIR, _POOR = {"excellent", "good"}, "fair", "poor"
_POOR_ALERT = "poorhealth"


def home_signal(found: Sight) -> Signal:
    """Whether the home has no connection."""
    return Signal("home_offline", "", _not(found.online), found.since)


def pod_signals(pod: PodSight, memory: HomeMemory, *, wired: bool) -> list[Signal]:
    """The conditions of one pod, the gravest first; `wired`: a cable is this pod's normal."""
    here = pod.connected is True
    gone = Signal("pod_offline", pod.id, _not(pod.connected), pod.since)
    signals = [] if pod.is_gateway else [gone]
    signals.append(Signal("poor_health", pod.id, _poor(pod) if here else None))
    signals.append(Signal("fair_health", pod.id, _fair(pod) if here else None))
    if not pod.is_gateway:
        signals.append(Signal("backhaul_fallback", pod.id, _fallback(pod, wired) if here else None))
    known = (edge.subject for edge in memory.edges.values() if edge.trigger == "plume_alert")
    return signals + pod_alerts(pod, known, here=here)


def pod_alerts(pod: PodSight, known: Iterable[str], *, here: bool) -> list[Signal]:
    """Plume's own alerts on the pod, and those that it had."""
    now = {alert_subject(pod, label) for label in pod.alerts if label.lower() != _POOR_ALERT}
    had = {subject for subject in known if subject.split(" ", 1)[0] == pod.id}
    return [Signal("plume_alert", sub, sub in now if here else None) for sub in sorted(now | had)]


def alert_subject(pod: PodSight, label: str) -> str:
    """An alert of a pod as a subject."""
    return f"{pod.id} {label}"


def _not(flag: bool | None) -> bool | None:
    return None if flag is None else not flag


def _poor(pod: PodSight) -> bool | None:
    """By its word; without one the alert of that name says it."""
    if pod.health in _WELL or pod.health == _FAIR:
        return False
    if pod.health == _POOR:
        return True
    alerted = any(label.lower() == _POOR_ALERT for label in pod.alerts)
    return True if alerted and pod.health is None else None


def _fair(pod: PodSight) -> bool | None:
    """Poor is more than fair, so it says nothing here."""
    if pod.health in _WELL:
        return False
    return True if pod.health == _FAIR else None


def _fallback(pod: PodSight, wired: bool) -> bool | None:
    word = (pod.backhaul or "").lower()
    if word == WIRED:
        return False
    return True if word == WIRELESS and wired else None
