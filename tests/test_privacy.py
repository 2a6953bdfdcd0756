"""/whoami, /logout, /forget: a person, and what is kept about them."""

from __future__ import annotations

import plume_api_client as plume
from tests.bot_harness import Bot, labels_of, text_of

CLOSED = {"PANOPTES_ADMINS": "500001"}


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


async def test_whoami_gives_an_admin_what_they_ask_for() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, eve = bot.person("Amina"), bot.person("Eve")
        said = text_of(await amina.ask("/whoami"))
        assert f"Your Telegram id: {amina.user_id}" in said
        assert "Role: admin – people and the team's credentials" in said
        assert "This topic" not in said
        assert "Role: none. Ask to be let in with /join" in text_of(await eve.ask("/whoami"))


async def test_who_is_not_known_has_nothing_to_erase() -> None:
    async with Bot(environment=CLOSED) as bot:
        bot.person("Amina")
        eve = bot.person("Eve")
        shown = await eve.ask("/forget")
        assert text_of(shown) == "Nothing is stored about you."
        assert not labels_of(shown)


async def test_a_member_who_erases_everything_is_out() -> None:
    async with Bot(environment=CLOSED) as bot:
        bot.person("Amina")
        max_, state = bot.person("Max"), bot.application.services.state
        await state.set_role(max_.user_id, "viewer")
        await max_.ready()
        shown = await max_.ask("/forget")
        for row in ("Name: Max", "Role: viewer", "Plume credentials: yes, encrypted"):
            assert row in text_of(shown)
        assert "You lose access, until an admin lets you in again." in text_of(shown)
        await max_.press("Erase everything", shown)
        await max_.becomes(shown, "Everything stored about you is erased")
        assert not plume.is_configured(max_.user_id)
        assert "This bot is private" in text_of(await max_.ask("/status"))
        assert str(max_.user_id) not in await state.store.dump()
