"""What goes out survives what Telegram says about it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import Chat, Message, Update
from telegram.error import BadRequest, TelegramError

from src.handlers.context import PanoptesContext, Timing
from src.handlers.reply import Answers, deliver, press_message
from tests.bot_harness import Bot, is_report, text_of


async def test_a_text_that_telegram_refuses_to_format_goes_out_plain() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.telegram.faults.set("sendMessage", kind="bad_html")
        report = await ann.ask("/status")
        assert is_report(report)
        assert "<b>" not in text_of(report)
        assert not [e for e in report.get("entities", []) if e["type"] == "bold"]


async def test_an_edit_that_telegram_refuses_to_format_goes_out_plain() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        bot.telegram.faults.set("editMessageText", kind="bad_html")
        await ann.press("WAN", report)
        changed = await ann.becomes(report, "usage")
        assert is_report(changed)
        assert "<b>" not in text_of(changed)


async def test_a_report_that_was_deleted_meanwhile_is_sent_anew() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        ann.press_now("WAN", report)
        bot.telegram.delete(ann.chat_id, report["message_id"])
        assert is_report(await ann.answered(report["message_id"], "usage"))


@pytest.mark.parametrize(
    ("label", "method"), [("Wi-Fi", "editMessageText"), ("WAN", "editMessageMedia")]
)
async def test_another_refusal_is_not_hidden(
    label: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        # Longer than anybody waits: not repeated.
        bot.telegram.faults.set(method, kind="429", times=1, retry_after=3600)
        await ann.press(label, report)
        await ann.quiet()
        failed = [c for c in bot.telegram.calls if c.method == method and not c.ok]
        assert len(failed) == 1
        assert "Flood control" in caplog.text
        assert is_report(await ann.becomes(report, "pods"))


async def test_too_long_is_told_and_not_left_without_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        # A report of text alone: what is too long for a caption goes to the button "Details".
        monkeypatch.setattr("src.handlers.wifi.format_wifi_message", lambda *_: "x" * 5000)
        for ask in (lambda: ann.say("/wifi"), lambda: ann.press_now("Wi-Fi", report)):
            before = ann.last()["message_id"]
            ask()
            assert "went wrong on my side" in text_of(await ann.answered(before))
            await ann.quiet()
            assert len(ann.shown(before)) == 2  # the one answer, and /help


async def test_telegram_asking_to_wait_delays_the_answer_and_loses_nothing() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        bot.telegram.faults.set("sendMessage", kind="429", times=1, retry_after=1)
        number = ann.say("/help")
        assert "What I can do" in text_of(await ann.answered(number))
        assert len(ann.shown(number)) == 1


async def test_a_chat_action_that_fails_stops_nothing() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.telegram.faults.set("sendChatAction", kind="500")
        assert is_report(await ann.ask("/status"))


async def test_a_slow_chat_action_does_not_hold_the_report_back() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.telegram.faults.set("sendChatAction", kind="hang")
        assert is_report(await ann.ask("/status"))


async def test_the_chat_action_ends_with_the_work() -> None:
    async with Bot(timing=Timing(action_after_s=0, action_every_s=0.02)) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        await ann.ask("/status")
        done = len(bot.telegram_calls("sendChatAction"))
        await ann.quiet()
        assert len(bot.telegram_calls("sendChatAction")) == done


async def test_a_query_is_answered_once_and_a_late_alert_becomes_a_message() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ask("/help")
        answers = bot.application.services.answers
        queries: list[str] = []

        async def early(update: Any) -> bool:
            queries.append(update.callback_query.id)
            return await Answers.once(answers, update, "one moment")

        # As if the press had waited behind earlier work of its chat.
        gate = bot.application.handlers[-1][0]
        original = gate.callback

        async def slow_gate(update: Any, context: Any) -> Any:
            if update.callback_query:
                await early(update)
            return await original(update, context)

        gate.callback = slow_gate
        assert (await ann.forge(shown, "1|old"))["text"] == "one moment"
        assert "expired" in text_of(await ann.answered(shown["message_id"]))
        made = [c for c in bot.telegram.calls if c.method == "answerCallbackQuery"]
        assert len(made) == len(queries) == 1


class _Query:
    """A press whose answers are counted, and refused where told so."""

    def __init__(self, number: int, error: TelegramError | None = None) -> None:
        self.id = str(number)
        self.error = error
        self.answers = 0

    async def answer(self, _text: str | None, *, show_alert: bool, url: str | None) -> None:
        self.answers += 1
        if self.error:
            raise self.error


def _press(query: Any) -> Any:
    return SimpleNamespace(callback_query=query)


async def test_an_answer_that_comes_too_late_for_telegram_is_no_error() -> None:
    query = _Query(1, BadRequest("Query is too old"))
    assert await Answers().once(_press(query))
    assert query.answers == 1


async def test_only_presses_can_be_answered() -> None:
    assert not await Answers().once(_press(None))


async def test_answered_queries_do_not_pile_up() -> None:
    answers = Answers()
    for number in range(5000):
        await answers.once(_press(_Query(number)))
    assert len(answers._answered) <= 4096


def test_an_update_that_is_no_press_has_no_message_to_edit() -> None:
    assert press_message(_press(None)) is None
    assert press_message(_press(SimpleNamespace(message=None))) is None


async def test_cancelled_delivery_cancels_its_work() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> Any:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with Bot() as bot:
        ann = bot.person("Ann")
        context = PanoptesContext(cast("Any", bot.application), ann.chat_id, ann.user_id)
        chat = Chat(ann.chat_id, Chat.PRIVATE)
        update = Update(1, message=Message(1, bot.cloud.world.now(), chat, text="x"))
        task = asyncio.create_task(deliver(update, context, work()))
        await started.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(cancelled.wait(), 5)
