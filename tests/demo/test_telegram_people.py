"""What people do and see: chats, privacy mode, presses, and waiting for the bot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.demo.telegram_kit import Stage, make_stage

GO = {"inline_keyboard": [[{"text": "Go on", "callback_data": "go"}]]}


@pytest.fixture
def stage() -> Stage:
    return make_stage()


async def updates(stage: Stage) -> list[tuple[str, Any]]:
    """Fetch and confirm: pairs of kind and content."""
    found = (await stage.api.getUpdates()).result
    if found:
        await stage.api.getUpdates(offset=found[-1]["update_id"] + 1)
    return [(kind, value) for update in found for kind, value in update.items()
            if kind != "update_id"]  # fmt: skip


async def test_people_look_as_telegram_describes_them(stage: Stage) -> None:
    bob = stage.server.add_user("Bob", last_name="Roe", username="bob", language_code="de")
    assert bob == {
        "id": bob["id"],
        "is_bot": False,
        "first_name": "Bob",
        "last_name": "Roe",
        "username": "bob",
        "language_code": "de",
    }
    assert stage.server.private_chat(bob["id"]) == bob["id"]
    assert stage.server.add_user("Eve", user_id=42)["id"] == 42
    with pytest.raises(ValueError, match="already a chat 42"):
        stage.server.add_user("Eve", user_id=42)
    for unknown in (stage.server.private_chat, stage.server.messages):
        with pytest.raises(LookupError):
            unknown(7)


async def test_a_written_message_reaches_the_bot_with_its_commands(stage: Stage) -> None:
    written = stage.server.send_text(stage.ann, "  /status now ", reply_to=101)
    assert written["text"] == "/status now"
    assert written["entities"] == [{"offset": 0, "length": 7, "type": "bot_command"}]
    assert written["reply_to_message"]["text"] == "/start"
    assert await updates(stage) == [("message", written)]
    with pytest.raises(ValueError, match="empty"):
        stage.server.send_text(stage.ann, " \n ")
    with pytest.raises(LookupError):
        stage.server.send_text(stage.ann, "x", reply_to=999)


async def test_long_texts_go_out_in_pieces(stage: Stage) -> None:
    first = stage.server.send_text(stage.ann, "x" * 4095 + "😀" + "y" * 10)
    assert first["text"] == "x" * 4095
    assert stage.server.texts(stage.ann)[-1] == "😀" + "y" * 10


async def test_editing_ones_own_message(stage: Stage) -> None:
    edited = stage.server.edit_text(stage.ann, stage.ann, 101, "/help")
    assert edited["entities"][0]["length"] == 5
    assert await updates(stage) == [("edited_message", edited)]
    bob = stage.server.add_user("Bob")["id"]
    with pytest.raises(ValueError, match="no text of user"):
        stage.server.edit_text(bob, stage.ann, 101, "x")
    stage.server.delete(stage.ann, 101)
    assert stage.server.messages(stage.ann) == []
    with pytest.raises(LookupError):
        stage.server.edit_text(stage.ann, stage.ann, 101, "x")


async def test_files_and_other_content(stage: Stage) -> None:
    sent = stage.server.send_document(stage.ann, "homes.csv", b"a;b", mime="text/csv", caption="c")
    assert sent["document"]["file_size"] == 3
    assert stage.server.send_document(stage.ann, "a", b"b")["document"]["file_name"] == "a"
    place = {"location": {"latitude": 1.0, "longitude": 2.0}}
    assert stage.server.send_content(stage.ann, place)["location"] == place["location"]
    assert [kind for kind, _ in await updates(stage)] == ["message"] * 3
    assert stage.server.texts(stage.ann)[1:] == ["c", "", ""]


async def test_presses_need_a_button(stage: Stage) -> None:
    sent = await stage.api.sendMessage(chat_id=stage.ann, text="x", reply_markup=GO)
    number = sent.result["message_id"]
    query = stage.server.press_button(stage.ann, stage.ann, "Go")
    [(kind, update)] = await updates(stage)
    assert kind == "callback_query"
    assert (update["id"], update["data"], update["message"]) == (query, "go", sent.result)
    assert update["chat_instance"]
    with pytest.raises(LookupError, match="no button with data 'stop'"):
        stage.server.press(stage.ann, stage.ann, number, "stop")
    with pytest.raises(LookupError, match=r"shown: \['Go on'\]"):
        stage.server.press_button(stage.ann, stage.ann, "Stop")
    with pytest.raises(LookupError):
        stage.server.press_button(stage.ann, stage.ann, "Go", message_id=101)
    bob = stage.server.add_user("Bob")["id"]
    with pytest.raises(ValueError, match="not in chat"):
        stage.server.press(bob, stage.ann, number, "go")


async def test_a_modified_client_can_forge_presses(stage: Stage) -> None:
    stage.server.press(stage.ann, stage.ann, 101, "forged", forge=True)
    stage.server.press(stage.ann, stage.ann, 999, "gone", forge=True)
    [(_, first), (_, second)] = await updates(stage)
    assert first["message"]["text"] == "/start"
    assert second["message"] == {"chat": first["message"]["chat"], "message_id": 999, "date": 0}


async def test_privacy_mode_hides_small_talk(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    kinds = [kind for kind, _ in await updates(stage)]
    assert kinds == ["my_chat_member", "message"]
    hello = await stage.api.sendMessage(chat_id=group, text="hello")
    for text, heard in (
        ("just talk", False),
        ("/status", True),
        ("/status@panoptes_demo_bot now", True),
        ("/status@other_bot", False),
        ("hey @Panoptes_Demo_Bot", True),
    ):
        stage.server.send_text(stage.ann, text, chat_id=group)
        assert bool(await updates(stage)) is heard, text
    number = hello.result["message_id"]
    stage.server.send_text(stage.ann, "a reply", chat_id=group, reply_to=number)
    assert len(await updates(stage)) == 1
    quiet = stage.server.send_text(stage.ann, "talk", chat_id=group)
    stage.server.edit_text(stage.ann, group, quiet["message_id"], "more talk")
    assert await updates(stage) == []
    stage.server.invite_bot(group, admin=True)
    stage.server.send_text(stage.ann, "all is heard", chat_id=group)
    assert [kind for kind, _ in await updates(stage)] == ["my_chat_member", "message"]
    stage.server.kick_bot(group)
    stage.server.kick_bot(group)
    stage.server.send_text(stage.ann, "/status", chat_id=group)
    assert [kind for kind, _ in await updates(stage)] == ["my_chat_member"]
    refused = await stage.api.sendMessage(chat_id=group, text="x")
    assert refused.error == "Forbidden: bot was kicked from the group chat"


async def test_groups_need_their_people(stage: Stage) -> None:
    bob = stage.server.add_user("Bob")["id"]
    group = stage.server.add_group("Team", [stage.ann])
    with pytest.raises(ValueError, match="first member"):
        stage.server.add_group("Empty", [])
    with pytest.raises(ValueError, match="not in chat"):
        stage.server.send_text(bob, "x", chat_id=group)
    with pytest.raises(ValueError, match="no topics"):
        stage.server.add_topic(group, "x")
    assert [chat["title"] for chat in stage.server.chats(stage.ann)[1:]] == ["Team"]
    assert [chat["type"] for chat in stage.server.chats(bob)] == ["private"]


async def test_topics(stage: Stage) -> None:
    forum = stage.server.add_group("NOC", [stage.ann], forum=True)
    topic = stage.server.add_topic(forum, "Alerts")
    where = {"chat_id": forum, "message_thread_id": topic, "text": "x"}
    sent = (await stage.api.sendMessage(**where)).result
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    asked = stage.server.send_text(stage.ann, "/status", chat_id=forum, thread_id=topic)
    assert asked["message_thread_id"] == topic
    with pytest.raises(LookupError, match="no topic"):
        stage.server.send_text(stage.ann, "x", chat_id=forum, thread_id=99)
    stage.server.delete_topic(forum, topic)
    refused = await stage.api.sendMessage(**where)
    assert refused.error == "Bad Request: message thread not found"
    assert "x" not in stage.server.texts(forum)


async def test_a_group_that_becomes_a_supergroup_moves(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    await updates(stage)
    moved = stage.server.migrate_to_supergroup(group)
    left, arrived = [update for _, update in await updates(stage)]
    assert (left["migrate_to_chat_id"], arrived["migrate_from_chat_id"]) == (moved, group)
    refused = await stage.api.sendMessage(chat_id=group, text="x")
    assert refused.error == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused.body["parameters"] == {"migrate_to_chat_id": moved}
    sent = await stage.api.sendMessage(chat_id=moved, text="x")
    assert sent.result["message_id"] == 2  # supergroups number their own messages
    assert [chat["id"] for chat in stage.server.chats(stage.ann)] == [stage.ann, moved]
    with pytest.raises(ValueError, match="no basic group"):
        stage.server.migrate_to_supergroup(moved)


async def test_blocking_is_told_once(stage: Stage) -> None:
    stage.server.block(stage.ann)
    stage.server.block(stage.ann)
    with pytest.raises(ValueError, match="blocked"):
        stage.server.send_text(stage.ann, "x")
    stage.server.unblock(stage.ann)
    stage.server.unblock(stage.ann)
    statuses = [update["new_chat_member"]["status"] for _, update in await updates(stage)]
    assert statuses == ["kicked", "member"]


async def test_channel_posts_have_no_person(stage: Stage) -> None:
    first = stage.server.channel_post("News", "one")
    second = stage.server.channel_post("News", "/status")
    assert first["chat"] == second["chat"]
    assert "from" not in first
    assert [kind for kind, _ in await updates(stage)] == ["channel_post"] * 2
    sent = await stage.api.sendMessage(chat_id=first["chat"]["id"], text="x")
    assert sent.result["sender_chat"] == first["chat"]


async def test_old_messages_make_room(stage: Stage) -> None:
    small = make_stage(max_messages_per_chat=3)
    for number in range(5):
        small.server.send_text(small.ann, str(number))
    assert small.server.texts(small.ann) == ["2", "3", "4"]
    assert len(small.server.history(small.ann)) == 3


async def test_events_are_seen_by_those_in_the_chat(stage: Stage) -> None:
    bob = stage.server.add_user("Bob")["id"]
    start = stage.server.state.events.seq
    mine, his = stage.server.subscribe(stage.ann, after=start), stage.server.subscribe(bob)
    sent = await stage.api.sendMessage(chat_id=stage.ann, text="x", reply_markup=GO)
    number = sent.result["message_id"]
    press = stage.server.press(stage.ann, stage.ann, number, "go")
    await stage.api.answerCallbackQuery(callback_query_id=press, text="ok")
    await stage.api.editMessageText(chat_id=stage.ann, message_id=number, text="y")
    await stage.api.sendChatAction(chat_id=stage.ann, action="typing")
    await stage.api.deleteMessage(chat_id=stage.ann, message_id=number)
    await stage.api.setMyCommands(commands=[{"command": "help", "description": "Help"}])
    stage.server.send_text(bob, "hello")
    events = [await anext(mine) for _ in range(6)]
    assert [event["type"] for event in events] == [
        "message", "answer", "edited", "typing", "deleted", "commands",
    ]  # fmt: skip
    assert events[1]["answer"] == {"text": "ok"}
    assert events[4]["message_ids"] == [number]
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert [(await anext(his))["type"] for _ in range(2)] == ["commands", "message"]
    again = stage.server.subscribe(after=start)
    assert [(await anext(again))["seq"] for _ in range(7)] == list(range(start + 1, start + 8))


async def test_waiting_shows_what_there_was_when_it_fails(stage: Stage) -> None:
    waiting = asyncio.create_task(stage.server.wait_for(lambda: stage.server.texts(stage.ann)[1:]))
    await asyncio.sleep(0)
    await stage.api.sendMessage(chat_id=stage.ann, text="pong")
    assert await waiting == ["pong"]
    stage.server.channel_post("News", "one")
    with pytest.raises(
        AssertionError, match=r"(?s)Ann: '/start'.*Panoptes: 'pong'.*channel: 'one'"
    ):
        await stage.server.wait_for(lambda: False, timeout=0.01)


async def test_people_see_the_commands_meant_for_them(stage: Stage) -> None:
    bob = stage.server.add_user("Bob", language_code="de")["id"]
    group = stage.server.add_group("Team", [stage.ann, bob])

    async def put(name: str, **options: Any) -> None:
        command = {"command": name, "description": "x"}
        reply = await stage.api.setMyCommands(commands=[command], **options)
        assert reply.result is True

    def seen(user: int, chat: int | None = None) -> list[str]:
        return [command["command"] for command in stage.server.commands(user, chat)]

    assert seen(bob) == []
    await put("all")
    await put("alle", language_code="de")
    assert (seen(stage.ann), seen(bob), seen(bob, group)) == (["all"], ["alle"], ["alle"])
    await put("private", scope={"type": "all_private_chats"})
    await put("group", scope={"type": "all_group_chats"})
    assert (seen(bob), seen(bob, group), seen(stage.ann, group)) == (
        ["private"], ["group"], ["group"],
    )  # fmt: skip
    await put("admins", scope={"type": "all_chat_administrators"})
    assert (seen(bob, group), seen(stage.ann, group)) == (["group"], ["admins"])
    await put("mine", scope={"type": "chat", "chat_id": stage.ann})
    assert (seen(stage.ann), seen(bob)) == (["mine"], ["private"])
    await put("his", scope={"type": "chat_member", "chat_id": group, "user_id": bob})
    assert seen(bob, group) == ["his"]
    await put("here", scope={"type": "chat_administrators", "chat_id": group})
    assert seen(stage.ann, group) == ["here"]
