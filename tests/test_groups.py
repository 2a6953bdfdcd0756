"""Unhappy pods grouped by the hop that explains them, as alerts are to be folded."""

from __future__ import annotations

import pytest

from src.analysis.groups import seconds_apart, unhappy_groups
from src.analysis.health import analyze_location_health
from tests.samples import NOW, home
from tests.sketches import sketch

# A sketch of the home (tests/sketches.py), and its groups: names, first bad pod first.
GROUPS: dict[str, tuple[str, list[list[str]]]] = {
    "all well": ("Hallway, Kitchen>Hallway", []),
    "a branch": (
        "Hallway, Kitchen>Hallway off, Attic>Kitchen off, Loft>Attic off, Study>Hallway",
        [["Kitchen", "Attic", "Loft"]],
    ),
    "two branches, the larger first": (
        "Hallway, A>Hallway off, Kitchen>Hallway off, Attic>Kitchen off, Study>Hallway",
        [["Kitchen", "Attic"], ["A"]],
    ),
    "what is gone comes before what is weak": (
        "Hallway, A>Hallway poor, B>A poor, Kitchen>Hallway off",
        [["Kitchen"], ["A", "B"]],
    ),
    "a gateway that is gone takes all with it": (
        "Hallway off, Kitchen>Hallway off, Attic>? off",
        [["Hallway", "Attic", "Kitchen"]],
    ),
    "a weak gateway explains nothing behind it": (
        "Hallway slow, Kitchen>Hallway poor, Attic>Kitchen poor",
        [["Kitchen", "Attic"], ["Hallway"]],
    ),
    "a weak pod and what is gone behind it": (
        "Hallway, Kitchen>Hallway poor, Attic>Kitchen off",
        [["Kitchen", "Attic"]],
    ),
    "a fine pod between two bad ones parts them": (
        "Hallway, Kitchen>Hallway poor, Attic>Kitchen, Loft>Attic poor",
        [["Kitchen"], ["Loft"]],
    ),
}


@pytest.mark.parametrize(("sketched", "names"), GROUPS.values(), ids=GROUPS)
def test_groups(sketched: str, names: list[list[str]]) -> None:
    nodes, memory = sketch(sketched)
    pods = analyze_location_health(None, home(*nodes), now=NOW)["pod_details"]
    by_id = {pod["id"]: pod["name"] for pod in pods}
    groups = unhappy_groups(pods, memory)
    assert [[by_id[key] for key in group["pods"]] for group in groups] == names


@pytest.mark.parametrize(
    ("words", "together", "doubt"),
    [
        ("off 30, Attic>Kitchen off 32", True, []),
        ("off 30, Attic>Kitchen off 33", False, ["they did not all go at the same time"]),
        ("off 30, Attic>Kitchen off never", None, ["when each of them went is not reported"]),
        ("poor, Attic>Kitchen mute alert", None, ["Attic reports no health"]),
    ],
)
def test_whether_they_went_together(words: str, together: bool | None, doubt: list[str]) -> None:
    nodes, memory = sketch(f"Hallway, Study>Hallway, Kitchen>Hallway {words}")
    pods = analyze_location_health(None, home(*nodes), now=NOW)["pod_details"]
    (group,) = unhappy_groups(pods, memory)
    assert (group["together"], group["doubts"]) == (together, doubt)


def test_seconds_apart() -> None:
    assert seconds_apart("2026-05-18T06:00:00+00:00", "2026-05-18T05:58:30+00:00") == 90
    assert seconds_apart(None, "2026-05-18T05:58:30+00:00") is None
