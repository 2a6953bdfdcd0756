"""Where a home breaks: the first bad hop, or the cause before all hops, and how sure that is.

"Not sure" is an answer: a hop is named only when the way to it is known and its upper end lives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from src.analysis.groups import group_mesh, seconds_apart
from src.analysis.health import analyze_location_health
from src.analysis.mesh import Mesh, build_mesh
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.wording import count, join_names

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.findings import Certainty, Finding, FindingKind, HopEnd, UnhappyGroup
    from src.models.plume import Node
    from src.models.results import LocationHealth, PodDetail

__all__ = ["find_root_cause"]

_ORDER: tuple[Certainty, ...] = ("sure", "likely", "not sure")


class _Case(NamedTuple):
    """A home, ready to be judged."""

    health: LocationHealth
    mesh: Mesh
    groups: list[UnhappyGroup]
    limits: Thresholds


class _Verdict(NamedTuple):
    """What the cases decide; the rest of a finding follows from it."""

    kind: FindingKind
    certainty: Certainty
    evidence: list[str]
    doubts: list[str]
    place: UnhappyGroup | None = None  # the one group that the finding is about
    together: bool | None = None
    since: str | None = None


class _Departures(NamedTuple):
    """Names of the pods that went with another one, before it, after it, or at unknown times."""

    near: list[str]
    before: list[str]
    after: list[str]
    unsaid: list[str]


def find_root_cause(
    home: LocationHealth | Sequence[Node] | Mapping[str, Any] | None,
    *,
    last_parents: Mapping[str, str] | None = None,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> Finding:
    """Where it breaks: from `analyze_location_health`'s answer, or from nodes (models or JSON).

    `last_parents` is what `mesh.remember_parents` kept of earlier looks; without it a pod that is
    disconnected and reports no way has no known place. Never raises for odd data.
    """
    if isinstance(home, Mapping) and "pod_details" in home:
        health = cast("LocationHealth", home)
    else:
        health = analyze_location_health(None, cast("Any", home), now=now, limits=limits)
    mesh = build_mesh(health["pod_details"], last_parents)
    case = _Case(health, mesh, group_mesh(mesh, limits), limits)
    return _finding(case, _judge(case))


def _judge(case: _Case) -> _Verdict:
    health, groups = case.health, case.groups
    if not case.mesh.pods:
        return _unread(health)
    down = [pod for pod in health["pod_details"] if pod["connected"] is False]
    gateway = health["gateway"]
    lost = gateway["connected"] is False if gateway else False
    if lost and any(pod["connected"] for pod in health["pod_details"]):
        return _contradiction(case)
    if lost or len(down) == len(case.mesh.pods) or health["online"] is False:
        return _home(case, down)
    return _hops(case) if groups else _nothing(case)


def _unread(health: LocationHealth) -> _Verdict:
    if health["severity"] == "offline":
        evidence = ["the cloud reports the home as offline"]
        return _Verdict("home", "not sure", evidence, ["its pods could not be read"])
    missing = "pods" in health["missing"]
    doubt = "the pods could not be read" if missing else "no pods are set up"
    return _Verdict("unknown", "not sure", [], [doubt])


def _contradiction(case: _Case) -> _Verdict:
    name = (case.health["gateway"] or {"name": "the gateway"})["name"]
    up = [pod["name"] for pod in case.health["pod_details"] if pod["connected"]]
    verb = "is" if len(up) == 1 else "are"
    doubt = f"{name} is reported disconnected, yet {join_names(up)} {verb} connected"
    return _Verdict("unclear", "not sure", [], [doubt])


def _nothing(case: _Case) -> _Verdict:
    pods = case.health["pod_details"]
    silent = [pod["name"] for pod in pods if pod["connected"] is None]
    if len(silent) == len(pods):
        return _Verdict("unknown", "not sure", [], ["no pod reports a known state"])
    mute = [pod["name"] for pod in pods if pod["connected"] and pod["health"] is None]
    doubts = [f"no known state of {join_names(silent)}"] if silent else []
    doubts += [f"no health of {join_names(mute)}"] if mute else []
    doubts += [f"not read: {item}" for item in case.health["missing"] if "pod" in item]
    if doubts:
        evidence = [f"{len(pods) - len(silent)} of {count(len(pods), 'pod')} connected"]
        return _Verdict("none", "likely", evidence + case.health["warnings"], doubts)
    evidence = ["every pod reports its state and health"]
    return _Verdict("none", "sure", evidence + case.health["warnings"], [])


def _home(case: _Case, down: list[PodDetail]) -> _Verdict:
    """Before any hop: line, power or the gateway, which look much the same from the cloud."""
    gateway = case.health["gateway"]
    first = gateway if gateway in down else max(down, key=lambda p: p["since"] or "", default=None)
    if first is None:
        return _Verdict("home", "not sure", ["the cloud reports the home as offline"], [])
    went = _departures(first, [pod for pod in down if pod is not first], case.limits)
    evidence = [f"{join_names(went.before)} went before"] if went.before else []
    evidence += [f"{join_names(went.after)} went later"] if went.after else []
    doubts = [f"when {join_names(went.unsaid)} went is not reported"] if went.unsaid else []
    since = first["since"]
    if went.near and not went.after:
        within = f"within {case.limits.together_s // 60} minutes"
        evidence.insert(0, f"{join_names([first['name'], *went.near])} went {within}")
        doubts.append("a gateway that fails by itself looks the same")
        whole = not went.before and not went.unsaid
        return _Verdict("home", "likely", evidence, doubts, together=whole, since=since)
    if first["is_gateway"] and went.after:
        evidence.insert(0, f"{first['name']} went first")
        doubts.append("line or power may be the cause as well")
        return _Verdict("gateway", "likely", evidence, doubts, _own(case, first), since=since)
    if not first["is_gateway"]:
        evidence.insert(0, f"{first['name']} is disconnected")
    doubts.append("line, power and gateway cannot be told apart by what is reported")
    return _Verdict("home", "not sure", evidence, doubts, since=since)


def _departures(first: PodDetail, others: list[PodDetail], limits: Thresholds) -> _Departures:
    went = _Departures([], [], [], [])
    for pod in others:
        gap = seconds_apart(pod["since"], first["since"])
        if gap is None:
            went.unsaid.append(pod["name"])
        elif gap <= limits.together_s:
            went.near.append(pod["name"])
        elif (pod["since"] or "") < (first["since"] or ""):
            went.before.append(pod["name"])
        else:
            went.after.append(pod["name"])
    return went


def _own(case: _Case, pod: PodDetail) -> UnhappyGroup | None:
    return next((g for g in case.groups if g["hop"]["from"]["id"] == pod["id"]), None)


def _hops(case: _Case) -> _Verdict:
    """Named hops are certain to be bad; a group without one may hide behind another."""
    loose = [group for group in case.groups if _may_hide(group, case)]
    solid = [group for group in case.groups if group not in loose]
    if len(case.groups) == 1:
        solid = [_completed(case, case.groups[0])]
    if not solid or (len(solid) == 1 and solid[0]["hop"]["from"]["id"] in case.mesh.through):
        return _unclear(case)
    evidence = _lines(solid, "evidence")
    doubts = _lines(solid, "doubts")
    doubts += [_hiding(case, group) for group in loose]
    certainty = _least([group["certainty"] for group in solid] + ["likely"] * bool(loose))
    if len(solid) > 1:
        return _several(case, solid, certainty, evidence, doubts)
    only = solid[0]
    kind: FindingKind = "gateway" if only["pods"] == [case.mesh.gateway] else "hop"
    return _Verdict(kind, certainty, evidence, doubts, only, only["together"], only["since"])


def _several(
    case: _Case,
    solid: Sequence[UnhappyGroup],
    certainty: Certainty,
    evidence: list[str],
    doubts: list[str],
) -> _Verdict:
    together = _at_once(solid, case.limits)
    if not together:
        return _Verdict("hops", certainty, evidence, doubts, together=together)
    within = f"they went within {case.limits.together_s // 60} minutes"
    doubts = [f"{within}: one cause is likely, such as their power", *doubts]
    certainty = _least([certainty, "likely"])
    return _Verdict("hops", certainty, evidence, doubts, None, together, solid[0]["since"])


def _lines(groups: Sequence[UnhappyGroup], key: Literal["evidence", "doubts"]) -> list[str]:
    """The sentences of several groups, each said once."""
    return list(dict.fromkeys(line for group in groups for line in group[key]))


def _may_hide(group: UnhappyGroup, case: _Case) -> bool:
    """Whether a group of unknown place may hang behind another one: same trouble, same time."""
    if group["hop"]["to"] is not None or group["hop"]["from"]["id"] == case.mesh.gateway:
        return False
    for other in case.groups:
        alike = (group["trouble"] == "weak") == (other["trouble"] == "weak")
        if other is group or not alike or other["hop"]["from"]["id"] == case.mesh.gateway:
            continue
        apart = seconds_apart(group["since"], other["since"])
        if apart is None or apart <= case.limits.apart_s:
            return True
    return False


def _hiding(case: _Case, group: UnhappyGroup) -> str:
    names = join_names([case.mesh.name(key) for key in group["pods"]])
    return f"{names} may hang behind it or not: {'; '.join(group['doubts'])}"


def _unclear(case: _Case) -> _Verdict:
    names = join_names([case.mesh.name(key) for group in case.groups for key in group["pods"]])
    together = _at_once(case.groups, case.limits)
    evidence = _lines(case.groups, "evidence")
    if together:
        within = f"within {case.limits.together_s // 60} minutes: one cause is likely"
        evidence.insert(0, f"{names} went {within}")
    elif all(group["trouble"] == "down" for group in case.groups):
        verb = "is" if len(case.groups) == len(case.groups[0]["pods"]) == 1 else "are"
        evidence.insert(0, f"{names} {verb} disconnected")
    since = case.groups[0]["since"] if together else None
    doubts = _lines(case.groups, "doubts")
    return _Verdict("unclear", "not sure", evidence, doubts, together=together, since=since)


def _at_once(groups: Sequence[UnhappyGroup], limits: Thresholds) -> bool | None:
    """Whether several groups went down at the same time; None when one does not say when."""
    first = groups[0]["since"]
    gaps = [seconds_apart(group["since"], first) for group in groups]
    known = [gap for gap in gaps if gap is not None]
    if len(groups) < 2 or len(known) < len(groups):
        return None
    return max(known) <= limits.together_s and all(g["together"] is not False for g in groups)


def _completed(case: _Case, only: UnhappyGroup) -> UnhappyGroup:
    """Of two pods one can only hang off the other, however little is reported."""
    others = [key for key in case.mesh.pods if key not in only["pods"]]
    unread = any("pod" in item for item in case.health["missing"])
    silent = case.mesh.parents[only["hop"]["from"]["id"]].doubt == "silent"
    if len(others) != 1 or unread or not silent or not case.mesh.pods[others[0]]["connected"]:
        return only
    upper = case.mesh.end(others[0])
    return {
        **only,
        "hop": {"from": only["hop"]["from"], "to": upper},
        "certainty": "sure" if len(only["doubts"]) == 1 else "likely",
        "evidence": [f"{upper['name']} is the only other pod, and connected", *only["evidence"]],
        "doubts": only["doubts"][1:],
    }


def _least(certainties: list[Certainty]) -> Certainty:
    return max(certainties, key=_ORDER.index)


def _shared(groups: Sequence[UnhappyGroup]) -> HopEnd | None:
    """The pod that every one of several bad hops of one kind leads to."""
    ends = [(group["hop"]["to"], group["trouble"]) for group in groups]
    return ends[0][0] if len(ends) > 1 and all(end == ends[0] for end in ends) else None


def _upper(
    case: _Case, place: UnhappyGroup | None
) -> Literal["fine", "connected", "reached"] | None:
    """What is known of the upper end: "fine" needs a health word; "reached" is only by others."""
    end = place["hop"]["to"] if place else None
    if end is None:
        return None
    pod = case.mesh.pods[end["id"]]
    if not pod["connected"]:
        return "reached"
    return "connected" if pod["health"] is None else "fine"


def _finding(case: _Case, verdict: _Verdict) -> Finding:
    place, mesh = verdict.place, case.mesh
    groups = [
        place if place and group["hop"]["from"] == place["hop"]["from"] else group
        for group in case.groups
    ]
    return {
        "kind": verdict.kind,
        "hop": place["hop"] if place and verdict.kind == "hop" else None,
        "groups": groups,
        "certainty": verdict.certainty,
        "evidence": verdict.evidence,
        "doubts": verdict.doubts,
        "affected": [key for group in groups for key in group["pods"]],
        "behind": len(place["pods"]) - 1 if place and verdict.kind == "hop" else 0,
        "upper": _upper(case, place),
        "pods_total": len(mesh.pods),
        "gateway": mesh.end(mesh.gateway) if mesh.gateway is not None else None,
        "trouble": place["trouble"] if place else None,
        "since": verdict.since,
        "together": verdict.together,
        "shared": _shared(groups) if verdict.kind == "hops" else None,
        "timezone": case.health["timezone"],
    }
