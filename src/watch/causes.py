"""Why an incident is what it is: one plain sentence, and the evidence for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from src.analysis.root_cause import find_root_cause
from src.utils.finding_formatter import finding_sentence
from src.utils.wording import BACKHAUL_WORDS, alert_word, join_names, rate
from src.watch.draft import pod_ref
from src.watch.folding import above, behind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from src.models.findings import Finding, UnhappyGroup
    from src.models.results import LocationHealth, PodDetail
    from src.models.watching import PodSight, Sight, SpeedSight

__all__ = ["alert_words", "home_words", "pod_words", "slow_words"]

_EVIDENCE_MOST = 4
_NAME_MOST = 60


def home_words(found: Sight, parents: Mapping[str, str]) -> dict[str, Any]:
    """Cause, evidence and pods of an offline home."""
    finding = find_root_cause(_health(found, parents))
    gateway = next((pod for pod in found.pods if pod.is_gateway), None)
    gone = [pod for pod in found.pods if pod.connected is False and not pod.is_gateway]
    return {
        "cause": finding_sentence(finding),
        "evidence": _reasons(finding["evidence"], finding["doubts"]),
        "pod": pod_ref(gateway) if gateway else None,
        "pods": tuple(pod_ref(pod) for pod in gone),
    }


def pod_words(
    trigger: str, pod: PodSight, found: Sight, parents: Mapping[str, str]
) -> dict[str, Any]:
    """Cause, evidence and pods of what is wrong with one pod."""
    words: dict[str, Any] = {"pod": pod_ref(pod)}
    if trigger in {"pod_offline", "poor_health"}:
        return words | _hop_words(trigger, pod, found, parents)
    return words | {"cause": _simple(trigger, pod)}


def _simple(trigger: str, pod: PodSight) -> str:
    name = _short(pod.name)
    if trigger == "fair_health":
        return f"{name} has fair health."
    cable, wifi = BACKHAUL_WORDS["ethernet"], BACKHAUL_WORDS["wifi"]
    return f"{name} fell back from {cable} to {wifi} on its way to the gateway."


def alert_words(pod: PodSight, label: str) -> dict[str, Any]:
    """Cause of an alert of Plume's own."""
    said = f"Plume reports an alert on {_short(pod.name)}: {alert_word(label)[:_NAME_MOST]}."
    return {"pod": pod_ref(pod), "cause": said}


def slow_words(test: SpeedSight, usual_down: float | None, percent: float) -> dict[str, Any]:
    """Cause of a slow line, with the usual value beside the new one."""
    usual = f", usually {rate(usual_down)}" if usual_down is not None else ""
    cause = f"Two speed tests in a row are {percent:.0f}% below this home's usual."
    return {"cause": cause, "evidence": (f"the last one: {rate(test.download_mbps)}{usual}",)}


def _hop_words(
    trigger: str, pod: PodSight, found: Sight, parents: Mapping[str, str]
) -> dict[str, Any]:
    finding = find_root_cause(_health(found, parents), last_parents=parents)
    group = next((g for g in finding["groups"] if g["hop"]["from"]["id"] == pod.id), None)
    taken = behind(found, pod.id, parents) if trigger == "pod_offline" else []
    only = finding["hop"] is not None and finding["hop"]["from"]["id"] == pod.id
    cause = finding_sentence(finding) if only else _hop(trigger, pod, group, taken)
    source: Finding | UnhappyGroup | None = finding if only else group
    evidence = _reasons(source["evidence"], source["doubts"]) if source else ()
    return {"cause": cause, "evidence": evidence, "pods": tuple(pod_ref(p) for p in taken)}


def _hop(trigger: str, pod: PodSight, group: UnhappyGroup | None, taken: list[PodSight]) -> str:
    name, upper = _short(pod.name), group["hop"]["to"] if group else None
    if trigger == "poor_health":
        towards = f" towards {_short(upper['name'])}" if upper else ""
        return f"{name} has poor health{towards}."
    lost = f"{name} lost its connection to {_short(upper['name'])}" if upper else ""
    taking = join_names([_short(other.name) for other in taken])
    tail = f", and {taking} behind it with it" if taken else ""
    return f"{lost or f'{name} is disconnected'}{tail}."


def _short(name: str) -> str:
    return name if len(name) <= _NAME_MOST else name[: _NAME_MOST - 1] + "…"


def _reasons(evidence: list[str], doubts: list[str]) -> tuple[str, ...]:
    found = [*evidence, *(f"not sure: {doubt}" for doubt in doubts)]
    return tuple(dict.fromkeys(found))[:_EVIDENCE_MOST]


def _health(found: Sight, parents: Mapping[str, str]) -> LocationHealth:
    """The look as the reports' analyses take it."""
    pods = [_detail(pod, found, parents) for pod in found.pods]
    gateway = next((pod for pod in pods if pod["is_gateway"]), None)
    up = sum(1 for pod in pods if pod["connected"])
    return {
        "online": found.online,
        "severity": "offline" if found.online is False else "unknown",
        "summary": "",
        "issues": [],
        "warnings": [],
        "missing": [],
        "pod_details": pods,
        "gateway": gateway,
        "since": found.since.isoformat() if found.since else None,
        "pods_total": len(pods),
        "pods_connected": up,
        "total_connected_devices": None,
        "service_level": found.service_level,
        "network_mode": None,
        "speed_test": None,
        "timezone": found.timezone,
        "isp": found.isp,
    }


def _detail(pod: PodSight, found: Sight, parents: Mapping[str, str]) -> PodDetail:
    names = {other.id: other.name for other in found.pods}
    way = _way(pod, parents)
    return {
        "id": pod.id,
        "name": pod.name,
        "serial": pod.serial,
        "model": pod.model,
        "firmware": pod.firmware,
        "state": None,
        "connected": pod.connected,
        "since": pod.since.isoformat() if pod.since else None,
        "booted_at": pod.booted_at.isoformat() if pod.booted_at else None,
        "health": pod.health,
        "health_score": None,
        "alerts": list(pod.alerts),
        "is_gateway": pod.is_gateway,
        "backhaul": pod.backhaul,
        "channel": None,
        "parent_id": way[0] if way else None,
        "parent_name": names.get(way[0]) if way else None,
        "path": way,
        "hops": pod.hops,
        "devices": None,
        "ip": None,
        "mac": None,
        "link_issues": [],
    }


def _way(pod: PodSight, parents: Mapping[str, str]) -> list[str]:
    """What it reports; the way of a disconnected pod is only remembered."""
    return above(pod.id, parents) if pod.connected and pod.parent_id else []
