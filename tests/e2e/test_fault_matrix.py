"""Every fault of the cloud, at every command: one clear answer, then the bot goes on."""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.telegram_server import TelegramServer
from src.demo.world_ids import DEMO_CUSTOMER_ID
from tests.chatting import labels_of, text_of
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician, connected
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chatting import Message

pytestmark = pytest.mark.e2e

CREDENTIAL = DEMO_CREDENTIALS[0]
REPORTS = (
    "/status",
    "/wan",
    "/stats",
    "/nodes",
    "/wifi",
    "/devices",
    "/speed",
    "/call",
    "/find Lindqvist",
)

FAULTS = (
    "token_refused",
    "401",
    "json_403",
    "html_403",
    "404",
    "422",
    "429",
    "500",
    "502",
    "503",
    "hang",
    "reset",
    "cut_json",
    "html_200",
    "wrong_shape",
    "nulls",
    "empty_list",
    "big_body",
)
# Which faults the token call of /setup meets as well; elsewhere it answers, so /setup succeeds.
_ON_TOKEN = {"500", "502", "503", "hang", "reset", "cut_json", "html_200", "wrong_shape", "429"}
HELP = "What I can do"
_NEXT_STEP = re.compile(r"/\w+|[Tt]ry again|[Ss]end|[Nn]ext|[Cc]heck|[Aa]sk")


def _people(telegram: TelegramServer) -> list[Technician]:
    """Somebody for each command, named after it."""
    return [Technician.join(telegram, name) for name in (*REPORTS, "/locations", "/setup")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the bot kept of the day before: all are connected and have a home. To be copied."""
    folder = tmp_path_factory.mktemp("kept") / "data"
    await connected(folder, _people(TelegramServer(token=BOT_TOKEN)), CREDENTIAL)
    return folder


def _break(surroundings: Surroundings, fault: str) -> None:
    faults = surroundings.cloud.faults
    if fault == "token_refused":
        surroundings.cloud.tokens.revoke_all()
        faults.set("token_refused")
        return
    faults.set(fault)
    if fault in _ON_TOKEN:
        faults.set(fault, "/oauth2/*")


async def _inputs(person: Technician) -> list[Message]:
    """The command and what it asks for, each answered once; the last answer met the fault."""
    if person.name == "/setup":
        await person.ask("/setup")
        await person.ask(CREDENTIAL.header)
        last = person.say(CREDENTIAL.partner_id)
    elif person.name == "/locations":
        await person.ask("/locations")
        last = person.say(DEMO_CUSTOMER_ID)
    else:
        last = person.say(person.name)
    await person.answered(last)
    # The bot keeps each chat in order, so the answer to this one comes after all of the former.
    await person.answered(person.say("/help"), HELP)
    return [message for message in person.shown(last) if HELP not in text_of(message)]


def _assert_clear(command: str, answers: list[Message]) -> None:
    assert len(answers) == 1, f"{command}: {[text_of(m) for m in answers]}"
    text = text_of(answers[0])
    assert text.strip(), command
    assert _NEXT_STEP.search(text) or labels_of(answers[0]), f"{command} leaves one alone: {text}"
    for noise in ("Traceback", "Error(", "Exception", "httpx", "<html", "None", "{"):
        assert noise not in text, f"{command}: {text}"


def _assert_no_secret(surroundings: Surroundings) -> None:
    telegram = surroundings.telegram
    said = [str(call.params) for call in telegram.calls if call.method != "getUpdates"]
    said.append(surroundings.log)
    secrets = [
        CREDENTIAL.client_secret,
        CREDENTIAL.header.split()[1],
        BOT_TOKEN.split(":")[1],
        # Every token of the embedded cloud is a JWT, and all begin alike.
        "eyJ",
    ]
    for text in said:
        for secret in secrets:
            assert secret not in text, f"a secret leaked into: {text[:300]}"
    assert "Traceback" not in surroundings.log, surroundings.log[-6000:]


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_command_answers_once_whatever_plume_does(
    fault: str, tmp_path: Path, kept: Path
) -> None:
    shutil.copytree(kept, tmp_path / "data")
    telegram = TelegramServer(token=BOT_TOKEN)
    people = _people(telegram)
    async with Surroundings(tmp_path, telegram=telegram, warm=True) as surroundings:
        assert "All well" in text_of(await people[0].ask("/status"))
        _break(surroundings, fault)
        # At the same time, so that a hanging cloud costs its deadline once and not seven times.
        answers = await asyncio.gather(*(_inputs(person) for person in people))
        for person, answered in zip(people, answers, strict=True):
            _assert_clear(person.name, answered)

        surroundings.cloud.faults.clear()
        after = await asyncio.gather(*(p.ask("/status") for p in people if p.name in REPORTS))
        for message in after:
            assert "All well" in text_of(message) or fault == "html_403", text_of(message)
        _assert_no_secret(surroundings)
