"""/setup: two steps, every mistake named, and nothing secret left anywhere."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest

from src.demo.plume_cloud import DEMO_CREDENTIALS, TOKEN_PATH
from src.handlers.setup import looks_like_credentials
from tests.bot_harness import Bot, Person, labels_of, text_of

NORTHWIND = DEMO_CREDENTIALS[0]
CODE = NORTHWIND.header.split()[1]
WRONG_SECRET = base64.b64encode(f"{NORTHWIND.client_id}:wrong".encode()).decode()
UNKNOWN_PARTNER = "ffffffffffffffffffffffff"


def _visible(person: Person) -> str:
    return str(person.bot.telegram.messages(person.chat_id))


async def _at_partner_step(bot: Bot, header: str = NORTHWIND.header) -> Person:
    ann = bot.person("Ann")
    await ann.ask("/setup")
    assert "partner id" in text_of(await ann.ask(header))
    return ann


async def test_two_steps_then_plume_decides() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "step 1 of 2" in text_of(await ann.ask("/setup"))
        assert "step 2 of 2" in text_of(await ann.ask(NORTHWIND.header))
        assert not bot.cloud.requests, "no call before both parts are there"
        done = await ann.ask(NORTHWIND.partner_id)
        assert "Connected" in text_of(done)
        assert "/locations" in text_of(done)
        assert labels_of(done) == ["📍 Choose a location"]
        assert [r.path for r in bot.cloud.requests] == [TOKEN_PATH]


@pytest.mark.parametrize(
    "pasted",
    [
        f"Authorization: Basic {CODE}",
        f"Basic: {CODE}",
        CODE,
        f'"Basic {CODE}"',
        f"Basic {CODE[:20]}\n{CODE[20:]}",
    ],
)
async def test_the_shapes_that_people_paste_are_understood_and_deleted(pasted: str) -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot, pasted)
        assert "Connected" in text_of(await ann.ask(NORTHWIND.partner_id))
        assert CODE not in _visible(ann)


async def test_a_wrong_header_is_deleted_too_and_the_step_stays_open() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        told = await ann.ask("my password is hunter2")
        assert "not an authorization header" in text_of(told)
        assert "hunter2" not in _visible(ann)
        assert "step 2" in text_of(await ann.ask(NORTHWIND.header))
        assert not bot.cloud.requests


async def test_nothing_that_was_entered_is_ever_sent_back_or_logged() -> None:
    log = io.StringIO()
    async with Bot(log=log) as bot:
        ann = await _at_partner_step(bot, f"Basic {WRONG_SECRET}")
        await ann.ask(NORTHWIND.partner_id)
        await ann.ask(NORTHWIND.header)
        await ann.ask(NORTHWIND.partner_id)
        sent = [str(c.params) for c in bot.telegram.calls if c.method != "getUpdates"]
        assert not [s for s in sent if CODE in s or WRONG_SECRET in s]
        assert "Application started" in log.getvalue()
        assert not [secret for secret in (CODE, WRONG_SECRET) if secret in log.getvalue()]
        assert bot.application.services.redact(f"seen {CODE}") == "seen [hidden]"


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("500", "network"),
        ("hang", "network"),
        ("reset", "network"),
        ("cut_json", "network"),
        ("429", "asked too often"),
    ],
)
async def test_a_cloud_that_cannot_be_asked_is_not_the_persons_fault(fault: str, word: str) -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot)
        options: dict[str, Any] = {"retry_after": 30} if fault == "429" else {}
        bot.break_plume(fault, "/oauth2/*", **options)
        told = text_of(await ann.ask(NORTHWIND.partner_id))
        assert word in told
        assert "partner id again" in told
        bot.mend_plume()
        assert "Connected" in text_of(await ann.ask(NORTHWIND.partner_id))


async def test_a_refused_header_goes_back_to_the_first_step() -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot, WRONG_SECRET)
        refused = text_of(await ann.ask(NORTHWIND.partner_id))
        assert "refuses this header" in refused
        assert "step 2" in text_of(await ann.ask(NORTHWIND.header))
        assert "Connected" in text_of(await ann.ask(NORTHWIND.partner_id))


async def test_a_refused_partner_keeps_the_header() -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot)
        assert "not this partner id" in text_of(await ann.ask(UNKNOWN_PARTNER))
        assert "not a partner id" in text_of(await ann.ask("two words"))
        assert "Connected" in text_of(await ann.ask(NORTHWIND.partner_id))


async def test_the_header_once_more_in_the_second_step_replaces_the_first() -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot, WRONG_SECRET)
        assert "step 2" in text_of(await ann.ask(NORTHWIND.header))
        assert CODE not in _visible(ann)
        assert "Connected" in text_of(await ann.ask(NORTHWIND.partner_id))


async def test_the_header_may_come_with_the_command() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "step 2" in text_of(await ann.ask(f"/setup {NORTHWIND.header}"))
        assert CODE not in _visible(ann)
        assert "step 1" in text_of(await ann.ask("/setup please"))


async def test_a_photo_or_file_is_no_header_but_gets_an_answer() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        sent = bot.telegram.send_document(ann.user_id, "header.txt", b"x")
        told = await ann.answered(sent["message_id"])
        assert "not an authorization header" in text_of(told)


async def test_if_the_message_cannot_be_deleted_the_person_is_asked_to() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        bot.telegram.faults.set("deleteMessage", kind="500")
        told = text_of(await ann.ask(NORTHWIND.header))
        assert "could not delete your message" in told
        assert "step 2" in told


async def test_a_draft_lost_on_the_way_starts_again() -> None:
    async with Bot() as bot:
        ann = await _at_partner_step(bot)
        bot.application.user_data[ann.user_id].forget()
        assert "step 1" in text_of(await ann.ask(NORTHWIND.partner_id))
        assert "step 2" in text_of(await ann.ask(NORTHWIND.header))


async def test_the_button_starts_it_as_well() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        told = await ann.ask("/status")
        assert labels_of(told) == ["🔑 Connect to Plume"]
        answer = await ann.press("Connect", told)
        assert not answer.get("text")
        await ann.answered(told["message_id"], "step 1 of 2")
        assert "step 2" in text_of(await ann.ask(NORTHWIND.header))


async def test_a_group_is_pointed_to_the_private_chat() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        (in_group,) = bot.group("Team", ann)
        told = text_of(await in_group.ask("/setup"))
        assert "https://t.me/panoptes_demo_bot?start=setup" in told
        assert "step 1" in text_of(await ann.ask("/start setup"))


async def test_credentials_shown_to_a_group_are_deleted() -> None:
    async with Bot() as bot:
        (in_group,) = bot.group("Team", bot.person("Ann"))
        bot.telegram.invite_bot(in_group.chat_id, admin=True)
        told = text_of(await in_group.ask(f"/setup {NORTHWIND.header}"))
        assert "deleted it" in told
        assert CODE not in _visible(in_group)
        assert "private chat" in text_of(await in_group.ask("/setup please"))


@pytest.mark.parametrize("admin", [True, False])
async def test_stray_credentials_in_a_group(admin: bool) -> None:
    async with Bot() as bot:
        (in_group,) = bot.group("Team", bot.person("Ann"))
        bot.telegram.invite_bot(in_group.chat_id, admin=admin)
        asked = await in_group.ask("/help")
        told = await in_group.answered(in_group.say(CODE, reply_to=asked["message_id"]))
        assert ("so I deleted it" if admin else "delete it yourself") in text_of(told)
        assert "t.me" in text_of(told)


async def test_stray_credentials_in_private_are_deleted() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "Send /setup" in text_of(await ann.ask(NORTHWIND.header))
        assert CODE not in _visible(ann)
        await ann.connect()
        await ann.ask("/locations")
        assert "deleted it" in text_of(await ann.ask(CODE))
        assert CODE not in _visible(ann)


async def test_two_people_do_not_share_anything() -> None:
    async with Bot() as bot:
        ann, otto = bot.person("Ann"), bot.person("Otto", DEMO_CREDENTIALS[1])
        await ann.ask("/setup")
        await otto.ask("/setup")
        await ann.ask(ann.credential.header)
        await otto.ask(otto.credential.header)
        assert "not this partner" in text_of(await ann.ask(otto.credential.partner_id))
        assert "Connected" in text_of(await otto.ask(otto.credential.partner_id))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CODE, True),
        (NORTHWIND.header, True),
        ("/status", False),
        ("hello there", False),
        ("", False),
    ],
)
def test_what_looks_like_credentials(text: str, expected: bool) -> None:
    assert looks_like_credentials(text) is expected
