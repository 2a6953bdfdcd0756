"""A question ends in every way it can, and what breaks strands nobody."""

from __future__ import annotations

import pytest
from telegram.error import Forbidden

from src.handlers.context import Timing
from tests.bot_harness import Bot, text_of

# Long enough to read the question on a busy machine, short enough to wait for its end.
IMPATIENT = Timing(conversation_s=0.3)


@pytest.mark.parametrize("command", ["/setup", "/locations"])
async def test_a_question_that_nobody_answers_says_that_it_is_over(command: str) -> None:
    async with Bot(timing=IMPATIENT) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        asked = await ann.ask(command)
        told = text_of(await ann.answered(asked["message_id"], "too long"))
        assert f"Start again with {command}" in told
        assert "nothing to stop" in text_of(await ann.ask("/cancel"))
        assert bot.application.user_data[ann.user_id].header is None


async def test_an_answered_question_does_not_time_out() -> None:
    async with Bot(timing=IMPATIENT) as bot:
        ann = bot.person("Ann")
        await ann.connect()
        queue = bot.application.job_queue
        assert queue is not None
        assert not queue.jobs()


async def test_what_breaks_in_a_step_is_told_and_the_step_stays_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        monkeypatch.setattr(bot.application.services.redact, "learn", _break)
        assert "went wrong on my side" in text_of(await ann.ask(ann.credential.header))
        monkeypatch.undo()
        assert "step 2" in text_of(await ann.ask(ann.credential.header))


def _break(_: object) -> None:
    raise ZeroDivisionError


async def test_a_command_that_breaks_still_ends_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        await ann.ask("/setup")
        monkeypatch.setattr(bot.application.services.state, "home", _break)
        assert "went wrong on my side" in text_of(await ann.ask("/status"))
        monkeypatch.undo()
        assert "nothing to stop" in text_of(await ann.ask("/cancel"))


async def test_somebody_who_blocks_the_bot_in_the_middle_is_left_alone() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        bot.telegram.faults.set("sendMessage", kind="forbidden", times=1)
        ann.say("wrong")
        assert "step 2" in text_of(await ann.ask(ann.credential.header))
        refused = [c for c in bot.telegram.calls if c.error and Forbidden.__name__ in c.error]
        assert len(refused) == 1


async def test_setup_and_locations_replace_each_other() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.connect()
        await ann.ask("/setup")
        assert "customer id" in text_of(await ann.ask("/locations"))
        assert "step 1" in text_of(await ann.ask("/setup"))
        assert "step 2" in text_of(await ann.ask(ann.credential.header))
