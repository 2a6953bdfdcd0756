"""What to do about a verdict: one sentence per step, for the technician on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.wording import join_names

if TYPE_CHECKING:
    from src.models.results import LocationHealth, PodDetail

__all__ = ["next_steps"]

_WEAK_HEALTH = {"fair", "poor"}


def next_steps(health: LocationHealth) -> list[str]:
    """Steps in the order to try them, plain text; none when all is well."""
    return [
        *_offline(health),
        *_disconnected(health),
        *_service(health),
        *_cables(health),
        *_placement(health),
        *_reading(health),
    ]


def _offline(health: LocationHealth) -> list[str]:
    if health["severity"] != "offline":
        return []
    gateway = health["gateway"]
    name = gateway["name"] if gateway else "the gateway"
    ahead = "router before it" if health["network_mode"] == "bridge" else "modem"
    provider = f" at {health['isp']}" if health["isp"] else ""
    return [
        f"Ask the customer to check the power of {name} and the cable to the {ahead}.",
        f"If both are fine, check the line for an outage{provider}.",
    ]


def _disconnected(health: LocationHealth) -> list[str]:
    if health["severity"] != "partial":
        return []
    down = [pod for pod in health["pod_details"] if pod["connected"] is False]
    names = join_names([pod["name"] for pod in down]) or "the pods that are disconnected"
    cable = " and its cable" if len(down) == 1 and down[0]["backhaul"] == "ethernet" else ""
    return [f"Ask the customer to check the power of {names}{cable}."]


def _service(health: LocationHealth) -> list[str]:
    if (health["service_level"] or "").lower() not in {"noservice", "basicservice"}:
        return []
    return ["Check the customer's subscription: it sets the service level."]


def _cables(health: LocationHealth) -> list[str]:
    names = [pod["name"] for pod in health["pod_details"] if pod["link_issues"]]
    return [f"Ask for another cable or port at {join_names(names)}."] if names else []


def _placement(health: LocationHealth) -> list[str]:
    weak = [pod for pod in health["pod_details"] if _is_badly_placed(pod)]
    if not weak:
        return []
    if len(weak) == 1:
        nearer = weak[0]["parent_name"] or "the gateway"
        return [f"Ask the customer to move {weak[0]['name']} closer to {nearer}."]
    names = join_names([pod["name"] for pod in weak])
    return [f"Ask the customer to move {names} closer to the pod that each connects to."]


def _is_badly_placed(pod: PodDetail) -> bool:
    """Weak on Wi-Fi; a wired or disconnected pod does not get better elsewhere."""
    weak = pod["connected"] is True and pod["health"] in _WEAK_HEALTH
    return weak and not pod["is_gateway"] and pod["backhaul"] != "ethernet"


def _reading(health: LocationHealth) -> list[str]:
    if health["missing"]:
        return ["Refresh: a part could not be read this time."]
    if health["severity"] != "unknown":
        return []
    if health["pods_total"] == 0:
        return ["Check that the customer's pods were added to this location."]
    return ["Refresh in a minute: the reports do not agree or are not complete."]
