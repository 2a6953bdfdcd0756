"""Telegram HTML: escaping, measuring and cutting agree with Telegram's own parser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from src.demo.telegram_text import parse_text, utf16_len
from src.utils import markup
from src.utils.markup import (
    MESSAGE_LIMIT,
    bold,
    clean,
    code,
    escape,
    expandable,
    fit,
    italic,
    moment,
    plain,
    units,
)
from tests.telegram_rules import NASTY

CLEANED = [
    ("Home", "Home"),
    ("  Home \n", "Home"),
    ("a\tb\r\nc", "a b  c"),
    ("a\x00b\x07c\x9fd", "abcd"),
    ("a\ud800b", "ab"),
    ("\u202egarbled\u202c", "garbled"),
    ("שלום", "\u2068שלום\u2069"),
    ("بيت 12", "\u2068بيت 12\u2069"),
    ("👩‍👩‍👧 Küche", "👩‍👩‍👧 Küche"),
    (42, "42"),
    (None, "None"),
    ("", ""),
]


@pytest.mark.parametrize(("value", "expected"), CLEANED)
def test_clean(value: object, expected: str) -> None:
    assert clean(value) == expected


def test_clean_cuts_only_what_is_too_long() -> None:
    assert clean("x" * 300) == "x" * 300
    assert clean("x" * 301) == "x" * 299 + "…"
    assert clean("ab cdef", 4) == "ab…"


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("wrap", [escape, bold, italic, code])
def test_telegram_shows_what_was_given(name: str, wrap: object) -> None:
    assert callable(wrap)
    assert parse_text(wrap(name), "HTML").text == clean(name)
    assert plain(wrap(name)) == clean(name)


@pytest.mark.parametrize("wrap", [bold, italic, code, escape])
def test_nothing_stays_nothing(wrap: object) -> None:
    assert callable(wrap)
    assert wrap("") == wrap("\x00 \n") == ""


def test_escape_is_safe_in_attributes() -> None:
    assert escape("\"'<&>") == "&quot;&#39;&lt;&amp;&gt;"


def test_expandable() -> None:
    text = expandable([bold("A"), "b"])
    (quote, _) = parse_text(text, "HTML").entities
    assert (quote["type"], quote["length"]) == ("expandable_blockquote", 3)
    assert expandable([]) == ""


def test_moment_is_a_date_in_the_readers_zone() -> None:
    when = datetime(2026, 5, 18, 8, 42, tzinfo=timezone(timedelta(hours=2)))
    text = moment(when, "<08:42>", "wDt")
    assert text == '<tg-time unix="1779086520" format="wDt">&lt;08:42&gt;</tg-time>'
    parsed = parse_text(text, "HTML")
    assert (parsed.text, parsed.entities[0]["type"]) == ("<08:42>", "date_time")
    assert moment(when.astimezone(UTC), "<08:42>", "wDt") == text


@pytest.mark.parametrize("text", ["", "abc", "<b>ab</b>c", "&lt;&amp;", "🏠", "é👩‍👩‍👧", "a\nb"])
def test_units_are_telegrams(text: str) -> None:
    assert units(text) == (utf16_len(parse_text(text, "HTML").text) if text else 0)


def test_units_of_half_a_character_do_not_fail() -> None:
    assert units("\ud800") == 1


def test_what_fits_is_left_alone() -> None:
    assert fit(["a", "b"]) == "a\nb"
    assert fit(["x" * MESSAGE_LIMIT]) == "x" * MESSAGE_LIMIT
    assert fit(["<b>" + "x" * MESSAGE_LIMIT + "</b>"]).endswith("</b>")
    assert fit([]) == ""


@pytest.mark.parametrize("size", [1, 7, 100, 299])
@pytest.mark.parametrize("limit", [300, 1024, MESSAGE_LIMIT])
def test_whole_blocks_are_kept_and_the_rest_is_counted(size: int, limit: int) -> None:
    blocks = [bold("🏠" * (size // 2) + "x" * (size % 2)) or "x" for _ in range(MESSAGE_LIMIT)]
    text = fit(blocks, limit)
    *kept, last = text.split("\n")
    assert units(text) <= limit
    assert kept == blocks[: len(kept)]
    assert last == f"… and {MESSAGE_LIMIT - len(kept)} more"
    # One more block would not have fitted beside the longest possible last line.
    assert units("\n".join([*kept, blocks[0], f"… and {MESSAGE_LIMIT} more"])) > limit


def test_the_words_for_the_rest_can_be_given() -> None:
    assert fit(["x" * 30, "y"], 20, "+{n} pods") == "+2 pods"


def test_all_is_sorted() -> None:
    assert sorted(markup.__all__, key=lambda name: (not name.isupper(), name)) == markup.__all__
