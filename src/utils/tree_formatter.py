"""The mesh as indented text: each pod below the one that it hangs off, with its link and health."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from src.utils.markup import DASH, clean, escape
from src.utils.pod_formatter import medium_words
from src.utils.wording import count, pod_sign, pod_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from src.models.results import PodDetail

__all__ = ["TreeRow", "format_tree", "tree_rows"]

_INDENT = "    "
# Further in, a phone has no room left for words.
_DEPTH_SHOWN = 6
_NAME = 60
_FACTS = 400


class TreeRow(NamedTuple):
    """A pod and how many hops below the top it stands; `above` is None where that is not known."""

    depth: int
    pod: PodDetail
    above: PodDetail | None


def tree_rows(pods: Sequence[PodDetail], parents: Mapping[str, str] | None = None) -> list[TreeRow]:
    """Every pod once, children below their parent, the gateway's tree first.

    `parents` (pod id to parent id) is what is known of the ways, by default what the pods report.
    A pod without a known way, or on one that leads in a circle, stands at the top after the tree.
    """
    known = _reported(pods) if parents is None else parents
    by_id = {pod["id"]: pod for pod in pods}
    children: dict[str, list[PodDetail]] = {}
    roots = []
    for pod in pods:
        above = known.get(pod["id"])
        if pod["is_gateway"] or above not in by_id or _circles(pod["id"], known):
            roots.append(pod)
        else:
            children.setdefault(above, []).append(pod)
    roots.sort(key=lambda pod: (not pod["is_gateway"], pod["id"] not in children))
    rows = [row for root in roots for row in _walk(root, children)]
    return list({row.pod["id"]: row for row in reversed(rows)}.values())[::-1]


def _reported(pods: Sequence[PodDetail]) -> dict[str, str]:
    """Pod id to parent id; ways may name pods by their serial."""
    ids = {pod["serial"]: pod["id"] for pod in pods if pod["serial"]} | {
        pod["id"]: pod["id"] for pod in pods
    }
    return {
        pod["id"]: ids[pod["parent_id"]]
        for pod in pods
        if pod["parent_id"] is not None and pod["parent_id"] in ids
    }


def _circles(pod_id: str, parents: Mapping[str, str]) -> bool:
    """Whether the way up from this pod comes round to itself."""
    seen: set[str] = set()
    at: str | None = pod_id
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == pod_id


def _walk(root: PodDetail, children: Mapping[str, list[PodDetail]]) -> Iterator[TreeRow]:
    waiting = [TreeRow(0, root, None)]
    while waiting:
        row = waiting.pop()
        yield row
        below = children.get(row.pod["id"], ())
        waiting.extend(TreeRow(row.depth + 1, pod, row.pod) for pod in reversed(below))


def format_tree(pods: Sequence[PodDetail], parents: Mapping[str, str] | None = None) -> list[str]:
    """A line of Telegram HTML per pod. Depth is told by spaces, and from two hops on in words."""
    rows = tree_rows(pods, parents)
    placed = any(row.above or row.pod["is_gateway"] for row in rows)
    return [_line(row, placed=placed) for row in rows]


def _line(row: TreeRow, *, placed: bool) -> str:
    pod, indent = row.pod, _INDENT * min(row.depth, _DEPTH_SHOWN)
    role = ", gateway" if pod["is_gateway"] else ""
    facts = [_state(row)]
    if pod["connected"]:
        facts.append(f"health {pod['health'] or DASH}")
        facts.append(count(pod["devices"], "device"))
        facts.extend(pod["link_issues"])
    if placed and row.above is None and not pod["is_gateway"]:
        facts.append("place in the mesh not known")
    return (
        f"{indent}{pod_sign(pod)} {escape(pod['name'])}{role}: {escape(', '.join(facts), _FACTS)}"
    )


def _state(row: TreeRow) -> str:
    """The state and the link; what hangs directly off the gateway needs no word about it."""
    pod, above = row.pod, row.above
    said = pod_state(pod)
    name = clean(above["name"], _NAME) if above else ""
    if pod["connected"] is False:
        return f"{said}, was connected to {name}" if name else said
    medium = "" if pod["is_gateway"] else medium_words(pod)
    via = f"via {name}" if above and not above["is_gateway"] else ""
    return " ".join(part for part in (said, medium, via) if part)
