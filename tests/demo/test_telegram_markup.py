"""Keyboards and link previews: what passes, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from src.demo.telegram_errors import ApiError
from src.demo.telegram_markup import buttons_of, check_link_preview, check_markup, inline_only


def inline(*buttons: Any) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def refusal(markup: Any, *, private: bool = True) -> str:
    with pytest.raises(ApiError) as caught:
        check_markup(markup, private=private)
    assert caught.value.code == 400
    return caught.value.description.removeprefix("Bad Request: ")


WEB_APP = "Web App URL 'http://a.example' is invalid: Only HTTPS links are allowed"
PARSE = "can't parse inline keyboard button: "


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ("x", PARSE + "expected an Object"),
        ({"callback_data": "x"}, PARSE + 'Can\'t find field "text"'),
        ({"text": 5, "callback_data": "x"}, PARSE + 'Field "text" must be of type String'),
        ({"text": " ", "callback_data": "x"}, "BUTTON_TEXT_INVALID"),
        ({"text": "x"}, PARSE + "Text buttons are unallowed in the inline keyboard"),
        (
            {"text": "x", "callback_data": ""},
            PARSE + "Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": 5}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "callback_data": "y", "url": "https://a.example"},
            PARSE + "exactly one action must be used",
        ),
        (
            {"text": "x", "calback_data": "y"},
            "unexpected field calback_data in inline keyboard button",
        ),
        ({"text": "x", "callback_data": "y", "style": "loud"}, "BUTTON_STYLE_INVALID"),
        ({"text": "x", "callback_data": "y", "style": []}, "BUTTON_STYLE_INVALID"),
        (
            {"text": "x", "url": "ftp://a.example"},
            "inline keyboard button URL 'ftp://a.example' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "x", "url": "http://localhost:80"},
            "inline keyboard button URL 'http://localhost:80' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "url": "not a url"},
            "inline keyboard button URL 'not a url' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "url": "http://[broken"},
            "inline keyboard button URL 'http://[broken' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": "y"}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"text": "x", "web_app": {"url": "http://a.example"}},
            "inline keyboard button " + WEB_APP,
        ),
        ({"text": "x", "pay": True}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "callback_game": {}}, "BUTTON_TYPE_INVALID"),
    ],
)
def test_bad_inline_buttons_are_refused(button: Any, words: str) -> None:
    assert refusal(inline(button)) == words


@pytest.mark.parametrize(
    "button",
    [
        {"text": "x", "callback_data": "x" * 64},
        {"text": "x", "callback_data": "é" * 32, "style": "danger"},
        {"text": "x", "url": "https://a.example/x?y=1"},
        {"text": "x", "url": "a.example"},
        {"text": "x", "url": "http://127.0.0.1:8080"},
        {"text": "x", "url": "tg://user?id=5"},
        {"text": "x", "copy_text": {"text": "y" * 256}},
        {"text": "x", "switch_inline_query": ""},
        {"text": "x", "web_app": {"url": "https://a.example"}},
    ],
)
def test_good_inline_buttons_pass(button: dict[str, Any]) -> None:
    assert check_markup(inline(button), private=True) == inline(button)


def test_web_apps_are_for_private_chats() -> None:
    button = {"text": "x", "web_app": {"url": "https://a.example"}}
    assert refusal(inline(button), private=False) == "BUTTON_TYPE_INVALID"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("x", "object expected as reply markup"),
        ({"buttons": []}, "can't parse reply keyboard markup JSON object"),
        (
            {"inline_keyboard": [], "force_reply": True},
            "can't parse reply keyboard markup JSON object",
        ),
        ({"inline_keyboard": "bad"}, 'field "inline_keyboard" must be of type Array'),
        ({"keyboard": "bad"}, 'field "keyboard" must be of type Array'),
        ({"keyboard": ["bad"]}, 'field "keyboard" must be an Array of Arrays'),
        ({"force_reply": "yes"}, 'field "force_reply" must be of type Boolean'),
        ({"remove_keyboard": "yes"}, 'field "remove_keyboard" must be of type Boolean'),
        (
            {"keyboard": [[{"text": "A"}]], "resize_keyboard": "yes"},
            'field "resize_keyboard" must be of type Boolean',
        ),
        (
            {"force_reply": True, "input_field_placeholder": ""},
            "REPLY_MARKUP_PLACEHOLDER_INVALID",
        ),
        ({"force_reply": True, "colour": 1}, "unexpected field colour in reply markup"),
        ({"keyboard": [[5]]}, "can't parse keyboard button: expected an Object"),
        ({"keyboard": [[{}]]}, "can't parse keyboard button: Can't find field \"text\""),
        ({"keyboard": [[{"text": "x", "y": 1}]]}, "unexpected field y in keyboard button"),
        (
            {"keyboard": [[{"text": "x", "web_app": {"url": "http://a.example"}}]]},
            "keyboard button " + WEB_APP,
        ),
    ],
)
def test_bad_markups_are_refused(markup: Any, words: str) -> None:
    assert refusal(markup) == words


def test_a_hundred_buttons_and_no_more() -> None:
    button = {"text": "x", "callback_data": "y"}
    rows = [[button] * 5] * 20
    assert check_markup({"inline_keyboard": rows}, private=True) == {"inline_keyboard": rows}
    assert refusal({"inline_keyboard": [*rows, [button]]}) == "reply markup is too long"


@pytest.mark.parametrize("markup", [None, {}, {"inline_keyboard": []}, {"inline_keyboard": [[]]}])
def test_an_empty_keyboard_is_none(markup: Any) -> None:
    assert check_markup(markup, private=True) is None


def test_other_keyboards_pass_but_not_in_edits() -> None:
    keyboard = {
        "keyboard": [["plain", {"text": "A"}]],
        "one_time_keyboard": True,
        "input_field_placeholder": "Say it",
    }
    assert check_markup(keyboard, private=True) == keyboard
    with pytest.raises(ApiError, match="inline keyboard expected"):
        inline_only(keyboard)
    assert inline_only(None) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "object expected as link preview options"),
        ({"is_disabled": "yes"}, 'field "is_disabled" must be of type Boolean'),
        ({"url": "not-a-url"}, "WEBPAGE_URL_INVALID"),
        ({"disabled": True}, "unexpected field disabled in link preview options"),
    ],
)
def test_bad_link_previews_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_link_preview(options)
    assert caught.value.description == f"Bad Request: {words}"


def test_good_link_previews_pass() -> None:
    good = {"is_disabled": True, "url": "https://a.example"}
    assert check_link_preview(good) == good
    assert check_link_preview(None) is None


def test_buttons_are_listed_row_by_row() -> None:
    rows = [[{"text": "a"}, {"text": "b"}], [{"text": "c"}]]
    message = {"reply_markup": {"inline_keyboard": rows}}
    assert [button["text"] for button in buttons_of(message)] == ["a", "b", "c"]
    assert buttons_of({"text": "x"}) == []
