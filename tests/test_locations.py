"""/locations: from a customer's id to the home on the screen."""

from __future__ import annotations

import pytest

from src.demo.plume_cloud import DEMO_CREDENTIALS
from src.demo.world_ids import (
    DEMO_COTTAGE_ID,
    DEMO_CUSTOMER_ID,
    DEMO_LOCATION_ID,
    OTHER_CUSTOMER_ID,
    customer_id,
)
from tests.bot_harness import Bot, Person, is_report, labels_of, text_of

ONE_HOME = customer_id(1)
MANY_HOMES = customer_id(8)  # 24
THREE_HUNDRED_HOMES = customer_id(13)
STRANGE_NAMES = customer_id(10)


async def _connected(bot: Bot) -> Person:
    ann = bot.person("Ann")
    await ann.connect()
    return ann


async def test_several_locations_are_buttons_and_the_chosen_one_shows_its_status() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        assert "customer id" in text_of(await ann.ask("/locations"))
        shown = await ann.ask(DEMO_CUSTOMER_ID)
        assert "2 locations" in text_of(shown)
        assert labels_of(shown) == ["Home", "Summer cottage", "📍 Another search"]
        await ann.press("Summer cottage", shown)
        report = await ann.becomes(shown, "Summer cottage")
        assert is_report(report)
        assert "Summer cottage" in text_of(await ann.ask("/wan"))


async def test_one_location_is_chosen_by_itself() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        assert is_report(await ann.ask(f"  {ONE_HOME}\n"))
        assert is_report(await ann.ask("/status"))
        assert "nothing to stop" in text_of(await ann.ask("/cancel")), "the question is over"


async def test_the_id_may_come_with_the_command() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        assert is_report(await ann.ask(f"/locations {ONE_HOME}"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("two words", "Nothing found"),
        ("../../etc/passwd", "Nothing found"),
        ("x" * 3000, "Nothing found"),
        ("?", "Nothing to look for"),
        ("ffffffffffffffffffffffff", "knows no customer"),
        (OTHER_CUSTOMER_ID, "knows no customer"),
    ],
)
async def test_a_wrong_id_is_told_in_one_sentence_and_the_question_stays(
    wrong: str, words: str
) -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        assert words in text_of(await ann.ask(wrong))
        assert is_report(await ann.ask(ONE_HOME))


async def test_a_customer_without_locations() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        bot.cloud.faults.set("empty_list", times=1)
        assert "no locations yet" in text_of(await ann.ask(ONE_HOME))
        assert is_report(await ann.ask(ONE_HOME))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("500", "fault of its own"),
        ("hang", "did not answer"),
        ("html_403", "blocks this bot"),
        ("wrong_shape", "cannot read"),
        ("json_403", "knows no customer"),
    ],
)
async def test_a_cloud_that_fails_keeps_the_question_open(fault: str, words: str) -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        bot.break_plume(fault)
        told = text_of(await ann.ask(ONE_HOME))
        assert words in told
        assert "/cancel" in told
        bot.mend_plume()
        assert "Stopped" in text_of(await ann.ask("/cancel"))


async def test_withdrawn_credentials_lead_back_to_setup() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        bot.cloud.tokens.revoke_all()
        bot.cloud.faults.set("token_refused")
        told = await ann.ask(ONE_HOME)
        assert "no longer accepts" in text_of(told)
        assert labels_of(told) == ["🔑 Connect to Plume"]


async def test_before_setup_it_says_what_comes_first() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "/setup" in text_of(await ann.ask("/locations"))
        assert not bot.cloud.requests


async def test_pages_turn_in_place() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        await ann.ask("/locations")
        shown = await ann.ask(MANY_HOMES)
        assert labels_of(shown)[8:-1] == ["<", "1/3", ">"]
        await ann.press(">", shown)
        second = await ann.becomes(shown, "Page 2 of 3")
        assert labels_of(second)[8:-1] == ["<", "2/3", ">"]
        assert not set(labels_of(second)[:8]) & set(labels_of(shown)[:8])
        await ann.press("2/3", second)  # the same page again: nothing to change, nothing to say
        await ann.quiet()
        assert bot.telegram.edits(ann.chat_id, shown["message_id"]) == 1


async def test_a_page_that_is_gone_becomes_the_last_one() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        shown = await ann.ask(f"/locations {MANY_HOMES}")
        await ann.forge(shown, f"1|l|{MANY_HOMES}|99")
        assert await ann.becomes(shown, "Page 3 of 3")


async def test_three_hundred_locations_stay_within_telegrams_limits() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        shown = await ann.ask(f"/locations {THREE_HUNDRED_HOMES}")
        assert "38" in labels_of(shown)[-3]
        await ann.press("<", shown)
        last = await ann.becomes(shown, "Page 38 of 38")
        assert len(labels_of(last)) == 300 - 37 * 8 + 4


async def test_a_list_that_cannot_be_read_again_says_so_and_stays() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        shown = await ann.ask(f"/locations {MANY_HOMES}")
        bot.break_plume("500")
        await ann.press(">", shown)
        assert "fault of its own" in text_of(await ann.answered(shown["message_id"]))
        assert "24 locations" in text_of(await ann.becomes(shown, "Page 1"))


@pytest.mark.parametrize("start", ["button", "command"])
async def test_change_location_asks_again_and_offers_the_same_customer(start: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        if start == "button":
            await ann.press("Change location", report)
            asked = await ann.answered(report["message_id"], "customer id")
        else:
            asked = await ann.ask("/locations")
        assert labels_of(asked) == ["🕘 Home", "Locations of the same customer"]
        await ann.press("same customer", asked)
        await ann.becomes(asked, "2 locations")


async def test_a_pick_that_fails_changes_nothing_and_can_be_tried_again() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        shown = await ann.ask(f"/locations {DEMO_CUSTOMER_ID}")
        bot.break_plume("500")
        await ann.press("Summer cottage", shown)
        told = await ann.answered(shown["message_id"])
        assert "fault of its own" in text_of(told)
        assert "No location is chosen" in text_of(await ann.ask("/status"))
        bot.mend_plume()
        await ann.press("Try again", told)
        assert is_report(await ann.becomes(told, "Summer cottage"))
        assert "Summer cottage" in text_of(await ann.ask("/status"))


async def test_a_forged_pick_gets_only_what_the_presser_may_see() -> None:
    async with Bot() as bot:
        otto = bot.person("Otto", DEMO_CREDENTIALS[1])
        await otto.connect()
        shown = await otto.ask("/help")
        await otto.forge(shown, f"1|p|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}")
        told = text_of(await otto.answered(shown["message_id"]))
        assert "may not see this home" in told
        assert "No location is chosen" in text_of(await otto.ask("/status"))


async def test_a_pick_by_somebody_who_is_not_connected_is_refused() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ask("/help")
        for data in (
            f"1|p|{DEMO_CUSTOMER_ID}|{DEMO_COTTAGE_ID}",
            f"1|l|{DEMO_CUSTOMER_ID}|0",
            "1|c",
        ):
            answer = await ann.forge(shown, data)
            assert "not connected" in answer["text"]
            assert answer["show_alert"]
        assert not bot.cloud.requests


async def test_in_a_group_the_question_opens_the_reply_field_and_the_reply_counts() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (in_group,) = bot.group("Team", ann)
        asked = await in_group.ask("/locations")
        assert bot.telegram.keyboard(in_group.chat_id) == {"force_reply": True, "selective": True}
        number = in_group.say(ONE_HOME, reply_to=asked["message_id"])
        assert is_report(await in_group.answered(number))
        assert "No location is chosen" in text_of(await ann.ask("/status")), "chats are apart"


async def test_a_button_in_a_group_asks_there_too() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (in_group,) = bot.group("Team", ann)
        told = await in_group.ask("/status")
        await in_group.press("Choose a location", told)
        assert "customer id" in text_of(await in_group.answered(told["message_id"]))


async def test_strange_names_arrive_as_they_are() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        (home,) = bot.cloud.world.homes_of(10)
        report = await ann.ask(f"/locations {STRANGE_NAMES}")
        assert home.name in text_of(report)
        for command in ("/wan", "/stats", "/nodes", "/wifi"):
            assert home.name in text_of(await ann.ask(command)), command
