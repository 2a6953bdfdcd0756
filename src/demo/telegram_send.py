"""Methods that put something new into a chat, or answer a press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from src.demo.telegram_errors import bad_request, invalid
from src.demo.telegram_markup import check_link_preview, check_markup
from src.demo.telegram_params import (
    ARRAY,
    BOOL,
    CHAT,
    FILE,
    INT,
    OBJECT,
    TEXT,
    Invocation,
    Method,
)
from src.demo.telegram_text import parse_caption, parse_text, utf16_len

if TYPE_CHECKING:
    from src.demo.telegram_files import StoredFile
    from src.demo.telegram_state import Chat, Query

__all__ = ["METHODS", "attached_file", "caption_fields", "media_content"]

Json = dict[str, Any]

ANSWER_LIMIT = 200
MAX_INLINE_RESULTS = 50
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_REPLY_FIELDS = frozenset(
    {
        "message_id",
        "chat_id",
        "allow_sending_without_reply",
        "quote",
        "quote_parse_mode",
        "quote_entities",
        "quote_position",
    }
)
_MEDIA_FIELDS = frozenset(
    {"type", "media", "caption", "parse_mode", "caption_entities", "show_caption_above_media"}
    | {"has_spoiler", "disable_content_type_detection"}
)


class _Target(NamedTuple):
    """Where a message goes, and the fields that follow from it."""

    chat: Chat
    markup: Json | None
    fields: Json


def attached_file(call: Invocation, kind: str, given: str) -> StoredFile:
    """The file behind ``attach://name``, or an earlier ``file_id``; no address is fetched."""
    if given.startswith("attach://"):
        upload = call.uploads.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return call.state.files.add(kind, upload)
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    return call.state.files.find(kind, given)


def caption_fields(call: Invocation, source: Json) -> Json:
    """Caption fields of a media message, from the call or from an InputMedia."""
    formatted = parse_caption(
        source.get("caption"),
        source.get("parse_mode"),
        source.get("caption_entities"),
        known_user=call.state.known_user,
    )
    fields: Json = {}
    if formatted.text:
        fields = formatted.fields("caption", "caption_entities")
        if source.get("show_caption_above_media"):
            fields["show_caption_above_media"] = True
    return fields


def media_content(call: Invocation, media: Any) -> Json:
    """Message fields for one InputMedia (photo or document)."""
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = media.get("type")
    if kind not in {"photo", "document"}:
        raise bad_request(f"media of type {kind} is not emulated here")
    for name in media:
        if name not in _MEDIA_FIELDS:
            raise bad_request(f"unexpected field {name} in InputMedia")
    if not media.get("media"):
        raise bad_request("can't parse InputMedia: Can't find field \"media\"")
    stored = attached_file(call, kind, str(media["media"]))
    return {**_file_fields(stored, media), **caption_fields(call, media)}


def _file_fields(stored: StoredFile, source: Json) -> Json:
    if stored.kind == "document":
        return {"document": stored.document()}
    fields: Json = {"photo": stored.photo_sizes()}
    if source.get("has_spoiler"):
        fields["has_media_spoiler"] = True
    return fields


def _target(call: Invocation) -> _Target:
    chat = call.state.writable(call["chat_id"])
    markup = check_markup(call.get("reply_markup"), private=chat.private)
    fields: Json = {}
    thread_id = call.get("message_thread_id")
    if thread_id is not None:
        if thread_id not in chat.topics:
            raise bad_request("message thread not found")
        fields.update(message_thread_id=thread_id, is_topic_message=True)
    fields.update(_reply_fields(call, chat))
    if call.get("protect_content"):
        fields["has_protected_content"] = True
    if call.has("message_effect_id"):
        if not chat.private:
            raise invalid("EFFECT_ID_INVALID")
        fields["effect_id"] = call["message_effect_id"]
    call.state.charge_flood(chat)
    return _Target(chat, markup, fields)


def _reply_fields(call: Invocation, chat: Chat) -> Json:
    given = call.get("reply_parameters")
    if not given:
        return {}
    for name in given:
        if name not in _REPLY_FIELDS:
            raise bad_request(f"unexpected field {name} in reply parameters")
    if "message_id" not in given:
        raise bad_request('can\'t find field "message_id"')
    if not isinstance(given["message_id"], int):
        raise bad_request('field "message_id" must be of type Number')
    other = call.state.chat(given["chat_id"]) if "chat_id" in given else chat
    stored = call.state.visible(other, given["message_id"])
    if stored is None:
        if given.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    shown = {key: value for key, value in stored.json.items() if key != "reply_to_message"}
    return {"reply_to_message": shown, **_quote(given, shown)}


def _quote(given: Json, shown: Json) -> Json:
    if not given.get("quote"):
        return {}
    text = str(shown.get("text", shown.get("caption", "")))
    if str(given["quote"]) not in text:
        raise invalid("QUOTE_TEXT_INVALID")
    position = utf16_len(text[: text.index(str(given["quote"]))])
    return {"quote": {"text": given["quote"], "position": position, "is_manual": True}}


def _deliver(call: Invocation, target: _Target, content: Json) -> Json:
    state, chat, markup = call.state, target.chat, target.markup
    inline = markup is not None and "inline_keyboard" in markup
    content = {**target.fields, **content}
    if inline:
        content["reply_markup"] = markup
    state.set_action(chat, None)
    sender = None if chat.json["type"] == "channel" else state.bot
    message = state.add_message(chat, sender, content, editable=inline or markup is None)
    if markup is not None and not inline:
        chat.keyboard = None if "remove_keyboard" in markup else markup
        state.events.emit("keyboard", chat_id=chat.id, keyboard=chat.keyboard)
    return message


def _send_message(call: Invocation) -> Json:
    formatted = parse_text(
        call.get("text"),
        call.get("parse_mode"),
        call.get("entities"),
        known_user=call.state.known_user,
    )
    preview = check_link_preview(call.get("link_preview_options"))
    content = formatted.fields("text", "entities")
    if preview:
        content["link_preview_options"] = preview
    return _deliver(call, _target(call), content)


def _send_file(kind: str) -> Any:
    def send(call: Invocation) -> Json:
        target = _target(call)
        stored = attached_file(call, kind, call[kind])
        content = {**_file_fields(stored, call.values), **caption_fields(call, call.values)}
        return _deliver(call, target, content)

    return send


def _send_media_group(call: Invocation) -> list[Json]:
    media = call["media"]
    if not 2 <= len(media) <= 10:
        raise bad_request("wrong number of messages specified for the album: 2 to 10 are allowed")
    if len({item.get("type") for item in media if isinstance(item, dict)}) != 1:
        raise bad_request("document can't be mixed with other media types")
    target = _target(call)
    contents = [media_content(call, item) for item in media]
    group = f"139{call.state.now()}{target.chat.id & 0xFFFF}"
    return [_deliver(call, target, {"media_group_id": group, **content}) for content in contents]


def _send_chat_action(call: Invocation) -> bool:
    if call["action"].lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.state.writable(call["chat_id"])
    thread_id = call.get("message_thread_id")
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    call.state.set_action(chat, call["action"].lower())
    return True


def _announce_answer(call: Invocation, query: Query) -> bool:
    call.state.events.emit("answer", user_id=query.user_id, query_id=query.id, answer=query.answer)
    return True


def _answer_callback_query(call: Invocation) -> bool:
    if utf16_len(str(call.get("text", ""))) > ANSWER_LIMIT:
        raise invalid("MESSAGE_TOO_LONG")
    if call.get("url") and f"t.me/{call.state.bot['username']}?start=" not in call["url"]:
        raise invalid("URL_INVALID")
    answer = {key: value for key, value in call.values.items() if key != "callback_query_id"}
    return _announce_answer(call, call.state.answer_query(call["callback_query_id"], answer))


def _answer_inline_query(call: Invocation) -> bool:
    results = call["results"]
    if len(results) > MAX_INLINE_RESULTS:
        raise invalid("RESULTS_TOO_MUCH")
    ids = [item.get("id") for item in results if isinstance(item, dict)]
    if len(ids) != len(results) or any(not isinstance(item, str) or not item for item in ids):
        raise bad_request("can't parse InlineQueryResult: Can't find field \"id\"")
    if any(len(str(item).encode()) > 64 for item in ids):
        raise invalid("RESULT_ID_INVALID")
    if len(set(ids)) != len(ids):
        raise invalid("RESULT_ID_DUPLICATE")
    answer = {key: value for key, value in call.values.items() if key != "inline_query_id"}
    return _announce_answer(call, call.state.answer_query(call["inline_query_id"], answer))


_CHAT_NEEDED = {"chat_id": "chat_id is empty"}
_DELIVERY = {
    "chat_id": CHAT,
    "message_thread_id": INT,
    "disable_notification": BOOL,
    "protect_content": BOOL,
    "allow_paid_broadcast": BOOL,
    "message_effect_id": TEXT,
    "reply_parameters": OBJECT,
}
_CAPTION = {
    "caption": TEXT,
    "parse_mode": TEXT,
    "caption_entities": ARRAY,
    "reply_markup": OBJECT,
}

METHODS = (
    Method(
        "sendMessage",
        _send_message,
        {
            **_DELIVERY,
            "text": TEXT,
            "parse_mode": TEXT,
            "entities": ARRAY,
            "link_preview_options": OBJECT,
            "reply_markup": OBJECT,
        },
        {"text": "message text is empty", **_CHAT_NEEDED},
    ),
    Method(
        "sendPhoto",
        _send_file("photo"),
        {
            **_DELIVERY,
            **_CAPTION,
            "photo": FILE,
            "show_caption_above_media": BOOL,
            "has_spoiler": BOOL,
        },
        {"photo": "there is no photo in the request", **_CHAT_NEEDED},
    ),
    Method(
        "sendDocument",
        _send_file("document"),
        {
            **_DELIVERY,
            **_CAPTION,
            "document": FILE,
            "thumbnail": FILE,
            "disable_content_type_detection": BOOL,
        },
        {"document": "there is no document in the request", **_CHAT_NEEDED},
    ),
    Method(
        "sendMediaGroup",
        _send_media_group,
        {**_DELIVERY, "media": ARRAY},
        {"media": "there are no messages to send", **_CHAT_NEEDED},
    ),
    Method(
        "sendChatAction",
        _send_chat_action,
        {"chat_id": CHAT, "message_thread_id": INT, "action": TEXT},
        {"action": "wrong parameter action in request", **_CHAT_NEEDED},
    ),
    Method(
        "answerCallbackQuery",
        _answer_callback_query,
        {
            "callback_query_id": TEXT,
            "text": TEXT,
            "show_alert": BOOL,
            "url": TEXT,
            "cache_time": INT,
        },
        {"callback_query_id": "invalid callback query identifier specified"},
    ),
    Method(
        "answerInlineQuery",
        _answer_inline_query,
        {
            "inline_query_id": TEXT,
            "results": ARRAY,
            "cache_time": INT,
            "is_personal": BOOL,
            "next_offset": TEXT,
            "button": OBJECT,
        },
        {
            "inline_query_id": "invalid inline query identifier specified",
            "results": 'can\'t find field "results"',
        },
    ),
)
