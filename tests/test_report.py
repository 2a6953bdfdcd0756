"""Every report: one clear answer, its buttons, and sections that fail alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

import plume_api_client as plume
from src.demo.plume_cloud import DEMO_CREDENTIALS
from src.demo.world_ids import (
    DEMO_COTTAGE_ID,
    DEMO_CUSTOMER_ID,
    DEMO_GATEWAY_ID,
    DEMO_LOCATION_ID,
    customer_id,
    location_id,
)
from src.handlers.context import Timing
from src.handlers.report import section, with_reasons
from src.handlers.state import Home, Place
from tests.bot_harness import (
    Bot,
    Hold,
    Person,
    auth_config,
    invented_cloud,
    is_report,
    labels_of,
    text_of,
)

if TYPE_CHECKING:
    from src.demo.telegram_server import Call

REPORTS = ("/status", "/wan", "/stats", "/nodes", "/wifi")
OWN_LABEL = {
    "/status": "⬅ Back",
    "/wan": "📈 WAN",
    "/stats": "🕑 History",
    "/nodes": "📡 Pods",
    "/wifi": "📶 Wi-Fi",
}
CASTLE = customer_id(12)
HOME_PATH = f"/api/Customers/{DEMO_CUSTOMER_ID}/locations/{DEMO_LOCATION_ID}"


async def _ready(bot: Bot) -> Person:
    ann = bot.person("Ann")
    await ann.ready()
    return ann


@pytest.mark.parametrize("command", REPORTS)
async def test_a_report_is_one_message_with_the_next_actions(command: str) -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        sent = len(bot.telegram_calls("sendMessage", "sendPhoto"))
        edited = len(bot.telegram_calls("editMessageText", "editMessageMedia"))
        report = await ann.ask(command)
        assert "Home" in text_of(report)
        assert "Read at" in text_of(report)
        expected = {*OWN_LABEL.values(), "🔄 Refresh", "📍 Change location"} - {OWN_LABEL[command]}
        assert expected <= set(labels_of(report))
        assert OWN_LABEL[command] not in labels_of(report)
        assert len(bot.telegram_calls("sendMessage", "sendPhoto")) == sent + 1
        assert len(bot.telegram_calls("editMessageText", "editMessageMedia")) == edited


@pytest.mark.parametrize("command", REPORTS)
async def test_before_setup_and_before_a_choice_each_command_says_what_comes_first(
    command: str,
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "/setup" in text_of(await ann.ask(command))
        await ann.connect()
        told = await ann.ask(command)
        assert "/locations" in text_of(told)
        assert labels_of(told) == ["📍 Choose a location"]


async def test_every_button_turns_the_message_into_that_report() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        before = [m for m in ann.shown() if is_report(m)]
        message = await ann.ask("/status")
        words = {"WAN": "usage", "History": "online", "Pods": "pods", "Wi-Fi": "networks"}
        for label, word in words.items():
            shown = await ann.press(label, ann.last())
            assert not shown.get("show_alert")
            changed = await ann.answered(message["message_id"] - 1, word)
            assert "Home" in text_of(changed)
            assert "⬅ Back" in labels_of(changed)
            assert [m for m in ann.shown() if is_report(m)] == [*before, changed], "one panel"
        await ann.press("Back", ann.last())
        await ann.answered(message["message_id"] - 1, "Gateway: ")


async def test_the_periods_of_the_history_change_in_place() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        message = await ann.ask("/stats")
        assert labels_of(message)[:4] == ["3 Hrs", "24 Hrs", "• 7 Days •", "30 Days"]
        for label, marked in (("3 Hrs", "Last 3 hours"), ("24 Hrs", "Last 24 hours")):
            await ann.press(label, message)
            changed = await ann.becomes(message, marked)
            assert f"• {label} •" in labels_of(changed)
        asked = [parse_qs(r.query) for r in bot.cloud.requests if r.path.endswith("/onlineStats")]
        assert [(q["granularity"][0], q["limit"][0]) for q in asked] == [
            ("days", "7"), ("hours", "3"), ("hours", "24"),
        ]  # fmt: skip


async def test_a_refresh_costs_one_answer_and_one_edit() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        message = await ann.ask("/status")
        bot.telegram.calls.clear()
        await ann.press("Refresh", message)
        await ann.quiet()
        made = [c.method for c in bot.telegram.calls if c.method != "getUpdates"]
        assert made == ["answerCallbackQuery", "editMessageText", "sendMessage"]


async def test_an_unchanged_refresh_is_no_error() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        frozen = bot.application.services.clock()
        bot.application.services = replace(bot.application.services, clock=lambda: frozen)
        message = await ann.ask("/wan")
        for _ in range(2):
            await ann.press("Refresh", message)
            await ann.quiet()
        errors = [c.error for c in bot.telegram.calls if c.error]
        assert ["not modified" in str(error) for error in errors] == [True, True]
        assert not [m for m in ann.shown() if "wrong" in text_of(m)]


async def test_status_asks_for_everything_together_and_for_nothing_else() -> None:
    async with Bot(cloud=invented_cloud(latency_s=0.01)) as bot:
        ann = await _ready(bot)
        before = len(bot.cloud.requests)
        await ann.ask("/status")
        calls = list(bot.cloud.requests)[before:]
        tests = f"{HOME_PATH}/nodes/{DEMO_GATEWAY_ID}/speedTestResults"  # known by now
        alerts = f"{HOME_PATH}/alerts"
        assert sorted(c.path for c in calls) == [HOME_PATH, alerts, f"{HOME_PATH}/nodes", tests]
        assert max(c.started for c in calls) <= min(c.finished or 0 for c in calls)


@pytest.mark.parametrize(
    ("broken", "fault", "still", "missing"),
    [
        (HOME_PATH, "500", "4 of 4 pods", "location details"),
        (HOME_PATH, "json_403", "4 of 4 pods", "location details"),
        (f"{HOME_PATH}/nodes", "500", "Home", "pods"),
        (f"{HOME_PATH}/nodes", "hang", "Home", "pods"),
    ],
)
async def test_a_section_fails_alone_and_the_report_says_what_is_missing(
    broken: str, fault: str, still: str, missing: str
) -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        bot.break_plume(fault, broken)
        report = await ann.ask("/status")
        assert is_report(report)
        assert still in text_of(report)
        assert f"Not read: {missing}" in text_of(report)
        assert "offline" not in text_of(report).lower()


EXTRA_PATHS = ("*/alerts", "*/reboots", "*/speedTestResults", "*/wanStats", "*/onlineStats")


@pytest.mark.parametrize("fault", ["500", "json_403", "hang", "wrong_shape", "401"])
@pytest.mark.parametrize("command", ["/status", "/nodes", "/call"])
async def test_what_a_report_can_do_without_never_costs_it(command: str, fault: str) -> None:
    async with Bot(timing=Timing(extra_s=0.05)) as bot:
        ann = await _ready(bot)
        for path in EXTRA_PATHS:
            bot.break_plume(fault, path)
        report = await ann.ask(command)
        assert is_report(report)
        if fault != "wrong_shape":  # some of these can be read all the same
            said = "Not read this time: " in text_of(report)
            assert said is (fault not in {"json_403", "401"}), text_of(report)


async def test_what_is_refused_is_not_asked_for_with_every_report() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        bot.break_plume("401", f"{HOME_PATH}/alerts")
        await ann.ask("/status")
        before = len(bot.cloud.requests)
        await ann.ask("/status")
        assert not [c for c in list(bot.cloud.requests)[before:] if "alerts" in c.path]


ERRORS = {
    "500": "fault of its own",
    "hang": "did not answer in time",
    "html_403": "blocks this bot",
    "json_403": "may not see this home",
    "401": "does not find this home",
    "404": "does not find this home",
    "422": "does not accept",
    "html_200": "cannot read",
    "cut_json": "cannot read",
    "big_body": "cannot read",
}


@pytest.mark.parametrize("command", REPORTS)
@pytest.mark.parametrize("fault", ERRORS)
async def test_whatever_plume_does_there_is_one_clear_answer(fault: str, command: str) -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        bot.break_plume(fault)
        number = ann.say(command)
        told = await ann.answered(number)
        assert ERRORS[fault] in text_of(told)
        assert labels_of(told) == ["🔄 Try again", "📍 Change location"]
        await ann.quiet()
        assert len(ann.shown(number)) == 2, "the answer, and the help that quiet() asks for"
        bot.mend_plume()
        if fault != "html_403":  # the breaker stays open, as it should
            await ann.press("Try again", told)
            assert is_report(await ann.becomes(told, "Read at"))


async def test_refused_credentials_lead_to_setup() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        bot.cloud.tokens.revoke_all()
        bot.cloud.faults.set("token_refused")
        told = await ann.ask("/status")
        assert "no longer accepts your credentials" in text_of(told)
        assert labels_of(told) == ["🔑 Connect to Plume"]


async def test_a_failed_refresh_leaves_the_old_report_alone() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        message = await ann.ask("/wan")
        bot.break_plume("500")
        await ann.press("Refresh", message)
        told = await ann.answered(message["message_id"])
        assert "fault of its own" in text_of(told)
        assert await ann.becomes(message, text_of(message))


async def test_what_nobody_expected_has_a_number_and_no_details(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot() as bot:
        ann = await _ready(bot)

        def explode(*_: Any, **__: Any) -> str:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr("src.handlers.wan.plume.analyze_wan_stats", explode)
        told = text_of(await ann.ask("/wan"))
        assert "went wrong on my side" in told
        assert "detail" not in told
        reference = told.rsplit(" ", 1)[1]
        assert f"reference {reference}" in caplog.text


async def test_a_button_of_another_home_shows_that_home_and_keeps_the_choice() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        cottage = await ann.choose(location_id=DEMO_COTTAGE_ID)
        await ann.choose()
        await ann.press("WAN", cottage)
        assert "Summer cottage" in text_of(await ann.becomes(cottage, "usage"))
        assert "· Home" in text_of(await ann.ask("/wan"))


async def test_a_foreign_press_is_served_with_the_pressers_own_rights() -> None:
    async with Bot() as bot:
        ann, otto = bot.person("Ann"), bot.person("Otto", DEMO_CREDENTIALS[1])
        stranger = bot.person("Stranger")
        await ann.connect()
        await otto.connect()
        g_ann, g_otto, g_stranger = bot.group("Team", ann, otto, stranger)
        report = await g_ann.ask(f"/locations {customer_id(1)}")
        answer = await g_stranger.press("Refresh", report)
        assert answer["url"] == f"https://t.me/{bot.application.bot.username}?start=setup"
        await g_otto.press("Refresh", report)
        told = await g_otto.answered(report["message_id"])
        assert "may not see this home" in text_of(told)
        assert is_report(await g_ann.becomes(report, "Read at"))
        told = await g_stranger.ask("/status")
        assert "private chat" in text_of(told)
        ((button,),) = told["reply_markup"]["inline_keyboard"]
        assert button["url"] == answer["url"]


async def test_in_groups_reports_are_protected_and_stay_in_their_topic() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (in_topic,) = bot.group("NOC", ann, topic="Stockholm")
        report = await in_topic.ask(f"/locations {customer_id(1)}")
        assert report["message_thread_id"] == in_topic.thread_id
        sent = bot.telegram_calls("sendMessage")[-1]
        assert sent["protect_content"] is True
        actions = bot.telegram_calls("sendChatAction")
        assert actions[-1]["message_thread_id"] == in_topic.thread_id
        assert "No location" in text_of(await ann.ask("/status")), "the choice is the topic's"
        assert is_report(await in_topic.ask("/status"))


async def test_no_link_previews_and_html_everywhere() -> None:
    async with Bot() as bot:
        await _ready(bot)
        for call in bot.telegram_calls("sendMessage", "editMessageText"):
            assert call["link_preview_options"] == {"is_disabled": True}
            assert call["parse_mode"] == "HTML"


async def test_what_is_asked_of_plume_leaves_before_the_chat_action() -> None:
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold), timing=Timing(action_after_s=1)) as bot:
        ann = await _ready(bot)
        asked, told = len(bot.cloud.requests), len(bot.telegram.calls)
        bot.cloud.faults.set("slow", seconds=60)
        number = ann.say("/status")

        def action() -> Call | None:
            later = list(bot.telegram.calls)[told:]
            return next((call for call in later if call.method == "sendChatAction"), None)

        shown = await bot.telegram.wait_for(action)
        assert shown is not None
        hold.let_go()
        assert is_report(await ann.answered(number))
        left = [request.started for request in list(bot.cloud.requests)[asked:]]
        assert len(left) >= 3
        assert max(left) < shown.started


async def test_an_answer_that_is_there_at_once_needs_no_chat_action() -> None:
    async with Bot(timing=Timing(action_after_s=60)) as bot:
        await _ready(bot)
        assert bot.telegram_calls("sendChatAction") == []


async def test_slow_work_shows_a_placeholder_that_becomes_the_report() -> None:
    hold = Hold()
    async with Bot(
        cloud=invented_cloud(sleep=hold),
        timing=Timing(progress_after_s=0.02, action_every_s=0.02),
    ) as bot:
        ann = await _ready(bot)
        bot.cloud.faults.set("slow", f"{HOME_PATH}/nodes", times=1, seconds=60)
        number = ann.say("/nodes")

        def placeholder() -> list[str]:
            shown = bot.telegram.messages(ann.chat_id)
            return [text_of(m) for m in shown if m["message_id"] > number and "⏳" in text_of(m)]

        assert await bot.telegram.wait_for(placeholder) == ["⏳ Reading from Plume…"]
        await bot.telegram.wait_for(lambda: len(bot.telegram_calls("sendChatAction")) > 8)
        hold.let_go()
        report = await ann.answered(number, "pods")
        assert is_report(report)
        assert len(ann.shown(number)) == 1


async def test_a_slow_press_shows_a_chat_action_and_no_placeholder() -> None:
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold), timing=Timing(progress_after_s=0.02)) as bot:
        ann = await _ready(bot)
        message = await ann.ask("/status")
        bot.telegram.calls.clear()
        bot.cloud.faults.set("slow", f"{HOME_PATH}/wifiNetworks", seconds=60)
        await ann.press("Wi-Fi", message)
        await bot.telegram.wait_for(lambda: bot.telegram_calls("sendChatAction"))
        assert not bot.telegram_calls("sendMessage")
        hold.let_go()
        await ann.becomes(message, "networks")


async def test_a_second_press_in_a_busy_chat_is_answered_at_once() -> None:
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold), timing=Timing(progress_after_s=60)) as bot:
        ann = await _ready(bot)
        message = await ann.ask("/status")
        bot.cloud.faults.set("slow", f"{HOME_PATH}/wifiNetworks", seconds=60)
        ann.say("/wifi")
        await bot.telegram.wait_for(lambda: bot.cloud.requests[-1].path.endswith("wifiNetworks"))
        assert "still running" in (await ann.press("WAN", message))["text"]
        forged = await ann.forge(message, "1|old")
        assert "still running" in forged["text"]
        hold.let_go()
        await ann.becomes(message, "usage")
        assert await ann.answered(message["message_id"], "button has expired")


async def test_nobody_waits_for_another_persons_slow_call() -> None:
    hold = Hold()
    async with Bot(cloud=invented_cloud(sleep=hold), timing=Timing(progress_after_s=60)) as bot:
        slow = bot.person("Slow", DEMO_CREDENTIALS[1])
        await slow.connect()
        assert is_report(await slow.ask(f"/locations {customer_id(15)}"))
        # tests/e2e/test_crowd.py asks 200 of the real process, whose lines nobody counts.
        crowd = [bot.person(f"P{n}") for n in range(20)]
        first = crowd[0]
        await first.connect()
        auth = first.credential
        for person in crowd[1:]:
            await bot.application.services.state.connect(person.user_id, auth_config(auth))
        for person in crowd:
            await _choose_silently(bot, person)
        await _choose_silently(bot, slow, customer_id(15), location_id(15, 0))
        bot.cloud.faults.set("slow", client_id=slow.credential.client_id, seconds=60)
        number = slow.say("/status")
        await bot.telegram.wait_for(
            lambda: any(c.finished is None for c in list(bot.cloud.requests)[-2:])
        )
        answers = await asyncio.gather(*(person.ask("/status") for person in crowd))
        assert all(is_report(answer) for answer in answers)
        assert not slow.shown(number)
        hold.let_go()
        assert await slow.answered(number)


async def _choose_silently(
    bot: Bot, person: Person, customer: str = DEMO_CUSTOMER_ID, location: str = DEMO_LOCATION_ID
) -> None:
    await bot.application.services.state.choose(
        Place(person.chat_id), Home(customer, location, "Home"), person.user_id
    )


async def test_thirty_two_pods_fit_into_one_message() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        assert is_report(await ann.ask(f"/locations {CASTLE}"))
        for command in REPORTS:
            assert is_report(await ann.ask(command)), command
        assert not [c.error for c in bot.telegram.calls if c.error]


async def test_a_renamed_home_is_called_by_its_new_name_from_the_next_status_on() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        state, place = bot.application.services.state, Place(ann.chat_id)
        home = await state.home(place)
        assert home is not None
        await state.choose(place, replace(home, name="Old name"), ann.user_id)
        assert "Old name" in text_of(await ann.ask("/wan"))
        await ann.ask("/status")
        assert "· Home" in text_of(await ann.ask("/wan"))


async def test_section_keeps_errors_as_values_but_not_refused_credentials() -> None:
    async def fail(error: plume.PlumeAPIError) -> int:
        raise error

    async def fine() -> int:
        return 1

    assert await section(fine()) == 1
    assert isinstance(await section(fail(plume.PlumeServerError())), plume.PlumeServerError)
    for error in (plume.PlumeAuthError(), plume.PlumeNotConfiguredError()):
        with pytest.raises(type(error)):
            await section(fail(error))


def test_reasons_are_told_once_and_only_where_there_is_room() -> None:
    slow = plume.PlumeTimeoutError()
    assert with_reasons("r", 1, 2) == "r"
    assert with_reasons("r", slow, slow) == "r\n\nPlume did not answer in time."
    assert with_reasons("r" * 4090, slow) == "r" * 4090
