"""What a new version brings, out of the file that people keep for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.utils.changelog import format_news, news_between
from src.version import VERSION
from tests.telegram_rules import NASTY, shown

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG = """# Changelog

All of it.

## [Unreleased]

- not yet

## [1.2.0] - 2026-12-01

### Added

- Watching: `/watch` tells
  before the customer calls, see [the guide](https://example.net/x).
- **Bold** words & <tags>.

### Fixed

Plain words.

## 1.1.0

- older

## [1.0.0]

- oldest
"""


@pytest.mark.parametrize(
    ("before", "now", "has", "has_not"),
    [
        ("1.1.0", "1.2.0", ["Watching"], ["not yet", "- older", "oldest"]),
        ("1.0.0", "1.2.0", ["Watching", "- older"], ["oldest", "All of it"]),
        ("0.9.0", "1.2.0", ["Watching"], ["- older"]),
        ("1.0.0", "1.1.0", ["- older"], ["Watching", "oldest"]),
    ],
)
def test_everything_since_the_last_start(
    before: str, now: str, has: list[str], has_not: list[str]
) -> None:
    news = news_between(CHANGELOG, before, now)
    assert [word for word in has if word not in news] == []
    assert [word for word in has_not if word in news] == []


@pytest.mark.parametrize(
    ("before", "now"), [("1.2.0", "1.1.0"), ("1.1.0", "9.9.9"), ("1.2.0", "1.2.0")]
)
def test_no_news_of_what_is_older_or_not_described(before: str, now: str) -> None:
    assert not news_between(CHANGELOG, before, now)
    assert not news_between("", before, now)


def test_the_message_is_what_telegram_can_show() -> None:
    message = format_news("1.2.0", news_between(CHANGELOG, "1.1.0", "1.2.0"))
    assert shown(message).splitlines() == [
        "🆕 Panoptes 1.2.0 is running. What is new:",
        "",
        "Added",
        "• Watching: /watch tells before the customer calls, see the guide.",
        "• Bold words & <tags>.",
        "",
        "Fixed",
        "Plain words.",
    ]
    assert "<code>/watch</code>" in message


def test_the_file_as_it_is_can_be_shown() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    words = shown(format_news(VERSION, news_between(text, "0", "Unreleased")))
    assert words.count("•") > 5


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_breaks_the_message(nasty: str) -> None:
    shown(format_news(nasty, f"- {nasty} `{nasty}\n\n{nasty}"))


def test_what_is_too_long_is_cut_between_items() -> None:
    words = shown(format_news("2", "\n".join(f"- item {n} {'x' * 80}" for n in range(100))))
    assert "more: see CHANGELOG.md" in words
