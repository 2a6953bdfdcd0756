"""Inline mode: homes for who may see them, one search for what was typed, links that open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from src.demo.plume_cloud import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID, customer_id
from src.handlers import texts
from src.handlers.context import Timing
from src.handlers.state import Home
from tests.bot_harness import Bot, Person, is_report, text_of

QUICK = Timing(inline_pause_s=0.02)
HOME_LINK = f"?start=loc_{DEMO_CUSTOMER_ID}_{DEMO_LOCATION_ID}"


async def typed(bot: Bot, person: Person, text: str) -> dict[str, Any]:
    """How the bot answers what somebody types after its name."""
    query = bot.telegram.inline_query(person.user_id, text)
    answer = await bot.telegram.wait_for(lambda: bot.telegram.answer(query))
    assert answer is not None
    assert answer["is_personal"], "nobody else is shown it"
    return answer


async def test_a_home_is_found_sent_by_name_and_opened_by_its_button() -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        answer = await typed(bot, ann, "Lindqvist")
        result = next(r for r in answer["results"] if HOME_LINK in str(r["reply_markup"]))
        assert "Nora Lindqvist" in result["title"]
        sent = result["input_message_content"]
        assert "Nora Lindqvist" in sent["message_text"]
        for personal in ("@", "ACC-", DEMO_LOCATION_ID):
            assert personal not in sent["message_text"], "what stands in a group is names only"
        ((button,),) = result["reply_markup"]["inline_keyboard"]
        payload = button["url"].partition("?start=")[2]
        assert is_report(await ann.ask(f"/start {payload}"))


async def test_nothing_typed_offers_favourites_and_recents() -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        await ann.press("Favourite", report)
        await ann.ask(f"/locations {customer_id(1)}")
        await ann.quiet()
        before = len(bot.cloud.requests)
        results = (await typed(bot, ann, " "))["results"]
        assert HOME_LINK in str(results[0])
        assert len(results) == 2
        assert len((await typed(bot, ann, "ab"))["results"]) == 2
        assert len(bot.cloud.requests) == before, "Plume was not asked"


async def test_only_what_was_typed_last_is_searched_for() -> None:
    async with Bot(timing=Timing(inline_pause_s=0.2)) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        before = len(bot.cloud.requests)
        queries = [bot.telegram.inline_query(ann.user_id, "Lindqvist"[:n]) for n in range(4, 10)]
        await bot.telegram.wait_for(lambda: bot.telegram.answer(queries[-1]))
        assert [bot.telegram.answer(query) is None for query in queries[:-1]] == [True] * 5
        once = len(bot.cloud.requests) - before
        await typed(bot, ann, "Lindqvist")
        assert len(bot.cloud.requests) - before == 2 * once


async def test_without_credentials_it_leads_to_the_set_up() -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        answer = await typed(bot, ann, "Lindqvist")
        assert answer["results"] == []
        assert answer["button"] == {"text": texts.INLINE_CONNECT, "start_parameter": "setup"}
        await ann.connect()
        bot.cloud.tokens.revoke_all()
        bot.cloud.faults.set("token_refused")
        assert (await typed(bot, ann, "Lindqvist"))["button"]["text"] == texts.INLINE_CONNECT


@pytest.mark.parametrize(
    ("fault", "text", "said"),
    [("500", "Lindqvist", texts.INLINE_FAILED), (None, "Nobody at all", texts.INLINE_NOTHING)],
)
async def test_what_was_not_found_says_why(fault: str | None, text: str, said: str) -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        if fault:
            bot.break_plume(fault)
        answer = await typed(bot, ann, text)
        assert answer["results"] == []
        assert answer["button"]["text"] == said


async def test_a_stranger_gets_no_answer_and_others_see_their_own_homes_only() -> None:
    async with Bot(timing=QUICK, environment={"PANOPTES_ALLOWED_USERS": "500001,500002"}) as bot:
        ann, otto = bot.person("Ann"), bot.person("Otto", DEMO_CREDENTIALS[1])
        stranger = bot.person("Stranger")
        await ann.connect()
        await otto.connect()
        query = bot.telegram.inline_query(stranger.user_id, "Lindqvist")
        assert (await typed(bot, ann, "Lindqvist"))["results"]
        found = str((await typed(bot, otto, "Lindqvist"))["results"])
        assert DEMO_CUSTOMER_ID not in found
        await asyncio.sleep(0.05)
        assert bot.telegram.answer(query) is None


async def test_a_customer_whose_homes_are_not_known_opens_as_a_list() -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (result,) = (await typed(bot, ann, "Brightwater Lettings"))["results"]
        assert result["title"].startswith("Brightwater Lettings")
        ((button,),) = result["reply_markup"]["inline_keyboard"]
        told = await ann.ask(f"/start {button['url'].partition('?start=')[2]}")
        assert "24 locations. Which one?" in text_of(told)
        told = await ann.ask(f"/start cus_{'f' * 24}")
        assert not is_report(told)


async def test_ids_that_no_link_can_carry_are_left_out() -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        odd = Home("c" * 40, "l" * 40, "Odd")
        await bot.application.services.state.set_favourite(ann.user_id, odd, wanted=True)
        results = (await typed(bot, ann, ""))["results"]
        assert [result["title"] for result in results] == ["Home"]


async def test_an_answer_that_comes_too_late_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Bot(timing=QUICK) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        bot.telegram.faults.set("answerInlineQuery", kind="500", times=2)
        bot.telegram.inline_query(ann.user_id, "")
        await bot.telegram.wait_for(lambda: "could not be answered" in caplog.text)
        await ann.quiet()
        assert not [m for m in ann.shown() if "wrong" in text_of(m)]
