"""/status of every kind of home: the verdict is right and never guesses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import plume_api_client as plume
from src.demo.world_ids import (
    DEMO_COTTAGE_ID,
    DEMO_CUSTOMER_ID,
    DEMO_GATEWAY_ID,
    DEMO_LOCATION_ID,
    DEMO_POD_ID,
    customer_id,
)
from src.handlers.status import placed_health
from tests.bot_harness import Bot, Person, is_report, labels_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

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
    data = markup["inline_keyboard"][0][0]["callback_data"]
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


async def test_what_an_earlier_look_told_survives_a_restart(tmp_path: Path) -> None:
    kept = {"PANOPTES_DATA_DIR": str(tmp_path)}
    async with Bot(environment=kept) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        cloud, telegram = bot.cloud, bot.telegram
    cloud.world.apply("unplug_pod", location=DEMO_LOCATION_ID, node=DEMO_POD_ID)
    cloud.world.clock.advance(600)
    async with Bot(environment=kept, cloud=cloud, telegram=telegram) as bot:
        ann = Person(bot, ann.user_id, ann.chat_id)
        before = len(cloud.requests)
        told = text_of(await ann.ask("/status"))
        assert "Only the hop Study to Hallway: Hallway is fine" in told
        assert "    🔴 Study: disconnected, was connected to Hallway" in told.splitlines()
        asked = [call.path for call in list(cloud.requests)[before:]]
        assert any(DEMO_GATEWAY_ID in path for path in asked), "the gateway's tests at once"
        await ann.ask("/call")
        cloud.world.apply("restore", location=DEMO_LOCATION_ID)
        cloud.world.clock.advance(600)
        assert "Study" in text_of(await ann.ask("/call")).partition("Changed in 24 h")[2]


async def test_the_picture_shows_a_dead_pod_where_it_was_last_seen() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        bot.cloud.world.apply("unplug_pod", location=DEMO_LOCATION_ID, node=DEMO_POD_ID)
        bot.cloud.world.clock.advance(600)
        health = plume.analyze_location_health(
            None, await plume.get_nodes_in_location(ann.user_id, DEMO_CUSTOMER_ID, DEMO_LOCATION_ID)
        )
        pod = next(each for each in health["pod_details"] if each["id"] == DEMO_POD_ID)
        assert pod["parent_id"] is None
        placed = placed_health(health, {DEMO_POD_ID: DEMO_GATEWAY_ID})
        pod = next(each for each in placed["pod_details"] if each["id"] == DEMO_POD_ID)
        assert (pod["parent_id"], pod["parent_name"]) == (DEMO_GATEWAY_ID, "Hallway")
        await ann.press("More", report)
        await ann.press("Mesh picture", await ann.offered(report, "Mesh picture"))
        shown = await ann.answered(report["message_id"] - 1, "Only the hop")
        assert shown["photo"]


async def test_more_buttons_swap_in_place_and_back_without_asking_plume() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        asked = len(bot.cloud.requests)
        await ann.press("More", report)
        swapped = await ann.offered(report, "Copy link")
        assert text_of(swapped) == text_of(report)
        await ann.press("Back", swapped)
        back = await ann.offered(report, "⋯ More")
        assert labels_of(back) == labels_of(report)
        await ann.press("Favourite", back)
        starred = await ann.offered(report, "★ Favourite")
        await ann.press("More", starred)
        await ann.press("Back", await ann.offered(report, "Copy link"))
        await ann.offered(report, "★ Favourite")
        assert len(bot.cloud.requests) == asked


async def test_more_is_for_who_is_connected() -> None:
    async with Bot() as bot:
        ann, stranger = bot.person("Ann"), bot.person("Stranger")
        await ann.connect()
        g_ann, g_stranger = bot.group("Team", ann, stranger)
        report = await g_ann.ask(f"/locations {customer_id(1)}")
        assert "setup" in (await g_stranger.press("More", report))["url"]
        assert "⋯ More" in labels_of(g_ann.last())


async def test_the_number_of_devices_stands_beside_its_usual_once_five_days_have_one() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        for _ in range(4):
            bot.cloud.world.clock.advance(86_400)
            assert "usual" not in text_of(await ann.ask("/devices"))
        bot.cloud.world.clock.advance(86_400)
        assert re.search(r" · \d+ devices? \([^)]*usual", text_of(await ann.ask("/status")))
        told = text_of(await ann.ask("/devices"))
        assert re.search(r"At this time of day: \d+ devices? \([^)]*usual", told)
