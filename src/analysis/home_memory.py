"""What a look at a home leaves for the next one: ways of pods, changes, numbers of devices.

A disconnected pod reports no way to the gateway, and the cloud tells neither the firmware nor the
address of yesterday; only an earlier look does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from src.analysis.changes import compare_pods
from src.analysis.mesh import remember_parents
from src.models.memory import MEMORY_VERSION
from src.models.plume import parse_moment
from src.utils.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from src.models.findings import Change
    from src.models.memory import HomeMemory, PodMemory
    from src.models.results import LocationHealth, PodDetail

__all__ = ["device_values", "is_news", "read_memory", "remember_home"]

_CHANGES_MOST = 50
_PODS_MOST = 200
_DEVICES_MOST = 24 * 14


def remember_home(
    earlier: HomeMemory | None,
    health: LocationHealth,
    *,
    now: datetime,
    limits: Thresholds = DEFAULT,
) -> HomeMemory | None:
    """The memory after this look; where no pod could be read it stays what it was."""
    pods = health["pod_details"][:_PODS_MOST]
    if not pods:
        return earlier
    seen_at = parse_moment(earlier["at"]) if earlier else None
    before = earlier["pods"] if earlier else {}
    parents = remember_parents(pods, earlier["parents"] if earlier else None)
    gateway = health["gateway"]
    return {
        "version": MEMORY_VERSION,
        "at": now.isoformat(),
        "gateway_id": gateway["id"] if gateway else (earlier or {"gateway_id": None})["gateway_id"],
        "parents": {pod["id"]: parents[pod["id"]] for pod in pods if pod["id"] in parents},
        "pods": {pod["id"]: _kept(pod, before.get(pod["id"])) for pod in pods},
        "changes": _changes(earlier, pods, seen_at, now, limits),
        "devices": _devices(earlier, health, now, limits),
    }


def _kept(pod: PodDetail, before: PodMemory | None) -> PodMemory:
    """What a disconnected pod does not report stays as it was last known."""
    dead = pod["connected"] is False and before is not None
    return {
        "firmware": pod["firmware"] or (before["firmware"] if before else None),
        "ip": pod["ip"] or (before["ip"] if before else None),
        "backhaul": before["backhaul"] if dead and before else pod["backhaul"],
        "parent_name": before["parent_name"] if dead and before else pod["parent_name"],
        "connected": before["connected"] if dead and before else pod["connected"],
    }


def _changes(
    earlier: HomeMemory | None,
    pods: list[PodDetail],
    seen_at: datetime | None,
    now: datetime,
    limits: Thresholds,
) -> list[Change]:
    if earlier is None or seen_at is None or seen_at > now:
        return list(earlier["changes"]) if earlier else []
    start = now - timedelta(hours=limits.changes_h)
    kept = [each for each in earlier["changes"] if (parse_moment(each["at"]) or now) >= start]
    for pod in pods:
        if pod["id"] in earlier["pods"]:
            kept.extend(compare_pods(earlier["pods"][pod["id"]], pod, (seen_at, now)))
    return kept[-_CHANGES_MOST:]


def _devices(
    earlier: HomeMemory | None, health: LocationHealth, now: datetime, limits: Thresholds
) -> list[tuple[str, int]]:
    """One count an hour; none of a home that is not online, whose count is what it was."""
    start = (now - timedelta(days=limits.usual_days)).isoformat()
    kept = [(at, count) for at, count in (earlier["devices"] if earlier else []) if at >= start]
    count = health["total_connected_devices"]
    if count is not None and health["online"]:
        hour = now.replace(minute=0, second=0, microsecond=0).isoformat()
        if not kept or kept[-1][0] < hour:
            kept.append((now.isoformat(), count))
    return kept[-_DEVICES_MOST:]


def device_values(memory: HomeMemory | None) -> Iterator[tuple[datetime, float | None]]:
    """The counts as `usual` takes them."""
    for at, count in memory["devices"] if memory else []:
        moment = parse_moment(at)
        if moment is not None:
            yield moment, float(count)


def is_news(earlier: HomeMemory | None, later: HomeMemory) -> bool:
    """Whether more than the time of the look differs, so that it is worth being written at once."""
    if earlier is None:
        return True
    return any(earlier[key] != later[key] for key in ("gateway_id", "parents", "pods", "changes"))


def read_memory(stored: Mapping[str, Any] | None) -> HomeMemory | None:
    """What was stored, as JSON gave it back; None for another version or odd values."""
    if stored is None or stored.get("version") != MEMORY_VERSION:
        return None
    kinds = {"at": str, "parents": dict, "pods": dict, "changes": list, "devices": list}
    if not all(isinstance(stored.get(key), kind) for key, kind in kinds.items()):
        return None
    try:
        devices = [(str(at), int(count)) for at, count in stored["devices"]]
    except (TypeError, ValueError):
        return None
    gateway_id = stored.get("gateway_id")
    return cast("HomeMemory", {**stored, "gateway_id": gateway_id, "devices": devices})
