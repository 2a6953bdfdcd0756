"""What a start tells of the run before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from src import telemetry
from src.handlers import aftermath
from src.handlers.member_texts import RESTARTED
from tests.bot_harness import Bot, Person, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from src.storage.records import JoinAnswer


def _after(before: Bot, data_dir: Path) -> Bot:
    """The next run: the same files, chats and homes."""
    environment = before.environment | {"PANOPTES_DATA_DIR": str(data_dir)}
    return Bot(environment=environment, cloud=before.cloud, telegram=before.telegram)


async def _told(bot: Bot, person: Person) -> list[str]:
    """How often this person read of a restart, once the start is over and the bot answers."""
    again = Person(bot, person.user_id, person.chat_id)
    await again.quiet()
    return [text_of(m) for m in again.shown() if "I was restarted" in text_of(m)]


async def test_who_was_in_the_middle_of_setup_is_told_once(tmp_path: Path) -> None:
    async with Bot(environment={"PANOPTES_DATA_DIR": str(tmp_path)}) as first:
        ann, otto = first.person("Ann"), first.person("Otto")
        for person in (ann, otto):
            await person.ask("/setup")
        await otto.ask("/cancel")
    async with _after(first, tmp_path) as second:
        await second.telegram.wait_for(lambda: text_of(ann.last()) == RESTARTED)
        assert not await _told(second, otto), "who stopped it himself was not cut off"
    async with _after(second, tmp_path) as third:
        assert await _told(third, ann) == [RESTARTED]


@pytest.mark.parametrize(("answer", "words"), [("viewer", "let you in"), ("deny", "not to let")])
async def test_who_was_decided_about_and_not_told_is_told_once(
    tmp_path: Path, answer: JoinAnswer, words: str
) -> None:
    environment = {"PANOPTES_DATA_DIR": str(tmp_path), "PANOPTES_ADMINS": "500001"}
    async with Bot(environment=environment) as first:
        amina, eve, max_ = (first.person(name) for name in ("Amina", "Eve", "Max"))
        store = first.application.services.state.store
        for person in (eve, max_):
            await person.ask("/whoami")
            await store.request_join(person.user_id, "Somebody")
            # The moment at which the process is killed: decided, and nobody told.
            await store.decide_join(person.user_id, answer, amina.user_id)
        first.telegram.block(max_.user_id)
    async with _after(first, tmp_path) as second:
        await second.telegram.wait_for(lambda: words in text_of(eve.last()))
        store = second.application.services.state.store
        for _ in range(500):
            if not await store.untold_joins():
                break
            await asyncio.sleep(0.01)
        assert not await store.untold_joins(), "also who can never be told is done with"
    async with _after(first, tmp_path) as third:
        again = Person(third, eve.user_id, eve.chat_id)
        await again.answered(again.say("/whoami"), "Your Telegram id")
        assert len([m for m in again.shown() if words in text_of(m)]) == 1


async def test_a_decision_waits_for_a_telegram_that_is_down(tmp_path: Path) -> None:
    environment = {"PANOPTES_DATA_DIR": str(tmp_path), "PANOPTES_ADMINS": "500001"}
    async with Bot(environment=environment) as first:
        amina, eve = first.person("Amina"), first.person("Eve")
        await amina.ask("/whoami")
        asked = await eve.ask("/join")
        request = await amina.answered(0, "asks to use this bot")
        first.telegram.faults.set("sendMessage", kind="500", chat_id=eve.chat_id)
        await amina.press("Viewer", request)
        await amina.becomes(request, "let in as viewer")
        assert await first.application.services.state.store.untold_joins()
    async with _after(first, tmp_path) as second:
        again = Person(second, eve.user_id, eve.chat_id)
        await again.answered(asked["message_id"], "let you in as viewer")


async def test_what_breaks_while_looking_back_is_told_and_the_bot_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def explode(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(aftermath, "announce_version", explode)
    heard = asyncio.Event()
    stop = telemetry.listen(lambda event: heard.set() if _is_own(event) else None)
    async with Bot(environment={"PANOPTES_DATA_DIR": str(tmp_path)}) as bot:
        await asyncio.wait_for(heard.wait(), 10)
        await bot.person("Ann").quiet()
    stop()
    assert "looking back at the last run failed (reference " in caplog.text


def _is_own(event: telemetry.Event) -> bool:
    return isinstance(event, telemetry.OwnError)
