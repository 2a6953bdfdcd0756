"""/stats: the history of the period asked for, unknown kept apart from offline."""

from __future__ import annotations

import pytest

from src.demo.world_ids import customer_id
from tests.bot_harness import Bot, is_report, text_of


async def test_a_bad_week_is_told_as_one() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        await ann.ask(f"/locations {customer_id(14)}")
        told = text_of(await ann.ask("/stats"))
        assert "Last 7 days" in told
        assert "Outages" in told
        assert "Excellent" not in told


@pytest.mark.parametrize("fault", ["nulls", "empty_list"])
async def test_no_history_has_no_percentage(fault: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.cloud.faults.set(fault)
        told = await ann.ask("/stats")
        assert "%" not in text_of(told)
        assert is_report(told) is (fault == "empty_list"), "unreadable is not empty"
