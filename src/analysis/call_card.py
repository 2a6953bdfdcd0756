"""The call card: what a technician needs in the first 20 seconds, as data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.call_words import call_questions, next_best_step
from src.utils.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from src.models.findings import CallCard, Change, ChangeKind, Finding, LineVerdict
    from src.models.results import LocationHealth, OnlineHistory, PodDetail

# Shorter marks than this are found inside of ordinary words by chance.
_MARK = 6

__all__ = ["build_call_card", "find_changes", "plain_name"]


def build_call_card(
    health: LocationHealth,
    finding: Finding,
    line: LineVerdict | None = None,
    history: OnlineHistory | None = None,
    changes_24h: Sequence[Change] | None = None,
) -> CallCard:
    """Verdict, since when, changes, questions and the next step; None for a part not asked for.

    `changes_24h` comes from `find_changes`; None says that changes are not known, an empty list
    that nothing changed.
    """
    if health["severity"] == "offline":
        line = None  # what the line carried yesterday must not send anybody to the Wi-Fi now
    pods = {pod["id"]: pod for pod in health["pod_details"]}
    hop = finding["hop"]
    backhaul = pods[hop["from"]["id"]]["backhaul"] if hop and hop["from"]["id"] in pods else None
    return {
        "severity": health["severity"],
        "summary": health["summary"],
        "since": health["since"],
        "finding": finding,
        "line": line,
        "uptime_pct": history["uptime_pct"] if history else None,
        "uptime_label": history["label"] if history else None,
        "outage_count": history["outage_count"] if history else None,
        "history_granularity": history["granularity"] if history else None,
        "history_limit": history["limit"] if history else None,
        "changes": list(changes_24h or []),
        "changes_known": changes_24h is not None,
        "questions": call_questions(finding, health, line),
        "next_step": next_best_step(finding, health, line),
        "serials": {key: pod["serial"] or key for key, pod in pods.items()},
        "plain_names": {key: plain_name(pod, health["pod_details"]) for key, pod in pods.items()},
        "wired": {"ethernet": True, "wifi": False}.get((backhaul or "").lower()),
        "devices": health["total_connected_devices"],
        "isp": health["isp"],
        "timezone": health["timezone"],
    }


def plain_name(pod: PodDetail, pods: Sequence[PodDetail]) -> str:
    """The pod's name for a customer; "" when it is, or holds, something that identifies."""
    name = _bare(pod["name"])
    marks = [
        mark for each in pods for mark in (each["id"], each["serial"], each["mac"], each["ip"])
    ]
    known = {_bare(mark) for mark in marks if mark}
    held = any(len(mark) >= _MARK and mark in name for mark in known)
    return "" if held or name in known else pod["name"]


def _bare(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def find_changes(
    health: LocationHealth,
    earlier: LocationHealth | None = None,
    *,
    now: datetime,
    limits: Thresholds = DEFAULT,
) -> list[Change]:
    """What changed on the pods in the last 24 hours, newest first, undated ones last.

    Reboots and losses come from the pods' own moments; firmware, backhaul, parent and address from
    `earlier`, the home as it was seen up to a day ago, where both values are known.
    """
    start = now - timedelta(hours=limits.changes_h)
    before = {pod["id"]: pod for pod in earlier["pod_details"]} if earlier else {}
    found: list[Change] = []
    for pod in health["pod_details"]:
        found.extend(_dated(pod, start, limits))
        if pod["id"] in before:
            found.extend(_compared(before[pod["id"]], pod))
    return sorted(found, key=lambda change: change["at"] or "", reverse=True)


def _dated(pod: PodDetail, start: datetime, limits: Thresholds) -> Iterator[Change]:
    booted, changed = parse_moment(pod["booted_at"]), parse_moment(pod["since"])
    recent_boot = booted is not None and booted >= start
    if booted is not None and recent_boot:
        yield _change("reboot", pod, booted)
    if changed is None or changed < start or pod["connected"] is None:
        return
    if pod["connected"] is False:
        yield _change("disconnected", pod, changed)
        return
    came_up = changed - booted if booted is not None and recent_boot else None
    if came_up is None or abs(came_up) > timedelta(seconds=limits.boot_connect_s):
        yield _change("reconnected", pod, changed)


def _compared(old: PodDetail, new: PodDetail) -> Iterator[Change]:
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
            yield _change(kind, new, None, was, now)


def _change(
    kind: ChangeKind,
    pod: PodDetail,
    at: datetime | None,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    return {
        "kind": kind,
        "pod_id": pod["id"],
        "pod": pod["name"],
        "at": at.isoformat() if at else None,
        "before": before,
        "after": after,
    }
