"""Editing, deleting, pinning, reacting."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.demo.telegram_kit import Stage, make_stage, png

GO = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


async def sent(stage: Stage, **params: Any) -> int:
    params = {"text": "one", "reply_markup": GO, **params}
    reply = await stage.api.sendMessage(**{"chat_id": stage.ann, **params})
    return int(reply.result["message_id"])


async def sent_photo(stage: Stage) -> int:
    files = {"photo": ("a.png", png(9, 9))}
    data = {"chat_id": str(stage.ann), "caption": "one"}
    return int((await stage.api.post("sendPhoto", data=data, files=files)).result["message_id"])


async def test_an_edit_replaces_text_and_keyboard(stage: Stage) -> None:
    number = await sent(stage, link_preview_options={"is_disabled": True})
    stage.clock.advance(60)
    where = {"chat_id": stage.ann, "message_id": number}
    edited = (await stage.api.editMessageText(**where, text="<b>two</b>", parse_mode="HTML")).result
    assert edited["text"] == "two"
    assert edited["edit_date"] == edited["date"] + 60
    assert "reply_markup" not in edited  # as on the real server: not given is taken away
    assert "link_preview_options" not in edited
    assert stage.server.edits(stage.ann, number) == 1
    history = stage.server.history(stage.ann)[-1]
    assert [version["text"] for version in history["versions"]] == ["one", "two"]


async def test_an_edit_that_changes_nothing_is_refused(stage: Stage) -> None:
    number = await sent(stage)
    same = {"chat_id": stage.ann, "message_id": number, "text": "one", "reply_markup": GO}
    assert (await stage.api.editMessageText(**same)).error == NOT_MODIFIED
    markup = {"chat_id": stage.ann, "message_id": number, "reply_markup": GO}
    assert (await stage.api.editMessageReplyMarkup(**markup)).error == NOT_MODIFIED
    await stage.api.editMessageText(**{**same, "text": "two"})
    assert (await stage.api.editMessageText(**{**same, "text": "two"})).error == NOT_MODIFIED
    assert stage.server.edits(stage.ann, number) == 1


async def test_keyboards_can_be_changed_alone(stage: Stage) -> None:
    number = await sent(stage)
    where = {"chat_id": stage.ann, "message_id": number}
    assert "reply_markup" not in (await stage.api.editMessageReplyMarkup(**where)).result
    back = await stage.api.editMessageReplyMarkup(**where, reply_markup=GO)
    assert (back.result["text"], back.result["reply_markup"]) == ("one", GO)
    refused = await stage.api.editMessageReplyMarkup(**where, reply_markup={"force_reply": True})
    assert refused.error == "Bad Request: inline keyboard expected"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"message_id": 999, "text": "x"}, "message to edit not found"),
        ({"message_id": 101, "text": "x"}, "message can't be edited"),
        ({"text": "x"}, "message identifier is not specified"),
        ({"message_id": 102, "text": ""}, "message text is empty"),
        ({"message_id": 102, "text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        ({"message_id": 102, "text": "x", "chat_id": 5}, "chat not found"),
    ],
)
async def test_bad_edits_are_refused(stage: Stage, params: dict[str, Any], words: str) -> None:
    await sent(stage)
    reply = await stage.api.editMessageText(**{"chat_id": stage.ann, **params})
    assert reply.error == f"Bad Request: {words}"


async def test_photos_have_captions_and_texts_have_none(stage: Stage) -> None:
    photo, text = await sent_photo(stage), await sent(stage)
    where = {"chat_id": stage.ann, "message_id": photo}
    refused = await stage.api.editMessageText(**where, text="x")
    assert refused.error == "Bad Request: there is no text in the message to edit"
    edited = await stage.api.editMessageCaption(**where, caption="two", reply_markup=GO)
    assert (edited.result["caption"], edited.result["reply_markup"]) == ("two", GO)
    assert "caption" not in (await stage.api.editMessageCaption(**where)).result
    where["message_id"] = text
    refused = await stage.api.editMessageCaption(**where, caption="x")
    assert refused.error == "Bad Request: there is no caption in the message to edit"


async def test_pictures_are_swapped_in_place(stage: Stage) -> None:
    photo, text = await sent_photo(stage), await sent(stage)
    media = {"type": "photo", "media": "attach://new", "caption": "two"}
    for number in (photo, text):  # a text may become a photo as well
        data = {
            "chat_id": str(stage.ann),
            "message_id": str(number),
            "media": json.dumps(media),
            "reply_markup": json.dumps(GO),
        }
        files = {"new": ("b.png", png(30, 20))}
        edited = (await stage.api.post("editMessageMedia", data=data, files=files)).result
        assert (edited["photo"][0]["width"], edited["caption"]) == (30, "two")
        assert "text" not in edited
    again = {"type": "photo", "media": edited["photo"][0]["file_id"], "caption": "two"}
    where = {"chat_id": stage.ann, "message_id": text, "reply_markup": GO}
    assert (await stage.api.editMessageMedia(**where, media=again)).error == NOT_MODIFIED


async def test_what_is_gone_cannot_be_edited_or_deleted_again(stage: Stage) -> None:
    number = await sent(stage)
    where = {"chat_id": stage.ann, "message_id": number}
    assert (await stage.api.deleteMessage(**where)).result is True
    assert stage.server.texts(stage.ann) == ["/start"]
    assert stage.server.history(stage.ann)[-1]["deleted"] is True
    refused = await stage.api.editMessageText(**where, text="x")
    assert refused.error == "Bad Request: message to edit not found"
    refused = await stage.api.deleteMessage(**where)
    assert refused.error == "Bad Request: message to delete not found"


async def test_bots_delete_within_two_days_and_incoming_messages_in_private(stage: Stage) -> None:
    secret = stage.server.send_text(stage.ann, "my header")["message_id"]
    where = {"chat_id": stage.ann, "message_id": secret}
    assert (await stage.api.deleteMessage(**where)).result is True
    old = await sent(stage)
    stage.clock.advance(48 * 3600 + 1)
    refused = await stage.api.deleteMessage(chat_id=stage.ann, message_id=old)
    assert refused.error == "Bad Request: message can't be deleted for everyone"


async def test_in_groups_only_administrators_delete_what_others_wrote(stage: Stage) -> None:
    group = stage.server.add_group("Team", [stage.ann])
    number = stage.server.send_text(stage.ann, "/status", chat_id=group)["message_id"]
    where = {"chat_id": group, "message_id": number}
    refused = await stage.api.deleteMessage(**where)
    assert refused.error == "Bad Request: message can't be deleted"
    stage.server.invite_bot(group, admin=True)
    stage.clock.advance(72 * 3600)
    assert (await stage.api.deleteMessage(**where)).result is True


async def test_many_are_deleted_at_once(stage: Stage) -> None:
    numbers = [await sent(stage) for _ in range(3)]
    where = {"chat_id": stage.ann, "message_ids": [*numbers, 999, numbers[0]]}
    assert (await stage.api.deleteMessages(**where)).result is True
    assert stage.server.texts(stage.ann) == ["/start"]
    for bad in ([], ["x"], list(range(101))):
        reply = await stage.api.deleteMessages(chat_id=stage.ann, message_ids=bad)
        assert reply.error == "Bad Request: message identifiers are not specified"


async def test_pins(stage: Stage) -> None:
    one, two = await sent(stage), await sent(stage)
    for number in (one, two, one):
        where = {"chat_id": stage.ann, "message_id": number}
        assert (await stage.api.pinChatMessage(**where, disable_notification=True)).result is True
    assert stage.server.pinned(stage.ann) == [two, one]
    chat = (await stage.api.getChat(chat_id=stage.ann)).result
    assert chat["pinned_message"]["message_id"] == one
    service = stage.server.messages(stage.ann)[-1]
    assert service["pinned_message"]["message_id"] == one
    refused = await stage.api.editMessageText(
        chat_id=stage.ann, message_id=service["message_id"], text="x"
    )
    assert refused.error == "Bad Request: message can't be edited"
    await stage.api.unpinChatMessage(chat_id=stage.ann)
    await stage.api.deleteMessage(chat_id=stage.ann, message_id=two)
    assert stage.server.pinned(stage.ann) == []
    refused = await stage.api.unpinChatMessage(chat_id=stage.ann)
    assert refused.error == "Bad Request: message to unpin not found"
    refused = await stage.api.pinChatMessage(chat_id=stage.ann, message_id=999)
    assert refused.error == "Bad Request: message to pin not found"
    group = stage.server.add_group("Team", [stage.ann])
    refused = await stage.api.pinChatMessage(chat_id=group, message_id=1)
    assert refused.error.startswith("Bad Request: not enough rights to manage pinned messages")


async def test_reactions(stage: Stage) -> None:
    where = {"chat_id": stage.ann, "message_id": 101}
    thumb = {"type": "emoji", "emoji": "👍"}
    assert (await stage.api.setMessageReaction(**where, reaction=[thumb])).result is True
    assert (await stage.api.setMessageReaction(**where)).result is True
    for bad, words in (([thumb] * 2, "REACTIONS_TOO_MANY"), ([{"type": "x"}], "REACTION_INVALID")):
        reply = await stage.api.setMessageReaction(**where, reaction=bad)
        assert reply.error == f"Bad Request: {words}"
    missing = await stage.api.setMessageReaction(chat_id=stage.ann, message_id=999)
    assert missing.error == "Bad Request: message to react not found"
