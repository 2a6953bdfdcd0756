"""The fifteen loudest complaints about monitors, each with the answer that this one gives."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.demo import world_ids
from src.demo.world_ids import DEMO_POD_ID
from src.handlers.watch_board import refresh_boards
from src.models.watching import Digest, HomeKey, QuietHours, SpeedSight, Watch
from src.utils.alert_formatter import format_alert
from src.utils.markup import plain
from src.watch.delivery import Desk, Verdict
from tests.bot_harness import TOKEN, Bot, Person, labels_of, text_of
from tests.watch import timeline
from tests.watch_kit import (
    HOME,
    a_watcher,
    auth,
    choose_here,
    messages,
    minutes,
    spot_of,
    told,
    watching_of,
)

if TYPE_CHECKING:
    from src.demo.world_home import Home


def _alerts(person: Person) -> list[str]:
    """The first lines of all alerts and recoveries, as they read now."""
    lines = [text_of(message).splitlines()[0] for message in person.shown()]
    started = re.compile(r"^(🔴|🟠|🟡|🔵|⚪|✅|↪|\d+ \w+ )")
    return [line for line in lines if started.match(line) and "Connected" not in line]


async def _set(bot: Bot, person: Person, **fields: Any) -> None:
    """What the panel of /watch settings would write."""
    spot = spot_of(person)

    def decide(desk: Desk) -> Verdict:
        return Verdict(policies=(replace(desk.policy(spot), **fields),))

    await watching_of(bot).change(decide)


async def test_01_back_up_says_how_long_it_was_down() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, ann, "OFFLINE")
        await minutes(bot, 9)
        bot.cloud.world.restore(HOME)
        recovery = await told(bot, ann, "Back since")
        first, second, *_ = text_of(recovery).splitlines()
        found = re.match(r"(\d+) min offline\. 🟢 Back since \d\d:\d\d · .*Home$", first)
        assert found, first
        assert 11 <= int(found[1]) <= 15
        assert re.match(r"From 18 May 2026 11:\d\d CEST to 18 May 2026 11:\d\d CEST", second)
        assert recovery["reply_to_message"]["message_id"] == alert["message_id"]
        await ann.becomes(alert, f"RESOLVED after {found[1]} min")


async def test_02_one_message_for_a_home_and_its_pods() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, ann, "OFFLINE")
        await minutes(bot, 10)
        assert "With it: Garage, Guest Room and Study" in text_of(alert)
        bot.cloud.world.restore(HOME)
        await minutes(bot, 15)
        assert len(_alerts(ann)) == 2, "the alert and its recovery"


async def test_02_one_message_for_a_neighbourhood() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        world = bot.cloud.world
        here = world.home(HOME)
        assert here is not None
        well = [home for home in world._neighbours(here) if _is_well(bot, home)][:3]
        assert len(well) == 3
        for home in well:
            key = HomeKey(ann.user_id, home.plan.customer.id, home.plan.id)
            watch = Watch(key, spot_of(ann), home.plan.name, ann.user_id, world.now())
            await watching_of(bot).add_watch(watch)
        await minutes(bot, 5)
        assert _alerts(ann) == []
        world.apply("neighbourhood_outage", HOME)
        outage = await told(bot, ann, "OUTAGE", within=12)
        await minutes(bot, 10)
        assert text_of(outage).startswith("🔴 OUTAGE · 4 homes")
        assert len(_alerts(ann)) == 1, _alerts(ann)
        for home in (here, *well):
            world.restore(home.plan.id)
        await told(bot, ann, "All back since", within=12)
        await minutes(bot, 10)
        assert len(_alerts(ann)) == 2, _alerts(ann)


def _is_well(bot: Bot, home: Home) -> bool:
    return all(node.connected for node in home.state(bot.cloud.world.now()).nodes)


async def test_03_no_alert_for_a_blip_and_one_for_flapping() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 2)
        bot.cloud.world.restore(HOME)
        await minutes(bot, 6)
        assert _alerts(ann) == []
        bot.cloud.world.apply("flap", HOME)
        await minutes(bot, 40)
        flapping = [line for line in _alerts(ann) if "OFFLINE" in line or "UNSTABLE" in line]
        assert len(flapping) <= 1, flapping


async def test_04_i_know_without_stopping_the_measuring() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, ann, "OFFLINE")
        await ann.press("I have it", alert)
        await ann.becomes(alert, "🙋 Ann has it since")
        await minutes(bot, 70)
        assert messages(ann, "STILL") == []
        bot.cloud.world.restore(HOME)
        await told(bot, ann, "Back since")


async def test_05_not_at_night_or_only_the_bad_ones() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        await _set(bot, ann, quiet=QuietHours(10 * 60, 12 * 60))  # it is 11:03 in Stockholm
        bot.cloud.world.apply("unplug_pod", HOME, DEMO_POD_ID)
        await minutes(bot, 6)
        assert _alerts(ann) == []
        assert "Kept for the end of the quiet hours until Mon 12:00 CEST" in text_of(
            await ann.ask("/why")
        )
        bot.cloud.world.restore(HOME)
        await minutes(bot, 6)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")  # critical breaks through
        await minutes(bot, 45)
        (summary,) = messages(ann, "in the quiet hours")
        assert "All of it is over" in text_of(summary)
        assert "pod down" in text_of(summary)


async def test_06_maintenance_leaves_no_echo() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("unplug_pod", HOME, DEMO_POD_ID)
        before = await told(bot, ann, "POD DOWN")
        panel = await ann.ask("/watch settings")
        await ann.press("Maintenance", panel)
        panel = await ann.becomes(panel, "Nothing is told while it lasts")
        await ann.press("All: next 2 h", panel)
        await ann.becomes(panel, "1. All homes until")
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 20)
        bot.cloud.world.restore(HOME)
        await minutes(bot, 115)
        await ann.becomes(before, "PART OF A LARGER")  # an edit, which makes no sound
        assert len(_alerts(ann)) == 1, _alerts(ann)


@pytest.mark.parametrize("customer", [9, 10, 11])
async def test_07_no_name_and_no_length_makes_a_message_vanish(customer: int) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        home = bot.cloud.world.homes_of(customer, limit=1)[0]
        key = HomeKey(ann.user_id, world_ids.customer_id(customer), home.plan.id)
        now = bot.cloud.world.now()
        await watching_of(bot).add_watch(Watch(key, spot_of(ann), home.plan.name, ann.user_id, now))
        await minutes(bot, 3)
        bot.cloud.world.apply("power_cut", home.plan.id)
        alert = await told(bot, ann, "OFFLINE")
        name = re.sub("[\u2068\u2069]", "", text_of(alert).splitlines()[0]).partition(" · ")[2]
        assert home.plan.name.startswith(name.rstrip("…")[:40]), name


async def test_07_what_telegram_still_refuses_goes_out_plain() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.telegram.faults.set("sendMessage", kind="bad_html")
        bot.cloud.world.apply("power_cut", HOME)
        assert text_of(await told(bot, ann, "OFFLINE")).startswith("🔴 OFFLINE · ")


async def test_08_what_is_down_right_now() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        board = await ann.ask("/watches")
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 6)
        bot.cloud.world.clock.advance(31)
        await refresh_boards(bot.application.services)
        board = await ann.becomes(board, "Home, since Mon 11:")
        assert "📌 Pin" in labels_of(board)
        assert "1 open incident" in text_of(await ann.ask("/alerts"))


async def test_09_the_picture_with_its_words_in_one_message_below_the_alert() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("unplug_pod", HOME, DEMO_POD_ID)
        alert = await told(bot, ann, "POD DOWN")
        await ann.press("Mesh", alert)
        shown = await ann.answered(alert["message_id"])
        assert shown["photo"]
        assert text_of(shown)
        await ann.press("Line", alert)
        shown = await ann.answered(shown["message_id"])
        assert shown["photo"]
        assert "Day" in " ".join(labels_of(shown))


async def test_10_the_right_topic_and_general_when_it_is_gone() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (in_topic,) = bot.group("NOC", ann, topic="Alerts")
        await choose_here(in_topic)
        await in_topic.ask("/watch")
        await minutes(bot, 3)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, in_topic, "OFFLINE")
        assert alert["message_thread_id"] == in_topic.thread_id
        assert in_topic.thread_id is not None
        bot.telegram.delete_topic(in_topic.chat_id, in_topic.thread_id)
        bot.cloud.world.restore(HOME)
        note = await told(bot, in_topic, "A topic of this group was deleted", within=12)
        assert note.get("message_thread_id") is None
        await told(bot, in_topic, "Back since")


async def test_11_only_my_people_and_buttons_count_too() -> None:
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        admin, viewer, stranger = (bot.person(name) for name in ("admin", "Vic", "Eve"))
        state = bot.application.services.state
        await state.set_role(viewer.user_id, "viewer")
        await state.connect_team(auth())
        in_group, vic, eve = bot.group("NOC", admin, viewer, stranger)
        await choose_here(in_group)
        await in_group.ask("/watch")
        await minutes(bot, 3)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, in_group, "OFFLINE")
        assert "private" in (await eve.press("I have it", alert))["text"]
        assert "Only an operator" in (await vic.press("I have it", alert))["text"]
        assert "🙋" not in text_of(messages(in_group, "OFFLINE")[0])
        await in_group.press("I have it", alert)
        await in_group.becomes(alert, "🙋 admin has it")


async def test_12_the_log_never_shows_the_token() -> None:
    log = io.StringIO()
    async with Bot(log=log) as bot:
        ann = await a_watcher(bot)
        bot.telegram.faults.set("sendMessage", kind="502", times=1)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE", within=12)
    text = log.getvalue()
    assert "handled" in text
    assert TOKEN not in text
    assert TOKEN.partition(":")[2] not in text


def test_13_worse_than_usual_with_the_usual_beside_it() -> None:
    story = timeline.Story(interval_s=3600)
    for day, mbps in enumerate([480, 481, 482] * 4 + [200, 470, 210, 190]):
        test = SpeedSight(timeline.START + timedelta(days=day), mbps, 90)
        story.look(day * 1440 + 5, timeline.home(speed=test, timezone="UTC"))
    assert story.kinds() == ["opened slow_speed"]
    slow = story.last("slow_speed")
    text = plain(format_alert(slow, slow.homes))
    assert "SLOWER THAN USUAL" in text
    assert re.search(r"190 Mbit/s, usually 48\d Mbit/s", text), text


async def test_14_a_digest_at_my_hour_and_silence_when_all_is_well() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")
        bot.cloud.world.restore(HOME)
        await told(bot, ann, "Back since")
        await _set(bot, ann, digest=Digest(12), digest_sent_at=bot.cloud.world.now())
        await minutes(bot, 55)
        (digest,) = messages(ann, "Last 24 hours")
        assert "1 incident in 1 home, none open now" in text_of(digest)
        assert "min offline · " in text_of(digest)
        assert digest.get("disable_notification", True)
        sent = [call for call in bot.telegram_calls("sendMessage") if "Last 24" in call["text"]]
        assert [bool(call.get("disable_notification")) for call in sent] == [True]


async def test_15_our_blindness_is_not_their_outage() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.faults.set("500")
        await minutes(bot, 10)
        (blind,) = messages(ann, "I SEE NOTHING")
        assert "⚪ I SEE NOTHING · all watched homes" in text_of(blind)
        assert len(_alerts(ann)) == 1
        bot.cloud.faults.clear()
        await told(bot, ann, "I see again since")
        await minutes(bot, 6)
        assert not [line for line in _alerts(ann) if "OFFLINE" in line]


def test_15_a_missing_field_is_neither_online_nor_offline() -> None:
    story = timeline.Story()
    story.looks(0, 5, timeline.home())
    unsaid = timeline.home(
        timeline.pod("hall", connected=None), timeline.pod("study", connected=None), online=None
    )
    story.looks(6, 30, unsaid)
    assert story.kinds() == []
    story.looks(31, 36, timeline.dark())
    assert story.kinds() == ["opened home_offline"]
    story.looks(37, 60, unsaid)
    assert story.kinds() == ["opened home_offline"], "silence is no recovery"
