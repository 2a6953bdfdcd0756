"""Methods that change, pin, mark or remove what is already in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from src.demo.telegram_errors import bad_request, invalid
from src.demo.telegram_markup import check_link_preview, check_markup, inline_only
from src.demo.telegram_params import (
    ARRAY,
    BOOL,
    CHAT,
    INT,
    OBJECT,
    TEXT,
    Invocation,
    Method,
)
from src.demo.telegram_send import caption_fields, media_content
from src.demo.telegram_text import parse_text

if TYPE_CHECKING:
    from src.demo.telegram_state import Chat, StoredMessage

__all__ = ["METHODS"]

Json = dict[str, Any]

DELETABLE_FOR_S = 48 * 3600
MAX_BATCH = 100
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
_TEXT_KEYS = frozenset({"text", "entities", "link_preview_options"})
_CAPTION_KEYS = frozenset({"caption", "caption_entities", "show_caption_above_media"})
_MEDIA_KEYS = frozenset({"photo", "document", "has_media_spoiler"})


def _own_message(call: Invocation) -> tuple[Chat, StoredMessage]:
    """The message to edit, which must be there and be the bot's."""
    if not call.has("message_id"):
        raise bad_request("message identifier is not specified")
    chat = call.state.writable(call["chat_id"])
    stored = call.state.visible(chat, call["message_id"])
    if stored is None:
        raise bad_request("message to edit not found")
    own = stored.json.get("from", {}).get("id") == call.state.bot["id"]
    channel = "sender_chat" in stored.json
    if not (own or channel) or not stored.editable or _is_service(stored.json):
        raise bad_request("message can't be edited")
    return chat, stored


def _is_service(json: Json) -> bool:
    return not ({"text"} | _MEDIA_KEYS) & json.keys()


def _edit(call: Invocation, replaced: frozenset[str], content: Json) -> Json:
    """Swap the ``replaced`` keys for ``content``; the keyboard is always given anew."""
    chat, stored = _own_message(call)
    markup = inline_only(check_markup(call.get("reply_markup"), private=chat.private))
    json = {
        key: value
        for key, value in stored.json.items()
        if key not in replaced and key not in {"reply_markup", "edit_date"}
    }
    json.update(content)
    if markup is not None:
        json["reply_markup"] = markup
    before = {key: value for key, value in stored.json.items() if key != "edit_date"}
    if json == before:
        raise bad_request(NOT_MODIFIED)
    call.state.charge_flood(chat)
    json["edit_date"] = call.state.now()
    call.state.change_message(chat, stored, json)
    return json


def _edit_text(call: Invocation) -> Json:
    formatted = parse_text(
        call.get("text"),
        call.get("parse_mode"),
        call.get("entities"),
        known_user=call.state.known_user,
        too_long="MESSAGE_TOO_LONG",
    )
    preview = check_link_preview(call.get("link_preview_options"))
    if "text" not in _own_message(call)[1].json:
        raise bad_request("there is no text in the message to edit")
    content = formatted.fields("text", "entities")
    if preview:
        content["link_preview_options"] = preview
    return _edit(call, _TEXT_KEYS, content)


def _edit_caption(call: Invocation) -> Json:
    if not _MEDIA_KEYS & _own_message(call)[1].json.keys():
        raise bad_request("there is no caption in the message to edit")
    return _edit(call, _CAPTION_KEYS, caption_fields(call, call.values))


def _edit_media(call: Invocation) -> Json:
    # A text message may become a photo (Bot API 8.0), never the other way round.
    _own_message(call)
    content = media_content(call, call["media"])
    return _edit(call, _TEXT_KEYS | _CAPTION_KEYS | _MEDIA_KEYS, content)


def _edit_markup(call: Invocation) -> Json:
    return _edit(call, frozenset(), {})


def _check_deletable(call: Invocation, chat: Chat, json: Json) -> None:
    """Bots may delete what is younger than 48 h: their own, and in private chats everything."""
    own = json.get("from", {}).get("id") == call.state.bot["id"]
    admin = chat.bot_status == "administrator"
    if not (own or chat.private or admin):
        raise bad_request("message can't be deleted")
    if not admin and call.state.now() - json["date"] > DELETABLE_FOR_S:
        raise bad_request("message can't be deleted for everyone")


def _delete(call: Invocation) -> bool:
    chat = call.state.writable(call["chat_id"])
    stored = call.state.visible(chat, call["message_id"])
    if stored is None:
        raise bad_request("message to delete not found")
    _check_deletable(call, chat, stored.json)
    call.state.delete_messages(chat, [call["message_id"]])
    return True


def _delete_many(call: Invocation) -> bool:
    chat = call.state.writable(call["chat_id"])
    ids = call["message_ids"]
    if not 1 <= len(ids) <= MAX_BATCH or not all(isinstance(number, int) for number in ids):
        raise bad_request("message identifiers are not specified")
    found = [number for number in dict.fromkeys(ids) if call.state.visible(chat, number)]
    for number in found:
        _check_deletable(call, chat, chat.messages[number].json)
    call.state.delete_messages(chat, found)
    return True


def _pin(call: Invocation) -> bool:
    chat = _pinnable(call)
    if call.state.visible(chat, call["message_id"]) is None:
        raise bad_request("message to pin not found")
    if call["message_id"] in chat.pinned:
        chat.pinned.remove(call["message_id"])
    chat.pinned.append(call["message_id"])
    pinned = {"pinned_message": chat.messages[call["message_id"]].json}
    call.state.add_message(chat, call.state.bot, pinned, editable=False)
    call.state.events.emit("pinned", chat_id=chat.id, message_ids=list(chat.pinned))
    return True


def _unpin(call: Invocation) -> bool:
    chat = _pinnable(call)
    number = call.get("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    call.state.events.emit("pinned", chat_id=chat.id, message_ids=list(chat.pinned))
    return True


def _pinnable(call: Invocation) -> Chat:
    chat = call.state.writable(call["chat_id"])
    if not chat.private and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def _react(call: Invocation) -> bool:
    chat = call.state.writable(call["chat_id"])
    if call.state.visible(chat, call["message_id"]) is None:
        raise bad_request("message to react not found")
    reaction = call.get("reaction") or []
    for item in reaction:
        if not isinstance(item, dict) or item.get("type") != "emoji" or not item.get("emoji"):
            raise invalid("REACTION_INVALID")
    if len(reaction) > 1:
        raise invalid("REACTIONS_TOO_MANY")
    call.state.events.emit(
        "reaction", chat_id=chat.id, message_id=call["message_id"], reaction=reaction
    )
    return True


def _get_file(call: Invocation) -> Json:
    stored = call.state.files.get(call["file_id"])
    if stored is None:
        raise bad_request("invalid file_id")
    return stored.described()


_EDIT = {
    "chat_id": CHAT,
    "message_id": INT,
    "inline_message_id": TEXT,
    "reply_markup": OBJECT,
}
_CHAT_NEEDED = {"chat_id": "chat_id is empty"}
_MESSAGE_NEEDED = {**_CHAT_NEEDED, "message_id": "message identifier is not specified"}

METHODS = (
    Method(
        "editMessageText",
        _edit_text,
        {
            **_EDIT,
            "text": TEXT,
            "parse_mode": TEXT,
            "entities": ARRAY,
            "link_preview_options": OBJECT,
        },
        {"text": "message text is empty", **_CHAT_NEEDED},
    ),
    Method(
        "editMessageCaption",
        _edit_caption,
        {
            **_EDIT,
            "caption": TEXT,
            "parse_mode": TEXT,
            "caption_entities": ARRAY,
            "show_caption_above_media": BOOL,
        },
        _CHAT_NEEDED,
    ),
    Method(
        "editMessageMedia",
        _edit_media,
        {**_EDIT, "media": OBJECT},
        {"media": "media is not specified", **_CHAT_NEEDED},
    ),
    Method("editMessageReplyMarkup", _edit_markup, _EDIT, _CHAT_NEEDED),
    Method("deleteMessage", _delete, {"chat_id": CHAT, "message_id": INT}, _MESSAGE_NEEDED),
    Method(
        "deleteMessages",
        _delete_many,
        {"chat_id": CHAT, "message_ids": ARRAY},
        {**_CHAT_NEEDED, "message_ids": "message identifiers are not specified"},
    ),
    Method(
        "pinChatMessage",
        _pin,
        {"chat_id": CHAT, "message_id": INT, "disable_notification": BOOL},
        _MESSAGE_NEEDED,
    ),
    Method("unpinChatMessage", _unpin, {"chat_id": CHAT, "message_id": INT}, _CHAT_NEEDED),
    Method(
        "setMessageReaction",
        _react,
        {"chat_id": CHAT, "message_id": INT, "reaction": ARRAY, "is_big": BOOL},
        _MESSAGE_NEEDED,
    ),
    Method("getFile", _get_file, {"file_id": TEXT}, {"file_id": "file_id is empty"}),
)
