"""A day with every way in which a secret comes in: none of them gets out.

The watch over the whole session (tests/secret_watch.py) looks at each log line, message and file;
what is asked for here is what only such a day has: everything alive at once, JSON logs, and a
process whose tokens are refused.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID
from tests.bot_harness import Bot, Person, text_of
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician
from tests.planted import PRINTED_BY_LIBRARIES
from tests.secret_watch import Watch, live_reprs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from src.demo.telegram_server import Call

pytestmark = pytest.mark.e2e

CREDENTIAL, OTHER, _ = DEMO_CREDENTIALS


async def _a_day(bot: Bot) -> tuple[Person, Person]:
    amina, otto = bot.person("Amina"), bot.person("Otto", OTHER)
    choice = await amina.ask("/setup")
    await amina.press("For the team", choice)
    await amina.answered(choice["message_id"], "step 1")
    await amina.ask(amina.credential.header)
    assert "for the team" in text_of(await amina.ask(amina.credential.partner_id))
    stray = text_of(await otto.ask(otto.credential.header))  # pasted by a stranger
    assert "I deleted it" in stray
    await bot.application.services.state.set_role(otto.user_id, "operator")
    await otto.connect()
    await otto.ask("/setup")
    await otto.ask(otto.credential.header)  # left in the middle, like the next one
    eve = bot.person("Eve")
    await bot.application.services.state.set_role(eve.user_id, "viewer")
    await eve.ask(f"/setup {eve.credential.header}")
    await amina.ask(f"/locations {amina.credential.header}")
    await amina.choose()
    for command in ("/status", "/wan", "/stats", "/nodes", "/wifi", "/whoami", "/audit", "/forget"):
        await amina.ask(command)
    bot.cloud.faults.set("500")
    await amina.ask("/status")
    bot.cloud.faults.clear()
    return amina, otto


def _sent(calls: Iterable[Call]) -> str:
    return str([call.params for call in calls if call.method != "getUpdates"])


async def test_a_day_in_one_process_shows_no_secret_anywhere(tmp_path: Path) -> None:
    log, watch = io.StringIO(), Watch()
    environment = {"PANOPTES_ADMINS": "500001", "PANOPTES_DATA_DIR": str(tmp_path / "data")}
    async with Bot(environment=environment, log=log) as bot:
        await _a_day(bot)
        failed = ValueError(f"a library says {CREDENTIAL.header}")
        logging.getLogger("some.package").error("failed with %s", failed, exc_info=failed)
        assert "some.package" in log.getvalue()
        watch.look("the log", log.getvalue())
        watch.look("a message", _sent(bot.telegram.calls))
        watch.look("the database", await bot.application.services.state.store.dump())
        watch.look_at_files(tmp_path)
        live = "\n".join(text for _, text in live_reprs())
        assert "UserState(in_setup=True" in live, "somebody is in the middle of /setup"
        watch.look("the repr of a live object", live, PRINTED_BY_LIBRARIES)
    assert watch.take() == []


async def test_a_whole_process_logs_and_keeps_no_secret(tmp_path: Path) -> None:
    watch = Watch()
    env = {"PANOPTES_LOG_FORMAT": "json", "PANOPTES_ADMINS": "500001,500002"}
    async with Surroundings(tmp_path, extra_env=env, warm=True) as surroundings:
        ann = Technician.join(surroundings.telegram, "Ann")
        choice = await ann.ask("/setup")
        await ann.press("For me", choice)
        await ann.answered(choice["message_id"], "step 1")
        await ann.ask(CREDENTIAL.header)
        assert "Connected" in text_of(await ann.ask(CREDENTIAL.partner_id))
        await ann.choose(DEMO_CUSTOMER_ID, "Home")
        surroundings.cloud.tokens.revoke_all()
        surroundings.cloud.faults.set("token_refused")
        await ann.ask("/status")
        watch.look("a message", _sent(surroundings.telegram.calls))
        assert await surroundings.stop() == 0
    watch.look_at_files(tmp_path)
    assert surroundings.log.startswith("{")
    assert watch.take() == []
