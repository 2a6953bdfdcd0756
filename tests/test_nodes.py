"""/nodes: every pod, in one call."""

from __future__ import annotations

from tests.bot_harness import Bot, text_of


async def test_one_call_is_enough_and_the_home_counts_as_read() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        before = len(bot.cloud.requests)
        told = text_of(await ann.ask("/nodes"))
        assert [c.path.rsplit("/", 1)[1] for c in list(bot.cloud.requests)[before:]] == ["nodes"]
        assert "Not read" not in told
        assert "CEST" in told, "in the home's own time"
        for name in ("Hallway", "Study", "Garage", "Guest Room"):
            assert name in told
