"""Long polling against the embedded Telegram server: troubles pass, and a token has one user."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import pytest_asyncio
from telegram import Bot
from telegram.error import InvalidToken
from telegram.request import HTTPXRequest

from src.demo.telegram_server import TelegramServer
from src.handlers.state import State
from src.service.polling import Poller
from src.service.readiness import Health
from src.settings import load_settings
from src.storage import StorageUnavailableError
from tests.bot_harness import Shared
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from telegram import Update

ADMIN = 500_001
NOON = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)


class Side:
    """One program that polls, with a clock that its pauses move."""

    def __init__(self, transport: Any, state: Any) -> None:
        self.taken: list[int] = []
        self.pauses: list[float] = []
        self.seconds = 0.0
        self.takes = True
        self.offset: int | None = None
        self.health = Health(now=lambda: NOON + timedelta(seconds=self.seconds))
        request = HTTPXRequest(httpx_kwargs={"transport": transport})
        other = HTTPXRequest(httpx_kwargs={"transport": transport})
        self.bot = Bot(TOKEN, get_updates_request=request, request=other)
        services = SimpleNamespace(state=state)
        application = SimpleNamespace(bot=self.bot, services=services)
        self.poller = Poller(
            cast("Any", application),
            cast("Any", self),
            self.health,
            ["message"],
            sleep=self.sleep,
            clock=lambda: self.seconds,
        )

    async def take(self, updates: Sequence[Update]) -> bool:
        if self.takes:
            self.taken += [update.update_id for update in updates]
            self.offset = updates[-1].update_id + 1
        return self.takes

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    async def poll(self, times: int = 1) -> None:
        for _ in range(times):
            pause = await self.poller._poll()
            if pause:
                await self.sleep(pause)


@pytest_asyncio.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    given = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "PANOPTES_DATA_DIR": str(tmp_path),
        "PANOPTES_ADMINS": str(ADMIN),
    }
    found = State(load_settings(given, dotenv=None))
    await found.open()
    yield found
    await found.close()


@pytest.fixture(autouse=True)
def _as_the_application_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def telegram() -> TelegramServer:
    return TelegramServer(token=TOKEN)


def answers(*plan: httpx.Response | Exception) -> httpx.MockTransport:
    """A Telegram that does these, one after the other, and then has no updates."""
    left = list(plan)

    async def handle(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        outcome = left.pop(0) if left else httpx.Response(200, json={"ok": True, "result": []})
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return httpx.MockTransport(handle)


def refusal(code: int, **more: Any) -> httpx.Response:
    body = {"ok": False, "error_code": code, "description": "no", **more}
    return httpx.Response(code, json=body)


async def test_updates_are_taken_and_confirmed(telegram: TelegramServer) -> None:
    user = telegram.add_user("Ann")
    chat = telegram.private_chat(user["id"])
    side = Side(Shared(telegram.app), None)
    await side.poller.confirm()  # nothing yet: no call
    assert not telegram.calls
    for text in ("one", "two"):
        telegram.send_text(user["id"], text, chat_id=chat)
    await side.poll()
    await side.poller.confirm()
    assert len(side.taken) == 2
    assert side.health.hears()
    after_a_restart = Side(Shared(telegram.app), None)
    telegram.send_text(user["id"], "three", chat_id=chat)
    await after_a_restart.poll()
    assert len(after_a_restart.taken) == 1


async def test_troubles_are_waited_out_with_growing_pauses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    side = Side(
        answers(
            refusal(502),
            httpx.ConnectError("away"),
            httpx.ReadTimeout("slow"),
            refusal(429, parameters={"retry_after": 40}),
        ),
        None,
    )
    await side.poll(5)
    assert side.pauses == [1, 2, 4, 40]
    assert [r.levelname for r in caplog.records if "no updates" in r.message] == ["WARNING"] * 4
    assert "Telegram answers again" in caplog.text
    assert not any(r.exc_info for r in caplog.records)


async def test_a_token_is_given_up_only_when_it_is_refused_again_and_again() -> None:
    once = Side(answers(refusal(401), refusal(401)), None)
    await once.poll(3)
    assert once.health.hears()
    for_good = Side(answers(*[refusal(401)] * 3), None)
    with pytest.raises(InvalidToken):
        await for_good.poller.run()
    assert not for_good.health.hears()


async def test_the_newcomer_steps_back_and_the_other_goes_on(
    telegram: TelegramServer, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    admin = telegram.add_user("Amina")
    assert admin["id"] == ADMIN
    chat = telegram.private_chat(ADMIN)
    telegram.send_text(ADMIN, "hello", chat_id=chat)
    old, new = Side(Shared(telegram.app), state), Side(Shared(telegram.app), state)
    await old.poll()  # takes the hello
    old.seconds = 3.5

    polling = asyncio.create_task(old.poll())
    polls = len(telegram.calls)
    await telegram.wait_for(lambda: len(telegram.calls) > polls)
    beginning = asyncio.create_task(new.poll())
    await asyncio.wait_for(polling, 5)
    assert old.pauses == [1.5]
    going_on = asyncio.create_task(old.poll())
    await asyncio.wait_for(beginning, 5)
    assert 24 <= new.pauses[0] <= 36
    assert not new.health.hears()
    assert not new.health.is_alone()
    telegram.send_text(ADMIN, "to the old one", chat_id=chat)
    await asyncio.wait_for(going_on, 5)
    assert len(old.taken) == 2
    assert new.taken == []
    lines = [m for m in caplog.messages if "another program" in m]
    assert len(lines) == 2
    assert "goes on" in lines[0]
    assert "steps back" in lines[1]
    told = [m for m in telegram.messages(chat) if "second program" in str(m.get("text"))]
    assert len(told) == 1, "both found out, and the admin reads of it once"


async def test_steps_back_grow_and_end_when_the_other_is_gone(state: State) -> None:
    side = Side(answers(*[refusal(409)] * 6), state)  # one of them to the note for the admin
    await side.poll(5)
    assert all(low <= p <= high for p, low, high in zip(
        side.pauses, (24, 48, 96, 240, 240), (36, 72, 144, 360, 360), strict=True
    ))  # fmt: skip
    await side.poll()
    assert side.health.hears()
    side.seconds += 4
    await side.poll()
    assert side.poller._had_peace  # the next one to come is the newcomer


async def test_a_stop_ends_the_polling_and_says_so() -> None:
    side = Side(answers(), None)
    running = asyncio.create_task(side.poller.run())
    for _ in range(200):
        await asyncio.sleep(0)
    assert side.health.hears()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not side.health.hears()


async def test_what_cannot_be_confirmed_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    given = httpx.Response(200, json={"ok": True, "result": [{"update_id": 5}]})
    side = Side(answers(given, httpx.ConnectError("away")), None)
    await side.poll()
    await side.poller.confirm()
    assert "could not be confirmed" in caplog.text


async def test_updates_that_were_not_taken_are_not_confirmed() -> None:
    offsets: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        offsets.append(request.content.decode())
        return httpx.Response(200, json={"ok": True, "result": [{"update_id": 5}]})

    side = Side(httpx.MockTransport(handle), None)

    side.takes = False  # as the intake of a bot that stops
    await side.poll(2)
    assert not any("offset" in sent for sent in offsets)


async def test_admins_who_cannot_be_told_do_not_stop_the_polling(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def gone(_name: str) -> None:
        raise StorageUnavailableError("disk: away")

    monkeypatch.setattr(state.store, "fact", gone)
    side = Side(answers(refusal(409)), state)
    await side.poll(2)
    assert side.health.hears()
    assert "disk: away" in caplog.text


async def test_admins_read_of_it_again_only_after_a_day(state: State) -> None:
    await state.store.keep_fact("conflict told", (NOON - timedelta(hours=23)).isoformat())
    side = Side(answers(refusal(409), refusal(409), refusal(403)), state)
    await side.poll()
    kept = await state.store.fact("conflict told")
    assert kept == (NOON - timedelta(hours=23)).isoformat()
    side.seconds += 2 * 3600
    await side.poll()
    assert await state.store.fact("conflict told") != kept
