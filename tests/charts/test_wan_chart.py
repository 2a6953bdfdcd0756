"""What the use of the line looks like on the sheet: open gaps, the peak's dot, the dashed line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text

from src.analysis.wan import analyze_wan_stats
from src.charts.canvas import Canvas
from src.charts.wan_chart import draw_wan
from src.charts.wan_plan import plan_wan
from src.models.plume import parse_wan_stats
from tests.samples import wan_point

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT, RIGHT = 116, 1248
COUNT = 96
SLOT = (RIGHT - LEFT) / COUNT


def sheet(
    changes: Mapping[int, Any], capacity: tuple[float | None, float | None] | None = None
) -> list[Any]:
    """The shapes of a day whose interval number `i` is changed, or left out for None."""
    points = [
        wan_point(15 * (COUNT - index), **changes.get(index, {}))
        for index in range(COUNT)
        if changes.get(index, {}) is not None
    ]
    stats = parse_wan_stats({"fifteenMins": points})
    plan = plan_wan(stats, analyze_wan_stats(stats), name="Home", capacity=capacity)
    assert plan is not None
    canvas = Canvas("light")
    draw_wan(canvas, plan)
    return list(canvas._figure.get_children())[1:]


def x(index: float) -> float:
    return LEFT + SLOT * index


def test_a_gap_is_hatched_and_nothing_is_drawn_across_it() -> None:
    shapes = sheet(dict.fromkeys(range(40, 60)))
    hatched = [shape for shape in shapes if isinstance(shape, Rectangle) and shape.get_hatch()]
    for gap in hatched:
        assert gap.get_x() == pytest.approx(x(40))
        assert gap.get_x() + gap.get_width() == pytest.approx(x(60))
    assert len(hatched) == 2
    for curve in (shape for shape in shapes if isinstance(shape, Polygon)):
        places = [vertex[0] for vertex in curve.get_xy()]
        assert max(places) <= x(40) + 0.01 or min(places) >= x(60) - 0.01
    words = [shape.get_text() for shape in shapes if isinstance(shape, Text)]
    assert words.count("no data") == 2


def test_a_narrow_gap_has_no_words() -> None:
    shapes = sheet({40: None})
    assert "no data" not in [shape.get_text() for shape in shapes if isinstance(shape, Text)]


def test_a_slot_is_level_from_its_begin_to_its_end() -> None:
    shapes = sheet({30: {"rxMbytes": 900.0}})
    steps = [
        {(round(vx, 2), round(vy, 2)) for vx, vy in shape.get_xy()}
        for shape in shapes
        if isinstance(shape, Polygon)
    ]
    tops = [
        {y for vx, y in outline if vx in {round(x(30), 2), round(x(31), 2)}} for outline in steps
    ]
    assert any(len(levels) == 2 for levels in tops)


@pytest.mark.parametrize("index", [2, 50, 93])
def test_the_peak_has_its_dot_over_its_interval_and_words_inside(index: int) -> None:
    shapes = sheet({index: {"rxMaxMbps": 423.0, "txMaxMbps": None}})
    dots = [cast("Any", shape.get_center())[0] for shape in shapes if isinstance(shape, Circle)]
    assert dots[0] == pytest.approx(x(index + 0.5))
    label = next(s for s in shapes if isinstance(s, Text) and s.get_text().startswith("423 at"))
    inside = {"left": 1, "right": -1}[label.get_horizontalalignment()]
    assert abs(label.get_position()[0] - dots[0]) == pytest.approx(20)
    assert LEFT < label.get_position()[0] + inside * 200 < RIGHT


@pytest.mark.parametrize(("busy", "side"), [(range(46, 50), "left"), (range(51, 56), "right")])
def test_words_stand_where_they_hide_least(busy: range, side: str) -> None:
    changes: dict[int, Any] = {index: {"rxMaxMbps": 400.0} for index in busy}
    shapes = sheet(changes | {50: {"rxMaxMbps": 423.0}})
    label = next(s for s in shapes if isinstance(s, Text) and s.get_text().startswith("423 at"))
    assert label.get_horizontalalignment() == side


def dashed(shapes: list[Any]) -> list[Line2D]:
    return [s for s in shapes if isinstance(s, Line2D) and s.get_linestyle() == "--"]


def test_the_capacity_is_dashed_and_words_keep_off_it() -> None:
    shapes = sheet({50: {"rxMaxMbps": 480.0}}, (500.0, None))
    (line,) = dashed(shapes)
    level: Any = line.get_ydata()
    label = next(s for s in shapes if isinstance(s, Text) and s.get_text().startswith("480 at"))
    assert label.get_position()[1] == pytest.approx(float(level[0]) + 34)
    words = [shape.get_text() for shape in shapes if isinstance(shape, Text)]
    assert "Speed tests reach 500 Mbit/s" in words


def test_a_capacity_far_above_is_told_in_words_only() -> None:
    shapes = sheet({}, (5_000.0, None))
    assert dashed(shapes) == []
    words = [shape.get_text() for shape in shapes if isinstance(shape, Text)]
    assert "Speed tests reach 5 Gbit/s, above this scale" in words


def test_without_maxima_there_is_no_dot() -> None:
    silent = {"rxMaxMbps": None, "txMaxMbps": None}
    shapes = sheet(dict.fromkeys(range(COUNT), silent))
    assert not [shape for shape in shapes if isinstance(shape, Circle)]
    assert len([shape for shape in shapes if isinstance(shape, Polygon)]) == 2
