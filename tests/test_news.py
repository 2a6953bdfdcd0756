"""Admins read once what a new version brings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from src.handlers.news import announce_version
from src.version import VERSION
from tests.bot_harness import Bot, text_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ADMIN = 500001  # the first user of the embedded server


async def _announce(bot: Bot, version: str, changelog: Path) -> None:
    application = bot.application
    await announce_version(application.bot, application.services.state, version, changelog)


async def _started(bot: Bot) -> None:
    """The start has noted its own version down by then."""
    store = bot.application.services.state.store
    async with asyncio.timeout(10):
        while await store.fact("version") != VERSION:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0)


async def test_each_new_version_is_told_once(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("## [2.1.0]\n\n- faster\n\n## [2.0.0]\n\n- louder\n", encoding="utf-8")
    async with Bot(environment={"PANOPTES_ADMINS": str(ADMIN)}) as bot:
        boss, ann = bot.person("Boss"), bot.person("Ann")
        await boss.ask("/start")
        await _started(bot)
        for version in ("2.0.0", "2.0.0", "2.1.0", "2.0.0", "2.2.0"):
            await _announce(bot, version, changelog)
        news = [text_of(m) for m in boss.shown() if "What is new" in text_of(m)]
        assert [("louder" in text, "faster" in text) for text in news] == [
            (True, False),
            (False, True),
        ], "the older version, and one that is not described, have no news"
        assert not ann.shown()


async def test_the_first_start_and_a_missing_file_have_no_news(tmp_path: Path) -> None:
    environment = {"PANOPTES_ADMINS": str(ADMIN), "PANOPTES_DATA_DIR": str(tmp_path)}
    async with Bot(environment=environment) as bot:
        boss = bot.person("Boss")
        await boss.ask("/start")
        await _started(bot)
        await _announce(bot, "2.0.0", tmp_path / "none")
        await boss.quiet()
        assert not [m for m in boss.shown() if "What is new" in text_of(m)]


async def test_help_and_the_start_line_say_the_version(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with Bot() as bot:
        assert f"Panoptes {VERSION}" in text_of(await bot.person("Ann").ask("/help"))
    assert f"version {VERSION}, running as @" in caplog.text
