"""Admins hear of the bot's own errors in private, once an hour for each kind, without details."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from src import telemetry
from src.handlers import own_errors
from src.handlers.own_errors import place_of
from src.storage import StorageFullError
from tests.bot_harness import Bot, Person, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

ADMIN = 500001  # the first user of the embedded server
WORDS = "the customer Nora Lind"


def _throw(error: Exception) -> None:
    raise error


def _raised(error: Exception) -> Exception:
    try:
        _throw(error)
    except Exception as caught:  # noqa: BLE001 - so that it has a traceback
        return caught
    return error


def _elsewhere() -> Exception:
    try:
        int("x")
    except ValueError as caught:
        return caught
    raise AssertionError


async def _notes(bot: Bot, person: Person) -> list[str]:
    await _background(bot)
    return [text_of(m) for m in person.shown() if "error of the bot" in text_of(m)]


async def _background(bot: Bot) -> None:
    tasks = bot.application.services.background
    await asyncio.gather(*(task for task in tasks if task.get_name() == "own-error"))


def _note(bot: Bot, error: Exception, reference: str = "1a2b3c4d") -> None:
    assert bot.application.running
    telemetry.report(telemetry.OwnError(error, reference))


def _broken(error: Exception) -> Callable[..., Any]:
    async def explode(*_: object) -> bool:
        raise error

    return explode


async def test_the_person_and_the_admin_have_the_same_number_and_no_details(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot(environment={"PANOPTES_ADMINS": str(ADMIN)}) as bot:
        boss = bot.person("Boss")
        assert boss.user_id == ADMIN
        await boss.ask("/start")
        state = bot.application.services.state
        with monkeypatch.context() as patch:
            patch.setattr(state, "is_connected", _broken(ZeroDivisionError(WORDS)))
            told = text_of(await boss.ask("/wan"))
        (note,) = await _notes(bot, boss)
    number = told.rsplit(" ", 1)[1]
    assert number in note
    assert "ZeroDivisionError at tests/test_own_errors.py:" in note
    assert WORDS not in note
    assert f"reference {number}" in caplog.text


async def test_a_kind_is_told_once_an_hour_with_how_many_there_were() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": str(ADMIN)}) as bot:
        boss = bot.person("Boss")
        await boss.ask("/start")
        error = _raised(KeyError("x"))
        for _ in range(4):
            _note(bot, error)
        assert len(await _notes(bot, boss)) == 1
        _note(bot, _elsewhere())
        assert len(await _notes(bot, boss)) == 2, "another kind is told at once"
        bot.cloud.world.clock.advance(3600)
        _note(bot, error, "ffffffff")
        *_, last = await _notes(bot, boss)
    assert "3 more of this kind" in last
    assert "ffffffff" in last


async def test_a_database_that_fails_is_told_to_the_admins_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Bot(environment={"PANOPTES_ADMINS": f"{ADMIN},42"}) as bot:
        boss = bot.person("Boss")
        await boss.ask("/start")
        full = StorageFullError("panoptes.db: no room left on the disk")
        with monkeypatch.context() as patch:
            patch.setattr(bot.application.services.state, "members", _broken(full))
            _note(bot, _raised(full))
            (note,) = await _notes(bot, boss)
    assert "no room left on the disk" in note


async def test_what_breaks_while_telling_stays_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot() as bot:
        monkeypatch.setattr(bot.application.services.state, "admins", _broken(OSError("x")))
        _note(bot, _raised(KeyError("x")))
        await _background(bot)
    assert "admins could not be told" in caplog.text


async def test_after_the_stop_nobody_is_told() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": str(ADMIN)}) as bot:
        await bot.person("Boss").ask("/start")
    telemetry.report(telemetry.OwnError(_raised(KeyError("x")), "1a2b3c4d"))
    assert not bot.application.services.background


def test_the_place_is_the_innermost_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert place_of(_raised(KeyError())).startswith("tests/test_own_errors.py:")
    assert place_of(KeyError()) == ""
    monkeypatch.setattr(own_errors, "_ROOT", own_errors._ROOT / "nowhere")
    assert place_of(_raised(KeyError())) == ""


async def test_once_stopped_it_is_silent_however_often_it_was_started() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": str(ADMIN)}) as bot:
        boss = bot.person("Boss")
        await boss.ask("/start")
        services = bot.application.services
        services.own_errors.start(bot.application.bot, services)
        services.own_errors.stop()
        _note(bot, _raised(ValueError(WORDS)))
        assert await _notes(bot, boss) == []
