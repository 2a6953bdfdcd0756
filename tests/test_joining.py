"""How a stranger is let in, and how a member is shown out."""

from __future__ import annotations

import pytest

import plume_api_client as plume
from tests.bot_harness import Bot, Person, is_report, labels_of, text_of

CLOSED = {"PANOPTES_ADMINS": "500001,500002"}


async def _asked(bot: Bot) -> tuple[Person, Person, Person]:
    amina, bo, eve = bot.person("Amina"), bot.person("Bo"), bot.person("Eve <b>")
    await amina.ask("/start")
    await bo.ask("/start")
    told = await eve.ask("/start")
    await eve.press("Ask to join", told)
    await eve.becomes(told, "I asked the admins")
    return amina, bo, eve


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Viewer", "let you in as viewer"),
        ("Operator", "let you in as operator"),
        ("Deny", "not to let you in"),
    ],
)
async def test_the_first_admin_decides_and_the_second_is_told(label: str, words: str) -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, bo, eve = await _asked(bot)
        first, second = amina.last(), bo.last()
        assert "Eve <b>" in text_of(first)
        asked = eve.last()["message_id"]
        await amina.press(label, first)
        await eve.answered(asked, words)
        done = await amina.becomes(first, "by Amina")
        assert not labels_of(done)
        late = await bo.press("Viewer", second)
        assert "by Amina" in late["text"]
        await bo.becomes(second, "by Amina")
        again = text_of(await eve.ask("/join"))
        assert ("answered your request with no" if label == "Deny" else "in already") in again


async def test_a_waiting_request_is_not_made_twice_and_stands_in_the_list() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, _, eve = await _asked(bot)
        assert "waiting for an admin" in text_of(await eve.ask("/join"))
        people = await amina.ask("/people")
        assert "1 waiting" in text_of(people)
        await amina.press("operator", people)
        await amina.becomes(people, "let in as operator")
        assert await bot.application.services.state.role(eve.user_id) == "operator"


async def test_a_withdrawn_request_cannot_be_answered() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, _, eve = await _asked(bot)
        request = amina.last()
        shown = await eve.ask("/forget")
        assert "Request to join: yes" in text_of(shown)
        await eve.press("Erase everything", shown)
        await eve.becomes(shown, "erased")
        answer = await amina.press("Viewer", request)
        assert "no longer there" in answer["text"]


async def test_without_admins_there_is_nobody_to_ask() -> None:
    async with Bot(environment={"PANOPTES_ALLOWED_USERS": "1"}) as bot:
        assert "Nobody can answer" in text_of(await bot.person("Eve").ask("/join"))


async def test_the_teams_credentials_come_and_go_with_the_role() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, _, eve = await _asked(bot)
        await amina.press("Viewer", amina.last())
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
        assert "named in the bot's settings" in named["text"]
        gone = await amina.forge(people, "1|u|77")
        assert "no access any more" in gone["text"]
        await amina.forge(people, "1|P|99")
        await amina.press("Audit log", people)
        await amina.becomes(people, "Nothing was recorded")


async def test_the_audit_log_names_who_did_what() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, _, _ = await _asked(bot)
        await amina.press("Viewer", amina.last())
        await amina.quiet()
        for number in range(20):
            await bot.application.services.state.store.record(500001, f"did {number}")
        log = await amina.ask("/audit")
        assert "Amina: did 19" in text_of(log)
        await amina.press("Older", log)
        older = await amina.becomes(log, "page 2")
        assert "join: viewer" in text_of(older)
        await amina.press("Newer", older)
        await amina.becomes(log, "did 19")


async def test_logout_drops_own_credentials_and_an_admin_may_drop_the_teams() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina = bot.person("Amina")
        state = bot.application.services.state
        assert "no Plume credentials of your own" in text_of(await amina.ask("/logout"))
        choice = await amina.ask("/setup")
        await amina.press("For me", choice)
        await amina.answered(choice["message_id"], "step 1")
        await amina.ask(amina.credential.header)
        await amina.ask(amina.credential.partner_id)
        await state.connect_team(plume.user_auth[amina.user_id])
        offer = await amina.ask("/logout")
        assert "You now work with those of the team" in text_of(offer)
        await amina.press("Erase the team's", offer)
        await amina.becomes(offer, "loses access to Plume")
        await amina.press("Keep", offer)
        await amina.becomes(offer, "Nothing was changed")
        await amina.forge(offer, "1|T|y")
        await amina.becomes(offer, "The team's Plume credentials are erased")
        assert not await state.has_team_credential()
        await amina.forge(offer, "1|T|y")
        await amina.becomes(offer, "has no Plume credentials")


async def test_in_the_open_mode_there_are_no_roles_but_data_of_ones_own() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        assert "none needed" in text_of(await ann.ask("/whoami"))
        assert "open to everybody" in text_of(await ann.ask("/people"))
        await ann.ready()
        assert "Your Plume credentials are erased" in text_of(await ann.ask("/logout"))
        shown = await ann.ask("/forget")
        assert "Recent homes: 1" in text_of(shown)
        await ann.press("Keep", shown)
        await ann.becomes(shown, "Nothing was changed")
        await ann.forge(shown, "1|E|y")
        await ann.becomes(shown, "Everything stored about you is erased")
        (in_topic,) = bot.group("Forum", ann, topic="Night")
        assert "This topic" in text_of(await in_topic.ask("/whoami"))
