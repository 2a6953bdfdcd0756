"""One home's nodes: which is the gateway, who hangs off whom, what is weak about each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.wording import alert_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.plume import LinkState, Node, SpeedTest
    from src.models.results import PodDetail, SpeedTestResult

__all__ = ["believable", "describe_pods", "find_gateway", "iso", "latest_speed_test", "weaknesses"]

_HEALTH_WORDS = {"excellent", "good", "fair", "poor"}


def iso(at: datetime | None) -> str | None:
    """A moment as results carry it: ISO-8601 UTC."""
    return at.isoformat() if at else None


def believable(
    at: datetime | None, now: datetime | None, limits: Thresholds = DEFAULT
) -> datetime | None:
    """The moment, unless it lies in the future by more than clocks may differ."""
    if at is None or now is None:
        return at
    return at if at - now <= timedelta(seconds=limits.clock_skew_s) else None


def find_gateway(nodes: Sequence[Node]) -> Node | None:
    """The node that the others hang off; None when nothing says which it is.

    Evidence in the order of the API notes, section 4.4: an empty way to the root while connected,
    being the last hop of others, the network mode, the speed test's mark, the residential gateway
    mark, a wired backhaul. A disconnected leaf has an empty way too, so that alone proves nothing.
    """
    roots = {hop.id for node in nodes for hop in (node.leaf_to_root or ())[-1:]}
    candidates = [node for node in nodes if not node.leaf_to_root]
    if not candidates:
        return None
    best = max(candidates, key=lambda node: _evidence(node, roots))
    if any(_evidence(best, roots)[:2]):
        return best
    if any(node.connected for node in nodes):
        # Someone is connected, so the root is up: a disconnected candidate is just another leaf.
        candidates = [node for node in candidates if node.connected is not False]
        best = max(candidates, key=lambda node: _evidence(node, roots), default=best)
        if best.connected is False:
            return None
    return best if any(_evidence(best, roots)) or len(nodes) == 1 else None


def _evidence(node: Node, roots: set[str]) -> tuple[bool, ...]:
    return (
        node.connected is True and node.leaf_to_root == (),
        node.id in roots or node.serial_number in roots,
        (node.network_mode or "").lower() == "router",
        bool(node.speed_test and node.speed_test.gateway),
        bool(node.residential_gateway),
        (node.backhaul_type or "").lower() == "ethernet",
    )


def describe_pods(
    nodes: Sequence[Node],
    gateway: Node | None,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> list[PodDetail]:
    """Each node as reports show it: the gateway first, then by hop, the worst first."""
    names = {key: node.name for node in nodes for key in (node.serial_number, node.id) if key}
    details = [_describe(node, node is gateway, names, now, limits) for node in nodes]
    return sorted(details, key=_order)


def _order(pod: PodDetail) -> tuple[bool, int, int, str]:
    rank = {False: 0, None: 2, True: 3}[pod["connected"]]
    if rank == 3 and weaknesses(pod):
        rank = 1
    # A disconnected pod has no hops any more; it belongs where it is seen.
    hops = pod["hops"] if pod["hops"] is not None else 1
    return (not pod["is_gateway"], hops, rank, pod["name"])


def _describe(
    node: Node,
    is_gateway: bool,
    names: dict[str, str],
    now: datetime | None,
    limits: Thresholds,
) -> PodDetail:
    parent = node.leaf_to_root[0] if node.leaf_to_root else None
    channel = parent.channel if parent and parent.channel is not None else node.backhaul_channel
    hops = 0 if is_gateway else len(node.leaf_to_root or ()) or None
    word, score = _health(node)
    return {
        "id": node.id,
        "name": node.name,
        "serial": node.serial_number,
        "model": node.model,
        "firmware": node.firmware_version,
        "state": node.connection_state,
        "connected": node.connected,
        "since": iso(believable(node.connection_state_change_at, now, limits)),
        "booted_at": iso(believable(node.boot_at, now, limits)),
        "health": word,
        "health_score": score,
        "alerts": list(node.alerts),
        "is_gateway": is_gateway,
        "backhaul": node.backhaul_type,
        "channel": None if is_gateway else channel,
        "parent_id": parent.id if parent else None,
        "parent_name": names.get(parent.id) if parent else None,
        "path": [hop.id for hop in node.leaf_to_root or ()],
        "hops": hops,
        "devices": node.connected_device_count,
        "ip": node.ip,
        "mac": node.mac.lower() if node.mac else None,
        "link_issues": _link_issues(node, limits),
    }


def _health(node: Node) -> tuple[str | None, float | None]:
    """The cloud's word; derived from the score (5 is best) only when there is no word."""
    if node.health is None:
        return None, None
    word, score = node.health.status, node.health.score
    if word is not None:
        return (word.lower() if word.lower() in _HEALTH_WORDS else word), score
    if score is None or not 0 <= score <= 5:
        return None, score
    steps = ((5, "excellent"), (4, "good"), (3, "fair"), (0, "poor"))
    return next(name for least, name in steps if score >= least), score


def _link_issues(node: Node, limits: Thresholds) -> list[str]:
    """What is wrong with the cables: of ports with a link only, and not of a dead pod."""
    if node.connected is False:
        return []
    ports = [port for port in node.link_states if port.has_link]
    halves = [f"{_port(p)} runs at half duplex" for p in ports if _is_half(p)]
    slow = [
        f"uplink {_port(p)} runs at {p.link_speed} Mbit/s"
        for p in ports
        if p.is_uplink and p.link_speed is not None and p.link_speed <= limits.slow_uplink_mbps
    ]
    return halves + slow


def _is_half(port: LinkState) -> bool:
    return (port.duplex or "").lower() == "half"


def _port(port: LinkState) -> str:
    return port.if_name or "a port"


def weaknesses(pod: PodDetail) -> list[str]:
    """What is weak about a pod that is not disconnected, without its name."""
    if pod["connected"] is False:
        return []
    found = [f"health is {pod['health']}"] if pod["health"] in {"fair", "poor"} else []
    # The poorHealth alert says what a poor health says already.
    said = {"poorhealth"} if found else set()
    found += [f"alert {alert_word(label)}" for label in pod["alerts"] if label.lower() not in said]
    return found + pod["link_issues"]


def latest_speed_test(
    own: SpeedTest | None,
    nodes: Sequence[Node],
    gateway: Node | None,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> SpeedTestResult | None:
    """The location's own record, else the newest of the gateway's, else the newest of any node."""
    if own is not None:
        return _speed_test(own, None, now, limits)
    tested = [(node, node.speed_test) for node in nodes if node.speed_test is not None]
    if not tested:
        return None
    at_root = [pair for pair in tested if pair[1].gateway or pair[0] is gateway]
    node, newest = max(at_root or tested, key=lambda pair: _stamp(pair[1], now, limits))
    return _speed_test(newest, node.id, now, limits)


def _stamp(test: SpeedTest, now: datetime | None, limits: Thresholds) -> float:
    at = believable(test.at, now, limits)
    return at.timestamp() if at else float("-inf")


def _speed_test(
    test: SpeedTest, node_id: str | None, now: datetime | None, limits: Thresholds
) -> SpeedTestResult:
    succeeded = None if test.status is None else test.status.lower() == "succeeded"

    def figure(value: float | None) -> float | None:
        usable = value is not None and 0 <= value <= limits.plausible_mbps
        return value if usable and succeeded is not False else None

    return {
        "status": test.status,
        "succeeded": succeeded,
        "download_mbps": figure(test.download),
        "upload_mbps": figure(test.upload),
        "rtt_ms": figure(test.rtt),
        "at": iso(believable(test.at, now, limits)),
        "server": test.server_name,
        "isp": test.isp,
        "node_id": node_id,
    }
