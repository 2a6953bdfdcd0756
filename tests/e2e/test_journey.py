"""The whole journey, with the bot as its own process and both clouds on real sockets."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, OTHER_CUSTOMER_ID
from tests.chatting import is_report, pressable, text_of
from tests.e2e.bot_process import Surroundings, listening
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

NORTHWIND, FJORDLINK, _ = DEMO_CREDENTIALS
WRONG_SECRET = base64.b64encode(b"0oademo1northwind:wrong-secret-of-nobody").decode()
REPORTS = {
    "/status": "Home",
    "/wan": "peak",
    "/stats": "online",
    "/nodes": "pods",
    "/wifi": "Wi-Fi",
    "/devices": "devices",
    "/speed": "usual",
    "/call": "Ask the caller",
}


@pytest.mark.parametrize("by", ["polling", "webhook"])
async def test_from_start_to_every_report_and_button(tmp_path: Path, by: str) -> None:
    environment = listening(webhook=True) if by == "webhook" else {}
    warm = by == "webhook"  # the other one starts as a user starts it
    async with Surroundings(tmp_path, extra_env=environment, warm=warm) as surroundings:
        nora = Technician.join(surroundings.telegram, "Nora")
        otto = Technician.join(surroundings.telegram, "Otto")
        await asyncio.gather(_northwind(nora, surroundings), _fjordlink(otto))
        _assert_isolated(nora, otto)
        assert await surroundings.stop() == 0
        assert "Traceback" not in surroundings.log
        polls = [c for c in surroundings.telegram.calls if c.method == "getUpdates"]
        assert bool(polls) is (by == "polling")


async def _northwind(nora: Technician, surroundings: Surroundings) -> None:
    assert "/setup" in text_of(await nora.ask("/start"))
    await _setup_with_mistakes(nora)
    await _cancel_in_each_step(nora)
    report = await nora.choose(DEMO_CUSTOMER_ID, "Home")
    assert "Home" in text_of(report)
    for command, word in REPORTS.items():
        message = await nora.ask(command)
        assert word.lower() in text_of(message).lower(), f"{command}: {text_of(message)}"
        await _press_every_button(nora, message["message_id"])
    _assert_nothing_unanswered(surroundings)


async def _setup_with_mistakes(nora: Technician) -> None:
    await nora.ask("/setup")
    nonsense = nora.say("this is not a header")
    assert "header" in text_of(await nora.answered(nonsense))
    wrong = nora.say(f"Authorization: Basic {WRONG_SECRET}")
    assert "partner id" in text_of(await nora.answered(wrong))
    refused = await nora.ask(NORTHWIND.partner_id)
    assert "header" in text_of(refused)
    right = nora.say(f'"{NORTHWIND.header}"')
    await nora.answered(right, "partner id")
    assert "partner" in text_of(await nora.ask("ffffffffffffffffffffffff"))
    assert "/locations" in text_of(await nora.ask(NORTHWIND.partner_id))
    left = str(nora.telegram.messages(nora.chat_id))
    assert WRONG_SECRET not in left
    assert NORTHWIND.header.split()[1] not in left


async def _cancel_in_each_step(nora: Technician) -> None:
    for steps in (["/setup"], ["/setup", NORTHWIND.header], ["/locations"]):
        for step in steps:
            await nora.ask(step)
        assert "topped" in text_of(await nora.ask("/cancel")), steps
    assert "nothing" in text_of(await nora.ask("/cancel")).lower()


async def _press_every_button(nora: Technician, number: int) -> None:
    """Each button of the report as it stands; a press that changes it is followed back."""
    shown = next(m for m in nora.shown() if m["message_id"] == number)
    for label in pressable(shown):
        # A picture that becomes a text is a new message in the place of the old one.
        current = [m for m in nora.shown() if is_report(m)][-1]
        if label not in pressable(current):
            continue
        answer = await nora.press(label, current)
        assert not answer.get("show_alert"), f"{label}: {answer}"
        if "Change location" in label:
            await nora.answered(number, "Send the customer id")
            assert "topped" in text_of(await nora.ask("/cancel"))
        await nora.ask("/help")  # the chat is in order: what was pressed is done


async def _fjordlink(otto: Technician) -> None:
    """Another ISP's technician, at the same time."""
    assert "/locations" in text_of(await otto.connect(FJORDLINK))
    await otto.ask("/locations")
    refused = await otto.ask(DEMO_CUSTOMER_ID)
    assert "not" in text_of(refused), text_of(refused)
    assert "Cottage" not in text_of(refused)
    number = otto.say(OTHER_CUSTOMER_ID)
    await otto.answered(number)
    for command in REPORTS:
        assert text_of(await otto.ask(command))


def _assert_isolated(nora: Technician, otto: Technician) -> None:
    for person, foreign in ((nora, OTHER_CUSTOMER_ID), (otto, "Lindqvist")):
        said = [text_of(message) for message in person.shown()]
        assert not any(foreign in text for text in said)


def _assert_nothing_unanswered(surroundings: Surroundings) -> None:
    assert surroundings.telegram.unanswered() == []
