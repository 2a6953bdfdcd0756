"""Methods about the bot itself and about chats: commands, names, menu button, members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from src.demo.telegram_errors import ApiError, bad_request, invalid
from src.demo.telegram_params import ARRAY, CHAT, INT, OBJECT, TEXT, Invocation, Method
from src.demo.telegram_text import utf16_len

if TYPE_CHECKING:
    from src.demo.telegram_state import Chat, TelegramState

__all__ = ["METHODS", "commands_for", "member_json"]

Json = dict[str, Any]

MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_PLAIN_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_STATUS_FIELDS: dict[str, Json] = {
    "administrator": {
        right: right in {"can_delete_messages", "can_manage_chat", "can_pin_messages"}
        for right in (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
            "can_manage_video_chats", "can_restrict_members", "can_promote_members",
            "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
            "can_delete_stories", "can_pin_messages", "can_manage_topics",
        )
    },
    "creator": {"is_anonymous": False},
    "kicked": {"until_date": 0},
}  # fmt: skip


def member_json(user: Json, status: str) -> Json:
    """A ChatMember with the fields its status demands."""
    return {"user": user, "status": status, **_STATUS_FIELDS.get(status, {})}


def commands_for(state: TelegramState, chat: Chat, user: Json) -> list[Json]:
    """The menu as Telegram picks it: the narrowest scope first, then the language."""
    scopes = [f"chat_member:{chat.id}:{user['id']}", f"chat:{chat.id}"]
    if chat.private:
        scopes = [f"chat:{chat.id}", "all_private_chats"]
    else:
        if user["id"] == chat.owner:
            scopes[1:1] = [f"chat_administrators:{chat.id}"]
            scopes.append("all_chat_administrators")
        scopes.append("all_group_chats")
    for scope in (*scopes, "default"):
        for language in (str(user.get("language_code", ""))[:2], ""):
            found = state.commands.get((scope, language))
            if found:
                return found
    return []


def _scope_key(state: TelegramState, scope: Json | None) -> str:
    kind = (scope or {}).get("type", "default")
    if kind in _PLAIN_SCOPES:
        return str(kind)
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    given = (scope or {}).get("chat_id", "")
    if given == "":
        raise bad_request("can't parse BotCommandScope: Can't find field \"chat_id\"")
    chat = state.chat(int(given) if str(given).lstrip("-").isdigit() else str(given))
    if chat.private and kind != "chat":
        raise bad_request(f"can't use the scope {kind} in a private chat")
    if kind != "chat_member":
        return f"{kind}:{chat.id}"
    member = int((scope or {}).get("user_id") or 0)
    if member not in state.people:
        raise bad_request("user not found")
    return f"{kind}:{chat.id}:{member}"


def _key(call: Invocation) -> tuple[str, str]:
    language = str(call.get("language_code", ""))
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return _scope_key(call.state, call.get("scope")), language


def _checked_command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name = command["command"].removeprefix("/")
    if not _COMMAND.fullmatch(name):
        raise invalid("BOT_COMMAND_INVALID")
    if not 1 <= utf16_len(command["description"]) <= MAX_DESCRIPTION:
        raise invalid("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": command["description"]}


def _set_commands(call: Invocation) -> bool:
    key = _key(call)
    commands = [_checked_command(command) for command in call["commands"]]
    if len(commands) > MAX_COMMANDS:
        raise invalid("BOT_COMMANDS_TOO_MUCH")
    call.state.commands[key] = commands
    call.state.events.emit("commands", scope=key[0], language_code=key[1], commands=commands)
    return True


def _get_commands(call: Invocation) -> list[Json]:
    return call.state.commands.get(_key(call), [])


def _delete_commands(call: Invocation) -> bool:
    key = _key(call)
    call.state.commands.pop(key, None)
    call.state.events.emit("commands", scope=key[0], language_code=key[1], commands=[])
    return True


def _setter(name: str, limit: int) -> Method:
    """``setMyName`` and its like: one text per language."""
    field = {"Name": "name", "Description": "description"}.get(name, "short_description")

    def put(call: Invocation) -> bool:
        text = str(call.get(field, ""))
        if utf16_len(text) > limit:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        call.state.settings[f"{field}:{call.get('language_code', '')}"] = text
        return True

    return Method(f"setMy{name}", put, {field: TEXT, "language_code": TEXT})


def _getter(name: str) -> Method:
    field = {"Name": "name", "Description": "description"}.get(name, "short_description")

    def read(call: Invocation) -> Json:
        default = call.state.bot["first_name"] if field == "name" else ""
        settings = call.state.settings
        fallback = settings.get(f"{field}:") or default
        return {field: settings.get(f"{field}:{call.get('language_code', '')}") or fallback}

    return Method(f"getMy{name}", read, {"language_code": TEXT})


def _set_menu_button(call: Invocation) -> bool:
    button = call.get("menu_button") or {"type": "default"}
    if button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("can't parse menu button: Unsupported type specified")
    if button["type"] == "web_app":
        url = str(button.get("web_app", {}).get("url", ""))
        if not url.startswith("https://"):
            raise bad_request(f"menu button Web App URL '{url}' is invalid: Only HTTPS links")
    call.state.settings[f"menu_button:{call.get('chat_id', '')}"] = button
    return True


def _get_menu_button(call: Invocation) -> Json:
    settings = call.state.settings
    default = settings.get("menu_button:", {"type": "commands"})
    return dict(settings.get(f"menu_button:{call.get('chat_id', '')}", default))


def _get_chat(call: Invocation) -> Json:
    chat = call.state.chat(call["chat_id"])
    if not chat.private and chat.bot_status in {"kicked", "left"}:
        raise ApiError(403, f"Forbidden: bot was kicked from the {chat.noun}")
    full = {
        **chat.json,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].json
    return full


def _get_chat_member(call: Invocation) -> Json:
    chat, user_id = call.state.chat(call["chat_id"]), call["user_id"]
    user = call.state.known_user(user_id)
    if user is None:
        raise bad_request("invalid user_id specified")
    if user_id == call.state.bot["id"]:
        return member_json(user, chat.bot_status)
    status = "member" if user_id in chat.members else "left"
    return member_json(user, "creator" if user_id == chat.owner else status)


def _get_chat_administrators(call: Invocation) -> list[Json]:
    chat = call.state.chat(call["chat_id"])
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    found = []
    owner = call.state.known_user(chat.owner) if chat.owner is not None else None
    if owner is not None:
        found.append(member_json(owner, "creator"))
    if chat.bot_status == "administrator":
        found.append(member_json(call.state.bot, "administrator"))
    return found


def _get_chat_member_count(call: Invocation) -> int:
    chat = call.state.chat(call["chat_id"])
    return len(chat.members) + (chat.private or chat.bot_status in {"member", "administrator"})


def _leave_chat(call: Invocation) -> bool:
    chat = call.state.writable(call["chat_id"])
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True


# Only getMe tells these; the bot's User in messages does not have them.
_ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
_SCOPED = {"scope": OBJECT, "language_code": TEXT}
_CHAT_NEEDED = {"chat_id": "chat_id is empty"}

METHODS = (
    Method("getMe", lambda call: {**call.state.bot, **_ABILITIES}),
    Method(
        "setMyCommands",
        _set_commands,
        {"commands": ARRAY, **_SCOPED},
        {"commands": 'parameter "commands" is required'},
    ),
    Method("getMyCommands", _get_commands, _SCOPED),
    Method("deleteMyCommands", _delete_commands, _SCOPED),
    _setter("Name", 64),
    _setter("Description", 512),
    _setter("ShortDescription", 120),
    _getter("Name"),
    _getter("Description"),
    _getter("ShortDescription"),
    Method("setChatMenuButton", _set_menu_button, {"chat_id": INT, "menu_button": OBJECT}),
    Method("getChatMenuButton", _get_menu_button, {"chat_id": INT}),
    Method("getChat", _get_chat, {"chat_id": CHAT}, _CHAT_NEEDED),
    Method(
        "getChatMember",
        _get_chat_member,
        {"chat_id": CHAT, "user_id": INT},
        {**_CHAT_NEEDED, "user_id": "invalid user_id specified"},
    ),
    Method("getChatAdministrators", _get_chat_administrators, {"chat_id": CHAT}, _CHAT_NEEDED),
    Method("getChatMemberCount", _get_chat_member_count, {"chat_id": CHAT}, _CHAT_NEEDED),
    Method("leaveChat", _leave_chat, {"chat_id": CHAT}, _CHAT_NEEDED),
)
