"""Colours and sizes of the pictures.

The hues are those of Okabe and Ito, which people with any kind of colour blindness tell apart; a
meaning is never told by hue alone: words, places, hatches and shapes say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["HEIGHT", "THEMES", "WIDTH", "Theme", "ThemeName"]

# 2:1, as wide as Telegram shows a photo without scaling it down. At 360 points of a phone one
# point is 3.6 of these pixels, so that 30 pixels are the least that is read without zooming.
WIDTH = 1280
HEIGHT = 640

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Theme:
    """One look; all values are "#rrggbb"."""

    paper: str
    ink: str
    soft: str  # words that matter less
    grid: str
    day: str  # the grid line on which a day begins
    down: str
    up: str
    online: str
    partial: str
    offline: str
    unknown: str
    limit: str  # the proven capacity


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        paper="#ffffff",
        ink="#14181d",
        soft="#4d5761",
        grid="#dfe4e9",
        day="#9aa5b0",
        down="#0072b2",
        up="#b35900",
        online="#0072b2",
        partial="#e69f00",
        offline="#c23b00",
        unknown="#78838e",
        limit="#14181d",
    ),
    "dark": Theme(
        paper="#17212b",
        ink="#f2f5f8",
        soft="#aab6c2",
        grid="#2b3947",
        day="#5d6f80",
        down="#56b4e9",
        up="#e69f00",
        online="#56b4e9",
        partial="#e69f00",
        offline="#ff7a45",
        unknown="#8b9aa9",
        limit="#f2f5f8",
    ),
}
