"""How a chat is told: each panel changes what it says, keeps it, and shows what is set."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from src.models.watching import ChatPolicy, Digest, QuietHours, Spot
from tests.bot_harness import Bot, Message, Person, labels_of, text_of
from tests.watch_kit import HOME, a_watcher, messages, minutes, spot_of, told, watching_of

LOUD = (
    "🔔 Loud: Home offline, Several homes, Pod down, Poor health, Plume alert, Restart loop, "
    "Cable lost, Slow line, Unreadable, I see nothing"
)


async def _policy(bot: Bot, person: Person) -> ChatPolicy:
    """As stored, which a restart would read."""
    kept = await bot.application.services.state.store.policy(spot_of(person))
    assert kept == watching_of(bot).desk().policy(spot_of(person))
    return kept


async def _panel(person: Person, label: str, having: str) -> Message:
    panel = await person.ask("/watch settings")
    await person.press(label, panel)
    return await person.becomes(panel, having)


async def _after(person: Person, panel: Message, label: str) -> None:
    """Press, and wait until the chat has dealt with it."""
    await person.press(label, panel)
    await person.quiet()


async def test_the_panel_says_everything_that_is_set() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await ann.ask("/watch settings")
        *lines, zone = text_of(panel).splitlines()
        assert lines == [
            "⚙ How I tell this chat",
            LOUD,
            "🔕 Silent: Restart, Pod moved, Service level, New address",
            "✖ Off: Fair health",
            "🌙 Quiet hours: none",
            "🛠 Maintenance: none",
            "⏫ Escalation: to nobody",
            "📋 Digest: none",
        ]
        assert zone.startswith("🕑 Time zone: Europe/Stockholm, 11:")
        assert zone.endswith("of the first home watched here (/settings changes it)")
        await ann.press("Quiet hours", panel)
        panel = await ann.becomes(panel, "What comes in them waits")
        await ann.press("Back", panel)
        await ann.becomes(panel, "How I tell this chat")


async def test_loud_silent_off_and_loud_again() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Loud or silent", "Press to change")
        for mode in ("silent", "off", "loud"):
            await _after(ann, panel, "Pod down")
            assert (await _policy(bot, ann)).modes == {"pod_offline": mode}
        answer = await ann.forge(panel, "1|wm|99|1")
        assert answer["show_alert"]


async def test_quiet_hours() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Quiet hours", "What comes in them waits")
        await _after(ann, panel, "From 23:00")
        assert (await _policy(bot, ann)).quiet == QuietHours(23 * 60, 7 * 60)
        for label in ("To 6:00", "Fri, Sat", "Warnings, too"):
            await _after(ann, panel, label)
        quiet = QuietHours(23 * 60, 6 * 60, days=(4, 5), floor="warning")
        assert (await _policy(bot, ann)).quiet == quiet
        shown = text_of(await ann.ask("/watch settings"))
        said = "23:00 to 06:00, Friday and Saturday nights; warnings break through"
        assert f"🌙 Quiet hours: {said}" in shown
        await _after(ann, panel, "Only critical")
        await _after(ann, panel, "No quiet hours")
        assert (await _policy(bot, ann)).quiet is None


async def test_a_new_time_zone_moves_the_night() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        await ann.ask("/settings Tokyo")
        await ann.quiet()
        assert (await _policy(bot, ann)).timezone == "Asia/Tokyo"
        told = "Time zone: Asia/Tokyo, 18:"
        assert told in text_of(await ann.ask("/watch settings"))
        settings = await ann.ask("/settings")
        assert told in text_of(settings)
        await _after(ann, settings, "No time zone")
        assert (await _policy(bot, ann)).timezone == "Europe/Stockholm"
        for command in ("/settings", "/watch settings"):
            told = text_of(await ann.ask(command))
            assert "Time zone: Europe/Stockholm, 11:" in told
            assert "none is set, so it is that of the first home watched here" in told


async def test_the_night_of_a_chat_that_watches_nothing_is_in_utc_once_no_zone_is_set() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        settings = await ann.ask("/settings Tokyo")
        panel = await ann.ask("/watch quiet 22:00-06:00")
        assert "those of Asia/Tokyo" in text_of(panel)
        assert (await _policy(bot, ann)).timezone == "Asia/Tokyo"
        await _after(ann, settings, "No time zone")
        assert (await _policy(bot, ann)).timezone is None
        for command in ("/settings", "/watch settings"):
            told = text_of(await ann.ask(command))
            assert "Time zone: UTC, 09:" in told
            assert "none is set, and no home watched here tells one" in told


async def test_maintenance_of_all_or_one_and_its_end() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Maintenance", "Nothing is told while it lasts")
        await _after(ann, panel, "All: next 2 h")
        (work,) = (await _policy(bot, ann)).maintenance
        assert (work.location_id, work.weekly, work.by) == (None, False, ann.user_id)
        assert work.end - work.start == timedelta(hours=2)
        bot.cloud.world.apply("power_cut", HOME)
        await minutes(bot, 6)
        assert messages(ann, "OFFLINE") == []
        panel = await _panel(ann, "Maintenance (now)", "1. All homes until Mon 13:0")
        await _after(ann, panel, "End number 1")
        assert (await _policy(bot, ann)).maintenance == ()
        await told(bot, ann, "OFFLINE")
        await _after(ann, panel, "Home: 4 h")
        await _after(ann, panel, "Weekly, from now: 1 h")
        one, weekly = (await _policy(bot, ann)).maintenance
        assert (one.location_id, weekly.weekly) == (HOME, True)
        shown = text_of(await ann.ask("/watch settings"))
        assert "Home until Mon 15:" in shown
        assert "All homes every Monday 11:" in shown


async def test_maintenance_of_a_home_that_nobody_watches_any_more() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Maintenance", "Nothing is told while it lasts")
        await _after(ann, panel, "Home: 2 h")
        await ann.ask("/unwatch")
        assert f"Location {HOME}" in text_of(await ann.ask("/watch settings"))


async def test_escalation_to_whoever_presses() -> None:
    async with Bot() as bot:
        ann, bob = await a_watcher(bot), bot.person("Bob")
        await bob.ask("/start")
        in_group, bob_there = bot.group("NOC", ann, bob)
        panel = await in_group.ask("/watch settings")
        await bob_there.press("Escalation", panel)
        panel = await in_group.becomes(panel, "nobody has acknowledged")
        await bob_there.press("To me after 30 min", panel)
        await in_group.becomes(panel, "nobody has acknowledged")
        await bob_there.ask("/whoami")
        policy = await _policy(bot, in_group)
        assert (policy.escalate_to, policy.escalate_after_s) == (Spot(bob.user_id), 1800)
        shown = text_of(await in_group.ask("/watch settings"))
        assert f"within 30 min goes to chat {bob.user_id}" in shown  # open: no names are kept
        await bob_there.press("To nobody", panel)
        await bob_there.ask("/whoami")
        assert (await _policy(bot, in_group)).escalate_to is None


def _code(offered: Message) -> str:
    found = re.search(r"/watch escalate ([0-9a-f]{6}) 30", text_of(offered))
    assert found is not None, text_of(offered)
    return found[1]


async def test_escalation_to_a_group_that_asks_for_it() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        (in_group,) = bot.group("NOC night", ann, topic="On call")
        code = _code(await in_group.ask("/watch escalate"))
        set_ = text_of(await ann.ask(f"/watch escalate {code} 10"))
        assert "within 10 min goes to NOC night, in a topic" in set_
        policy = await _policy(bot, ann)
        assert (policy.escalate_to, policy.escalate_after_s) == (spot_of(in_group), 600)
        bot.cloud.world.apply("power_cut", HOME)
        await told(bot, ann, "OFFLINE")
        assert messages(in_group, "OFFLINE") == []
        await minutes(bot, 12)
        assert "OFFLINE" in text_of(await told(bot, in_group, "OFFLINE"))


async def test_escalation_by_a_code_that_is_not_right_changes_nothing() -> None:
    async with Bot() as bot:
        ann, bob = await a_watcher(bot), bot.person("Bob")
        in_group, bob_there = bot.group("NOC", ann, bob)
        code = _code(await in_group.ask("/watch escalate"))
        assert "not known" in text_of(await in_group.ask(f"/watch escalate {code}"))
        assert "not known" in text_of(await bob_there.ask(f"/watch escalate {code}"))
        for wrong in (f"{code} 0", f"{code} 1441", f"{code} soon", f"{code} ٣٠٣٠٣", "abcdef 30"):
            assert "not known" in text_of(await ann.ask(f"/watch escalate {wrong}"))
        assert (await _policy(bot, ann)).escalate_to is None
        assert "within 30 min goes to NOC" in text_of(await ann.ask(f"/watch escalate {code}"))


async def test_nobody_escalates_to_the_chat_that_they_are_in() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Escalation", "nobody has acknowledged")
        answer = await ann.press("To me after 30 min", panel)
        assert (answer["show_alert"], "your own chat" in answer["text"]) == (True, True)
        assert (await _policy(bot, ann)).escalate_to is None


async def test_escalation_to_somebody_whom_the_bot_cannot_write_to() -> None:
    async with Bot() as bot:
        ann, eve = await a_watcher(bot), bot.person("Eve")
        in_group, eve_there = bot.group("NOC", ann, eve)
        panel = await in_group.ask("/watch settings")
        answer = await eve_there.forge(panel, "1|we|30")
        assert (answer["show_alert"], "private" in answer["text"]) == (True, True)
        assert (await _policy(bot, in_group)).escalate_to is None


async def test_the_digest() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Digest", "One line when all was well")
        await _after(ann, panel, "8:00")
        assert (await _policy(bot, ann)).digest == Digest(8)
        await _after(ann, panel, "Mondays")
        assert (await _policy(bot, ann)).digest == Digest(8, weekday=0)
        assert "every Monday at 08:00" in text_of(await ann.ask("/watch settings"))
        await minutes(bot, 1)
        assert messages(ann, "Last ") == []  # the first one comes at the next such hour
        await _after(ann, panel, "No digest")
        assert (await _policy(bot, ann)).digest is None


async def test_what_is_set_stays_within_reason() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        panel = await _panel(ann, "Maintenance", "Nothing is told while it lasts")
        for _ in range(8):
            await _after(ann, panel, "All: next 2 h")
        assert len((await _policy(bot, ann)).maintenance) == 6
        assert len(labels_of(await ann.ask("/watch settings"))) == 5


@pytest.mark.parametrize(
    "data", ["wq|start|1440", "wr|49|0|", "we|1441", "wd|25|7", "wa|z", "wm|0|3", "wr|2|0|a b"]
)
async def test_what_no_button_says_is_refused(data: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ask("/help")
        assert "expired" in (await ann.forge(shown, f"1|{data}"))["text"]


async def test_planned_work_and_other_nights_are_typed() -> None:
    async with Bot() as bot:
        ann = await a_watcher(bot)
        planned = await ann.ask("/watch maintenance sun 02:00-04:00 weekly new <firmware>")
        said = "1. All homes every Sunday 02:00 to 04:00: new <firmware>"
        assert said in text_of(planned)
        (work,) = (await _policy(bot, ann)).maintenance
        assert (work.weekly, work.reason, work.by) == (True, "new <firmware>", ann.user_id)
        await ann.ask("/watch quiet 22:30-06:15")
        assert (await _policy(bot, ann)).quiet == QuietHours(1350, 375)
        for wrong, right in (("maintenance soon", "sun 02:00"), ("quiet at night", "22:30-06:15")):
            assert right in text_of(await ann.ask(f"/watch {wrong}"))
        for word in ("maintenance", "quiet"):
            assert "Times are those of Europe/Stockholm" in text_of(await ann.ask(f"/watch {word}"))
