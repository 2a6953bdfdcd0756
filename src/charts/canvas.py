"""A sheet of 1280 x 640 pixels, counted from the upper left corner, and what is drawn on it.

matplotlib rasterises, shapes text and brings the fonts. Its axes are not used: the plan knows every
label already, and a picture without them is drawn in half the time.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from matplotlib import patheffects, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from src.charts.fonts import drawable, font
from src.charts.theme import HEIGHT, THEMES, WIDTH, ThemeName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist

__all__ = ["MARGIN", "Canvas"]

MARGIN = 32
_TITLE_PX = 40
_VERDICT_PX = 31
_SMALL_PX = 25
_HATCH_WIDTH = 2.0
_COLOURS = 128

Point = tuple[float, float]
Side = Literal["left", "center", "right"]


class Canvas:
    """One picture in the making. Sizes are pixels, y grows downwards."""

    def __init__(self, theme: ThemeName) -> None:
        self.theme = THEMES[theme]
        # At these sizes hinting changes no letter's look, and takes a quarter of the time.
        rcParams["text.hinting"] = "none"
        # At 72 dots per inch a point is a pixel.
        self._figure = Figure((WIDTH / 72, HEIGHT / 72), dpi=72, facecolor=self.theme.paper)
        self._agg: Any = FigureCanvasAgg(self._figure)  # its methods have no types
        self._pixels = Affine2D().scale(1, -1).translate(0, HEIGHT)
        self._widths: dict[tuple[str, float, bool], float] = {}
        self._drawn = 0

    def _add(self, artist: Artist) -> None:
        """What is added later lies above."""
        self._drawn += 1
        artist.set_zorder(self._drawn)
        artist.set_transform(self._pixels)
        self._figure.add_artist(artist)

    def header(self, title: str, verdict: str, dates: str = "", spare: str = "") -> None:
        """The home's name with the dates beside it, and below what the picture says.

        `spare` is said when no font can write all of the verdict.
        """
        soft, right = self.theme.soft, WIDTH - MARGIN
        used = self.text((right, 58), dates, _SMALL_PX, side="right", colour=soft)
        room = right - MARGIN - (used + MARGIN if used else 0)
        self.text((MARGIN, 58), title, _TITLE_PX, spare="This home", bold=True, room=room)
        said = drawable(verdict, spare or verdict, bold=False, whole=True)
        self.text((MARGIN, 106), said, _VERDICT_PX, room=right - MARGIN)

    def footer(self, left: str, right: str) -> None:
        """What the signs mean, and whose time it is; the latter is never cut."""
        soft, base = self.theme.soft, HEIGHT - 18
        used = self.text((WIDTH - MARGIN, base), right, _SMALL_PX, side="right", colour=soft)
        room = WIDTH - 2 * MARGIN - (used + MARGIN if used else 0)
        self.text((MARGIN, base), left, _SMALL_PX, colour=soft, room=room)

    def text(
        self,
        at: Point,
        text: str,
        pixels: float,
        *,
        spare: str = "",
        side: Side = "left",
        colour: str | None = None,
        bold: bool = False,
        room: float | None = None,
        halo: bool = False,
    ) -> float:
        """One line on the baseline `at`, cut to `room`; returns its width. Never markup or maths.

        `halo` keeps it readable over a curve; `spare` replaces what no font can write.
        """
        line = drawable(text, spare, bold=bold)
        if room is not None:
            line = self._fit(line, pixels, bold, room)
        if not line:
            return 0.0
        artist = Text(
            *at,
            line,
            color=colour or self.theme.ink,
            fontproperties=font(pixels, bold),
            horizontalalignment=side,
            verticalalignment="baseline",
            parse_math=False,
        )
        if halo:
            artist.set_path_effects(
                [patheffects.withStroke(linewidth=6, foreground=self.theme.paper)]
            )
        self._add(artist)
        return self._measure(line, pixels, bold)

    def width(self, text: str, pixels: float, *, bold: bool = False) -> float:
        """How wide a text would be."""
        return self._measure(drawable(text, "", bold=bold), pixels, bold)

    def _measure(self, text: str, pixels: float, bold: bool) -> float:
        key = (text, pixels, bold)
        if key not in self._widths:
            measure = self._agg.get_renderer().get_text_width_height_descent
            self._widths[key] = float(measure(text, font(pixels, bold), False)[0])
        return self._widths[key]

    def _fit(self, text: str, pixels: float, bold: bool, room: float) -> str:
        """The longest beginning that fits, with an ellipsis if it is not the whole."""
        if self._measure(text, pixels, bold) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self._measure(f"{text[:middle].rstrip()}…", pixels, bold) <= room:
                low = middle
            else:
                high = middle - 1
        return f"{text[:low].rstrip()}…" if low else ""

    def line(
        self,
        points: Sequence[Point],
        colour: str,
        width: float,
        *,
        dashes: tuple[float, float] | None = None,
    ) -> None:
        """A line through the points; dashes in multiples of its width."""
        xs, ys = zip(*points, strict=True)
        artist = Line2D(xs, ys, color=colour, linewidth=width, solid_joinstyle="round")
        if dashes:
            artist.set_linestyle((0, dashes))
        self._add(artist)

    def area(self, points: Sequence[Point], colour: str, *, alpha: float = 1.0) -> None:
        """A filled shape."""
        self._add(Polygon(points, closed=True, facecolor=colour, alpha=alpha, linewidth=0))

    def box(self, upper_left: Point, lower_right: Point, colour: str, hatch: str = "") -> None:
        """A rectangle: filled, or hatched and outlined."""
        (left, top), (right, bottom) = upper_left, lower_right
        shape = Rectangle(upper_left, right - left, bottom - top, linewidth=0, facecolor=colour)
        if hatch:
            shape.set_facecolor("none")
            shape.set_edgecolor(colour)
            shape.set_hatch(hatch)
            shape.set_hatch_linewidth(_HATCH_WIDTH)
        self._add(shape)

    def dot(self, at: Point, radius: float, colour: str, edge: str, width: float = 4) -> None:
        """A filled circle with an outline."""
        self._add(Circle(at, radius, facecolor=colour, edgecolor=edge, linewidth=width))

    def png(self) -> bytes:
        """The finished picture."""
        self._agg.draw()
        size = self._agg.get_width_height()
        sheet = Image.frombytes("RGBA", size, bytes(self._agg.buffer_rgba())).convert("RGB")
        out = io.BytesIO()
        # A palette makes the file a third as large, and quicker to write.
        sheet.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            out, "png", compress_level=6
        )
        return out.getvalue()
