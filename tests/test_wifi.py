"""/wifi: the networks, never a key."""

from __future__ import annotations

from tests.bot_harness import Bot, text_of


async def test_the_networks_are_listed_without_their_keys() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        told = text_of(await ann.ask("/wifi"))
        assert "Lindqvist-Home: on, WPA2 and WPA3" in told
        assert "Lindqvist-IoT: off" in told
        assert "key" not in told.lower()


async def test_a_home_without_networks_says_so() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.cloud.faults.set("empty_list")
        assert "No Wi-Fi network is configured" in text_of(await ann.ask("/wifi"))
