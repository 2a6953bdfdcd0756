"""From a plan to a PNG. Importing this module imports matplotlib, so only the worker does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.charts.canvas import Canvas
from src.charts.history_chart import draw_history
from src.charts.mesh_chart import draw_mesh
from src.charts.wan_chart import draw_wan

if TYPE_CHECKING:
    from src.charts.theme import ThemeName
    from src.models.pictures import Picture

__all__ = ["draw"]


def draw(plan: Picture, theme: ThemeName) -> bytes:
    """A PNG of 1280 x 640 pixels; about 40 ms of computing, so never on an event loop."""
    canvas = Canvas(theme)
    if plan["kind"] == "wan":
        draw_wan(canvas, plan)
    elif plan["kind"] == "history":
        draw_history(canvas, plan)
    else:
        draw_mesh(canvas, plan)
    return canvas.png()
