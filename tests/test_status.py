"""/status of every kind of home: the verdict is right and never guesses."""

from __future__ import annotations

import pytest

from src.demo.world_ids import DEMO_COTTAGE_ID, DEMO_CUSTOMER_ID, customer_id
from tests.bot_harness import Bot, is_report, text_of

KINDS = [
    (1, "🟠", "disconnected"),
    (2, "🔴", "Offline"),
    (3, "🟡", "Degraded"),
    (4, "🟡", "Degraded"),
    (5, "⚪", "Unknown"),
    (6, "🟢", "All well"),
    (7, "🟡", "Degraded"),
]


@pytest.mark.parametrize(("index", "sign", "word"), KINDS)
async def test_each_kind_of_home_has_its_verdict_first(index: int, sign: str, word: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        first, *rest = text_of(await ann.ask(f"/locations {customer_id(index)}")).splitlines()
        assert first.startswith(sign)
        assert word.lower() in first.lower()
        assert rest


async def test_what_breaks_in_the_home_is_seen_at_the_next_refresh() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        bot.cloud.world.apply("cut_line", location=report_location(report))
        bot.cloud.world.clock.advance(600)
        await ann.press("Refresh", report)
        assert "🔴" in text_of(await ann.becomes(report, "Offline"))


def report_location(report: dict[str, object]) -> str:
    """The home that a report's buttons name."""
    markup = report["reply_markup"]
    assert isinstance(markup, dict)
    data = markup["inline_keyboard"][-1][0]["callback_data"]
    return str(data.split("|")[4])


@pytest.mark.parametrize("fault", ["nulls", "wrong_shape", "empty_list"])
async def test_answers_without_substance_are_never_called_offline(fault: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.break_plume(fault)
        told = text_of(await ann.ask("/status"))
        assert "🔴" not in told
        assert "offline" not in told.lower()


async def test_a_home_that_is_gone_is_not_shown_from_its_pods() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        await ann.choose(location_id=DEMO_COTTAGE_ID)
        bot.cloud.faults.set(
            "404", f"/api/Customers/{DEMO_CUSTOMER_ID}/locations/{DEMO_COTTAGE_ID}"
        )
        told = await ann.ask("/status")
        assert not is_report(told)
        assert "does not find this home" in text_of(told)
