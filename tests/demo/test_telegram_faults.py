"""The fault switches, each as the bot would meet it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from src.demo.telegram_faults import Faults
from src.demo.telegram_updates import OTHER_POLLER
from tests.demo.telegram_kit import Stage, make_stage


@pytest.fixture
def stage() -> Stage:
    return make_stage()


@pytest.mark.parametrize(
    ("kind", "options", "status", "words"),
    [
        (429, {"retry_after": 7}, 429, "Too Many Requests: retry after 7"),
        ("500", {}, 500, "Internal Server Error"),
        ("502", {}, 502, "Bad Gateway"),
        ("forbidden", {}, 403, "Forbidden: bot was blocked by the user"),
        ("conflict", {}, 409, f"Conflict: {OTHER_POLLER}"),
    ],
)
async def test_refusals(
    stage: Stage, kind: str | int, options: dict[str, Any], status: int, words: str
) -> None:
    fault = stage.server.faults.set("sendMessage", kind=kind, times=1, **options)
    reply = await stage.api.sendMessage(chat_id=stage.ann, text="x")
    assert (reply.status, reply.error) == (status, words)
    assert reply.body.get("parameters", {}) == options
    assert (await stage.api.sendMessage(chat_id=stage.ann, text="x")).status == 200
    assert fault.hits == 1


async def test_a_switch_can_be_for_one_method_or_one_chat(stage: Stage) -> None:
    bob = stage.server.add_user("Bob")["id"]
    stage.server.send_text(bob, "hello")
    stage.server.faults.set(kind=500, chat_id=bob)
    assert (await stage.api.sendMessage(chat_id=stage.ann, text="x")).status == 200
    assert (await stage.api.sendMessage(chat_id=bob, text="x")).status == 500
    assert (await stage.api.getMe()).status == 200
    stage.server.faults.set("getMe", kind=502)
    assert (await stage.api.getMe()).status == 502
    stage.server.faults.clear("getMe")
    assert (await stage.api.getMe()).status == 200
    stage.server.faults.clear()
    assert (await stage.api.sendMessage(chat_id=bob, text="x")).status == 200


async def test_bad_html_refuses_formatted_texts_only(stage: Stage) -> None:
    stage.server.faults.set(kind="bad_html")
    html = await stage.api.sendMessage(chat_id=stage.ann, text="x", parse_mode="HTML")
    assert html.error.startswith("Bad Request: can't parse entities: ")
    assert (await stage.api.sendMessage(chat_id=stage.ann, text="x")).status == 200
    media = {"type": "photo", "media": "x", "caption": "y", "parse_mode": "HTML"}
    edit = await stage.api.editMessageMedia(chat_id=stage.ann, message_id=101, media=media)
    assert edit.error.startswith("Bad Request: can't parse entities: ")


async def test_a_hanging_call_ends_when_the_switch_is_cleared(stage: Stage) -> None:
    fault = stage.server.faults.set("getMe", kind="hang")
    hanging = asyncio.create_task(stage.api.getMe())
    await stage.server.wait_for(lambda: fault.hits)
    assert stage.server.calls[-1].finished is None
    assert stage.server.calls_of("getMe") == []
    stage.server.faults.clear()
    assert (await hanging).status == 502
    assert len(stage.server.calls_of("getMe")) == 1


async def test_slow_calls_run_all_the_same(stage: Stage) -> None:
    fault = stage.server.faults.set("getMe", kind="slow", seconds=0.001)
    assert (await stage.api.getMe()).status == 200
    assert fault.hits == 1


async def test_in_process_a_reset_is_an_exception(stage: Stage) -> None:
    stage.server.faults.set("getMe", kind="reset", times=1)
    with pytest.raises(ConnectionResetError):
        await stage.api.getMe()


def test_unknown_kinds_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="no fault 'gremlins'"):
        Faults().set(kind="gremlins")
