"""The sheet: its size, its text in the room that there is, later above earlier."""

from __future__ import annotations

import io
from typing import Any

import pytest
from matplotlib.text import Text
from PIL import Image

from src.charts.canvas import Canvas
from src.charts.theme import THEMES, ThemeName


def texts(canvas: Canvas) -> list[str]:
    return [child.get_text() for child in artists(canvas) if isinstance(child, Text)]


def artists(canvas: Canvas) -> list[Any]:
    return list(canvas._figure.get_children())[1:]


@pytest.mark.parametrize("theme", list(THEMES))
def test_a_sheet_is_a_png_of_two_to_one_on_its_paper(theme: ThemeName) -> None:
    picture = Image.open(io.BytesIO(Canvas(theme).png()))
    assert (picture.format, picture.size) == ("PNG", (1280, 640))
    paper = tuple(int(THEMES[theme].paper[index : index + 2], 16) for index in (1, 3, 5))
    seen = picture.convert("RGB").getpixel((640, 320))
    assert isinstance(seen, tuple)
    assert all(abs(a - b) <= 2 for a, b in zip(seen, paper, strict=True))


def test_long_text_is_cut_to_its_room() -> None:
    canvas = Canvas("light")
    width = canvas.text((0, 50), "The long name of a house " * 12, 40, bold=True, room=600)
    assert 500 < width <= 600
    assert texts(canvas)[0].endswith("…")
    assert canvas.text((0, 90), "short", 40, room=600) == canvas.width("short", 40)
    assert texts(canvas)[1] == "short"


def test_no_room_and_no_words_draw_nothing() -> None:
    canvas = Canvas("dark")
    assert canvas.text((0, 50), "Home", 40, room=5) == 0
    assert canvas.text((0, 50), "", 40) == 0
    assert texts(canvas) == []


def test_dollars_are_no_formula() -> None:
    canvas = Canvas("light")
    canvas.text((0, 50), "$\\alpha_1$ \\frac{", 40)
    assert texts(canvas) == ["$\\alpha_1$ \\frac{"]
    assert canvas.png()


def test_what_comes_later_lies_above() -> None:
    canvas = Canvas("light")
    canvas.line([(0, 0), (9, 9)], "#000000", 2)
    canvas.box((0, 0), (9, 9), "#000000")
    canvas.text((0, 9), "x", 20)
    canvas.area([(0, 0), (9, 9), (0, 9)], "#000000")
    orders = [artist.get_zorder() for artist in artists(canvas)]
    assert orders == sorted(set(orders))


def test_header_and_footer_never_overlap() -> None:
    canvas = Canvas("light")
    canvas.header("A house " * 40, "Verdict " * 40, "17–18 May 2026")
    canvas.footer("Legend " * 40, "Time at the home, CEST")
    dates, title, verdict, note, legend = texts(canvas)
    assert (dates, note) == ("17–18 May 2026", "Time at the home, CEST")
    assert title.endswith("…")
    assert verdict.endswith("…")
    assert legend.endswith("…")
    assert canvas.width(title, 40, bold=True) + canvas.width(dates, 25) < 1280 - 64
    assert canvas.width(legend, 25) + canvas.width(note, 25) < 1280 - 64


def test_a_name_that_no_font_can_write_is_this_home() -> None:
    canvas = Canvas("light")
    canvas.header("\U0001f3e0", "All well")
    assert "This home" in texts(canvas)
