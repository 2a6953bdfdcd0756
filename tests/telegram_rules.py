"""What Telegram would show of a text, or the failure it would answer with (TDLib's own parser)."""

from __future__ import annotations

import functools

from src.demo.telegram_text import TEXT_LIMIT, parse_text, utf16_len
from src.utils.markup import units

ENTITY_LIMIT = 100


@functools.lru_cache(maxsize=1000)  # the parts of a home that an example left alone say the same
def shown(text: str) -> str:
    """The text as a reader sees it; fails when Telegram would refuse or drop any of it."""
    formatted = parse_text(text, "HTML")
    assert utf16_len(formatted.text) <= TEXT_LIMIT
    # Telegram drops a few characters itself, so our own measure may only be the larger one.
    assert units(text) >= utf16_len(formatted.text)
    own = [entity for entity in formatted.entities if entity["type"] in _OURS]
    assert len(own) < ENTITY_LIMIT
    return formatted.text


_OURS = {"bold", "italic", "code", "expandable_blockquote", "date_time"}

NASTY = (
    "_*[]()~>#+-=|{}.!<&>\"'",
    "<b>not bold</b> &amp; &lt;",
    "</b></blockquote><a href='x'>",
    "👩‍👩‍👧 Küche 🏠",
    "שלום בית",
    "بيت العائلة 12",
    "{n} %s {0} \\n",
    "x" * 300,
    "🏠" * 300,
)
