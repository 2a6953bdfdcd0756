"""A stop and a kill in the middle of fifty commands: nobody gets two answers, nothing is lost."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.telegram_server import TelegramServer
from src.handlers.texts import CUT_OFF
from tests.chatting import is_report, text_of
from tests.e2e.bot_process import Surroundings, listening
from tests.e2e.people import Technician, connected
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chatting import Message

pytestmark = pytest.mark.e2e

PEOPLE = {"polling": 50, "webhook": 15}


def _reports(person: Technician, after: int) -> int:
    return sum(is_report(message) for message in person.shown(after))


async def _next_answer(person: Technician) -> Message:
    """To one more /status."""
    number = person.say("/status")
    return await person.until(
        lambda: next((m for m in person.shown(number) if text_of(m) != CUT_OFF), None)
    )


async def _stopped_in_the_middle(
    surroundings: Surroundings, people: list[Technician], how: signal.Signals
) -> tuple[int, list[int]]:
    """All ask at once; the stop comes when some have got their answer. How many each got."""
    surroundings.cloud.latency_s = 0.1
    asked = [person.say("/status") for person in people]
    pairs = list(zip(people, asked, strict=True))
    await surroundings.telegram.wait_for(
        lambda: sum(_reports(person, number) for person, number in pairs) >= len(people) // 5,
        timeout=20,
    )
    code = await surroundings.stop(how)
    surroundings.cloud.latency_s = 0.0
    await surroundings.start()
    for person in people:  # a chat is in order: what was asked before is dealt with before this
        person.say("/help")
    for person, number in pairs:
        await person.answered(number, "What I can do")
    return code or 0, [_reports(person, number) for person, number in pairs]


STOPS = {"polling": [signal.SIGTERM, signal.SIGINT], "webhook": [signal.SIGTERM]}


@pytest.mark.parametrize("by", STOPS)
async def test_fifty_running_commands_are_finished_or_dropped_but_never_answered_twice(
    tmp_path: Path, by: str
) -> None:
    environment = listening(webhook=True) if by == "webhook" else {}
    telegram = TelegramServer(token=TOKEN)
    people = [Technician.join(telegram, f"P{n}") for n in range(PEOPLE[by])]
    await connected(tmp_path / "data", people, DEMO_CREDENTIALS[0])
    async with Surroundings(
        tmp_path, telegram=telegram, extra_env=environment, warm=True
    ) as surroundings:
        for how in STOPS[by]:
            code, answers = await _stopped_in_the_middle(surroundings, people, how)
            assert (code, answers) == (0, [1] * len(people)), how.name
        _, answers = await _stopped_in_the_middle(surroundings, people, signal.SIGKILL)
        assert set(answers) <= {0, 1}
        assert sum(answers) >= len(people) // 5
        # What was confirmed before is there: the credentials and the home. A word about the restart
        # may come in between.
        again = await asyncio.gather(*(_next_answer(person) for person in people))
        assert all(is_report(answer) for answer in again), [text_of(a) for a in again]
        assert "Traceback" not in surroundings.log
