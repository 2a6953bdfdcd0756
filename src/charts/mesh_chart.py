"""Draws the mesh as a tree: a row per pod, its line solid for cable and dashed for Wi-Fi."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from src.charts.canvas import MARGIN, Canvas
from src.charts.theme import HEIGHT, WIDTH

if TYPE_CHECKING:
    from src.models.pictures import MeshPicture, MeshRow

__all__ = ["draw_mesh"]

_TOP, _BOTTOM = 138.0, HEIGHT - 60.0
_ROW_MOST = 108.0
_TWO_LINES_FROM = 74.0
_INDENT = 66.0
_INDENTS_MOST = 6  # deeper pods are drawn below each other
_RADIUS = 15.0
_NAME_PX, _FACTS_PX = 30.0, 27.0  # where a pod has a single line
# Width, and dashes in multiples of it.
_LINES: dict[str, tuple[float, tuple[float, float] | None]] = {
    "cable": (5.0, None),
    "wifi": (3.5, (3.0, 1.8)),
    "down": (3.5, (0.8, 2.2)),
    "other": (2.0, None),
}


class _Place(NamedTuple):
    """The sign of a row: its middle."""

    x: float
    y: float


def draw_mesh(canvas: Canvas, plan: MeshPicture) -> None:
    """Draw the plan."""
    canvas.header(plan["title"], plan["verdict"], spare=plan["verdict_spare"])
    rows = plan["rows"]
    height = min(_ROW_MOST, (_BOTTOM - _TOP) / len(rows))
    places = [
        _Place(
            MARGIN + _RADIUS + _INDENT * min(row["depth"], _INDENTS_MOST), _TOP + height * (i + 0.5)
        )
        for i, row in enumerate(rows)
    ]
    for row, place in zip(rows, places, strict=True):
        if row["parent"] is not None:
            _link(canvas, row, places[row["parent"]], place)
    for row, place in zip(rows, places, strict=True):
        _sign(canvas, row, place)
        if height >= _TWO_LINES_FROM:
            _two_lines(canvas, row, place, min(40.0, height * 0.4))
        else:
            _one_line(canvas, row, place)
    canvas.footer(plan["legend"], "")


def _link(canvas: Canvas, row: MeshRow, above: _Place, own: _Place) -> None:
    """Down from the parent, then across to the pod."""
    width, dashes = _LINES[row["link"]]
    x = min(above.x, own.x - _INDENT / 2)
    points = [(x, above.y + _RADIUS), (x, own.y), (own.x - _RADIUS, own.y)]
    canvas.line(points, canvas.theme.soft, width, dashes=dashes)


def _sign(canvas: Canvas, row: MeshRow, at: _Place) -> None:
    """Four shapes, so that no state is told by colour alone."""
    theme, r = canvas.theme, _RADIUS
    if row["mark"] == "ok":
        canvas.dot(at, r, theme.online, theme.online)
    elif row["mark"] == "weak":
        canvas.area(
            [(at.x, at.y - r - 2), (at.x + r + 2, at.y + r), (at.x - r - 2, at.y + r)],
            theme.partial,
        )
    elif row["mark"] == "lost":
        for sign in (1, -1):
            ends = [(at.x - r, at.y - sign * r), (at.x + r, at.y + sign * r)]
            canvas.line(ends, theme.offline, 7)
    else:
        canvas.dot(at, r - 2, theme.paper, theme.unknown)


def _colour(canvas: Canvas, row: MeshRow) -> str:
    return canvas.theme.soft if row["mark"] == "ok" else canvas.theme.ink


def _two_lines(canvas: Canvas, row: MeshRow, at: _Place, pixels: float) -> None:
    left = at.x + _RADIUS + 16
    room, facts_px = WIDTH - MARGIN - left, pixels * 0.84
    name, spare = row["name"], row["spare"]
    canvas.text((left, at.y - 1), name, pixels, spare=spare, bold=True, room=room)
    below = (left, at.y + facts_px + 4)
    canvas.text(below, row["facts"], facts_px, colour=_colour(canvas, row), room=room)


def _one_line(canvas: Canvas, row: MeshRow, at: _Place) -> None:
    """The name gets what the facts leave, but never less than two fifths."""
    left, base = at.x + _RADIUS + 16, at.y + 11
    room = WIDTH - MARGIN - left
    own = max(room - canvas.width(row["facts"], _FACTS_PX) - 20, 0.4 * room)
    used = canvas.text((left, base), row["name"], _NAME_PX, spare=row["spare"], bold=True, room=own)
    after, colour = (left + used + 20, base), _colour(canvas, row)
    canvas.text(after, row["facts"], _FACTS_PX, colour=colour, room=room - used - 20)
