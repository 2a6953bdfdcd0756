"""Unhappy pods, grouped by the first bad hop on their way to the gateway.

A pod whose parent is unhappy too is explained by the parent; the one whose parent is fine stands
at the bad hop. The same grouping decides which alerts are folded into one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from src.analysis.mesh import Mesh, build_mesh, weak_signs
from src.models.plume import parse_moment
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.wording import join_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.findings import Certainty, Trouble, UnhappyGroup
    from src.models.results import PodDetail

__all__ = ["group_mesh", "seconds_apart", "unhappy_groups"]

_States = dict[str, Literal["down", "weak"]]


def unhappy_groups(
    pods: Sequence[PodDetail],
    last_parents: Mapping[str, str] | None = None,
    *,
    limits: Thresholds = DEFAULT,
) -> list[UnhappyGroup]:
    """One group for each place that is bad, the largest loss first; empty when all are well.

    A disconnected gateway takes everything that is disconnected with it into one group.
    `last_parents` is what `remember_parents` kept of earlier looks.
    """
    return group_mesh(build_mesh(pods, last_parents), limits)


def group_mesh(mesh: Mesh, limits: Thresholds = DEFAULT) -> list[UnhappyGroup]:
    """As `unhappy_groups`, for a tree that is already built."""
    states = mesh.unhappy()
    members: dict[str, list[str]] = {}
    for key in states:
        members.setdefault(_first(mesh, states, key), []).append(key)
    groups = [_group(mesh, states, root, found, limits) for root, found in members.items()]
    return sorted(groups, key=_rank)


def _rank(group: UnhappyGroup) -> tuple[bool, int, str]:
    return (group["trouble"] == "weak", -len(group["pods"]), group["hop"]["from"]["name"])


def _first(mesh: Mesh, states: _States, key: str) -> str:
    """The last unhappy pod on an unbroken row of them towards the gateway.

    A gateway that is merely weak explains nothing behind it: its weakness is its own uplink's.
    """
    root = mesh.gateway
    if root is not None and states.get(root) == "down" and states[key] == "down":
        return root
    while (above := mesh.parents[key].id) in states and above != root:
        key = above
    return key


def _group(
    mesh: Mesh, states: _States, root: str, found: list[str], limits: Thresholds
) -> UnhappyGroup:
    pods = [root, *_by_distance(mesh, root, found)]
    troubles = {states[key] for key in pods}
    trouble: Trouble = troubles.pop() if len(troubles) == 1 else "mixed"
    together = _together([mesh.pods[key] for key in pods], limits) if trouble == "down" else None
    blocked = _blocked(mesh, root)
    softened = [] if blocked else _softened(mesh, pods, trouble, together)
    parent = mesh.parents[root]
    named = parent.id in mesh.pods and not blocked
    certainty: Certainty = "likely" if softened else "sure"
    since = mesh.pods[root]["since"] if states[root] == "down" else None
    return {
        "hop": {
            "from": mesh.end(root),
            "to": mesh.end(parent.id) if parent.id is not None and named else None,
        },
        "pods": pods,
        "trouble": trouble,
        "since": since,
        "together": together,
        "certainty": "not sure" if blocked else certainty,
        "evidence": _evidence(mesh, pods, trouble, together, limits, named=named),
        "doubts": blocked + softened,
    }


def _by_distance(mesh: Mesh, root: str, found: list[str]) -> list[str]:
    """The others of the group, nearest to the first one first; else as the report orders them."""

    def steps(key: str) -> int:
        taken = 0
        while key != root and (above := mesh.parents[key].id) in found:
            key, taken = above, taken + 1
        return taken

    return sorted((key for key in found if key != root), key=steps)


def _together(pods: Sequence[PodDetail], limits: Thresholds) -> bool | None:
    """Whether all changed within two minutes; None when one does not say when."""
    moments = [parse_moment(pod["since"]) for pod in pods]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(pods):
        return None
    return (max(known) - min(known)).total_seconds() <= limits.together_s


def seconds_apart(one: str | None, other: str | None) -> float | None:
    """Between two moments of results; None when one is not reported."""
    first, second = parse_moment(one), parse_moment(other)
    if not isinstance(first, datetime) or not isinstance(second, datetime):
        return None
    return abs((first - second).total_seconds())


def _blocked(mesh: Mesh, root: str) -> list[str]:
    """Reasons why the hop cannot be named."""
    if mesh.pods[root]["is_gateway"]:
        return []
    if root in mesh.through:
        others = join_names([mesh.name(key) for key in mesh.through[root]])
        verb = "is" if len(mesh.through[root]) == 1 else "are"
        return [
            f"{mesh.name(root)} is reported disconnected, yet {others} {verb} connected through it"
        ]
    reason = _unknown_end(mesh, root)
    return [reason] if reason else []


def _unknown_end(mesh: Mesh, root: str) -> str | None:
    name, parent = mesh.name(root), mesh.parents[root]
    if parent.doubt == "conflict":
        return f"the reports of what {name} was connected to do not agree"
    if parent.id is None:
        return f"what {name} was connected to is not reported"
    if parent.id not in mesh.pods:
        return f"the pod that {name} was connected to is not in the list"
    if not mesh.alive(parent.id):
        return f"{mesh.name(parent.id)} does not report its state: the break may lie before it"
    return None


def _softened(mesh: Mesh, pods: list[str], trouble: Trouble, together: bool | None) -> list[str]:
    """Reasons why the hop is likely, but not sure."""
    above = mesh.parents[pods[0]].id
    if above in mesh.pods and mesh.pods[above]["connected"] is None:
        return [f"{mesh.name(above)} does not report its own state"]
    if trouble == "mixed":
        return ["some are weak and others are gone, so there may be more than one cause"]
    if len(pods) == 1:
        return []
    if trouble == "weak":
        healthless = [mesh.name(key) for key in pods if mesh.pods[key]["health"] is None]
        return [f"{join_names(healthless)} reports no health"] if healthless else []
    if together is None:
        return ["when each of them went is not reported"]
    return [] if together else ["they did not all go at the same time"]


def _evidence(
    mesh: Mesh,
    pods: list[str],
    trouble: Trouble,
    together: bool | None,
    limits: Thresholds,
    *,
    named: bool,
) -> list[str]:
    root, behind = pods[0], pods[1:]
    found = _upper_end(mesh, root) if named else []
    if mesh.pods[root]["connected"] is not False:
        found.append(f"{mesh.name(root)}: {', '.join(weak_signs(mesh.pods[root]))}")
    if behind:
        names = join_names([mesh.name(key) for key in behind])
        minutes = f"went with it, within {limits.together_s // 60} minutes"
        too = {"down": "disconnected", "weak": "weak", "mixed": "not well"}[trouble]
        verb = "is" if len(behind) == 1 else "are"
        found.append(f"{names} behind it {minutes if together else f'{verb} {too} too'}")
    fine = [mesh.name(key) for key in mesh.children(root) if _is_fine(mesh, key, pods)]
    if fine and mesh.pods[root]["connected"] and not mesh.pods[root]["is_gateway"]:
        found.append(f"{join_names(fine)} behind it {'is' if len(fine) == 1 else 'are'} fine")
    return found


def _is_fine(mesh: Mesh, key: str, unhappy: list[str]) -> bool:
    return key not in unhappy and mesh.pods[key]["connected"] is True


def _upper_end(mesh: Mesh, root: str) -> list[str]:
    parent = mesh.parents[root]
    upper = mesh.pods[parent.id or ""]
    name = mesh.name(upper["id"])
    health = f", health {upper['health']}" if upper["health"] and upper["connected"] else ""
    found = [f"{name} is {'connected' if upper['connected'] else 'reached by other pods'}{health}"]
    if parent.source == "remembered":
        found.append(f"{mesh.name(root)} was last seen connected to {name}")
    return found
