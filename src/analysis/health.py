"""The verdict on one home from its location record and its nodes: pure, tolerant, three-valued."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from src.analysis.pods import (
    believable,
    describe_pods,
    find_gateway,
    iso,
    latest_speed_test,
    weaknesses,
)
from src.models.plume import (
    Location,
    LocationSummary,
    NetworkStatus,
    Node,
    ShapeError,
    parse_location,
    parse_nodes,
)
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.wording import count, severity_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.results import LocationHealth, PodDetail, Severity

__all__ = ["analyze_location_health"]

# The words whose meaning is certain; any other word is shown, never judged.
_CERTAIN = {"connected": True, "online": True, "disconnected": False, "offline": False}
_LEVEL_WARNINGS = {
    "noservice": "The service level is noService: Wi-Fi is switched off",
    "basicservice": "The service level is basicService: adaptive features are off",
}


class _Verdict(NamedTuple):
    online: bool | None
    severity: Severity
    reason: str
    since: str | None = None


class _Evidence(NamedTuple):
    """What was read, before it is judged."""

    location: Location | None
    pods: list[PodDetail] | None
    gateway: PodDetail | None
    summary: LocationSummary | None  # only while it is fresh
    cloud: bool | None  # the location record's own word on being online
    cloud_since: str | None

    @property
    def connected(self) -> list[PodDetail]:
        return [pod for pod in self.pods or () if pod["connected"]]

    @property
    def disconnected(self) -> list[PodDetail]:
        return [pod for pod in self.pods or () if pod["connected"] is False]

    @property
    def unread(self) -> int:
        """Pods that the cloud counts but that could not be read."""
        claimed = self.summary.node_claimed_count if self.summary else None
        return max(0, (claimed or 0) - len(self.pods or ()))


def analyze_location_health(
    location_data: Location | Mapping[str, Any] | None,
    nodes: Sequence[Node] | Mapping[str, Any] | list[Any] | None,
    *,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> LocationHealth:
    """Judge a home; models or the raw JSON, None for a part that could not be read.

    `now` (aware) lets moments in the future and outdated summaries be recognised. Never raises
    for odd data: what cannot be read is named in `missing`, and the rest is judged without it.
    """
    location, read = _read_location(location_data), _read_nodes(nodes)
    known = list({node.id: node for node in reversed(read or ())}.values())[::-1]
    root = find_gateway(known)
    seen = _gather(location, known if read is not None else None, root, now, limits)
    warnings = _warnings(seen)
    verdict = _judge(seen, warnings)
    own_test = location.speed_test if location else None
    geo = location.geo_ip if location else None
    return {
        "online": verdict.online,
        "severity": verdict.severity,
        "summary": f"{severity_title(verdict.severity)}: {verdict.reason}",
        "issues": _issues(seen, verdict),
        "warnings": warnings,
        "missing": _missing(seen),
        "pod_details": seen.pods or [],
        "gateway": seen.gateway,
        "since": verdict.since,
        "pods_total": _pods_total(seen),
        "pods_connected": _pods_connected(seen),
        "total_connected_devices": _devices(seen),
        "service_level": _level(location),
        "network_mode": _mode(seen, root),
        "speed_test": latest_speed_test(own_test, known, root, now, limits),
        "timezone": geo.timezone if geo else None,
        "isp": geo.isp if geo else None,
    }


def _read_location(data: object) -> Location | None:
    if data is None or isinstance(data, Location):
        return data
    try:
        return parse_location(data)
    except ShapeError:
        return None


def _read_nodes(data: object) -> tuple[Node, ...] | None:
    if data is None:
        return None
    try:
        return parse_nodes(data)
    except ShapeError:
        return None


def _gather(
    location: Location | None,
    known: Sequence[Node] | None,
    root: Node | None,
    now: datetime | None,
    limits: Thresholds,
) -> _Evidence:
    pods = describe_pods(known, root, now, limits) if known is not None else None
    gateway = pods[0] if pods and pods[0]["is_gateway"] else None
    summary = _fresh_summary(location, now, limits)
    status = location.network_status if location else None
    words = [_CERTAIN.get((word or "").lower()) for word in _cloud_words(summary, status)]
    certain = {word for word in words if word is not None}
    cloud = certain.pop() if len(certain) == 1 else None
    changed = believable(status.status_changed_at, now, limits) if status else None
    # The change is the network status's own, so it dates no other word.
    since = iso(changed) if cloud is not None and words[1] is cloud else None
    return _Evidence(location, pods, gateway, summary, cloud, since)


def _cloud_words(
    summary: LocationSummary | None, status: NetworkStatus | None
) -> tuple[str | None, str | None]:
    return (
        summary.gateway_connection_state if summary else None,
        status.status if status else None,
    )


def _fresh_summary(
    location: Location | None, now: datetime | None, limits: Thresholds
) -> LocationSummary | None:
    summary = location.summary if location else None
    if summary is None or summary.timestamp is None or now is None:
        return summary
    age = now - summary.timestamp
    return summary if age <= timedelta(seconds=limits.summary_max_age_s) else None


def _judge(seen: _Evidence, warnings: list[str]) -> _Verdict:
    if seen.pods is None:
        return _judge_unseen(seen)
    if not seen.pods:
        return _Verdict(None, "unknown", "no pods are set up")
    online = _online(seen)
    if online is None:
        return _Verdict(None, "unknown", _doubt(seen))
    return _judge_online(seen, warnings) if online else _judge_offline(seen)


def _judge_online(seen: _Evidence, warnings: list[str]) -> _Verdict:
    pods, down = seen.pods or [], seen.disconnected
    if down:
        reason = f"{len(down)} of {len(pods)}"
        return _Verdict(True, "partial", reason, min(_dates(down), default=None))
    since = seen.gateway["since"] if seen.gateway else None
    since = since or (seen.cloud_since if seen.cloud else None)
    if warnings:
        more = f" and {len(warnings) - 1} more" if len(warnings) > 1 else ""
        return _Verdict(True, "degraded", warnings[0] + more, since)
    return _Verdict(True, "ok", _all_well(pods, len(seen.connected)), since)


def _online(seen: _Evidence) -> bool | None:
    """The gateway's state first; a connected pod proves a connection; then the cloud's word."""
    at_root = seen.gateway["connected"] if seen.gateway else None
    if at_root is False:
        return None if seen.connected else False
    if at_root or seen.connected:
        return True
    if seen.pods and len(seen.disconnected) == len(seen.pods) and not seen.unread:
        return False
    return seen.cloud


def _doubt(seen: _Evidence) -> str:
    if seen.connected:
        pods = count(len(seen.connected), "pod")
        verb = "is" if len(seen.connected) == 1 else "are"
        return f"the gateway is reported disconnected, yet {pods} {verb} connected"
    if seen.gateway:
        return "the gateway does not report a known state"
    return "no pod reports a connection, and nothing tells which one is the gateway"


def _judge_offline(seen: _Evidence) -> _Verdict:
    gateway = seen.gateway
    if gateway and gateway["connected"] is False:
        reason = f"the gateway {gateway['name']} is disconnected"
        return _Verdict(False, "offline", reason, gateway["since"])
    if seen.pods and len(seen.disconnected) == len(seen.pods):
        return _Verdict(
            False, "offline", "every pod is disconnected", max(_dates(seen.pods), default=None)
        )
    return _Verdict(False, "offline", "the cloud reports the home as offline", seen.cloud_since)


def _judge_unseen(seen: _Evidence) -> _Verdict:
    """Without the pods only the cloud's own summary can tell, and it cannot tell "all well"."""
    if seen.cloud is False:
        return _Verdict(False, "offline", "the cloud reports it; no pods read", seen.cloud_since)
    if not seen.cloud:
        return _Verdict(None, "unknown", "the pods could not be read")
    connected, claimed = _pods_connected(seen), _pods_total(seen)
    if connected is not None and claimed is not None and connected < claimed:
        reason = f"{claimed - connected} of {claimed}, by the cloud's count"
        return _Verdict(True, "partial", reason)
    reason = "the home is connected, but its pods could not be read"
    return _Verdict(True, "unknown", reason, seen.cloud_since)


def _all_well(pods: list[PodDetail], connected: int) -> str:
    silent = len(pods) - connected
    reason = f"{connected} of {count(len(pods), 'pod')} connected"
    return f"{reason}, {silent} without a known state" if silent else reason


def _dates(pods: Sequence[PodDetail]) -> list[str]:
    return [pod["since"] for pod in pods if pod["since"]]


def _issues(seen: _Evidence, verdict: _Verdict) -> list[str]:
    gateway = seen.gateway
    if verdict.severity == "offline" and gateway and gateway["connected"] is False:
        others = len(seen.disconnected) - 1
        verb = "is" if others == 1 else "are"
        with_it = [f"{count(others, 'other pod')} {verb} disconnected with it"] if others else []
        return [f"The gateway {gateway['name']} is disconnected", *with_it]
    found = [f"{pod['name']} is disconnected" for pod in seen.disconnected]
    if found:
        return found
    if verdict.severity == "partial":
        return [f"Disconnected pods: {verdict.reason}"]
    return ["The cloud reports the home as offline"] if verdict.severity == "offline" else []


def _warnings(seen: _Evidence) -> list[str]:
    level = _LEVEL_WARNINGS.get((_level(seen.location) or "").lower())
    found = [level] if level else []
    at_root = seen.gateway["connected"] if seen.gateway else None
    if at_root is not None and seen.cloud is not None and at_root is not seen.cloud:
        words = {True: "online", False: "offline"}
        found.append(
            f"The cloud's own summary says {words[seen.cloud]}, the gateway says {words[at_root]}"
        )
    for pod in seen.pods or ():
        weak = weaknesses(pod)
        if weak:
            found.append(f"{pod['name']}: {', '.join(weak)}")
    return found


def _missing(seen: _Evidence) -> list[str]:
    found = ["location details"] if seen.location is None else []
    if seen.pods is None:
        found.append("pods")
    elif seen.pods and seen.unread:
        found.append(f"{count(seen.unread, 'pod')} that the cloud counts")
    return found


def _pods_total(seen: _Evidence) -> int | None:
    if seen.pods is not None:
        return len(seen.pods) + (seen.unread if seen.pods else 0)
    return seen.summary.node_claimed_count if seen.summary else None


def _pods_connected(seen: _Evidence) -> int | None:
    if seen.pods is None:
        return seen.summary.node_connected_count if seen.summary else None
    states_known = seen.connected or seen.disconnected or not seen.pods
    return len(seen.connected) if states_known else None


def _devices(seen: _Evidence) -> int | None:
    """The pods' counts when every connected one reports; else the cloud's; else what there is."""
    total = seen.summary.connected_device_count if seen.summary else None
    counts = [pod["devices"] for pod in seen.pods or ()]
    known = [devices for devices in counts if devices is not None]
    silent = any(pod["devices"] is None for pod in seen.connected)
    return total if not known or (silent and total is not None) else sum(known)


def _level(location: Location | None) -> str | None:
    return location.service_level.status if location and location.service_level else None


def _mode(seen: _Evidence, root: Node | None) -> str | None:
    """The mode that the home runs in; "auto" is a wish, not a state."""
    location = seen.location
    words = (
        seen.summary.network_mode_realized if seen.summary else None,
        root.network_mode if root else None,
        location.network_mode if location else None,
    )
    found = (word.lower() for word in words if word)
    return next((word for word in found if word in {"router", "bridge"}), None)
