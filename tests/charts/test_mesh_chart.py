"""What the mesh looks like on the sheet: a shape per state, a line per link, readable rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from matplotlib.text import Text

from src.charts.canvas import Canvas
from src.charts.mesh_chart import draw_mesh

if TYPE_CHECKING:
    from src.models.pictures import MeshMark, MeshPicture, MeshRow


def row(name: str, depth: int = 0, parent: int | None = None, **changes: Any) -> MeshRow:
    made: MeshRow = {
        "depth": depth,
        "parent": parent,
        "mark": "ok",
        "name": name,
        "spare": "7K3Q9X0001",
        "facts": "good · 3 devices",
        "link": "wifi",
        "pods": 1,
    }
    return {**made, **changes}  # type: ignore[typeddict-item]  # changes have the same keys


def sheet(*rows: MeshRow, verdict: str = "All well") -> list[Any]:
    plan: MeshPicture = {
        "kind": "mesh",
        "title": "Home",
        "verdict": verdict,
        "verdict_spare": "Degraded",
        "rows": list(rows),
        "legend": "",
    }
    canvas = Canvas("light")
    draw_mesh(canvas, plan)
    return list(canvas._figure.get_children())[1:]


def words(shapes: list[Any]) -> dict[str, Text]:
    return {shape.get_text(): shape for shape in shapes if isinstance(shape, Text)}


def y_of(words_drawn: Text) -> float:
    place: Any = words_drawn.get_position()
    return float(place[1])


@pytest.mark.parametrize(
    ("mark", "shapes"),
    [
        ("ok", ["Circle"]),
        ("weak", ["Polygon"]),
        ("lost", ["Line2D", "Line2D"]),
        ("unknown", ["Circle"]),
    ],
)
def test_each_state_has_a_shape_of_its_own(mark: MeshMark, shapes: list[str]) -> None:
    drawn = [s for s in sheet(row("A", mark=mark)) if isinstance(s, Circle | Polygon | Line2D)]
    assert [type(shape).__name__ for shape in drawn] == shapes


def test_a_known_state_is_filled_and_an_unknown_one_is_a_ring() -> None:
    (known, unknown) = [
        next(s for s in sheet(row("A", mark=mark)) if isinstance(s, Circle))
        for mark in ("ok", "unknown")
    ]
    assert known.get_facecolor() == known.get_edgecolor()
    assert unknown.get_facecolor() != unknown.get_edgecolor()


@pytest.mark.parametrize(
    ("link", "style"), [("cable", "-"), ("other", "-"), ("wifi", "--"), ("down", "--")]
)
def test_the_line_goes_from_parent_to_pod_in_the_style_of_its_link(link: str, style: str) -> None:
    shapes = sheet(row("A"), row("B", 1, 0, link=link))
    (line,) = [shape for shape in shapes if isinstance(shape, Line2D)]
    upper, lower = [
        cast("Any", shape.get_center()) for shape in shapes if isinstance(shape, Circle)
    ]
    places: Any = list(
        zip(cast("Any", line.get_xdata()), cast("Any", line.get_ydata()), strict=True)
    )
    assert (places[0][0], places[-1][1]) == (upper[0], lower[1])
    assert upper[1] < places[0][1] < places[-1][1]
    assert line.get_linestyle() == style


def test_styles_of_the_four_links_differ() -> None:
    looks = set()
    for link in ("cable", "other", "wifi", "down"):
        shapes = sheet(row("A"), row("B", 1, 0, link=link))
        line = next(shape for shape in shapes if isinstance(shape, Line2D))
        looks.add((line.get_linewidth(), str(line._dash_pattern)))  # type: ignore[attr-defined]  # matplotlib tells the dashes nowhere else
    assert len(looks) == 4


def test_few_pods_get_two_large_lines_and_many_get_one_readable_line() -> None:
    few = words(sheet(row("Kitchen"), row("Hallway", 1, 0)))
    assert few["Kitchen"].get_fontsize() == 40
    assert y_of(few["Kitchen"]) < y_of(few["good · 3 devices"])
    many = words(sheet(row("Kitchen"), *(row(f"Pod {n}", 1, 0) for n in range(10))))
    assert float(many["Kitchen"].get_fontsize()) >= 30
    assert float(many["good · 3 devices"].get_fontsize()) >= 27
    ys = [y_of(shape) for name, shape in many.items() if name.startswith("Pod")]
    assert all(b - a >= 40 for a, b in pairwise(ys))


def test_long_names_leave_room_for_what_is_wrong() -> None:
    long = row("A long name " * 20, facts="disconnected since 17 May 2026 14:40 CEST", mark="lost")
    for rows in ([long], [long, *(row(f"Pod {n}") for n in range(10))]):
        shown = words(sheet(*rows))
        assert "disconnected since 17 May 2026 14:40 CEST" in shown
        assert any(name.endswith("…") for name in shown)


def test_deep_ways_stay_on_the_sheet() -> None:
    rows = [row(f"Pod {n}", n, n - 1 if n else None) for n in range(11)]
    shapes = sheet(*rows)
    assert all(cast("Any", s.get_center())[0] < 640 for s in shapes if isinstance(s, Circle))
    assert {f"Pod {n}" for n in range(11)} <= set(words(shapes))


def test_a_name_that_no_font_can_write_is_its_serial() -> None:
    for count in (1, 10):
        shown = words(sheet(*(row("\U0001f3e0") for _ in range(count))))
        assert "7K3Q9X0001" in shown


def test_a_verdict_with_a_name_that_no_font_can_write_is_said_without_it() -> None:
    assert "Degraded" in words(sheet(row("A"), verdict="Degraded: \U0001f3e0: health is fair"))
    assert "Degraded: B" in words(sheet(row("A"), verdict="Degraded: B"))
