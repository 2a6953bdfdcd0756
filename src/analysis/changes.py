"""What changed on a home's pods in the last 24 hours, from all that tells of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from src.models.findings import Change, ChangeKind, RecentReboots
    from src.models.history import Reboot
    from src.models.memory import PodMemory
    from src.models.results import LocationHealth, PodDetail

__all__ = ["compare_pods", "find_changes", "recent_reboots"]

# rebootType of the device side (API notes, enumerations), where the cloud gives no words.
_TYPE_WORDS = {
    "COLD_BOOT": "switched on",
    "POWER_CYCLE": "power loss",
    "WATCHDOG": "it hung",
    "CRASH": "crash",
    "USER": "by a person",
    "DEVICE": "by itself",
    "HEALTH_CHECK": "health check",
    "UPGRADE": "firmware upgrade",
    "THERMAL": "too hot",
    "CLOUD": "asked for by the cloud",
}


def recent_reboots(
    reboots: Sequence[Reboot],
    pods: Sequence[PodDetail],
    *,
    now: datetime,
    limits: Thresholds = DEFAULT,
) -> dict[str, RecentReboots]:
    """Pod id -> how often it started again in 24 hours, when last and why (None: not told)."""
    ids = {pod["serial"]: pod["id"] for pod in pods if pod["serial"]}
    ids |= {pod["id"]: pod["id"] for pod in pods}
    start, end = _day_before(now, limits), now + timedelta(seconds=limits.clock_skew_s)
    found: dict[str, RecentReboots] = {}
    for reboot in sorted(reboots, key=lambda each: each.at):
        pod_id = ids.get(reboot.node_id or "")
        if pod_id is None or not start <= reboot.at <= end:
            continue
        times = found[pod_id]["times"] + 1 if pod_id in found else 1
        why = reboot.reason or _TYPE_WORDS.get((reboot.reboot_type or "").upper())
        found[pod_id] = {"times": times, "last_at": reboot.at.isoformat(), "reason": why}
    return found


def find_changes(
    health: LocationHealth,
    earlier: LocationHealth | None = None,
    *,
    now: datetime,
    reboots: Sequence[Reboot] = (),
    remembered: Sequence[Change] = (),
    limits: Thresholds = DEFAULT,
) -> list[Change]:
    """What changed on the pods in the last 24 hours, newest first, undated ones last.

    Losses come from the pods' own moments, reboots from these and from what the cloud reports;
    firmware, backhaul, parent and address from `earlier`, the home as it was seen up to a day ago,
    and from `remembered`, the changes that a memory of the home has noted.
    """
    start = _day_before(now, limits)
    told = recent_reboots(reboots, health["pod_details"], now=now, limits=limits)
    before = {pod["id"]: pod for pod in earlier["pod_details"]} if earlier else {}
    found: list[Change] = []
    for pod in health["pod_details"]:
        found.extend(_dated(pod, start, told.get(pod["id"]), limits))
        if pod["id"] in before:
            found.extend(compare_pods(before[pod["id"]], pod))
    found.extend(each for each in remembered if (parse_moment(each["at"]) or now) >= start)
    return sorted(found, key=lambda change: change["at"] or "", reverse=True)


def _day_before(now: datetime, limits: Thresholds) -> datetime:
    return now - timedelta(hours=limits.changes_h)


def _dated(
    pod: PodDetail, start: datetime, told: RecentReboots | None, limits: Thresholds
) -> Iterator[Change]:
    booted, changed = parse_moment(pod["booted_at"]), parse_moment(pod["since"])
    booted = booted if booted is not None and booted >= start else None
    reboot = _reboot(pod, booted, told, limits)
    if reboot is not None:
        yield reboot
    if changed is None or changed < start or pod["connected"] is None:
        return
    if pod["connected"] is False:
        yield _change("disconnected", pod, changed)
        return
    boot = booted or (parse_moment(told["last_at"]) if told else None)
    if boot is None or abs(changed - boot) > timedelta(seconds=limits.boot_connect_s):
        yield _change("reconnected", pod, changed)


def _reboot(
    pod: PodDetail, booted: datetime | None, told: RecentReboots | None, limits: Thresholds
) -> Change | None:
    """One line for all reboots of a pod; its own boot may be newer than what the cloud counts."""
    last = parse_moment(told["last_at"]) if told else None
    if told is None or last is None:
        return _change("reboot", pod, booted) if booted is not None else None
    own = booted is not None and booted - last > timedelta(seconds=limits.boot_connect_s)
    change = _change("reboot", pod, booted if own else last)
    change["times"] = told["times"] + own
    change["reason"] = None if own else told["reason"]
    return change


def compare_pods(
    old: PodDetail | PodMemory,
    new: PodDetail,
    seen: tuple[datetime, datetime] | None = None,
) -> Iterator[Change]:
    """What differs between two looks at a pod where both values are known; `seen` is when."""
    pairs: tuple[tuple[ChangeKind, str | None, str | None], ...] = (
        ("firmware", old["firmware"], new["firmware"]),
        ("address", old["ip"], new["ip"]),
    )
    if old["connected"] and new["connected"]:
        # What a disconnected pod says of its link is out of date.
        pairs += (
            ("backhaul", old["backhaul"], new["backhaul"]),
            ("parent", old["parent_name"], new["parent_name"]),
        )
    for kind, was, now in pairs:
        if was and now and was != now:
            change = _change(kind, new, seen[1] if seen else None, was, now)
            if seen:
                change["seen_before"] = seen[0].isoformat()
            yield change


def _change(
    kind: ChangeKind,
    pod: Mapping[str, object] | PodDetail,
    at: datetime | None,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    return {
        "kind": kind,
        "pod_id": str(pod["id"]),
        "pod": str(pod["name"]),
        "at": at.isoformat() if at else None,
        "before": before,
        "after": after,
    }
