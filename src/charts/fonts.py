"""Which characters this machine can draw, so that a name never becomes boxes or warnings.

DejaVu comes with matplotlib and holds Latin, Greek, Cyrillic, Arabic and Hebrew. Other scripts need
a font of the system; where there is none, the caller's other wording is shown instead.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

__all__ = ["drawable", "font"]

_OWN = "DejaVu Sans"
# Common fonts of Linux, macOS and Windows that add scripts; those that are installed are used.
_MORE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Thai",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Microsoft YaHei",
    "Nirmala UI",
    "Arial Unicode MS",
)
# Joiners shape the letters beside them; every other invisible character could turn a text around.
_JOINERS = "\u200c\u200d"
# A name that lost more than this part of its letters is not that name any more.
_LOST_MOST = 0.3


@cache
def _families() -> tuple[str, ...]:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return (_OWN, *(name for name in _MORE if name in installed))


@cache
def font(pixels: float, bold: bool) -> FontProperties:
    """The font of that height, at the canvas's 72 dots per inch."""
    weight = "bold" if bold else "normal"
    return FontProperties(family=list(_families()), size=pixels, weight=weight)


@cache
def _known(bold: bool) -> frozenset[int]:
    """The code points that the font can draw in this weight."""
    weight = "bold" if bold else "normal"
    paths = [
        font_manager.findfont(FontProperties(family=family, weight=weight))
        for family in _families()
    ]
    return frozenset().union(*(font_manager.get_font(path).get_charmap() for path in paths))


def drawable(text: str, spare: str, *, bold: bool, whole: bool = False) -> str:
    """`text` on one line without what cannot be drawn; `spare` when too much of it is missing.

    With `whole` nothing may be missing, as in a sentence.
    """
    known = _known(bold)
    line = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(char for char in line if _shown(char, known))
    lost = _letters(line) - _letters(kept)
    enough = kept == line if whole else lost <= _LOST_MOST * _letters(line)
    short = " ".join(kept.split())
    return short if short.strip(_JOINERS) and enough else spare


def _letters(text: str) -> int:
    return sum(unicodedata.category(char)[0] in "LMN" for char in text)


def _shown(char: str, known: frozenset[int]) -> bool:
    return ord(char) in known and (unicodedata.category(char)[0] != "C" or char in _JOINERS)
