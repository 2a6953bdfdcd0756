"""/find and plain text: one hit opens, several are listed, nothing says what else to try."""

from __future__ import annotations

import pytest

from src.demo.world_ids import (
    DEMO_CUSTOMER_ID,
    DEMO_LOCATION_ID,
    DEMO_POD_ID,
    customer_id,
    location_id,
)
from src.handlers.state import Home
from src.storage.locations import MAX_FAVOURITES
from tests.bot_harness import Bot, Hold, Person, invented_cloud, is_report, labels_of, text_of


async def _connected(bot: Bot) -> Person:
    ann = bot.person("Ann")
    await ann.connect()
    return ann


@pytest.mark.parametrize("how", ["/find {}", "{}", "/locations {}"])
async def test_a_serial_opens_its_home_however_it_is_sent(how: str) -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        report = await ann.ask(how.format(DEMO_POD_ID))
        assert is_report(report)
        assert DEMO_LOCATION_ID in str(report)


async def test_reports_of_a_home_that_was_found_say_whose_it_is() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        assert "Nora Lindqvist" not in text_of(await ann.ask("/status")), "nobody has told it yet"
        await ann.ask("Nora Lindqvist")
        for command in ("/status", "/wan", "/nodes"):
            before = len(bot.cloud.requests)
            assert "Nora Lindqvist · Home" in text_of(await ann.ask(command))
            asked = bot.plume_calls(since=before)
            assert f"GET /api/Customers/{DEMO_CUSTOMER_ID}" not in asked, "it costs no call"


async def test_find_alone_says_what_to_send() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        assert "serial number" in text_of(await ann.ask("/find"))


async def test_several_hits_are_paged_buttons_that_open() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        hits = await ann.ask("example.com")
        assert "matches for" in text_of(hits)
        rows = hits["reply_markup"]["inline_keyboard"]
        (turn,) = [b["callback_data"] for row in rows for b in row if b["text"] == ">"]
        await ann.query_answer(
            bot.telegram.press(ann.user_id, ann.chat_id, hits["message_id"], turn)
        )
        second = await ann.becomes(hits, "page 2")
        await ann.press(labels_of(second)[0], second)
        await ann.quiet()
        assert "matches" not in text_of(ann.shown()[0])


async def test_hits_are_shown_while_another_look_up_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("src.handlers.find._LOOK_EVERY_S", 0.02)
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold)) as bot:
        ann = await _connected(bot)
        bot.cloud.faults.set("slow", "/api/Customers/v2/search", seconds=60)
        number = ann.say("nora.lindqvist@example.com")
        early = await ann.answered(number, "Still searching")
        assert labels_of(early)[1].startswith("2. Nora"), "what is known can be opened already"
        hold.let_go()
        await bot.telegram.wait_for(lambda: "Still searching" not in text_of(ann.last()))
        assert ann.last()["message_id"] == early["message_id"]
        assert labels_of(ann.last())[1] == "2. Nora Lindqvist · Summer cottage"


async def test_a_search_that_knows_nothing_yet_says_that_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("src.handlers.find._LOOK_EVERY_S", 0.02)
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold)) as bot:
        ann = await _connected(bot)
        bot.cloud.faults.set("slow", seconds=60)
        number = ann.say(DEMO_POD_ID)

        def progress() -> list[dict[str, object]]:
            return [m for m in bot.telegram.messages(ann.chat_id) if "⏳" in text_of(m)]

        (waiting,) = await bot.telegram.wait_for(progress)
        hold.let_go()
        report = await ann.answered(number)
        assert is_report(report)
        assert report["message_id"] == waiting["message_id"]


async def test_a_customer_with_many_homes_opens_the_list_of_them() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        assert "24 locations" in text_of(await ann.ask("office@brightwater.example.com"))


async def test_nothing_found_says_what_was_searched_and_keeps_a_way_on() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        told = await ann.ask("Nobody Of This Name")
        assert "Nothing found" in text_of(told)
        assert "Next: try" in text_of(told)
        assert labels_of(told) == ["📍 Another search"]


@pytest.mark.parametrize(
    ("fault", "words"), [("500", "fault of its own"), ("html_403", "blocks this bot")]
)
async def test_a_cloud_that_fails_is_told_and_can_be_tried_again(fault: str, words: str) -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        bot.break_plume(fault)
        told = await ann.ask("nora.lindqvist@example.com")
        assert words in text_of(told)
        assert "🔄 Try again" in labels_of(told)


async def test_credentials_that_were_withdrawn_lead_to_setup() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        bot.cloud.tokens.revoke_all()
        bot.cloud.faults.set("token_refused")
        assert labels_of(await ann.ask(DEMO_POD_ID)) == ["🔑 Connect to Plume"]


async def test_in_a_group_the_bot_searches_only_when_it_is_spoken_to() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        (there,) = bot.group("Team", ann)
        asked = await there.ask("/help")
        assert is_report(await there.answered(there.say(DEMO_POD_ID, asked["message_id"]), "Home"))
        mention = await there.ask(f"@{bot.application.bot.username} {DEMO_POD_ID}")
        assert is_report(mention)


async def test_pasted_credentials_are_never_searched_for() -> None:
    async with Bot() as bot:
        ann = await _connected(bot)
        for how in ("/find {}", "{}"):
            before = len(bot.cloud.requests)
            number = ann.say(how.format(ann.credential.header))
            assert "deleted" in text_of(await ann.answered(number))
            assert len(bot.cloud.requests) == before


async def test_before_setup_a_text_says_what_comes_first() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "/setup" in text_of(await ann.ask("Lindqvist"))
        assert "/setup" in text_of(await ann.ask("/find Lindqvist"))


async def test_a_link_opens_the_home_that_it_names() -> None:
    async with Bot(cloud=invented_cloud()) as bot:
        ann = await _connected(bot)
        wanted = f"loc_{customer_id(1)}_{location_id(1, 0)}"
        report = await ann.ask(f"/start {wanted}")
        assert is_report(report)
        await ann.press("More", report)
        offered = await ann.offered(report, "Copy link")
        assert wanted in str(offered["reply_markup"]), "and can be copied on"
        assert "no home" in text_of(await ann.ask("/start loc_nonsense"))
        await ann.ask("/setup")
        assert is_report(await ann.ask(f"/start {wanted}")), "also out of a question"


async def test_a_star_puts_a_home_on_the_list_and_takes_it_off() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        answer = await ann.press("☆ Favourite", report)
        assert "Added" in answer["text"]
        # As Telegram delivers it once more to a bot that was killed before it could say "seen".
        again = await ann.forge(report, f"1|f|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|1")
        assert "Added" in again["text"]
        await ann.quiet()
        assert "★ Home" in labels_of(await ann.ask("/locations"))
        answer = await ann.press("★ Favourite", report)
        assert "Taken off" in answer["text"]
        shown = len(ann.shown())
        again = await ann.forge(report, f"1|f|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|0")
        assert "Taken off" in again["text"]
        await ann.quiet()
        assert len(ann.shown()) == shown + 1, "that nothing changed is no trouble"


async def test_a_star_in_a_group_is_not_everybodys() -> None:
    async with Bot() as bot:
        ann, otto = bot.person("Ann"), bot.person("Otto")
        await ann.connect()
        await otto.connect()
        ann_there, otto_there = bot.group("Team", ann, otto)
        report = await ann_there.ask(f"/start loc_{DEMO_CUSTOMER_ID}_{DEMO_LOCATION_ID}")
        for there in (ann_there, otto_there):
            assert "Added" in (await there.press("☆ Favourite", report))["text"]
        state = bot.application.services.state
        for person in (ann, otto):
            assert len(await state.favourites(person.user_id)) == 1


async def test_a_full_list_of_favourites_says_so_and_leaves_the_star_empty() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        state = bot.application.services.state
        for number in range(MAX_FAVOURITES):
            other = Home(customer_id(1), f"{number:024x}", f"Home {number}")
            assert await state.set_favourite(ann.user_id, other, wanted=True) == "added"
        assert "full" in (await ann.press("☆ Favourite", report))["text"]
        await ann.quiet()
        assert "☆ Favourite" in labels_of(await ann.becomes(report, "pods"))
        assert len(await state.favourites(ann.user_id)) == MAX_FAVOURITES
