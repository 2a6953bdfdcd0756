"""How a stranger is let in."""

from __future__ import annotations

import pytest

from tests.bot_harness import Bot, Person, labels_of, text_of

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
