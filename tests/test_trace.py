"""One line for each thing that is asked, with what it was and how it ended, and nothing typed."""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from telegram import CallbackQuery, Chat, InlineQuery, Message, Update, User

from src import telemetry
from src.handlers.callbacks import Buttons, Connect, OpenReport, Panel, PickLocation
from src.handlers.trace import IGNORED, Tracer, mark
from src.logs import reference, request_id
from tests.bot_harness import Bot

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN = User(7, "Ann", is_bot=False)
BUTTONS = Buttons()


def _said(text: str | None, **more: Any) -> Update:
    return Update(
        1, message=Message(1, NOW, Chat(-5, Chat.GROUP), from_user=ANN, text=text, **more)
    )


def _pressed(data: str) -> Update:
    return Update(1, callback_query=CallbackQuery("1", ANN, "x", data=data))


@pytest.fixture
def done() -> Iterator[list[telemetry.CommandDone]]:
    found: list[telemetry.CommandDone] = []

    def keep(event: telemetry.Event) -> None:
        if isinstance(event, telemetry.CommandDone):
            found.append(event)

    stop = telemetry.listen(keep)
    yield found
    stop()


@pytest.mark.parametrize(
    ("update", "via", "name"),
    [
        (_said("/status"), "command", "status"),
        (_said("/Status@some_bot now"), "command", "status"),
        (_said("/nora_lind_secret"), "command", "unknown"),
        (_said("/"), "command", "unknown"),
        (_said("nora@example.net"), "text", "text"),
        (_said(None, caption="x"), "text", "text"),
        (_pressed(BUTTONS.pack(OpenReport(Panel.WAN_TEXT, "c", "l"))), "press", "wan_text"),
        (_pressed(BUTTONS.pack(PickLocation("c", "l"))), "press", "pick_location"),
        (_pressed(BUTTONS.pack(Connect())), "press", "connect"),
        (_pressed("forged"), "press", "unreadable"),
        (Update(1, inline_query=InlineQuery("1", ANN, "nora", "")), "inline", "search"),
    ],
)
def test_what_was_asked_has_a_name_out_of_a_fixed_set(
    update: Update, via: str, name: str, done: list[telemetry.CommandDone]
) -> None:
    with Tracer(BUTTONS, iter([1.0, 3.5]).__next__)(update):
        pass
    assert done == [(via, name, "ok", 2.5)]


@pytest.mark.parametrize(
    "update", [_said(None), Update(1), "no update", _said(None, new_chat_title="Hello")]
)
def test_what_nobody_asked_has_no_line(
    update: object, done: list[telemetry.CommandDone], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Tracer(BUTTONS)(update):
        mark("error")
    assert not done
    assert not caplog.records


def test_the_line_has_the_facts_and_the_last_word_counts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with Tracer(BUTTONS, iter([1.0, 1.25]).__next__)(_said("/wan")):
        mark("plume_timeout")
        mark("error")
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert record.getMessage() == (
        "handled user=7 chat=-5 via=command command=wan outcome=error duration_ms=250"
    )
    assert record.__dict__["facts"]["duration_ms"] == 250


def test_what_is_ignored_has_no_line(done: list[telemetry.CommandDone]) -> None:
    with Tracer(BUTTONS)(_said("people talk")):
        mark(IGNORED)
    assert not done


async def test_tasks_of_a_request_share_its_id_and_its_end(
    done: list[telemetry.CommandDone],
) -> None:
    async def work() -> str | None:
        mark("error")
        return request_id.get()

    with Tracer(BUTTONS)(_said("/wan")):
        number = request_id.get()
        assert number == reference()
        assert await asyncio.create_task(work()) == number
    assert done[0].outcome == "error"
    assert request_id.get() is None
    assert reference() != reference(), "outside of requests, a number of its own"


async def test_what_the_stop_cuts_off_is_said_so(done: list[telemetry.CommandDone]) -> None:
    async def hang() -> None:
        with Tracer(BUTTONS)(_said("/wan")):
            await asyncio.sleep(3600)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert done[0].outcome == "cancelled"


async def test_each_request_is_one_line_whose_id_the_lines_below_carry() -> None:
    log = io.StringIO()
    async with Bot(log=log) as bot:
        ann, otto = bot.person("Ann"), bot.person("Otto")
        shown = await ann.ready()
        bot.break_plume("500")
        await ann.press("Wi-Fi", shown)
        await ann.quiet()
        bot.mend_plume()
        both = bot.group("Desk", ann, otto)
        both[0].say("people talk to each other")
        both[0].say("/other@another_bot")
        await both[1].ask("/help")
    lines = [line for line in log.getvalue().splitlines() if " handled " in line]
    facts = [dict(word.split("=") for word in line.split(" handled ")[1].split()) for line in lines]
    asked = [(fact["via"], fact["command"], fact["outcome"]) for fact in facts]
    assert ("press", "wifi", "plume_server") in asked
    assert asked.count(("command", "help", "ok")) == 2
    assert [fact for fact in facts if fact["chat"] == str(both[0].chat_id)] == facts[-1:]
    assert {fact["user"] for fact in facts} == {str(ann.user_id), str(otto.user_id)}
    number = lines[0].split("[")[1].split("]")[0]
    assert [line for line in log.getvalue().splitlines() if f"[{number}]" in line]
    failed = next(line for line in lines if "plume_server" in line)
    number = failed.split("[")[1].split("]")[0]
    calls = [line for line in log.getvalue().splitlines() if "src.net.exchange" in line]
    assert [line for line in calls if f"[{number}]" in line and " 500 " in line]
