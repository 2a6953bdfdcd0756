"""Texts as Telegram sees them: TDLib parses, we turn its answer into Bot API entities.

TDLib is the library that the real Bot API server is built on, so what it refuses here is refused
there, in the same words (``tdjson``: synchronous, offline, no login).
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from src.demo.telegram_errors import bad_request, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "CAPTION_LIMIT",
    "TEXT_LIMIT",
    "Formatted",
    "found_entities",
    "parse_caption",
    "parse_text",
    "tidy",
    "utf16_len",
]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100  # later ones are ignored, not refused

Entity = dict[str, Any]

_PARSE_MODES: dict[str, dict[str, Any]] = {
    "html": {"@type": "textParseModeHTML"},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
}
_SIMPLE_TYPES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "Url": "url",
    "EmailAddress": "email",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "PhoneNumber": "phone_number",
}
_VALUE_FIELDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_ENTITY_TYPES = frozenset(_SIMPLE_TYPES.values()) | _VALUE_FIELDS.keys() | {"date_time"}
# Inside these Telegram looks for no links and commands.
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention", "custom_emoji", "date_time"})
# What clients can never show is dropped or made a space before anything is counted.
_TO_SPACE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\t]")
_INVISIBLE = re.compile(r"[\s\u180e\u200b-\u200f\u2060-\u2064\u2800\ufeff]")
_TO_NOTHING = re.compile(r"[\r\u2028-\u202e\u033f\u030a\u0333]")


class Formatted(NamedTuple):
    """A text after parsing, with its Bot API entities (offsets in UTF-16 units)."""

    text: str
    entities: tuple[Entity, ...]

    def fields(self, text_key: str, entities_key: str) -> dict[str, Any]:
        """Message fields; no entities, no field, as in real answers."""
        found: dict[str, Any] = {text_key: self.text}
        if self.entities:
            found[entities_key] = list(self.entities)
        return found


def utf16_len(text: str) -> int:
    """Length as Telegram counts it: an emoji outside the basic plane is 2."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_text(
    text: str | None,
    parse_mode: str | None = None,
    entities: Sequence[Any] | None = None,
    *,
    known_user: Callable[[int], Entity | None] = lambda _: None,
    too_long: str = "message is too long",
) -> Formatted:
    """The text of a message, or the refusal that Telegram would give.

    ``known_user`` turns the id in a mention into a User; unknown people lose the mention.
    ``too_long`` differs between sending and editing on the real server.
    """
    if not text:
        raise bad_request("message text is empty")
    formatted = _format(text, parse_mode, entities, known_user)
    if not formatted.text:
        raise bad_request("message text is empty")
    tidied = tidy(formatted)
    if not _INVISIBLE.sub("", tidied.text):
        raise bad_request("text must be non-empty")
    if utf16_len(tidied.text) > TEXT_LIMIT:
        raise invalid(too_long)
    return _with_found(tidied)


def parse_caption(
    caption: str | None,
    parse_mode: str | None = None,
    entities: Sequence[Any] | None = None,
    *,
    known_user: Callable[[int], Entity | None] = lambda _: None,
) -> Formatted:
    """A caption: as a text, but may be empty, and is 1,024 UTF-16 units at most."""
    if not caption:
        return Formatted("", ())
    tidied = tidy(_format(caption, parse_mode, entities, known_user))
    if utf16_len(tidied.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return _with_found(tidied)


def found_entities(text: str) -> list[Entity]:
    """Commands, links, mentions and the like that Telegram finds by itself."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    return _converted(answer.get("entities", ()), lambda _: None)


def tidy(formatted: Formatted) -> Formatted:
    """Outer white space goes, as far as no entity begins in it; entities are cut to the rest."""
    text, entities = formatted.text.rstrip(" \n"), formatted.entities
    first = min((entity["offset"] for entity in entities), default=len(text))
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    text = text[lead:]
    limit = utf16_len(text)
    kept = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], limit - offset)
        if length > 0 and _slice(text, offset, length).strip():
            kept.append({**entity, "offset": offset, "length": length})
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(text, tuple(kept[:ENTITY_LIMIT]))


def _format(
    text: str,
    parse_mode: str | None,
    entities: Sequence[Any] | None,
    known_user: Callable[[int], Entity | None],
) -> Formatted:
    text = _TO_NOTHING.sub("", _TO_SPACE.sub(" ", text))
    mode = (parse_mode or "none").lower()
    if mode == "none":
        return Formatted(text, tuple(_given(text, entities or ())))
    if mode not in _PARSE_MODES:
        raise bad_request("unsupported parse_mode")
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": _PARSE_MODES[mode]}
    answer = _execute(request)
    if answer["@type"] == "error":
        raise bad_request(str(answer["message"]))
    return Formatted(answer["text"], tuple(_converted(answer["entities"], known_user)))


def _with_found(formatted: Formatted) -> Formatted:
    opaque = [entity for entity in formatted.entities if entity["type"] in _OPAQUE]
    given = {(entity["type"], entity["offset"]) for entity in formatted.entities}
    extra = [
        entity
        for entity in found_entities(formatted.text)
        if (entity["type"], entity["offset"]) not in given
        and not any(_overlap(entity, other) for other in opaque)
    ]
    if not extra:
        return formatted
    merged = sorted((*formatted.entities, *extra), key=lambda e: (e["offset"], -e["length"]))
    return Formatted(formatted.text, tuple(merged[:ENTITY_LIMIT]))


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )


def _slice(text: str, offset: int, length: int) -> str:
    encoded = text.encode("utf-16-le")[offset * 2 : (offset + length) * 2]
    return encoded.decode("utf-16-le", "ignore")


def _converted(
    entities: Iterable[dict[str, Any]], known_user: Callable[[int], Entity | None]
) -> list[Entity]:
    converted = []
    for entity in entities:
        kind = _kind(entity["type"], known_user)
        if kind is not None:
            converted.append({"offset": entity["offset"], "length": entity["length"], **kind})
    return converted


def _kind(found: dict[str, Any], known_user: Callable[[int], Entity | None]) -> Entity | None:
    name = str(found["@type"]).removeprefix("textEntityType")
    if name in _SIMPLE_TYPES:
        return {"type": _SIMPLE_TYPES[name]}
    if name == "PreCode":
        return {"type": "pre", "language": found["language"]}
    if name == "TextUrl":
        return {"type": "text_link", "url": found["url"]}
    if name == "CustomEmoji":
        return {"type": "custom_emoji", "custom_emoji_id": found["custom_emoji_id"]}
    if name == "DateTime":
        return _date_time(found)
    user = known_user(int(found["user_id"])) if name == "MentionName" else None
    return {"type": "text_mention", "user": user} if user else None


def _date_time(found: dict[str, Any]) -> Entity:
    entity: Entity = {"type": "date_time", "unix_time": int(found["unix_time"])}
    style = found.get("formatting_type") or {}
    if style.get("@type") == "dateTimeFormattingTypeRelative":
        entity["date_time_format"] = "r"
    elif style:
        day = {"Short": "d", "Long": "D"}.get(_precision(style["date_precision"]), "")
        time = {"Short": "t", "Long": "T"}.get(_precision(style["time_precision"]), "")
        entity["date_time_format"] = ("w" if style.get("show_day_of_week") else "") + day + time
    return entity


def _precision(part: dict[str, Any]) -> str:
    return str(part["@type"]).removeprefix("dateTimePartPrecision")


def _given(text: str, entities: Sequence[Any]) -> list[Entity]:
    limit = utf16_len(text)
    checked = []
    for entity in entities:
        if not isinstance(entity, dict):
            raise bad_request("can't parse MessageEntity: expected an Object")
        kind = _given_kind(entity)
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not 0 <= offset <= limit:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if not isinstance(length, int) or not 0 <= length <= limit - offset:
            raise bad_request(f"receive an entity with incorrect length {length}")
        if length:
            checked.append({"offset": offset, "length": length, **kind})
    return checked


def _given_kind(entity: Entity) -> Entity:
    kind = str(entity.get("type"))
    if kind not in _ENTITY_TYPES:
        raise bad_request(f"can't parse MessageEntity: Unsupported type specified: {kind}")
    needed = _VALUE_FIELDS.get(kind, "unix_time" if kind == "date_time" else None)
    if needed and needed not in entity:
        raise bad_request(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    return {key: value for key, value in entity.items() if key not in {"offset", "length"}}


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = _tdlib()(json.dumps(request).encode())
    return dict(json.loads(answer or b"null"))


@functools.cache
def _tdlib() -> Callable[[bytes], bytes | None]:
    """TDLib's synchronous entry point, with its own chatter on stderr turned off."""
    import tdjson  # noqa: PLC0415 - 50 MB: only where a text is really parsed

    execute: Callable[[bytes], bytes | None] = tdjson.td_execute
    execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    return execute
