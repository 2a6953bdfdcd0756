"""What a picture of the mesh shows: one row per pod under the pod that it hangs off.

A phone can show about eleven readable rows. In larger homes pods that are well are told together,
so that those which are not keep a row of their own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from src.analysis.pods import weaknesses
from src.models.plume import parse_moment
from src.utils.when import local_text
from src.utils.wording import BACKHAUL_WORDS, SEVERITY_WORDS, count, join_names, pod_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from src.models.pictures import MeshMark, MeshPicture, MeshRow
    from src.models.results import LocationHealth, PodDetail

__all__ = ["ROWS_MOST", "plan_mesh"]

Link = Literal["cable", "wifi", "other", "down"]

ROWS_MOST = 11
_BEHIND_WORDS: dict[MeshMark, str] = {
    "lost": "disconnected",
    "weak": "weak",
    "unknown": "not reported",
}
_NAMES_SHOWN = 2
# No home has more; a longer list is counted, so that odd data cannot take long.
_PODS_MOST = 200
_TOGETHER_WORDS: dict[MeshMark, str] = {
    "ok": "all connected",
    "weak": "all weak",
    "lost": "all disconnected",
    "unknown": "states not reported",
}
_LINKS: dict[str, Link] = {"ethernet": "cable", "wifi": "wifi"}
_LINK_WORDS: dict[Link, str] = {
    "cable": "solid line: cable",
    "wifi": "dashed: Wi-Fi",
    "down": "dotted: no link now",
    "other": "thin: link not reported",
}
_WORST_FIRST: tuple[MeshMark, ...] = ("lost", "weak", "unknown", "ok")


@dataclass(slots=True, eq=False)
class _Branch:
    """A pod, or several alike, with what hangs off it; `behind` counts what is not drawn."""

    pods: list[PodDetail]
    mark: MeshMark
    facts: str
    below: list[_Branch] = field(default_factory=list)
    behind: int = 0

    def walk(self) -> Iterator[_Branch]:
        yield self
        for branch in self.below:
            yield from branch.walk()


def plan_mesh(health: LocationHealth, *, name: str) -> MeshPicture | None:
    """The picture of a home's pods; None when no pod could be read."""
    pods = health["pod_details"]
    if not pods:
        return None
    roots = _forest(pods[:_PODS_MOST], health["timezone"])
    unread = len(pods[_PODS_MOST:])
    _simplify(roots)
    rows = _rows(roots)
    legend = _legend(rows[:ROWS_MOST])
    if len(rows) > ROWS_MOST or unread:
        rows = [*rows[: ROWS_MOST - 1], _rest(rows[ROWS_MOST - 1 :], unread)]
    return {
        "kind": "mesh",
        "title": name,
        # The sign is an emoji, which the fonts of a picture do not have; the words follow it.
        "verdict": health["summary"].partition(" ")[2],
        "verdict_spare": SEVERITY_WORDS[health["severity"]],
        "rows": rows,
        "legend": legend,
    }


def _forest(pods: Sequence[PodDetail], timezone: str | None) -> list[_Branch]:
    """Each pod below its parent; one whose parent is not known, or in a circle, is a root."""
    branches = {pod["id"]: _Branch([pod], _mark(pod), _facts(pod, timezone)) for pod in pods}
    serials = {pod["serial"]: pod["id"] for pod in pods if pod["serial"]}
    parents = {pod["id"]: serials.get(pod["parent_id"] or "", pod["parent_id"]) for pod in pods}
    roots: list[_Branch] = []
    for pod in pods:
        own = branches[pod["id"]]
        above = branches.get(parents[pod["id"]] or "")
        if above is None or pod["is_gateway"] or own in _ancestors(above, parents, branches):
            roots.append(own)
        else:
            above.below.append(own)
    return roots


def _ancestors(
    branch: _Branch, parents: dict[str, str | None], branches: dict[str, _Branch]
) -> list[_Branch]:
    """The branch and what it hangs off, as far up as is known; ends in a circle, too."""
    found: list[_Branch] = []
    above: _Branch | None = branch
    while above is not None and above not in found:
        found.append(above)
        above = branches.get(parents[above.pods[0]["id"]] or "")
    return found


def _mark(pod: PodDetail) -> MeshMark:
    if pod["connected"] is None:
        return "unknown"
    if not pod["connected"]:
        return "lost"
    return "weak" if weaknesses(pod) else "ok"


def _facts(pod: PodDetail, timezone: str | None) -> str:
    """What is known of a pod in a few words: what is wrong comes first."""
    said = ["gateway"] if pod["is_gateway"] else []
    if pod["connected"]:
        said += weaknesses(pod) or ([pod["health"]] if pod["health"] else ["connected"])
        said += [_backhaul(pod)] if pod["backhaul"] and not pod["is_gateway"] else []
        said += [count(pod["devices"], "device")] if pod["devices"] is not None else []
    else:
        since = parse_moment(pod["since"])
        said.append(f"{pod_state(pod)}{f' since {local_text(since, timezone)}' if since else ''}")
    return " · ".join(said)


def _backhaul(pod: PodDetail) -> str:
    word = BACKHAUL_WORDS.get(pod["backhaul"] or "", pod["backhaul"] or "")
    wireless = pod["backhaul"] == "wifi" and pod["channel"] is not None
    return f"{word} channel {pod['channel']}" if wireless else word


def _rows_of(roots: Sequence[_Branch]) -> int:
    return sum(1 for root in roots for _ in root.walk())


def _merge(group: Sequence[_Branch]) -> _Branch:
    pods = [pod for branch in group for pod in branch.pods]
    behind = sum(branch.behind for branch in group)
    return _Branch(pods, group[0].mark, _TOGETHER_WORDS[group[0].mark], behind=behind)


def _join_leaves(branches: list[_Branch], marks: Sequence[MeshMark]) -> None:
    """Neighbours that are leaves and of the same mark become one row, in the place of the first."""
    for mark in marks:
        group = [b for b in branches if b.mark == mark and not b.below and not _is_gateway(b)]
        if len(group) > 1:
            branches[branches.index(group[0])] = _merge(group)
            for branch in group[1:]:
                branches.remove(branch)


def _is_gateway(branch: _Branch) -> bool:
    return branch.pods[0]["is_gateway"]


def _simplify(roots: list[_Branch]) -> None:
    """Tell more in a row, step by step until it fits: what is well first, what is lost last."""
    steps: list[Callable[[], None]] = [
        lambda: _join_leaves_of(roots, ("ok",)),
        lambda: _fold(roots, {"ok"}),
        lambda: _join_leaves_of(roots, _WORST_FIRST),
        lambda: _fold(roots, {"ok", "weak", "unknown"}),
        lambda: _fold(roots, set(_WORST_FIRST)),
    ]
    for step in steps:
        if _rows_of(roots) > ROWS_MOST:
            step()


def _join_leaves_of(roots: list[_Branch], marks: Sequence[MeshMark]) -> None:
    for branch in [b for root in roots for b in root.walk()]:
        _join_leaves(branch.below, marks)
    _join_leaves(roots, marks)


def _fold(roots: list[_Branch], marks: set[MeshMark], inside: _Branch | None = None) -> None:
    """Pods of these marks take what is behind them into their row, the last ones first.

    Below the roots only, and no more than needed; a branch with another mark in it is looked at
    inside.
    """
    for branch in [b for root in ([inside] if inside else roots) for b in reversed(root.below)]:
        if _rows_of(roots) <= ROWS_MOST:
            return
        found = {other.mark for other in branch.walk()}
        if branch.below and found <= marks:
            _take_in(branch)
        else:
            _fold(roots, marks, branch)


def _take_in(branch: _Branch) -> None:
    """One row for a pod and all behind it, with the sign of the worst of them."""
    behind = list(branch.walk())[1:]
    counts = Counter(dict.fromkeys(_WORST_FIRST, 0))
    for other in behind:
        counts[other.mark] += len(other.pods) + other.behind
    branch.behind = counts.total()
    wrong = [f"{counts[m]} {_BEHIND_WORDS[m]}" for m in _WORST_FIRST if counts[m] and m != "ok"]
    own = "" if branch.mark == "ok" else f"{branch.facts} · "
    said = ", ".join(wrong) or "all connected"
    branch.facts = f"{own}{count(branch.behind, 'pod')} behind it, {said}"
    branch.mark = next(m for m in _WORST_FIRST if counts[m] or branch.mark == m)
    branch.below.clear()


def _rows(roots: Sequence[_Branch]) -> list[MeshRow]:
    rows: list[MeshRow] = []

    def add(branch: _Branch, depth: int, parent: int | None) -> None:
        own = len(rows)
        rows.append(_row(branch, depth, parent))
        for child in branch.below:
            add(child, depth + 1, own)

    for root in roots:
        add(root, 0, None)
    return rows


def _row(branch: _Branch, depth: int, parent: int | None) -> MeshRow:
    pods = branch.pods
    links = {_link(pod) for pod in pods}
    alone, told = len(pods) == 1, len(pods) + branch.behind
    spare = pods[0]["serial"] or pods[0]["id"]
    return {
        "depth": depth,
        "parent": parent,
        "mark": branch.mark,
        "name": join_names([pod["name"] for pod in pods], _NAMES_SHOWN),
        "spare": spare if alone else count(told, "pod"),
        "facts": branch.facts if alone else f"{count(told, 'pod')}, {branch.facts}",
        "link": links.pop() if len(links) == 1 else "other",
        "pods": told,
    }


def _link(pod: PodDetail) -> Link:
    """The kind of line to the parent."""
    if pod["connected"] is False:
        return "down"
    return _LINKS.get(pod["backhaul"] or "", "other")


def _rest(rows: Sequence[MeshRow], unread: int) -> MeshRow:
    """What does not fit, in one row that keeps the count of what is wrong."""
    pods = sum(row["pods"] for row in rows) + unread
    lost = sum(row["pods"] for row in rows if row["mark"] == "lost")
    name = f"{count(pods, 'more pod')}"
    return {
        "depth": 0,
        "parent": None,
        "mark": next((m for m in _WORST_FIRST if any(row["mark"] == m for row in rows)), "unknown"),
        "name": name,
        "spare": name,
        "facts": f"{lost} of them disconnected" if lost else "none of them disconnected",
        "link": "other",
        "pods": pods,
    }


def _legend(rows: Sequence[MeshRow]) -> str:
    """What the lines mean, as far as they are drawn."""
    links = {row["link"] for row in rows if row["parent"] is not None}
    said = [words for link, words in _LINK_WORDS.items() if link in links]
    if any(row["parent"] is None for row in rows[1:]):
        said.append("no line: way not reported")
    text = " · ".join(said)
    return text[:1].upper() + text[1:]
