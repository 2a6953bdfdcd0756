"""From CHANGELOG.md to the message in which admins read what a new version brings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from src.utils.markup import bold, code, escape, fit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["format_news", "news_between"]

_SECTION: Final = re.compile(r"^## \[?([^\]\s]+)\]?.*$", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_LONGEST: Final = 1_000


def news_between(changelog: str, before: str, now: str) -> str:
    """What the versions after `before`, up to `now`, brought, as Markdown, newest first.

    Empty when `now` is not described, or older than `before`. A `before` that is not described
    leaves the section of `now` alone.
    """
    _, *parts = _SECTION.split(changelog)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    names = list(sections)
    if now not in sections:
        return ""
    start = names.index(now)
    end = names.index(before) if before in sections else start + 1
    return "\n".join(sections[name].strip() for name in names[start:end])


def format_news(version: str, news: str) -> str:
    """The message as Telegram HTML, cut between items where it is too long."""
    title = f"🆕 {bold(f'Panoptes {version}')} is running. What is new:"
    return fit([title, *_blocks(news)], more="… and {n} more: see CHANGELOG.md")


def _blocks(news: str) -> Iterator[str]:
    """Headings and items, each as one line; an item's continuation lines are joined to it."""
    item = ""
    for line in [*news.splitlines(), ""]:
        words = line.strip()
        if words and not words.startswith(("- ", "* ", "#")):
            item = f"{item} {words}" if item else words
            continue
        if item:
            yield _inline(item)
        item = f"• {words[2:]}" if words.startswith(("- ", "* ")) else ""
        if words.startswith("#"):
            yield f"\n{bold(words.lstrip('# '))}"


def _inline(text: str) -> str:
    """`code` stays code, a link its words, the rest is text."""
    parts = _LINK.sub(r"\1", text).replace("**", "").split("`")
    return "".join(
        code(part, _LONGEST) if number % 2 else _spaced(part) for number, part in enumerate(parts)
    )


def _spaced(part: str) -> str:
    """Escaped, with the spaces around it, which separate it from code."""
    before = " " if part.startswith(" ") else ""
    after = " " if part.endswith(" ") and part.strip() else ""
    return f"{before}{escape(part, _LONGEST)}{after}"
