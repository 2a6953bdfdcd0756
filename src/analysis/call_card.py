"""The call card: what a technician needs in the first 20 seconds, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.call_words import call_questions, next_best_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.findings import CallCard, Change, EveningPeaks, Finding, LineVerdict
    from src.models.results import LocationHealth, OnlineHistory, PodDetail

# Shorter marks than this are found inside of ordinary words by chance.
_MARK = 6

__all__ = ["build_call_card", "plain_name"]


def build_call_card(
    health: LocationHealth,
    finding: Finding,
    line: LineVerdict | None = None,
    history: OnlineHistory | None = None,
    changes_24h: Sequence[Change] | None = None,
    *,
    alerts: Sequence[str] = (),
    evening: EveningPeaks | None = None,
) -> CallCard:
    """Verdict, since when, changes, questions and the next step; None for a part not asked for.

    `changes_24h` comes from `changes.find_changes`; None says that changes are not known, an empty
    list that nothing changed. `alerts` are the cloud's own, as `alert_sentences` words them.
    """
    if health["severity"] == "offline":
        # What the line carried yesterday must not send anybody to the Wi-Fi now.
        line = evening = None
    pods = {pod["id"]: pod for pod in health["pod_details"]}
    hop = finding["hop"]
    backhaul = pods[hop["from"]["id"]]["backhaul"] if hop and hop["from"]["id"] in pods else None
    return {
        "severity": health["severity"],
        "summary": health["summary"],
        "since": health["since"],
        "finding": finding,
        "line": line,
        "evening": evening,
        "uptime_pct": history["uptime_pct"] if history else None,
        "uptime_label": history["label"] if history else None,
        "outage_count": history["outage_count"] if history else None,
        "history_granularity": history["granularity"] if history else None,
        "history_limit": history["limit"] if history else None,
        "changes": list(changes_24h or []),
        "alerts": list(alerts),
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
