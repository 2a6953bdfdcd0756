"""/people: who may use the bot, as what; and how a member is shown out."""

from __future__ import annotations

import plume_api_client as plume
from tests.bot_harness import Bot, is_report, labels_of, text_of

CLOSED = {"PANOPTES_ADMINS": "500001"}


async def test_the_teams_credentials_come_and_go_with_the_role() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, eve = bot.person("Amina"), bot.person("Eve <b>")
        await bot.application.services.state.set_role(eve.user_id, "viewer")
        await eve.ask("/start")
        choice = await amina.ask("/setup")
        await amina.press("For the team", choice)
        await amina.answered(choice["message_id"], "step 1")
        await amina.ask(amina.credential.header)
        assert "for the team" in text_of(await amina.ask(amina.credential.partner_id))
        assert is_report(await eve.choose())
        people = await amina.ask("/people")
        await amina.press("Eve", people)
        await amina.becomes(people, "Role: viewer")
        await amina.press("Make operator")
        await amina.becomes(people, "Role: operator")
        await amina.press("Remove", people)
        await amina.becomes(people, "lose access at once")
        await amina.press("Remove", people)
        await amina.becomes(people, "has no access any more")
        assert not plume.is_configured(eve.user_id)
        before = eve.last()["message_id"]
        eve.say("/status")
        await eve.ask("/whoami")
        assert not [m for m in eve.shown(before) if is_report(m)]


async def test_nobody_locks_themselves_out_and_named_people_stay() -> None:
    environment = {"PANOPTES_ADMINS": "500001", "PANOPTES_ALLOWED_USERS": "500002"}
    async with Bot(environment=environment) as bot:
        amina = bot.person("Amina")
        people = await amina.ask("/people")
        own = await amina.forge(people, f"1|R|{amina.user_id}|viewer")
        assert "cannot be changed here" in own["text"]
        named = await amina.forge(people, "1|X|500002|y")
        assert "PANOPTES_ALLOWED_USERS names this person" in named["text"]
        gone = await amina.forge(people, "1|u|77")
        assert "no access any more" in gone["text"]
        await amina.forge(people, "1|P|99")
        await amina.becomes(people, "2 people may use this bot")


async def test_the_card_says_what_can_be_changed_and_where() -> None:
    environment = {"PANOPTES_ADMINS": "500001,77", "PANOPTES_ALLOWED_USERS": "500002"}
    async with Bot(environment=environment) as bot:
        amina, otto = bot.person("Amina"), bot.person("Otto")
        await otto.ask("/start")
        people = await amina.ask("/people")
        assert labels_of(people)[:3] == ["id 77 – admin", "Amina – admin", "Otto – operator"]
        await amina.press("id 77", people)
        card = await amina.becomes(people, "Named in PANOPTES_ADMINS")
        assert labels_of(card) == ["⬅ People"]
        await amina.press("People", card)
        await amina.becomes(people, "3 people")
        await amina.press("Otto", people)
        card = await amina.becomes(people, "Named in PANOPTES_ALLOWED_USERS")
        assert labels_of(card) == ["Make viewer", "Make admin", "⬅ People"]
        await amina.press("Make viewer", card)
        card = await amina.becomes(people, "Role: viewer")
        told = await otto.answered(0, "An admin has made you viewer")
        assert "sees reports" in text_of(told)
        again = await amina.forge(card, f"1|R|{otto.user_id}|viewer")
        assert not again.get("text"), "it is so already, and nobody is told twice"
        await amina.quiet()
        assert len([m for m in otto.shown() if "has made you" in text_of(m)]) == 1


async def test_many_people_are_turned_page_by_page() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, state = bot.person("Amina"), bot.application.services.state
        for number in range(1, 18):
            await state.set_role(number, "viewer")
        people = await amina.ask("/people")
        assert "18 people may use this bot. Page 1 of 3." in text_of(people)
        assert len([label for label in labels_of(people) if "viewer" in label]) == 7
        await amina.press(">", people)
        await amina.becomes(people, "Page 2 of 3")
        await amina.press("<", people)
        await amina.becomes(people, "Page 1 of 3")
        await amina.press("<", people)
        await amina.becomes(people, "Page 3 of 3")


async def test_a_removal_can_be_thought_over() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, state = bot.person("Amina"), bot.application.services.state
        await state.set_role(7, "operator")
        people = await amina.ask("/people")
        await amina.press("id 7", people)
        card = await amina.becomes(people, "Role: operator")
        await amina.press("Remove", card)
        await amina.becomes(people, "Remove id 7?")
        await amina.press("Keep", people)
        await amina.becomes(people, "Role: operator")
        assert await state.role(7) == "operator"
