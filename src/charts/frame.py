"""What the pictures over time share: from moments to pixels, the grid, hatched unknown time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from src.charts.canvas import Canvas
    from src.models.pictures import TimeAxis

__all__ = ["HATCH", "TimeFrame"]

HATCH = "//"
_TICK_PX = 29
_GAP = 14  # least pixels between two labels


class TimeFrame(NamedTuple):
    """The pixels between which a time axis lies."""

    axis: TimeAxis
    left: float
    right: float

    def x(self, at: float) -> float:
        """Where a moment is; the period's ends are the frame's."""
        span = max(1, self.axis["end"] - self.axis["start"])
        return self.left + (self.right - self.left) * (at - self.axis["start"]) / span

    def grid(self, canvas: Canvas, top: float, bottom: float) -> None:
        """Upright lines on the ticks; stronger where a day begins."""
        for tick in self.axis["ticks"]:
            colour = canvas.theme.day if tick["strong"] else canvas.theme.grid
            x = self.x(tick["at"])
            canvas.line([(x, top), (x, bottom)], colour, 2 if tick["strong"] else 1.5)

    def labels(self, canvas: Canvas, baseline: float) -> None:
        """The ticks' words, left out where they would touch the one before or leave the sheet."""
        taken = 0.0
        for tick in self.axis["ticks"]:
            half = canvas.width(tick["label"], _TICK_PX) / 2
            x = min(self.x(tick["at"]), self.right + 12 - half)
            if x - half < taken:
                continue
            strong = tick["strong"]
            colour = canvas.theme.ink if strong else canvas.theme.soft
            canvas.text((x, baseline), tick["label"], _TICK_PX, side="center", colour=colour)
            taken = x + half + _GAP
