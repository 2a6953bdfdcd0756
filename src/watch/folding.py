"""Which fault explains which: an offline home its pods, a lost pod those behind it.

The same walk towards the gateway as the root-cause finding's: what a pod hangs off is what it
reports while it is connected, else what it was last seen connected to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from src.watch.draft import pod_ref
from src.watch.edges import edge_key
from src.watch.memory import Edge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.watching import Incident, PodSight, Sight, Trigger
    from src.watch.draft import Draft

__all__ = ["above", "behind", "explained_by", "hold", "home_explains", "parents_of", "swallow"]

# The larger fault of a pod ends the smaller ones of the same pod.
_SMALLER: dict[Trigger, tuple[Trigger, ...]] = {
    "pod_offline": ("poor_health", "fair_health", "plume_alert", "backhaul_fallback"),
    "poor_health": ("fair_health",),
}


def parents_of(found: Sight, remembered: Mapping[str, str]) -> dict[str, str]:
    """Leaf -> what it hangs off, or last hung off."""
    told = {pod.id: pod.parent_id for pod in found.pods if pod.connected and pod.parent_id}
    return {**remembered, **told}


def above(pod_id: str, parents: Mapping[str, str]) -> list[str]:
    """The pods on the way to the gateway, the nearest first; each once, however odd the data."""
    way: list[str] = []
    up = parents.get(pod_id)
    while up is not None and up not in way and up != pod_id:
        way.append(up)
        up = parents.get(up)
    return way


def behind(found: Sight, upper: str, parents: Mapping[str, str]) -> list[PodSight]:
    """The disconnected pods whose way to the gateway led through `upper`, nearest first."""
    gone = [pod for pod in found.pods if pod.connected is False and pod.id != upper]
    ways = {pod.id: above(pod.id, parents) for pod in gone}
    reached = [pod for pod in gone if upper in ways[pod.id]]
    return sorted(reached, key=lambda pod: ways[pod.id].index(upper))


def home_explains(draft: Draft) -> str | None:
    """Whether the home's own outage explains its pods: by which incident, or "" before one."""
    edge, until = draft.edge("home_offline"), draft.settles.get("")
    if edge is not None and (edge.bad or edge.incident):
        return draft.waiting.id if draft.waiting else edge.incident
    return "" if until is not None and draft.when.now < until else None


def explained_by(draft: Draft, pod: PodSight, trigger: Trigger, way: Sequence[str]) -> str | None:
    """The incident of a pod on its way that explains this one; "" before there is one."""
    own = draft.edge(trigger, pod.id)
    for upper in way:
        edge = draft.edge(trigger, upper)
        if edge is not None and (edge.bad or edge.incident) and _covers(draft, edge, own):
            return edge.incident or edge.part_of
        until = draft.settles.get(upper) if trigger == "pod_offline" else None
        if until is not None and draft.when.now < until:
            return ""
    return None


def _covers(draft: Draft, upper: Edge, own: Edge | None) -> bool:
    """What went long after the upper one hung off something else by then."""
    if own is not None and own.part_of:
        return True
    began = own.began_at if own is not None and own.bad else draft.when.now
    return began - upper.began_at <= timedelta(seconds=draft.when.rules.fold_s)


def hold(draft: Draft, pod: PodSight, trigger: Trigger, by: str) -> None:
    """The pod's fault is a part of something larger: remembered since when, told by that."""
    edge, when = draft.edge(trigger, pod.id), draft.when
    if edge is not None and edge.incident:
        return  # told before the larger one: it stays, and waits
    joins = bool(by) and (edge is None or edge.part_of != by)
    if edge is None or not edge.bad:
        since = when.believed(pod.since, draft.doubts.get(edge_key(trigger, pod.id), when.before))
        since = since if trigger == "pod_offline" else None
        began = since or when.now
        flips = edge.flips if edge is not None else ()
        edge = Edge(
            trigger, pod.id, True, 0, when.now, began, when.now, since is not None, flips=flips
        )
    draft.put(trigger, pod.id, replace(edge, looks=0, part_of=by or edge.part_of))
    if joins:
        _list(draft, pod, by)


def _list(draft: Draft, pod: PodSight, by: str) -> None:
    """Name the pod in the larger incident, unless it is there."""
    waiting = draft.waiting
    larger = waiting if waiting is not None and waiting.id == by else draft.incidents.get(by)
    if larger is None or pod.is_gateway or any(ref.id == pod.id for ref in larger.pods):
        return
    larger = replace(larger, pods=(*larger.pods, pod_ref(pod)))
    if waiting is not None and waiting.id == by:
        draft.waiting = larger
    else:
        draft.change(larger)


def swallow(draft: Draft, larger: Incident) -> None:
    """End the told incidents that `larger` explains: what began with it or after it."""
    oldest = larger.began_at - timedelta(seconds=draft.when.rules.fold_s)
    for incident in list(draft.incidents.values()):
        recent = incident.began_at >= oldest or _outgrown(larger, incident)
        if incident.id == larger.id or not recent or not _explains(larger, incident):
            continue
        draft.close(incident, draft.when.now, "swallowed", larger.id)
        edge = draft.edge(incident.trigger, incident.subject)
        if edge is not None:
            held = replace(edge, incident="", part_of=larger.id, looks=0) if edge.bad else None
            draft.put(incident.trigger, incident.subject, held)


def _explains(larger: Incident, incident: Incident) -> bool:
    if incident.pod is None:
        return False
    if larger.trigger == "home_offline":
        return True
    if larger.pod is not None and incident.pod.id == larger.pod.id:
        return incident.trigger in _SMALLER.get(larger.trigger, ())
    listed = any(ref.id == incident.pod.id for ref in larger.pods)
    return listed and incident.trigger == larger.trigger


def _outgrown(larger: Incident, incident: Incident) -> bool:
    """Fair health that has become poor is no incident of its own, however old."""
    return larger.trigger == "poor_health" and incident.trigger == "fair_health"
