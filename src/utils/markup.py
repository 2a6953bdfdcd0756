"""Telegram HTML: the one place that escapes, measures and cuts text.

Limits are Telegram's: 4,096 UTF-16 units in a message and 1,024 in a caption, counted after the
formatting is parsed (core.telegram.org/bots/api#sendmessage).
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CAPTION_LIMIT",
    "DASH",
    "MESSAGE_LIMIT",
    "bold",
    "clean",
    "code",
    "escape",
    "expandable",
    "fit",
    "italic",
    "moment",
    "plain",
    "units",
]

MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
# "Not reported" is shown as this, never as 0 (three-valued rule of the product).
DASH = "–"

_TAG = re.compile(r"<[^>]*>")
# Control characters and halves of surrogate pairs (categories Cc and Cs) would be refused or
# vanish; a bare direction override would garble the lines after it.
_BREAKS = re.compile(r"[\r\n\t]")
_DROPPED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def clean(value: object, limit: int = 300) -> str:
    """One line of display text: no control characters, at most `limit` characters.

    Right-to-left text is wrapped in an isolate, so that the words around it keep their order.
    """
    text = str(value)
    if not text.isprintable():
        text = _DROPPED.sub("", _BREAKS.sub(" ", text))
    text = text.strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    if not text.isascii() and any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return f"\u2068{text}\u2069"
    return text


def escape(value: object, limit: int = 300) -> str:
    """A dynamic value, ready to stand between tags or in an attribute."""
    return html.escape(clean(value, limit), quote=True).replace("&#x27;", "&#39;")


def bold(value: object, limit: int = 300) -> str:
    """The value in bold, escaped; nothing at all for an empty one (Telegram refuses `<b></b>`)."""
    return _wrap("b", value, limit)


def italic(value: object, limit: int = 300) -> str:
    """The value in italics, escaped."""
    return _wrap("i", value, limit)


def code(value: object, limit: int = 300) -> str:
    """The value in fixed width (tap copies it), escaped."""
    return _wrap("code", value, limit)


def _wrap(tag: str, value: object, limit: int) -> str:
    inner = escape(value, limit)
    return f"<{tag}>{inner}</{tag}>" if inner else ""


def expandable(lines: Iterable[str]) -> str:
    """Already formatted lines as a quote that opens on tap; empty input gives an empty text."""
    body = "\n".join(lines)
    return f"<blockquote expandable>{body}</blockquote>" if body else ""


def moment(when: datetime, fallback: str, style: str = "t") -> str:
    """A moment that each reader's client shows in the reader's own zone.

    `fallback` is what clients without date-time entities show. `style` is Telegram's format
    letters (r, w, d, D, t, T).
    """
    unix = int(when.astimezone(UTC).timestamp())
    return f'<tg-time unix="{unix}" format="{style}">{escape(fallback)}</tg-time>'


def plain(text: str) -> str:
    """Telegram HTML without its markup: what the reader sees, for the plain resend."""
    return html.unescape(_TAG.sub("", text))


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units of the text after formatting."""
    return len(plain(text).encode("utf-16-le", "surrogatepass")) // 2


def fit(blocks: Sequence[str], limit: int = MESSAGE_LIMIT, more: str = "… and {n} more") -> str:
    """Join whole blocks with line breaks, as many as fit, and say how many were left out.

    A block is never cut, so no tag is ever broken. `more` must contain `{n}`.
    """
    text = "\n".join(blocks)
    if units(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - units(more.format(n=len(blocks))) - 1
    for block in blocks:
        size = units(block) + 1
        if size > room:
            break
        kept.append(block)
        room -= size
    return "\n".join([*kept, more.format(n=len(blocks) - len(kept))])
