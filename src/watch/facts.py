"""What one look at a home saw, out of what the cloud sent: the same reading as a report's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.analysis.health import analyze_location_health
from src.analysis.pods import believable
from src.models.plume import parse_moment
from src.models.watching import PodSight, Sight, SpeedSight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.models.plume import Location, Node, SpeedTest
    from src.models.results import LocationHealth, PodDetail, SpeedTestResult

__all__ = ["sight", "speed_sight"]


def sight(
    nodes: Sequence[Node],
    location: Location | None,
    now: datetime,
    *,
    speed: SpeedTest | None = None,
) -> Sight:
    """The look at `now`; `location` and `speed` are None when they were not asked for this time.

    Moments in the future are left out. Never raises for odd data.
    """
    health = analyze_location_health(location, nodes, now=now)
    ids = {pod["serial"]: pod["id"] for pod in health["pod_details"] if pod["serial"]}
    geo = location.geo_ip if location else None
    online = health["online"]
    return Sight(
        at=now,
        online=online,
        pods=tuple(_pod(pod, ids) for pod in health["pod_details"]),
        since=_since(health),
        service_level=health["service_level"],
        # A home without a line is listed with its last address, or with none.
        public_address=_address(nodes, health) or (geo.ip if geo and online else None),
        isp=health["isp"],
        timezone=health["timezone"],
        speed=speed_sight(speed, now) if speed else _speed(health["speed_test"]),
    )


def _pod(pod: PodDetail, ids: dict[str, str]) -> PodSight:
    parent = pod["parent_id"]
    return PodSight(
        id=pod["id"],
        name=pod["name"],
        connected=pod["connected"],
        since=parse_moment(pod["since"]),
        is_gateway=pod["is_gateway"],
        health=pod["health"],
        alerts=tuple(sorted(set(pod["alerts"]))),
        backhaul=pod["backhaul"],
        parent_id=ids.get(parent, parent) if parent else None,
        hops=pod["hops"],
        booted_at=parse_moment(pod["booted_at"]),
        model=pod["model"],
        firmware=pod["firmware"],
        serial=pod["serial"],
    )


def _since(health: LocationHealth) -> datetime | None:
    """Since when it is online or offline; a home with some pods gone is dated by its gateway."""
    if health["online"]:
        gateway = health["gateway"]
        return parse_moment(gateway["since"]) if gateway and gateway["connected"] else None
    return parse_moment(health["since"]) if health["online"] is False else None


def _address(nodes: Sequence[Node], health: LocationHealth) -> str | None:
    """The gateway's own word; only while it is connected."""
    gateway = health["gateway"]
    if gateway is None or not gateway["connected"]:
        return None
    return next((node.public_ip for node in nodes if node.id == gateway["id"]), None)


def speed_sight(test: SpeedTest, now: datetime) -> SpeedSight | None:
    """The test with its figures; None where it failed, or says no download or moment."""
    at = believable(test.at, now)
    good = (test.status or "").lower() == "succeeded" and at is not None
    if not good or at is None or test.download is None:
        return None
    return SpeedSight(at, test.download, test.upload)


def _speed(test: SpeedTestResult | None) -> SpeedSight | None:
    at = parse_moment(test["at"]) if test else None
    if test is None or at is None or not test["succeeded"] or test["download_mbps"] is None:
        return None
    return SpeedSight(at, test["download_mbps"], test["upload_mbps"])
