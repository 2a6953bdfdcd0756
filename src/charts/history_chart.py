"""Draws the online history: a lane per state, worst states strong, unknown time hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.charts.canvas import MARGIN, Canvas
from src.charts.frame import HATCH, TimeFrame
from src.charts.theme import WIDTH

if TYPE_CHECKING:
    from src.models.pictures import HistoryLane, HistoryPicture

__all__ = ["draw_history"]

_LEFT = 276
_TOP, _BOTTOM = 138.0, 528.0
_TICKS_AT = 562
_WORD_PX = 31
_LABEL_PX = 29
_BAND = 0.56  # of a lane's height; the rest is air, and room for the labels
_BAND_MOST = 74.0
_LEAST = 6.0  # pixels: the shortest outage is to be seen, too


def draw_history(canvas: Canvas, plan: HistoryPicture) -> None:
    """Draw the plan."""
    canvas.header(plan["title"], plan["verdict"], plan["axis"]["dates"])
    time = TimeFrame(plan["axis"], _LEFT, WIDTH - MARGIN)
    time.grid(canvas, _TOP, _BOTTOM)
    height = (_BOTTOM - _TOP) / len(plan["lanes"])
    for index, lane in enumerate(plan["lanes"]):
        _lane(canvas, time, lane, _TOP + height * (index + 1), height)
    time.labels(canvas, _TICKS_AT)
    canvas.footer(plan["legend"], plan["axis"]["note"])


def _lane(canvas: Canvas, time: TimeFrame, lane: HistoryLane, bottom: float, height: float) -> None:
    band = min(_BAND * height, _BAND_MOST)
    top = bottom - band
    canvas.line([(_LEFT, bottom), (WIDTH - MARGIN, bottom)], canvas.theme.soft, 1.5)
    canvas.text((MARGIN, bottom - band / 2 + 11), lane["word"], _WORD_PX, bold=bool(lane["bands"]))
    colour = getattr(canvas.theme, lane["state"])
    hatch = HATCH if lane["state"] == "unknown" else ""
    for piece in lane["bands"]:
        left, right = time.x(piece["start"]), time.x(piece["end"])
        if right - left < _LEAST:
            left = min(max(time.left, (left + right - _LEAST) / 2), time.right - _LEAST)
            right = left + _LEAST
        canvas.box((left, top), (right, bottom), colour, hatch)
    for label in lane["labels"]:
        half = canvas.width(label["text"], _LABEL_PX, bold=True) / 2
        x = min(max(time.x(label["at"]), time.left + half), time.right - half)
        canvas.text((x, top - 9), label["text"], _LABEL_PX, side="center", bold=True, halo=True)
