"""The version of Panoptes: the one place where it is written down; pyproject.toml reads it here."""

from __future__ import annotations

from typing import Final

__all__ = ["VERSION"]

VERSION: Final = "1.0.0"
