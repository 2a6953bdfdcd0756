"""The buttons under alerts: who has it, silence, second thoughts, another look, and forged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_harness import Bot, is_report, labels_of, text_of
from tests.watch_kit import (
    HOME,
    a_watcher,
    choose_here,
    delivered,
    messages,
    minutes,
    told,
    watching_of,
)

if TYPE_CHECKING:
    from tests.bot_harness import Message, Person


async def _alerted(bot: Bot) -> tuple[Person, Message]:
    ann = await a_watcher(bot)
    bot.cloud.world.apply("power_cut", HOME)
    return ann, await told(bot, ann, "OFFLINE")


def _incident_id(bot: Bot) -> str:
    (incident,) = watching_of(bot).incidents().values()
    return incident.id


async def test_who_has_it_stands_in_the_alert_with_a_way_back() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        assert labels_of(alert)[:2] == ["🙋 I have it", "🔄 Test again"]
        answer = await ann.press("I have it", alert)
        assert "You have it" in answer["text"]
        alert = await ann.becomes(alert, "🙋 Ann has it since")
        assert labels_of(alert)[0] == "↩ Undo"
        again = await ann.forge(alert, f"1|wk|{_incident_id(bot)}")
        assert again == {**again, "text": "Ann has it already.", "show_alert": True}
        assert (await ann.press("Undo", alert))["text"] == "Taken back."
        await delivered(bot)
        alert = messages(ann, "OFFLINE")[0]
        assert "🙋" not in text_of(alert)
        assert labels_of(alert)[0] == "🙋 I have it"


async def test_too_late_for_undo() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        await ann.press("I have it", alert)
        alert = await ann.becomes(alert, "🙋 Ann has it since")
        bot.cloud.world.clock.advance(301)
        answer = await ann.press("Undo", alert)
        assert (answer["show_alert"], "5 minutes" in answer["text"]) == (True, True)


async def test_a_snooze_and_its_end() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        assert "Silent here" in (await ann.press("1 h", alert))["text"]
        alert = await ann.becomes(alert, "💤 Snoozed by Ann until")
        await minutes(bot, 58)
        assert messages(ann, "STILL OFFLINE") == []
        reminder = await told(bot, ann, "STILL OFFLINE")
        assert reminder["reply_to_message"]["message_id"] == alert["message_id"]
        for label in ("4 h", "Until over"):
            await ann.press(label, alert)
        await ann.becomes(alert, "until it is over")


async def test_after_the_end_there_is_nothing_to_take() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        bot.cloud.world.restore(HOME)
        await told(bot, ann, "Back since")
        alert = await ann.becomes(alert, "RESOLVED")
        assert labels_of(alert) == ["📊 Open", "🕸 Mesh", "📈 Line"]
        for data in ("wk|{}", "wz|{}|1", "wu|{}", "wt|{}"):
            answer = await ann.forge(alert, f"1|{data.format(_incident_id(bot))}")
            assert (answer["text"], answer["show_alert"]) == ("It is over already.", True)


async def test_what_is_forged_or_of_another_chat_is_refused() -> None:
    async with Bot() as bot:
        _, alert = await _alerted(bot)
        bob = bot.person("Bob")
        shown = await bob.ask("/help")
        for incident_id in (_incident_id(bot), "0123456789abcdef"):
            for data in ("wk|{}", "wz|{}|r", "wu|{}", "wt|{}", "wi|{}"):
                answer = await bob.forge(shown, f"1|{data.format(incident_id)}")
                assert "not known here" in answer["text"]
        assert "🙋" not in text_of(alert)


async def test_another_look_on_demand() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        assert (await ann.press("Test again", alert))["text"] == "Looking…"
        await ann.answered(alert["message_id"], "Looked just now: none of 4 pods connected.")
        bot.cloud.world.restore(HOME)
        bot.cloud.world.clock.advance(60)
        await ann.press("Test again", alert)
        await ann.answered(alert["message_id"], "4 pods connected, none missing. What stays well")


async def test_reports_open_below_the_alert() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        for label in ("Open", "Mesh", "Line"):
            before = ann.last()["message_id"]
            await ann.press(label, alert)
            report = await ann.answered(before)
            assert is_report(report)
        assert "OFFLINE" in text_of(messages(ann, "Since 18 May")[0])
        await ann.ask("/logout")
        answer = await ann.press("Open", alert)
        assert "not connected" in answer["text"]
        odd = f"1|wo|zz|{watching_of(bot).desk().watches[0].key.customer_id}|{HOME}"
        assert "not connected" in (await ann.forge(alert, odd))["text"]


async def test_everybody_in_the_group_sees_who_has_it() -> None:
    async with Bot() as bot:
        ann, bob = bot.person("Ann"), bot.person("Bob")
        await ann.connect()
        in_group, bob_there = bot.group("NOC", ann, bob)
        await choose_here(in_group)
        await in_group.ask("/watch")
        await minutes(bot, 3)
        bot.cloud.world.apply("power_cut", HOME)
        alert = await told(bot, in_group, "OFFLINE")
        await bob_there.press("I have it", alert)
        await in_group.becomes(alert, "🙋 Bob has it since")


async def test_a_copy_of_an_alert_changes_with_what_is_pressed_under_it() -> None:
    async with Bot() as bot:
        ann, alert = await _alerted(bot)
        listed = await ann.ask("/alerts")
        await ann.press("OFFLINE", listed)
        copy = await ann.answered(listed["message_id"], "Since")
        await ann.press("I have it", copy)
        copy = await ann.becomes(copy, "🙋 Ann has it since")
        assert labels_of(copy)[0] == "↩ Undo"
        await ann.becomes(alert, "🙋 Ann has it since")
        await ann.press("1 h", copy)
        await ann.becomes(copy, "💤 Snoozed by Ann")
