"""Sending, answering: what arrives in the chat, and what Telegram would refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from src.demo.telegram_state import FloodLimits
from tests.demo.telegram_kit import Stage, jpeg_header, make_stage, png

GO = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


@pytest.fixture
def stage() -> Stage:
    return make_stage()


async def test_a_sent_message_is_what_the_person_sees(stage: Stage) -> None:
    sent = await stage.api.sendMessage(
        chat_id=stage.ann,
        text="<b>Hi</b>",
        parse_mode="HTML",
        reply_markup=GO,
        link_preview_options={"is_disabled": True},
        disable_notification=True,
        protect_content=True,
    )
    assert sent.result == {
        "message_id": 102,
        "date": int(stage.clock.wall.timestamp()),
        "chat": {"id": stage.ann, "type": "private", "first_name": "Ann", "username": "ann"},
        "from": stage.server.bot,
        "text": "Hi",
        "entities": [{"offset": 0, "length": 2, "type": "bold"}],
        "has_protected_content": True,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": GO,
    }
    assert stage.server.messages(stage.ann)[-1] == sent.result


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"chat_id": 0}, "message text is empty"),
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": "", "text": "x"}, "chat_id is empty"),
        ({"chat_id": 0, "text": "x"}, "chat not found"),
        ({"chat_id": -1, "text": "x"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ({"chat_id": "nobody", "text": "x"}, "chat not found"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "<p>x", "parse_mode": "HTML"},
         'can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "y"}]]}},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "message_thread_id": 7}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "reply_parameters": {"quote": "y"}}, 'can\'t find field "message_id"'),
        ({"text": "x", "reply_parameters": {"message_id": "y"}},
         'field "message_id" must be of type Number'),
        ({"text": "x", "reply_parameters": {"message_id": 101, "z": 1}},
         "unexpected field z in reply parameters"),
        ({"text": "x", "reply_parameters": {"message_id": 101, "quote": "nope"}},
         "QUOTE_TEXT_INVALID"),
        ({"text": "x", "disable_web_page_preview": True},
         "unexpected parameter disable_web_page_preview"),
        ({"text": "x", "business_connection_id": "1"},
         "unexpected parameter business_connection_id"),
    ],
)  # fmt: skip
async def test_bad_messages_are_refused(stage: Stage, params: dict[str, Any], words: str) -> None:
    needed = {} if params == {"text": "x"} else {"chat_id": stage.ann}
    reply = await stage.api.sendMessage(**{**needed, **params})
    assert reply.error == f"Bad Request: {words}"
    assert len(stage.server.messages(stage.ann)) == 1


async def test_replies_carry_the_message_and_the_quote(stage: Stage) -> None:
    reply = await stage.api.sendMessage(
        chat_id=stage.ann, text="x", reply_parameters={"message_id": 101, "quote": "start"}
    )
    assert reply.result["reply_to_message"]["text"] == "/start"
    assert reply.result["quote"] == {"text": "start", "position": 1, "is_manual": True}
    loose = await stage.api.sendMessage(
        chat_id=stage.ann,
        text="x",
        reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in loose.result


async def test_nobody_hears_from_a_bot_they_never_wrote_to(stage: Stage) -> None:
    bob = stage.server.add_user("Bob")["id"]
    refused = await stage.api.sendMessage(chat_id=bob, text="x")
    assert (refused.status, refused.error) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    stage.server.send_text(bob, "hello")
    assert (await stage.api.sendMessage(chat_id=bob, text="x")).status == 200
    stage.server.block(bob)
    refused = await stage.api.sendChatAction(chat_id=bob, action="typing")
    assert refused.error == "Forbidden: bot was blocked by the user"
    stage.server.unblock(bob)
    assert (await stage.api.sendMessage(chat_id=bob, text="x")).status == 200
    stage.server.deactivate(bob)
    refused = await stage.api.sendMessage(chat_id=bob, text="x")
    assert refused.error == "Forbidden: user is deactivated"


async def test_effects_are_for_private_chats(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    effect = {"text": "x", "message_effect_id": "5104841245755180586"}
    sent = await stage.api.sendMessage(chat_id=stage.ann, **effect)
    assert sent.result["effect_id"] == "5104841245755180586"
    refused = await stage.api.sendMessage(chat_id=group, **effect)
    assert refused.error == "Bad Request: EFFECT_ID_INVALID"


async def test_reply_keyboards_are_shown_under_the_chat(stage: Stage) -> None:
    keyboard = {"keyboard": [[{"text": "A"}]], "resize_keyboard": True}
    sent = await stage.api.sendMessage(chat_id=stage.ann, text="x", reply_markup=keyboard)
    assert "reply_markup" not in sent.result
    assert stage.server.keyboard(stage.ann) == keyboard
    refused = await stage.api.editMessageText(
        chat_id=stage.ann, message_id=sent.result["message_id"], text="y"
    )
    assert refused.error == "Bad Request: message can't be edited"
    remove = {"remove_keyboard": True}
    await stage.api.sendMessage(chat_id=stage.ann, text="x", reply_markup=remove)
    assert stage.server.keyboard(stage.ann) is None


async def test_photos_are_uploaded_once_and_sent_again_by_id(stage: Stage) -> None:
    data = {
        "chat_id": str(stage.ann),
        "caption": "<i>line</i>",
        "parse_mode": "HTML",
        "reply_markup": json.dumps(GO),
        "show_caption_above_media": "true",
        "has_spoiler": "true",
    }
    files = {"photo": ("chart.png", png(1000, 500), "image/png")}
    sent = (await stage.api.post("sendPhoto", data=data, files=files)).result
    [size] = sent["photo"]
    assert (size["width"], size["height"]) == (1000, 500)
    assert sent["caption"] == "line"
    assert sent["show_caption_above_media"] is True
    assert sent["has_media_spoiler"] is True
    assert sent["reply_markup"] == GO
    assert stage.server.calls[-1].params["photo"] == {
        "file": "chart.png",
        "size": len(png(1000, 500)),
    }
    again = await stage.api.sendPhoto(chat_id=stage.ann, photo=size["file_id"])
    assert again.result["photo"] == sent["photo"]
    stored = stage.server.file(size["file_id"])
    assert stored is not None
    assert stored.content == png(1000, 500)


async def test_documents_and_attached_names(stage: Stage) -> None:
    files = {"it": ("export.csv", b"a;b", "text/csv")}
    data = {"chat_id": str(stage.ann), "document": "attach://it"}
    sent = (await stage.api.post("sendDocument", data=data, files=files)).result
    assert sent["document"]["file_name"] == "export.csv"
    described = await stage.api.getFile(file_id=sent["document"]["file_id"])
    path = described.result["file_path"]
    fetched = await stage.api.client.get(f"/file/bot{stage.api.token}/{path}")
    assert (fetched.content, fetched.headers["content-type"][:8]) == (b"a;b", "text/csv")
    missing = await stage.api.client.get(f"/file/bot{stage.api.token}/documents/none")
    assert missing.status_code == 404
    stranger = await stage.api.client.get(f"/file/bot1:x/{path}")
    assert stranger.status_code == 401
    assert (await stage.api.getFile(file_id="x")).error == "Bad Request: invalid file_id"


@pytest.mark.parametrize(
    ("data", "files", "words"),
    [
        ({}, {}, "there is no photo in the request"),
        ({"photo": "https://a.example/x.png"}, {}, "failed to get HTTP URL content"),
        ({"photo": "AgAC"}, {}, "wrong file identifier/HTTP URL specified"),
        ({"photo": "attach://none"}, {}, "wrong file identifier/HTTP URL specified"),
        ({}, {"photo": ("x.png", b"no picture")}, "IMAGE_PROCESS_FAILED"),
        ({"caption": "x" * 1025}, {"photo": ("x.png", png(9, 9))}, "message caption is too long"),
        ({}, {"photo": ("x.png", png(9, 9)), "more": ("y", b"y")}, "unexpected parameter more"),
    ],
)
async def test_bad_photos_are_refused(
    stage: Stage, data: dict[str, str], files: dict[str, Any], words: str
) -> None:
    request = {"data": {"chat_id": str(stage.ann), **data}, "files": files or None}
    reply = await stage.api.post("sendPhoto", **request)
    assert reply.error == f"Bad Request: {words}"


async def test_albums(stage: Stage) -> None:
    media = [
        {"type": "photo", "media": "attach://a", "caption": "one"},
        {"type": "photo", "media": "attach://b"},
    ]
    files = {"a": ("a.png", png(9, 9)), "b": ("b.jpg", jpeg_header(20, 10))}
    data = {"chat_id": str(stage.ann), "media": json.dumps(media)}
    one, two = (await stage.api.post("sendMediaGroup", data=data, files=files)).result
    assert one["caption"] == "one"
    assert one["media_group_id"] == two["media_group_id"]
    for bad, words in (
        (media[:1], "wrong number of messages specified for the album"),
        ([media[0], {"type": "document", "media": "x"}], "can't be mixed"),
        ([{"type": "photo"}] * 2, "can't parse InputMedia"),
        ([{"type": "video", "media": "x"}] * 2, "not emulated here"),
        ([{"type": "photo", "media": "x", "size": 1}] * 2, "unexpected field size"),
        ([5, 5], "can't parse InputMedia"),
    ):
        reply = await stage.api.sendMediaGroup(chat_id=stage.ann, media=bad)
        assert words in reply.error or reply.error.endswith("mixed with other media types")


async def test_typing_is_shown_for_five_seconds_or_until_a_message(stage: Stage) -> None:
    await stage.api.sendChatAction(chat_id=stage.ann, action="typing")
    assert stage.server.chat_action(stage.ann) == "typing"
    stage.clock.advance(5)
    assert stage.server.chat_action(stage.ann) is None
    await stage.api.sendChatAction(chat_id=stage.ann, action="upload_photo")
    await stage.api.sendMessage(chat_id=stage.ann, text="x")
    assert stage.server.chat_action(stage.ann) is None
    wrong = await stage.api.sendChatAction(chat_id=stage.ann, action="thinking")
    assert wrong.error == "Bad Request: wrong parameter action in request"
    nowhere = {"chat_id": stage.ann, "message_thread_id": 5, "action": "typing"}
    wrong = await stage.api.sendChatAction(**nowhere)
    assert wrong.error == "Bad Request: message thread not found"


TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_a_press_is_answered_once_and_in_time(stage: Stage) -> None:
    sent = await stage.api.sendMessage(chat_id=stage.ann, text="x", reply_markup=GO)
    number = sent.result["message_id"]
    press = stage.server.press(stage.ann, stage.ann, number, "go")
    assert stage.server.answer(press) is None
    assert stage.server.unanswered() == [press]
    answer = {"text": "done", "show_alert": True}
    assert (await stage.api.answerCallbackQuery(callback_query_id=press, **answer)).result is True
    assert stage.server.answer(press) == answer
    assert stage.server.unanswered() == []
    twice = await stage.api.answerCallbackQuery(callback_query_id=press)
    assert twice.error == TOO_OLD
    assert (await stage.api.answerCallbackQuery(callback_query_id="5")).error == TOO_OLD
    late = stage.server.press(stage.ann, stage.ann, number, "go")
    stage.clock.advance(15.1)
    assert (await stage.api.answerCallbackQuery(callback_query_id=late)).error == TOO_OLD
    long = await stage.api.answerCallbackQuery(callback_query_id=late, text="x" * 201)
    assert long.error == "Bad Request: MESSAGE_TOO_LONG"
    link = await stage.api.answerCallbackQuery(callback_query_id=late, url="https://a.example")
    assert link.error == "Bad Request: URL_INVALID"


async def test_inline_queries_are_answered(stage: Stage) -> None:
    query = stage.server.inline_query(stage.ann, "miller")
    results = [{"type": "article", "id": "1", "title": "Miller"}]
    await stage.api.answerInlineQuery(inline_query_id=query, results=results, is_personal=True)
    assert stage.server.answer(query) == {"results": results, "is_personal": True}
    for bad, words in (
        ([{"type": "article"}], "can't parse InlineQueryResult: Can't find field \"id\""),
        ([5], "can't parse InlineQueryResult: Can't find field \"id\""),
        ([{"id": "x" * 65}], "RESULT_ID_INVALID"),
        ([{"id": "1"}, {"id": "1"}], "RESULT_ID_DUPLICATE"),
        ([{"id": str(n)} for n in range(51)], "RESULTS_TOO_MUCH"),
    ):
        reply = await stage.api.answerInlineQuery(inline_query_id=query, results=bad)
        assert reply.error == f"Bad Request: {words}"


async def test_flood_limits_are_an_option() -> None:
    stage = make_stage(flood=FloodLimits(per_chat_per_s=1, per_group_per_min=2, overall_per_s=3))
    group = stage.server.add_group("Team", [stage.ann])
    assert (await stage.api.sendMessage(chat_id=stage.ann, text="1")).status == 200
    refused = await stage.api.sendMessage(chat_id=stage.ann, text="2")
    assert (refused.status, refused.error) == (429, "Too Many Requests: retry after 1")
    assert refused.body["parameters"] == {"retry_after": 1}
    for _ in range(2):
        assert (await stage.api.sendMessage(chat_id=group, text="x")).status == 200
    # three in all within the second, whatever the chat
    other = stage.server.add_group("Other", [stage.ann])
    assert (await stage.api.sendMessage(chat_id=other, text="x")).status == 429
    stage.clock.advance(1.5)
    assert (await stage.api.sendMessage(chat_id=stage.ann, text="3")).status == 200
    refused = await stage.api.sendMessage(chat_id=group, text="x")
    assert refused.error == "Too Many Requests: retry after 59"
    stage.clock.advance(59)
    assert (await stage.api.sendMessage(chat_id=group, text="x")).status == 200
