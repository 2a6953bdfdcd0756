"""/watch and what one asks of watching, as people use it: in private, in groups and topics."""

from __future__ import annotations

import pytest

from src.demo.world_ids import DEMO_CUSTOMER_ID, OTHER_CUSTOMER_ID, OTHER_LOCATION_ID
from src.models.watching import HomeKey, Spot
from src.storage import TEAM
from tests.bot_harness import Bot, Person, labels_of, text_of
from tests.watch_kit import (
    HOME,
    a_watcher,
    auth,
    choose_here,
    delivered,
    messages,
    minutes,
    spot_of,
    told,
    watching_of,
)

CLOSED = {"PANOPTES_ADMINS": "500001"}


def _watches(bot: Bot) -> list[tuple[HomeKey, Spot]]:
    return [(watch.key, watch.spot) for watch in watching_of(bot).desk().watches]


async def test_watch_says_where_and_how_often() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        said = await ann.ask("/watch")
        assert text_of(said) == (
            "👁 Nora Lindqvist · Home is watched from here. I tell you when something breaks, and "
            "when it is over. I look at each home every minute."
        )
        assert labels_of(said) == ["👁 Unwatch", "⚙ How I tell you"]
        key = HomeKey(ann.user_id, DEMO_CUSTOMER_ID, HOME)
        assert _watches(bot) == [(key, spot_of(ann))]
        again = text_of(await ann.ask("/watch"))
        head = "👁 Nora Lindqvist · Home is watched from here already."
        assert again == f"{head} I look at each home every minute."
        assert watching_of(bot).desk().policy(spot_of(ann)).timezone == "Europe/Stockholm"


async def test_reports_of_a_watched_home_say_whose_it_is() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        assert "Nora Lindqvist" not in text_of(await ann.ask("/wifi"))
        await ann.ask("/watch")
        assert "Nora Lindqvist · Home" in text_of(await ann.ask("/wifi"))


async def test_watch_needs_a_home_and_a_connection() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "No location is chosen here" in text_of(await ann.ask("/watch"))
        assert "No location is chosen here" in text_of(await ann.ask("/unwatch"))
        assert "No location is chosen here" in text_of(await ann.ask("/why"))
        await ann.ready()
        await ann.ask("/logout")
        assert "not connected" in text_of(await ann.ask("/watch"))
        assert _watches(bot) == []


async def test_a_home_that_is_not_ones_own_cannot_be_watched() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ready()
        data = f"1|ww|{OTHER_CUSTOMER_ID}|{OTHER_LOCATION_ID}|1"
        await ann.forge(shown, data)
        await ann.quiet()
        assert _watches(bot) == []


async def test_when_plume_fails_nothing_is_watched() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.break_plume("500")
        said = await ann.ask("/watch")
        bot.mend_plume()
        assert "Try again" in " ".join(labels_of(said))
        assert _watches(bot) == []


async def test_unwatch_by_command_and_by_button() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        said = await ann.ask("/unwatch")
        assert text_of(said) == "Nora Lindqvist · Home is not watched from here any more."
        assert _watches(bot) == []
        await ann.press("Watch", said)
        again = await ann.answered(said["message_id"], "is watched from here")
        assert len(_watches(bot)) == 1
        await ann.press("Unwatch", again)
        await ann.answered(again["message_id"], "not watched from here any more")
        assert _watches(bot) == []
        said = await ann.ask("/unwatch")
        assert "was not watched from here" in text_of(said)


async def test_who_stops_watching_is_told_nothing_more() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")
        await ann.ask("/unwatch")
        bot.cloud.world.restore(HOME)
        await minutes(bot, 8)
        assert messages(ann, "Back since") == []


async def test_a_topic_is_watched_apart_from_its_group() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        (in_topic,) = bot.group("NOC", ann, topic="Alerts")
        await choose_here(in_topic)
        assert "I tell this topic" in text_of(await in_topic.ask("/watch"))
        await minutes(bot, 3)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, in_topic, "OFFLINE")
        assert alert["message_thread_id"] == in_topic.thread_id
        assert alert["has_protected_content"]


async def test_a_team_watches_with_its_own_credentials() -> None:
    async with Bot(environment=CLOSED) as bot:
        bot.person("admin")
        ann = bot.person("Ann")
        state = bot.application.services.state
        await state.set_role(ann.user_id, "operator")
        await state.connect_team(auth(0))
        await ann.choose()
        await ann.ask("/watch")
        assert [key.owner for key, _ in _watches(bot)] == [TEAM]


async def test_what_only_the_own_credentials_show_is_watched_with_them() -> None:
    async with Bot(environment=CLOSED) as bot:
        bot.person("admin")
        ann = bot.person("Ann")
        state = bot.application.services.state
        await state.set_role(ann.user_id, "operator")
        await state.connect_team(auth(1))
        await ann.ready()
        await ann.ask("/watch")
        assert [key.owner for key, _ in _watches(bot)] == [ann.user_id]


async def test_viewers_watch_for_themselves_but_not_for_a_group() -> None:
    async with Bot(environment=CLOSED) as bot:
        bot.person("admin")
        ann = bot.person("Ann")
        await bot.application.services.state.set_role(ann.user_id, "viewer")
        await ann.ready()
        assert "is watched from here" in text_of(await ann.ask("/watch"))
        (in_group,) = bot.group("NOC", ann)
        assert text_of(await in_group.ask("/watch")).startswith("Only an operator")


# ------------------------------------------------------------------------- what is open


async def test_alerts_lists_what_is_open_and_opens_it() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        assert "No open incidents" in text_of(await ann.ask("/alerts"))
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")
        listed = await ann.ask("/alerts")
        assert text_of(listed).startswith(
            "1 open incident, worst first\n🔴 OFFLINE · Nora Lindqvist · Home, since"
        )
        assert labels_of(listed) == ["🔴 OFFLINE · Nora Lindqvist · Home"]
        await ann.press("OFFLINE", listed)
        shown = await ann.answered(listed["message_id"], "OFFLINE")
        assert "🙋 I have it" in labels_of(shown)
        await ann.press("I have it", shown)
        listed = await ann.ask("/alerts")
        assert "🙋 Ann" in text_of(listed)


async def test_why_explains_what_was_told_and_what_was_not() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        said = text_of(await ann.ask("/why"))
        assert said.startswith(
            "Nothing was decided about Nora Lindqvist · Home in this chat in 7 days"
        )
        panel = await ann.ask("/watch settings")
        await ann.press("Loud or silent", panel)
        panel = await ann.becomes(panel, "Press to change")
        for _ in range(2):
            await ann.press("Home offline", panel)
            await ann.quiet()
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 6)
        assert messages(ann, "OFFLINE") == []
        said = text_of(await ann.ask("/why"))
        home = "Nora Lindqvist · Home"
        assert f"Not sent, because “Home offline” is off here: OFFLINE, {home}." in said


async def test_handover_and_who_has_the_shift() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")
        shown = await ann.ask("/handover")
        assert text_of(shown).startswith("🤝 Hand-over: 1 open incident, 0 over since")
        assert "Nobody has 1 of them." in text_of(shown)
        await ann.press("I have the shift", shown)
        await ann.answered(shown["message_id"], "🤝 Ann has the shift since")
        await bot.telegram.wait_for(lambda: "🤝" not in "".join(labels_of(_again(ann, shown))))
        entries = await bot.application.services.state.store.audit(5)
        assert entries[0].action == "took the shift"


def _again(person: Person, message: dict[str, object]) -> dict[str, object]:
    return next(m for m in person.shown() if m["message_id"] == message["message_id"])


async def test_a_test_alert_takes_the_way_of_alerts() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        first = await ann.ask("/test_alert")
        await ann.answered(first["message_id"], "TEST ALERT: nothing is broken")
        await delivered(bot)
        log = await bot.application.services.state.store.dump()
        assert "asked for a test alert" in log


@pytest.mark.parametrize("command", ["/watch", "/watches", "/alerts", "/handover"])
async def test_commands_work_before_anything_is_watched(command: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert text_of(await ann.ask(command))


async def test_watch_and_unwatch_behind_more_of_a_status() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        await ann.press("More", report)
        await bot.telegram.wait_for(lambda: "👁 Watch" in labels_of(ann.last()))
        await ann.press("Watch", report)
        said = await ann.answered(report["message_id"], "is watched from here")
        await ann.press("Back", report)
        await ann.press("More", report)
        await bot.telegram.wait_for(lambda: "👁 Unwatch" in labels_of(_again(ann, report)))
        assert labels_of(said)[0] == "👁 Unwatch"


@pytest.mark.parametrize(
    ("typed", "since"),
    [("", "21:00"), (" 8", "01:00"), (" 8h", "01:00"), (" 0", "21:00"), (" 999", "21:00"),
     (" ²", "21:00"), (" all", "21:00")],
)  # fmt: skip
async def test_how_long_the_shift_was(typed: str, since: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert f"{since} UTC" in text_of(await ann.ask(f"/handover{typed}"))
