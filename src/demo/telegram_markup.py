"""Checks of ``reply_markup`` and ``link_preview_options``, refused as Telegram refuses them."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from src.demo.telegram_errors import bad_request, invalid
from src.demo.telegram_text import utf16_len

__all__ = ["buttons_of", "check_link_preview", "check_markup", "inline_only"]

MAX_BUTTONS = 100
MAX_CALLBACK_BYTES = 64
MAX_COPY_UNITS = 256
MAX_PLACEHOLDER = 64

_ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
_LOOKS = frozenset({"text", "style", "icon_custom_emoji_id"})
_STYLES = frozenset({"primary", "success", "danger"})
_KEYBOARD_ACTIONS = frozenset(
    {"request_users", "request_chat", "request_contact", "request_location", "request_poll"}
    | {"web_app"}
)
_MARKUP_FIELDS: dict[str, frozenset[str]] = {
    "inline_keyboard": frozenset(),
    "keyboard": frozenset(
        {
            "is_persistent",
            "resize_keyboard",
            "one_time_keyboard",
            "selective",
            "input_field_placeholder",
        }
    ),
    "remove_keyboard": frozenset({"selective"}),
    "force_reply": frozenset({"selective", "input_field_placeholder"}),
}
_PREVIEW_FLAGS = frozenset(
    {"is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"}
)


def check_markup(markup: Any, *, private: bool) -> dict[str, Any] | None:
    """A valid markup, or None for none; anything Telegram would refuse raises ``ApiError``."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    kinds = [kind for kind in _MARKUP_FIELDS if kind in markup]
    if len(kinds) != 1:
        raise bad_request("can't parse reply keyboard markup JSON object")
    kind = kinds[0]
    _refuse_unknown(markup, _MARKUP_FIELDS[kind] | {kind}, "reply markup")
    _check_flags(markup)
    if kind == "inline_keyboard":
        rows = _rows(markup, kind)
        for row in rows:
            for button in row:
                _check_inline_button(button, private=private)
        # An empty keyboard is how a bot takes the buttons away: the message then has none.
        return {kind: [row for row in rows if row]} if any(rows) else None
    if kind == "keyboard":
        _check_keyboard(_rows(markup, kind), private=private)
    return dict(markup)


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an edit may carry: an inline keyboard or nothing."""
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def check_link_preview(options: Any) -> dict[str, Any] | None:
    """Valid ``link_preview_options`` or None."""
    if options is None:
        return None
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    _refuse_unknown(options, _PREVIEW_FLAGS | {"url"}, "link preview options")
    for flag in _PREVIEW_FLAGS & options.keys():
        if not isinstance(options[flag], bool):
            raise bad_request(f'field "{flag}" must be of type Boolean')
    if options.get("url") and not _is_public(str(options["url"])):
        raise invalid("WEBPAGE_URL_INVALID")
    return dict(options)


def buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """All inline buttons of a message, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button for row in rows for button in row]


def _check_flags(markup: dict[str, Any]) -> None:
    for field, value in markup.items():
        if field in {"inline_keyboard", "keyboard"}:
            continue
        if field == "input_field_placeholder":
            if not isinstance(value, str) or not 1 <= utf16_len(value) <= MAX_PLACEHOLDER:
                raise invalid("REPLY_MARKUP_PLACEHOLDER_INVALID")
        elif not isinstance(value, bool):
            raise bad_request(f'field "{field}" must be of type Boolean')


def _rows(markup: dict[str, Any], kind: str) -> list[list[Any]]:
    rows = markup[kind]
    if not isinstance(rows, list):
        raise bad_request(f'field "{kind}" must be of type Array')
    if any(not isinstance(row, list) for row in rows):
        raise bad_request(f'field "{kind}" must be an Array of Arrays')
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _check_inline_button(button: Any, *, private: bool) -> None:
    where = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {where}: expected an Object")
    _check_label(button, where)
    _refuse_unknown(button, _ACTIONS | _LOOKS, where)
    if str(button.get("style", "primary")) not in _STYLES:
        raise invalid("BUTTON_STYLE_INVALID")
    actions = [action for action in sorted(_ACTIONS) if _acts(button, action)]
    if not actions:
        raise bad_request(f"can't parse {where}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"can't parse {where}: exactly one action must be used")
    _check_action(actions[0], button[actions[0]], private=private)


def _acts(button: dict[str, Any], action: str) -> bool:
    """Whether the field makes the button do something; only a switched query may be empty."""
    if action.startswith("switch_inline_query"):
        return action in button
    value = button.get(action)
    return value is not None and value != ""


def _check_label(button: dict[str, Any], where: str) -> None:
    if "text" not in button:
        raise bad_request(f"can't parse {where}: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad_request(f'can\'t parse {where}: Field "text" must be of type String')
    if not button["text"].strip():
        raise invalid("BUTTON_TEXT_INVALID")


def _check_action(action: str, value: Any, *, private: bool) -> None:
    if action == "callback_data":
        if not isinstance(value, str) or len(value.encode()) > MAX_CALLBACK_BYTES:
            raise invalid("BUTTON_DATA_INVALID")
    elif action == "url":
        _check_button_url(str(value))
    elif action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= utf16_len(text) <= MAX_COPY_UNITS:
            raise invalid("BUTTON_COPY_TEXT_INVALID")
    elif action == "web_app":
        _check_web_app(value, "inline keyboard button", private=private)
    elif action in {"callback_game", "pay"}:
        raise invalid("BUTTON_TYPE_INVALID")


def _check_button_url(url: str) -> None:
    if url.startswith("tg://"):
        return
    scheme, separator, _ = url.lower().partition("://")
    if separator and scheme not in {"http", "https", "ton"}:
        raise bad_request(
            f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol"
        )
    if not _is_public(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_web_app(value: Any, where: str, *, private: bool) -> None:
    url = str(value.get("url", "")) if isinstance(value, dict) else ""
    if not url.startswith("https://"):
        raise bad_request(f"{where} Web App URL '{url}' is invalid: Only HTTPS links are allowed")
    if not private:
        raise invalid("BUTTON_TYPE_INVALID")


def _is_public(url: str) -> bool:
    """Whether Telegram would take it as a link: a dotted host or an address, no bare name."""
    try:
        host = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    except ValueError:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and " " not in url
    return True


def _check_keyboard(rows: list[list[Any]], *, private: bool) -> None:
    where = "keyboard button"
    for button in (button for row in rows for button in row):
        if isinstance(button, str):
            continue
        if not isinstance(button, dict):
            raise bad_request(f"can't parse {where}: expected an Object")
        _check_label(button, where)
        _refuse_unknown(button, _KEYBOARD_ACTIONS | _LOOKS, where)
        if "web_app" in button:
            _check_web_app(button["web_app"], where, private=private)


def _refuse_unknown(given: dict[str, Any], known: frozenset[str] | set[str], where: str) -> None:
    """Stricter than Telegram on purpose: a field that it would ignore is a mistake of ours."""
    for field in given:
        if field not in known:
            raise bad_request(f"unexpected field {field} in {where}")
