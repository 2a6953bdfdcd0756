"""Any name in any script: drawn, or replaced, never boxes and never a warning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager

from src.charts.canvas import Canvas
from src.charts.fonts import drawable, font
from tests.texts import texts

SPARE = "7K3Q9X0002"


@pytest.mark.parametrize("bold", [True, False])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Hallway", "Hallway"),
        ("  Living\n\troom  ", "Living room"),
        ("_*[]()~>#+-=|{}.!<&>\"'`\\ $x$", "_*[]()~>#+-=|{}.!<&>\"'`\\ $x$"),
        ("Küche Å ø ß", "Küche Å ø ß"),
        ("Ku\u0308che", "Küche"),  # composed, as the font has it
        ("Дом Ελλάδα", "Дом Ελλάδα"),
        ("مرحبا", "مرحبا"),
        ("שלום", "שלום"),
        ("Home \U0001f3e0", "Home"),
        ("\U0001f3e0\U0001f468\u200d\U0001f469", SPARE),
        ("a\u202eb\u0007c\ud800", "abc"),
        ("", SPARE),
        (" \n ", SPARE),
        ("\u0378\u0379", SPARE),
    ],
)
def test_names_are_drawn_as_they_are_or_replaced(name: str, shown: str, bold: bool) -> None:
    assert drawable(name, SPARE, bold=bold) == shown


def test_a_script_without_a_font_is_replaced_as_a_whole() -> None:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    found = drawable("Room \u4e3b\u5367\u5ba4\u5bb6\u5c4b", SPARE, bold=False)
    if not installed & set(font(20, False).get_family()[1:]):
        assert found == SPARE
    else:
        assert found in {SPARE, "Room \u4e3b\u5367\u5ba4\u5bb6\u5c4b"}


@settings(max_examples=200)
@given(texts(max_size=40), st.booleans())
def test_whatever_is_kept_is_measured_without_a_warning(name: str, bold: bool) -> None:
    shown = drawable(name, SPARE, bold=bold)
    assert shown
    assert Canvas("light").width(shown, 30, bold=bold) > 0
