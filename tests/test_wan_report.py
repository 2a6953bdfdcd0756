"""/wan: one call, in the home's own time."""

from __future__ import annotations

import pytest

from src.demo.world_ids import customer_id
from tests.bot_harness import Bot, is_report, text_of


async def test_it_asks_the_reports_once_for_a_day() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        before = len(bot.cloud.requests)
        assert "Busiest hours (the home's time)" in text_of(await ann.ask("/wan"))
        call, tests = sorted(
            list(bot.cloud.requests)[before:], key=lambda c: c.query != "period=daily"
        )
        assert call.path.endswith("/wanStats")
        assert tests.path.endswith("/speedTestResults"), "for what the line is proven to carry"
        assert call.query == "period=daily"


async def test_a_home_without_a_time_zone_says_utc() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        await ann.ask(f"/locations {customer_id(5)}")
        assert "UTC" in text_of(await ann.ask("/wan"))


@pytest.mark.parametrize("fault", ["nulls", "empty_list"])
async def test_no_figures_are_no_zeros(fault: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.cloud.faults.set(fault)
        told = await ann.ask("/wan")
        assert "0 Mbit/s" not in text_of(told)
        assert is_report(told) is (fault == "empty_list"), "unreadable is not empty"
