"""Formatting as TDLib judges it, lengths as Telegram counts them."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.demo.telegram_errors import ApiError
from src.demo.telegram_text import (
    Formatted,
    found_entities,
    parse_caption,
    parse_text,
    tidy,
    utf16_len,
)
from tests.texts import texts


def refusal(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(ApiError) as caught:
        parse_text(*args, **kwargs)
    assert caught.value.code == 400
    return caught.value.description


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("one<br>two", 'Unsupported start tag "br" at byte offset 3'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<ul><li>x</li></ul>", 'Unsupported start tag "ul" at byte offset 0'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("<img src='x'>", 'Unsupported start tag "img" at byte offset 0'),
        ("<table></table>", 'Unsupported start tag "table" at byte offset 0'),
        ("<!-- x -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("<b>unclosed", 'Can\'t find end tag corresponding to start tag "b"'),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(html: str, words: str) -> None:
    assert refusal(html, "HTML") == f"Bad Request: can't parse entities: {words}"


def test_a_span_must_be_a_spoiler() -> None:
    assert refusal("<span>x</span>", "HTML").startswith("Bad Request: can't parse entities: ")


@pytest.mark.parametrize(
    ("html", "text", "types"),
    [
        ("fish & chips", "fish & chips", []),
        ("a&nbsp;b", "a&nbsp;b", []),
        ("&lt;&gt;&amp;&quot;&#65;", '<>&"A', []),
        ("<B>x</B>", "x", ["bold"]),
        ("<a>x</a>", "x", []),
        ("<a href='javascript:alert(1)'>x</a>", "x", []),
        ("<span class='tg-spoiler'>x</span>", "x", ["spoiler"]),
        ("<blockquote expandable>x</blockquote>", "x", ["expandable_blockquote"]),
        ("<u>a</u><s>b</s><i>c</i>", "abc", ["underline", "strikethrough", "italic"]),
        ("<code>/start</code>", "/start", ["code"]),
        ("<pre>x</pre>", "x", ["pre"]),
        ("see /help", "see /help", ["bot_command"]),
        ("https://example.com", "https://example.com", ["url"]),
    ],
)
def test_valid_html_and_what_it_becomes(html: str, text: str, types: list[str]) -> None:
    formatted = parse_text(html, "HTML")
    assert formatted.text == text
    assert [entity["type"] for entity in formatted.entities] == types


def test_entities_carry_their_values() -> None:
    ann = {"id": 5, "is_bot": False, "first_name": "Ann"}
    html = (
        "<a href='http://a.example'>l</a> <a href='tg://user?id=5'>m</a>"
        " <a href='tg://user?id=6'>n</a>"
        " <pre><code class='language-py'>z</code></pre>"
        " <tg-emoji emoji-id='77'>👍</tg-emoji>"
    )
    formatted = parse_text(html, "HTML", known_user={5: ann}.get)
    assert list(formatted.entities) == [
        {"offset": 0, "length": 1, "type": "text_link", "url": "http://a.example/"},
        {"offset": 2, "length": 1, "type": "text_mention", "user": ann},
        {"offset": 6, "length": 1, "type": "pre", "language": "py"},
        {"offset": 8, "length": 2, "type": "custom_emoji", "custom_emoji_id": "77"},
    ]


@pytest.mark.parametrize("shape", [None, "r", "t", "T", "d", "D", "dt", "DT", "wDT", "w"])
def test_moments_keep_their_format(shape: str | None) -> None:
    attribute = f" format='{shape}'" if shape else ""
    formatted = parse_text(f"<tg-time unix='1700000000'{attribute}>x</tg-time>", "html")
    [entity] = formatted.entities
    assert (entity["type"], entity["unix_time"]) == ("date_time", 1_700_000_000)
    assert entity.get("date_time_format") == shape


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (
            "a.",
            "MarkdownV2",
            "Character '.' is reserved and must be escaped with the preceding '\\'",
        ),
        ("*x", "MarkdownV2", "Can't find end of Bold entity at byte offset 0"),
        ("*x", "Markdown", "Can't find end of the entity starting at byte offset 0"),
    ],
)
def test_broken_markdown_is_refused(text: str, mode: str, words: str) -> None:
    assert refusal(text, mode) == f"Bad Request: can't parse entities: {words}"


def test_markdown_v2_is_parsed() -> None:
    formatted = parse_text("*a* ||b|| \\.", "markdownv2")
    assert formatted.text == "a b ."
    assert [entity["type"] for entity in formatted.entities] == ["bold", "spoiler"]


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", None, "message text is empty"),
        (None, None, "message text is empty"),
        ("<b></b>", "HTML", "message text is empty"),
        ("  \n ", None, "text must be non-empty"),
        ("\u200b\u2060", None, "text must be non-empty"),
        ("x" * 4097, None, "message is too long"),
        ("😀" * 2049, None, "message is too long"),
        ("x", "BBCode", "unsupported parse_mode"),
    ],
)
def test_empty_long_and_unknown(text: str | None, mode: str | None, words: str) -> None:
    assert refusal(text, mode) == f"Bad Request: {words}"


def test_lengths_are_counted_after_parsing_in_utf16_units() -> None:
    assert utf16_len("a😀") == 3
    assert utf16_len(parse_text("<b>" + "😀" * 2048 + "</b>", "HTML").text) == 4096
    assert refusal("x" * 4097, too_long="MESSAGE_TOO_LONG") == "Bad Request: MESSAGE_TOO_LONG"


def test_captions_may_be_empty_and_are_shorter() -> None:
    assert parse_caption(None) == ("", ())
    assert parse_caption("<b>x</b>", "HTML").text == "x"
    assert parse_caption("x" * 1024).text == "x" * 1024
    with pytest.raises(ApiError, match="message caption is too long"):
        parse_caption("x" * 1025)


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ("bold", "can't parse MessageEntity: expected an Object"),
        (
            {"type": "loud", "offset": 0, "length": 1},
            "can't parse MessageEntity: Unsupported type specified: loud",
        ),
        (
            {"type": "text_link", "offset": 0, "length": 1},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {"type": "date_time", "offset": 0, "length": 1},
            "can't parse MessageEntity: Can't find field \"unix_time\"",
        ),
        (
            {"type": "bold", "offset": -1, "length": 1},
            "receive an entity with incorrect offset -1",
        ),
        (
            {"type": "bold", "offset": 1, "length": 5},
            "receive an entity with incorrect length 5",
        ),
        ({"type": [], "offset": 0, "length": 1}, None),
    ],
)
def test_bad_entities_are_refused(entity: Any, words: str | None) -> None:
    found = refusal("abc", None, [entity])
    assert words is None or found == f"Bad Request: {words}"


def test_given_entities_are_kept_and_parse_mode_wins() -> None:
    bold = {"type": "bold", "offset": 0, "length": 1}
    nothing = {"type": "bold", "offset": 0, "length": 0}
    assert list(parse_text("abc", None, [bold, nothing]).entities) == [bold]
    assert parse_text("abc", "HTML", [bold]).entities == ()
    many = [{"type": "bold", "offset": at, "length": 1} for at in range(150)]
    assert len(parse_text("x" * 150, "none", many).entities) == 100


def test_outer_space_goes_unless_an_entity_begins_in_it() -> None:
    assert parse_text("  hello \n") == ("hello", ())
    kept = parse_text("  <b> x </b> ", "HTML")
    assert kept == (" x", ({"offset": 0, "length": 2, "type": "bold"},))
    blank = Formatted("a   ", ({"type": "bold", "offset": 2, "length": 2},))
    assert tidy(blank) == ("a", ())


def test_what_cannot_be_shown_is_dropped_before_parsing() -> None:
    assert parse_text("a\tb\r\nc\x00d\u202ee").text == "a b\nc de"


def test_links_inside_code_are_not_found_again() -> None:
    formatted = parse_text("<code>/a</code> /b <b>/c</b>", "HTML")
    assert [(entity["type"], entity["offset"]) for entity in formatted.entities] == [
        ("code", 0),
        ("bot_command", 3),
        ("bold", 6),
        ("bot_command", 6),
    ]


def test_what_people_write_is_searched_too() -> None:
    kinds = [entity["type"] for entity in found_entities("/a @robert a@b.example #x $USD")]
    assert kinds == ["bot_command", "mention", "email", "hashtag", "cashtag"]


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_escaped_text_always_arrives_as_it_was(text: str) -> None:
    text = f"x{text}x"  # something to see, at both ends
    plain = parse_text(text).text
    assert parse_text(escape(text), "HTML").text == plain


@given(texts(max_size=60), st.sampled_from(["HTML", "Markdown", "MarkdownV2", "none"]))
def test_any_input_is_parsed_or_refused_as_telegram_does(text: str, mode: str) -> None:
    try:
        formatted = parse_text(text, mode)
    except ApiError:
        return  # any other exception is what this test is for
    for entity in formatted.entities:
        assert 0 <= entity["offset"] < utf16_len(formatted.text)
        assert entity["offset"] + entity["length"] <= utf16_len(formatted.text)
