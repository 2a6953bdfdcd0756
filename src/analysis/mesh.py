"""One home's pods as a tree: who hangs off whom as far as is known, and who is unhappy.

A connected pod's way to the gateway is what it reports. A disconnected pod often reports none, so
its parent is what it still reports, what was remembered of it, or what the ways of others tell;
when these disagree or are silent, the parent is unknown, and nothing is guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from src.analysis.pods import weaknesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from src.models.findings import HopEnd
    from src.models.results import PodDetail

__all__ = ["Mesh", "Parent", "build_mesh", "known_parents", "remember_parents", "weak_signs"]


@dataclass(frozen=True, slots=True)
class Parent:
    """What a pod hangs off; `id` None is the root's, or unknown for the reason in `doubt`."""

    id: str | None = None
    source: Literal["reported", "remembered", "inferred", "none"] = "none"
    doubt: Literal["", "silent", "conflict"] = ""


class Mesh:
    """The pods of a home by id, with parents; made by `build_mesh`."""

    def __init__(
        self,
        pods: dict[str, PodDetail],
        parents: dict[str, Parent],
        through: dict[str, list[str]],
    ) -> None:
        self.pods = pods
        self.parents = parents
        self.through = through  # disconnected pod -> connected pods whose way leads through it
        self.gateway = next((key for key, pod in pods.items() if pod["is_gateway"]), None)
        self._names = Counter(pod["name"] for pod in pods.values())

    def end(self, pod_id: str) -> HopEnd:
        """The pod as one end of a hop."""
        return {"id": pod_id, "name": self.name(pod_id)}

    def name(self, pod_id: str) -> str:
        """The pod's name, with the end of its serial where two pods share the name."""
        pod = self.pods[pod_id]
        if self._names[pod["name"]] == 1:
            return pod["name"]
        return f"{pod['name']} (…{(pod['serial'] or pod['id'])[-4:]})"

    def unhappy(self) -> dict[str, Literal["down", "weak"]]:
        """The pods that are disconnected, or connected but badly; the order is the report's."""
        return {
            key: "down" if pod["connected"] is False else "weak"
            for key, pod in self.pods.items()
            if pod["connected"] is False or weak_signs(pod)
        }

    def alive(self, pod_id: str) -> bool:
        """Whether the pod is connected, or a connected pod's way leads through it."""
        if self.pods[pod_id]["connected"]:
            return True
        return any(pod["connected"] and self._leads(pod, pod_id) for pod in self.pods.values())

    def children(self, pod_id: str) -> list[str]:
        """The pods that hang directly off this one."""
        return [key for key, parent in self.parents.items() if parent.id == pod_id]

    def _leads(self, pod: PodDetail, pod_id: str) -> bool:
        return pod_id in pod["path"] or self.pods[pod_id]["serial"] in pod["path"]


def weak_signs(pod: PodDetail) -> list[str]:
    """What makes a pod's own link bad: health words, the health alert, ports of a wired backhaul.

    Other alerts are undocumented words, and a port for a client says nothing about the backhaul.
    """
    wired = pod["is_gateway"] or (pod["backhaul"] or "").lower() == "ethernet"
    return weaknesses(
        {
            **pod,
            "alerts": [label for label in pod["alerts"] if label.lower() == "poorhealth"][:1],
            "link_issues": pod["link_issues"] if wired else [],
        }
    )


def remember_parents(
    pods: Sequence[PodDetail], earlier: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Pod id -> parent id of every pod while it was last seen connected; keep it between looks."""
    known = dict(earlier or {})
    known.update(
        (pod["id"], pod["parent_id"]) for pod in pods if pod["connected"] and pod["parent_id"]
    )
    return known


def known_parents(
    pods: Sequence[PodDetail], last_parents: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Pod id -> parent id as far as it is known, whatever it is known from."""
    parents = build_mesh(pods, last_parents).parents
    return {key: parent.id for key, parent in parents.items() if parent.id is not None}


def build_mesh(pods: Sequence[PodDetail], last_parents: Mapping[str, str] | None = None) -> Mesh:
    """The tree of these pods; `last_parents` as `remember_parents` made it in earlier looks."""
    by_id = {pod["id"]: pod for pod in pods}
    ids = {pod["serial"]: pod["id"] for pod in pods if pod["serial"]} | {key: key for key in by_id}
    ways = {key: [ids.get(hop, hop) for hop in pod["path"]] for key, pod in by_id.items()}
    memory = {ids.get(key, key): ids.get(up, up) for key, up in (last_parents or {}).items()}
    told = _told(ways)
    parents = {
        key: Parent()
        if pod["is_gateway"]
        else _parent(pod, ways[key][:1], memory.get(key), told.get(key, set()))
        for key, pod in by_id.items()
    }
    return Mesh(by_id, _without_circles(parents), _through(by_id, ways))


def _told(ways: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """What the ways of others tell: pod id -> the parents that it has in them."""
    told: dict[str, set[str]] = {}
    for way in ways.values():
        for lower, upper in pairwise(way):
            told.setdefault(lower, set()).add(upper)
    return told


def _parent(pod: PodDetail, own: list[str], remembered: str | None, told: set[str]) -> Parent:
    if own and pod["connected"]:
        return Parent(own[0], "reported")
    known = {*own, *([remembered] if remembered else [])} or told
    if len(known) != 1:
        return Parent(doubt="conflict" if known else "silent")
    source: Literal["reported", "remembered", "inferred"] = "inferred"
    if own or remembered:
        source = "reported" if own else "remembered"
    return Parent(next(iter(known)), source)


def _without_circles(parents: dict[str, Parent]) -> dict[str, Parent]:
    """Nobody hangs off itself: what goes round in a circle is unknown."""
    round_and_round = {key for key in parents if key in _upwards(parents, key)}
    return {
        key: replace(parent, id=None, source="none", doubt="conflict")
        if key in round_and_round
        else parent
        for key, parent in parents.items()
    }


def _upwards(parents: Mapping[str, Parent], key: str) -> Iterator[str]:
    """The ids above a pod; each once, so that a circle ends."""
    seen: set[str] = set()
    while (parent := parents.get(key)) and parent.id is not None and parent.id not in seen:
        key = parent.id
        seen.add(key)
        yield key


def _through(pods: Mapping[str, PodDetail], ways: Mapping[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, way in ways.items():
        for above in way if pods[key]["connected"] else ():
            if above in pods and pods[above]["connected"] is False:
                found.setdefault(above, []).append(key)
    return found
