"""Findings, the line and usual values in words: the sentence first, and Telegram takes each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.health import analyze_location_health
from src.analysis.line import judge_line
from src.analysis.mesh import remember_parents
from src.analysis.root_cause import find_root_cause
from src.analysis.usual import compare, usual
from src.models import parse_nodes
from src.utils.finding_formatter import (
    finding_sentence,
    format_finding,
    format_line,
    format_usual,
    line_sentence,
)
from src.utils.wording import count, rate
from tests.broken_homes import break_home
from tests.samples import NOW, home, location
from tests.sketches import sketch
from tests.telegram_rules import NASTY, shown
from tests.test_line import FULL, STOCKHOLM, succeeded, usage
from tests.texts import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.models.findings import LineVerdict

TEXTS: dict[str, tuple[str, list[str]]] = {
    "sure": (
        "Hallway, Kitchen>Hallway poor, Attic>Hallway",
        [
            "Only the hop Kitchen to Hallway: Hallway is fine; Kitchen is weak.",
            "Sure: Hallway is connected, health excellent; Kitchen: health is poor.",
        ],
    ),
    "likely": (
        "Hallway off 60, Kitchen>Hallway off 60, Attic>Hallway off 60",
        [
            "Line or power at the home: all 3 pods vanished together, on 18 May 2026 07:42 CEST.",
            (
                "Likely: Hallway, Attic and Kitchen went within 2 minutes. "
                "But: a gateway that fails by itself looks the same."
            ),
        ],
    ),
    "not sure": (
        "Hallway, Study>Hallway, Kitchen>? off 30, Garage>? off 31",
        [
            (
                "Where it breaks cannot be told: 2 of 4 pods vanished together, "
                "on 18 May 2026 08:11 CEST."
            ),
            (
                "Not sure: what Garage was connected to is not reported; what Kitchen was "
                "connected to is not reported. Seen: Garage and Kitchen went within 2 minutes: "
                "one cause is likely."
            ),
        ],
    ),
    "not sure, nothing seen": (
        "Hallway, Kitchen>Hallway, Garage>? off 30",
        [
            (
                "Only Garage is disconnected: nothing else is reported bad, "
                "since 18 May 2026 08:12 CEST."
            ),
            "Not sure: what Garage was connected to is not reported.",
        ],
    ),
    "several": (
        "Hallway slow, Study>Hallway, Kitchen>Hallway off 30, Attic>Kitchen off 30",
        [
            (
                "2 separate places: Kitchen to Hallway (disconnected, 1 pod behind it); "
                "the gateway Hallway itself."
            ),
            (
                "Sure: Hallway is connected, health excellent; Kitchen was last seen connected to "
                "Hallway; Attic behind it went with it, within 2 minutes; Hallway: uplink eth0 "
                "runs at 100 Mbit/s."
            ),
        ],
    ),
}


@pytest.mark.parametrize(("sketched", "lines"), TEXTS.values(), ids=TEXTS)
def test_the_sentence_then_why(sketched: str, lines: list[str]) -> None:
    nodes, memory = sketch(sketched)
    health = analyze_location_health(location(), home(*nodes), now=NOW)
    text = format_finding(find_root_cause(health, last_parents=memory))
    assert shown(text).split("\n") == lines
    assert text.startswith("<b>")


def test_reasons_left_out_are_counted() -> None:
    nodes, memory = sketch(TEXTS["several"][0])
    finding = find_root_cause(home(*nodes), last_parents=memory)
    assert shown(format_finding(finding, reasons=1)).endswith(
        "Sure: Hallway is connected, health excellent; 3 more."
    )


def test_no_reason_at_all_is_said_too() -> None:
    finding = find_root_cause(None)
    finding["doubts"] = []
    assert shown(format_finding(finding)).endswith("Not sure: the reports are too few.")


@settings(max_examples=300)
@given(
    seed=st.integers(0, 10_000),
    names=st.lists(st.sampled_from(NASTY) | texts(max_size=310), min_size=1, max_size=4),
    forget=st.booleans(),
    lost=st.booleans(),
)
def test_any_home_with_any_names_is_told(
    seed: int, names: list[str], forget: bool, lost: bool
) -> None:
    broken = break_home(seed)
    for index, node in enumerate(broken.nodes):
        node["nickname"] = names[index % len(names)]
        if lost:
            node["connectionState"] = "disconnected"
    finding = find_root_cause(
        home(*broken.nodes), last_parents={} if forget else broken.memory, now=NOW
    )
    text = shown(format_finding(finding))
    assert finding["certainty"].capitalize() in text
    assert "{" not in finding_sentence(finding) or any("{" in name for name in names)


def test_the_parents_of_one_look_serve_the_next() -> None:
    """As the watch does it: remember while all is well, ask when it is not."""
    before = analyze_location_health(None, home(*sketch("Hallway, A>Hallway, B>A")[0]), now=NOW)
    after = parse_nodes(home(*sketch("Hallway, A>? off 30, B>? off 30")[0]))
    assert find_root_cause(after)["kind"] == "unclear"
    finding = find_root_cause(after, last_parents=remember_parents(before["pod_details"]))
    assert finding_sentence(finding) == (
        "Only the hop A to Hallway: Hallway is fine; A and the pod behind it are not."
    )


EVENING = dict.fromkeys(range(18, 23), 95.0)
ABOVE = "above 80% of what speed tests proved"
LINES: dict[str, tuple[LineVerdict, list[str]]] = {
    "full": (
        judge_line(usage(EVENING, STOCKHOLM), FULL, STOCKHOLM, now=NOW),
        [
            (
                f"The line is full in the evening: {ABOVE}, ↓ download in 100% (of 100 Mbit/s), "
                "↑ upload in 0% (of 100 Mbit/s) of the intervals between 18:00 and 23:00."
            ),
            (
                "Worst hour: 18:00–19:00 (the home's time), ↓ download above the limit in 100%, "
                "peaks 95 Mbit/s on average."
            ),
            "Left out: 1 interval in which a speed test ran.",
        ],
    ),
    "at times": (
        judge_line(
            usage({23: 10, 20: 95}, STOCKHOLM),
            succeeded(100.0, 100.0, 100.0, upload=None, endedAt=NOW.isoformat()),
            STOCKHOLM,
            now=NOW,
        ),
        [
            (
                f"The line is full at times in the evening: {ABOVE}, ↓ download in 20% "
                "(of 100 Mbit/s) of the intervals between 18:00 and 23:00."
            ),
            (
                "Worst hour: 20:00–21:00 (the home's time), ↓ download above the limit in 100%, "
                "peaks 95 Mbit/s on average."
            ),
        ],
    ),
    "full at noon": (
        judge_line(usage({12: 95}, STOCKHOLM), FULL, STOCKHOLM, now=NOW),
        [
            (
                "The line has room, look at the Wi-Fi: never above 80% of what speed tests proved "
                "(↓ download 100 Mbit/s, ↑ upload 100 Mbit/s) between 18:00 and 23:00."
            ),
            (
                "Worst hour: 12:00–13:00 (the home's time), which is not the evening, "
                "↓ download above the limit in 100%, peaks 95 Mbit/s on average."
            ),
            "Left out: 1 interval in which a speed test ran.",
        ],
    ),
    "room, without a zone": (
        judge_line(usage({23: 50}, None), FULL, None, now=NOW),
        [
            (
                "The line has room, look at the Wi-Fi: the home's time zone is unknown, "
                "but no hour of the day is full."
            ),
            "Left out: 1 interval in which a speed test ran.",
        ],
    ),
    "no tests": (
        judge_line(None, [], STOCKHOLM, now=NOW),
        ["Line or Wi-Fi cannot be told: 3 more successful speed tests needed to know the line."],
    ),
    "no usage": (
        judge_line(None, FULL, STOCKHOLM, now=NOW),
        ["Line or Wi-Fi cannot be told: too few evening intervals have figures."],
    ),
}


@pytest.mark.parametrize(("verdict", "lines"), LINES.values(), ids=LINES)
def test_line_or_wifi(verdict: LineVerdict, lines: list[str]) -> None:
    assert shown(format_line(verdict)).split("\n") == lines
    assert line_sentence(verdict) == lines[0]


def _normal(*figures: float) -> Any:
    return usual(
        [(NOW - timedelta(days=index), value) for index, value in enumerate(figures, 1)],
        NOW,
        STOCKHOLM,
    )


def _devices(value: float | None) -> str:
    return count(None if value is None else round(value), "device")


@pytest.mark.parametrize(
    ("value", "figures", "unit", "text"),
    [
        (486.0, [480.0] * 6, rate, "486 Mbit/s (usual 432 to 528)"),
        (212.0, [480.0] * 6, rate, "212 Mbit/s (below usual by 56%: 432 to 528)"),
        (900.0, [1000.0] * 6, rate, "900 Mbit/s (usual 900 Mbit/s to 1.1 Gbit/s)"),
        (486.0, [480.0] * 2, rate, "486 Mbit/s (no usual yet: needs 3 more days)"),
        (17.0, [20.0] * 6, _devices, "17 devices (below usual by 15%: 18 to 22)"),
        (0.0, [0.0] * 6, _devices, "0 devices (usual 0 devices)"),
        (None, [480.0] * 6, rate, "–"),
    ],
)
def test_usual_or_not(
    value: float | None, figures: list[float], unit: Callable[[float | None], str], text: str
) -> None:
    normal = _normal(*figures)
    assert shown(format_usual(value, normal, compare(value, normal), unit)) == text
