"""Draws the use of the line: download above upload, each with its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from src.charts.canvas import MARGIN, Canvas
from src.charts.frame import HATCH, TimeFrame
from src.charts.theme import WIDTH

if TYPE_CHECKING:
    from src.models.pictures import Run, WanPanel, WanPicture

__all__ = ["draw_wan"]

_LEFT = 116
_HEADING_PX = 29
_MARK_PX = 28
_LABEL_PX = 28
_BESIDE = 20.0  # pixels from the peak to its words
# Upper and lower edge of each panel; download is the one that people call about.
_EDGES = {"down": (168.0, 356.0), "up": (408.0, 528.0)}
_TICKS_AT = 562
_NO_DATA_ROOM = 150  # pixels of a gap from which the words fit


class _Panel(NamedTuple):
    """One direction on the sheet."""

    plan: WanPanel
    time: TimeFrame
    slot_s: int
    top: float
    bottom: float

    def y(self, mbps: float) -> float:
        return self.bottom - (self.bottom - self.top) * min(1.0, mbps / self.plan["top"])

    def highest(self, left: float, right: float) -> float:
        """The most Mbit/s between two places of the sheet."""
        values = (
            value
            for run in self.plan["most"]
            for index, value in enumerate(run["values"])
            if left <= self.time.x(run["start"] + (index + 0.5) * self.slot_s) <= right
        )
        return max(values, default=0.0)

    def steps(self, run: Run) -> list[tuple[float, float]]:
        """The upper outline of a run: each slot is level from its begin to its end."""
        outline = []
        for index, value in enumerate(run["values"]):
            at = run["start"] + index * self.slot_s
            outline += [
                (self.time.x(at), self.y(value)),
                (self.time.x(at + self.slot_s), self.y(value)),
            ]
        return outline


def draw_wan(canvas: Canvas, plan: WanPicture) -> None:
    """Draw the plan."""
    canvas.header(plan["title"], plan["verdict"], plan["axis"]["dates"])
    time = TimeFrame(plan["axis"], _LEFT, WIDTH - MARGIN)
    for panel_plan in plan["panels"]:
        top, bottom = _EDGES[panel_plan["direction"]]
        panel = _Panel(panel_plan, time, plan["slot_s"], top, bottom)
        _scale(canvas, panel)
        _gaps(canvas, panel)
        _curve(canvas, panel)
        _capacity(canvas, panel)
        _peak(canvas, panel)
    time.labels(canvas, _TICKS_AT)
    canvas.footer(plan["legend"], plan["axis"]["note"])


def _scale(canvas: Canvas, panel: _Panel) -> None:
    canvas.text((_LEFT, panel.top - 12), panel.plan["heading"], _HEADING_PX, bold=True)
    panel.time.grid(canvas, panel.top, panel.bottom)
    for mark in panel.plan["marks"]:
        y = panel.y(mark["mbps"])
        colour = canvas.theme.grid if mark["mbps"] else canvas.theme.soft
        canvas.line([(_LEFT, y), (WIDTH - MARGIN, y)], colour, 1.5)
        canvas.text(
            (_LEFT - 12, y + 10), mark["label"], _MARK_PX, side="right", colour=canvas.theme.soft
        )


def _gaps(canvas: Canvas, panel: _Panel) -> None:
    for gap in panel.plan["gaps"]:
        left, right = panel.time.x(gap["start"]), panel.time.x(gap["end"])
        canvas.box((left, panel.top), (right, panel.bottom), canvas.theme.unknown, HATCH)
        if right - left >= _NO_DATA_ROOM:
            middle = ((left + right) / 2, (panel.top + panel.bottom) / 2 + 10)
            canvas.text(middle, "no data", _LABEL_PX, side="center", halo=True)


def _curve(canvas: Canvas, panel: _Panel) -> None:
    colour = canvas.theme.down if panel.plan["direction"] == "down" else canvas.theme.up
    for run in panel.plan["most"]:
        outline = panel.steps(run)
        floor = [(outline[-1][0], panel.bottom), (outline[0][0], panel.bottom)]
        canvas.area([*outline, *floor], colour, alpha=0.22)
        canvas.line(outline, colour, 2.5)
    for run in panel.plan["mean"]:
        outline = panel.steps(run)
        floor = [(outline[-1][0], panel.bottom), (outline[0][0], panel.bottom)]
        canvas.area([*outline, *floor], colour)


def _capacity(canvas: Canvas, panel: _Panel) -> None:
    """The proven level as a dashed line; far above the curve only in words."""
    capacity = panel.plan["capacity"]
    if capacity is None:
        return
    if capacity["inside"]:
        y = panel.y(capacity["mbps"])
        canvas.line([(_LEFT, y), (WIDTH - MARGIN, y)], canvas.theme.limit, 3, dashes=(4, 2))
    canvas.text((WIDTH - MARGIN, panel.top - 12), capacity["label"], _LABEL_PX, side="right")


def _peak(canvas: Canvas, panel: _Panel) -> None:
    peak, capacity = panel.plan["peak"], panel.plan["capacity"]
    if peak is None:
        return
    x, y = panel.time.x(peak["at"] + panel.slot_s / 2), panel.y(peak["mbps"])
    canvas.dot((x, y), 8, canvas.theme.ink, canvas.theme.paper, 2)
    # Below the dashed line rather than across it.
    baseline = max(y, panel.top + 22) + 10
    limit = panel.y(capacity["mbps"]) if capacity and capacity["inside"] else panel.top
    if abs(limit - baseline + 10) < 26:
        baseline = limit + 34
    side = _free_side(panel, x, canvas.width(peak["label"], _LABEL_PX, bold=True) + _BESIDE)
    place = (x + _BESIDE if side == "left" else x - _BESIDE, baseline)
    canvas.text(place, peak["label"], _LABEL_PX, bold=True, side=side, halo=True)


def _free_side(panel: _Panel, x: float, room: float) -> Literal["left", "right"]:
    """Where words beside `x` begin ("left") or end: they hide as little of the curve as can be."""
    if x + room > panel.time.right:
        return "right"
    if x - room < panel.time.left:
        return "left"
    after, before = panel.highest(x + _BESIDE, x + room), panel.highest(x - room, x - _BESIDE)
    return "left" if after <= before else "right"
