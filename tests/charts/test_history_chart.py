"""What the online history looks like on the sheet: lanes, hatched unknown time, visible outages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from src.charts.canvas import Canvas
from src.charts.frame import TimeFrame
from src.charts.history_chart import draw_history
from src.charts.history_plan import plan_history
from src.models.plume import parse_online_stats
from src.utils.stats_processor import process_online_stats
from tests.samples import NOW, history

if TYPE_CHECKING:
    from src.models.pictures import Tick, TimeAxis

LEFT, RIGHT = 276, 1248


def sheet(states: str) -> list[Any]:
    stats = parse_online_stats(history(states))
    processed = process_online_stats(stats, "days", 30, now=NOW)
    plan = plan_history(stats, processed, name="Home")
    assert plan is not None
    canvas = Canvas("dark")
    draw_history(canvas, plan)
    return list(canvas._figure.get_children())[1:]


def bands(shapes: list[Any]) -> list[Rectangle]:
    return [shape for shape in shapes if isinstance(shape, Rectangle)]


def test_states_lie_in_lanes_of_their_own_and_unknown_is_hatched() -> None:
    found = bands(sheet("ooooppppxxxx----ooxx"))
    rows = {(round(band.get_y()), bool(band.get_hatch())) for band in found}
    assert len({y for y, _ in rows}) == 4
    (unknown,) = [band for band in found if band.get_hatch()]
    assert unknown.get_y() == max(band.get_y() for band in found)
    width = (RIGHT - LEFT) / 20
    step = (RIGHT - LEFT) / 720  # the axis is in whole steps
    assert unknown.get_x() == pytest.approx(LEFT + 13 * width, abs=step)
    assert unknown.get_width() == pytest.approx(3 * width, abs=step)


def test_the_shortest_outage_of_a_month_is_visible_and_inside() -> None:
    for states in ("o" * 1000 + "x" + "o" * 1879, "x" + "o" * 2879, "o" * 2879 + "x"):
        offline = bands(sheet(states))[-1]
        assert offline.get_width() >= 6
        assert offline.get_x() >= LEFT
        assert offline.get_x() + offline.get_width() <= RIGHT + 0.01


def test_words_name_the_lanes_and_the_outages() -> None:
    shapes = [shape for shape in sheet("x" + "o" * 95) if isinstance(shape, Text)]
    words = {shape.get_text(): shape for shape in shapes}
    assert {"Home", "Online", "Offline", "15 min"} <= set(words)
    assert words["15 min"].get_position()[0] > LEFT + 40
    assert words["Offline"].get_fontproperties().get_weight() == "bold"
    assert words["15 min"].get_position()[1] < words["Offline"].get_position()[1]


def test_labels_that_would_touch_are_left_out() -> None:
    """A period of a day and two hours begins shortly before a label, so that two would overlap."""
    canvas = Canvas("light")
    ticks: list[Tick] = [
        {"at": at, "label": label, "strong": False}
        for at, label in ((0, "Sun 1"), (40, "08:00"), (500, "16:00"), (990, "Mon 2"))
    ]
    axis: TimeAxis = {"start": 0, "end": 1000, "ticks": ticks, "dates": "", "note": ""}
    TimeFrame(axis, LEFT, RIGHT).labels(canvas, 500)
    drawn = [child for child in canvas._figure.get_children() if isinstance(child, Text)]
    assert [child.get_text() for child in drawn] == ["Sun 1", "16:00", "Mon 2"]
    assert cast("Any", drawn[-1].get_position())[0] < RIGHT - 20
