"""/nodes: every pod, with what is beside it, in one round trip."""

from __future__ import annotations

from src.demo.world_ids import DEMO_LOCATION_ID, DEMO_POD_ID, customer_id
from tests.bot_harness import Bot, invented_cloud, text_of


async def test_one_round_trip_is_enough_and_the_home_counts_as_read() -> None:
    async with Bot(cloud=invented_cloud(latency_s=0.01)) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        before = len(bot.cloud.requests)
        told = text_of(await ann.ask("/nodes"))
        calls = list(bot.cloud.requests)[before:]
        assert sorted(c.path.rsplit("/", 1)[1] for c in calls) == ["nodes", "reboots"]
        assert max(c.started for c in calls) <= min(c.finished or 0 for c in calls)
        assert "Not read" not in told
        assert "CEST" in told, "in the home's own time"
        for name in ("Hallway", "Study", "Garage", "Guest Room"):
            assert name in told
        assert " · up " in told


async def test_a_restart_is_told_with_its_reason() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.cloud.world.apply("reboot", location=DEMO_LOCATION_ID, node=DEMO_POD_ID)
        bot.cloud.world.clock.advance(600)
        told = text_of(await ann.ask("/nodes"))
        assert "🔁 Restarted, " in told
        assert ": requested" in told
        assert "requested)" in text_of(await ann.ask("/call"))


async def test_firmware_is_compared_with_what_other_homes_were_seen_to_run() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        assert "Firmware is behind" not in text_of(await ann.ask("/nodes")), "nothing to compare"
        await ann.ask(f"/locations {customer_id(7)}")
        await ann.choose()
        told = text_of(await ann.ask("/nodes"))
        assert "Firmware is behind: another home runs 6.4.0-41-example on the same model" in told
