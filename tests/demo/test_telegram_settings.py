"""Methods about the bot and about chats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.telegram_kit import Stage, make_stage


@pytest.fixture
def stage() -> Stage:
    return make_stage()


async def test_get_me_tells_more_than_a_message_does(stage: Stage) -> None:
    me = (await stage.api.getMe()).result
    assert me["id"] == 123456
    assert me["username"] == "panoptes_demo_bot"
    assert me["can_read_all_group_messages"] is False
    assert set(stage.server.bot) == {"id", "is_bot", "first_name", "username"}


async def test_commands_are_set_read_and_taken_away(stage: Stage) -> None:
    commands = [{"command": "/help", "description": "Help"}]
    scope = {"type": "chat", "chat_id": stage.ann}
    await stage.api.setMyCommands(commands=commands, scope=scope, language_code="en")
    found = await stage.api.getMyCommands(scope=scope, language_code="en")
    assert found.result == [{"command": "help", "description": "Help"}]
    assert (await stage.api.getMyCommands()).result == []
    await stage.api.deleteMyCommands(scope=scope, language_code="en")
    assert (await stage.api.getMyCommands(scope=scope, language_code="en")).result == []


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, 'parameter "commands" is required'),
        ({"commands": "x"}, "can't parse commands JSON object"),
        ({"commands": {}}, "array expected as commands"),
        ({"commands": ["x"]}, "can't parse BotCommand: expected an Object"),
        (
            {"commands": [{"command": "x"}]},
            "can't parse BotCommand: Can't find field \"description\"",
        ),
        ({"commands": [{"command": "Bad", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        (
            {"commands": [{"command": "x", "description": "x" * 257}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ({"commands": [{"command": "x", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        (
            {"commands": [{"command": f"c{n}", "description": "x"} for n in range(101)]},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        ({"commands": [], "language_code": "english"}, "invalid language code specified"),
        (
            {"commands": [], "scope": {"type": "moon"}},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        (
            {"commands": [], "scope": {"type": "chat"}},
            "can't parse BotCommandScope: Can't find field \"chat_id\"",
        ),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": "@x"}}, "chat not found"),
    ],
)
async def test_bad_commands_are_refused(stage: Stage, params: dict[str, Any], words: str) -> None:
    assert (await stage.api.setMyCommands(**params)).error == f"Bad Request: {words}"


async def test_scopes_fit_their_chats(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    for scope, words in (
        (
            {"type": "chat_administrators", "chat_id": stage.ann},
            "can't use the scope chat_administrators in a private chat",
        ),
        ({"type": "chat_member", "chat_id": group, "user_id": 5}, "user not found"),
        ({"type": "chat_member", "chat_id": group}, "user not found"),
    ):
        reply = await stage.api.setMyCommands(commands=[], scope=scope)
        assert reply.error == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("name", "field", "limit", "default"),
    [
        ("Name", "name", 64, "Panoptes"),
        ("Description", "description", 512, ""),
        ("ShortDescription", "short_description", 120, ""),
    ],
)
async def test_names_and_descriptions(
    stage: Stage, name: str, field: str, limit: int, default: str
) -> None:
    async def read(**params: str) -> Any:
        return (await stage.api.post(f"getMy{name}", json=params)).result[field]

    assert await read() == default
    await stage.api.post(f"setMy{name}", json={field: "x" * limit})
    await stage.api.post(f"setMy{name}", json={field: "y", "language_code": "de"})
    assert (await read(), await read(language_code="de")) == ("x" * limit, "y")
    assert await read(language_code="fr") == "x" * limit
    long = await stage.api.post(f"setMy{name}", json={field: "x" * (limit + 1)})
    assert "is too long" in long.error


async def test_menu_button(stage: Stage) -> None:
    assert (await stage.api.getChatMenuButton()).result == {"type": "commands"}
    app = {"type": "web_app", "text": "Open", "web_app": {"url": "https://a.example"}}
    await stage.api.setChatMenuButton(chat_id=stage.ann, menu_button=app)
    assert (await stage.api.getChatMenuButton(chat_id=stage.ann)).result == app
    assert (await stage.api.setChatMenuButton()).result is True
    assert (await stage.api.getChatMenuButton()).result == {"type": "default"}
    for bad in ({"type": "x"}, {"type": "web_app", "web_app": {"url": "http://a.example"}}):
        assert (await stage.api.setChatMenuButton(menu_button=bad)).status == 400


async def test_members(stage: Stage) -> None:
    bob, eve = (stage.server.add_user(name)["id"] for name in ("Bob", "Eve"))
    group = stage.server.add_group("Team", [stage.ann, bob])

    async def status(user: int) -> Any:
        member = await stage.api.getChatMember(chat_id=group, user_id=user)
        return member.result["status"]

    assert [await status(user) for user in (stage.ann, bob, eve, 123456)] == [
        "creator", "member", "left", "member",
    ]  # fmt: skip
    assert (await stage.api.getChatMemberCount(chat_id=group)).result == 3
    admins = (await stage.api.getChatAdministrators(chat_id=group)).result
    assert [admin["user"]["first_name"] for admin in admins] == ["Ann"]
    stage.server.invite_bot(group, admin=True)
    admins = (await stage.api.getChatAdministrators(chat_id=group)).result
    assert admins[1]["can_delete_messages"] is True
    unknown = await stage.api.getChatMember(chat_id=group, user_id=5)
    assert unknown.error == "Bad Request: invalid user_id specified"
    private = await stage.api.getChatAdministrators(chat_id=stage.ann)
    assert private.error == "Bad Request: there are no administrators in the private chat"


async def test_leaving(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    assert (await stage.api.leaveChat(chat_id=group)).result is True
    refused = await stage.api.sendMessage(chat_id=group, text="x")
    assert refused.error == "Forbidden: bot is not a member of the group chat"
    assert (await stage.api.getChat(chat_id=group)).status == 403
    assert (await stage.api.leaveChat(chat_id=stage.ann)).status == 400
    channel = stage.server.channel_post("News", "x")["chat"]["id"]
    assert (await stage.api.getChat(chat_id=channel)).result["title"] == "News"
    assert (await stage.api.getChatAdministrators(chat_id=channel)).result[0]["status"] == (
        "administrator"
    )
