"""No planted secret is in the logs, the messages, the database, or the `repr` of a live object.

The scan itself is tested: each place is shown to be looked at by planting a secret there.
"""

from __future__ import annotations

import gc
import io
import logging
from typing import TYPE_CHECKING, Any

import pytest

import plume_api_client as plume
from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID
from src.handlers.context import UserState
from tests.bot_harness import TOKEN, Bot, Person, text_of
from tests.e2e.bot_process import TOKEN as PROCESS_TOKEN
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.e2e

CREDENTIAL, OTHER, _ = DEMO_CREDENTIALS
# With the library: while a question is open, it keeps the update that the question waits on.
OURS = ("src.", "panoptes_bot", "plume_api_client", "sqlalchemy.engine", "telegram")
NOT_OURS = ("src.demo",)  # the other side of the wire knows the secrets of course


def planted(token: str) -> list[str]:
    """What must not be seen: header code, client secret, bot token; of both credentials."""
    found = [token.partition(":")[2]]
    for credential in (CREDENTIAL, OTHER):
        found += [credential.header.split()[1], credential.client_secret]
    return found


def leaks(secrets: Iterable[str], *places: str | bytes) -> list[str]:
    """The secrets that any of the places shows."""
    texts = [p.decode(errors="replace") if isinstance(p, bytes) else p for p in places]
    return [secret for secret in secrets if any(secret in text for text in texts)]


def live_reprs() -> str:
    """A `repr` of everything that lives and is ours."""
    lines = []
    for thing in gc.get_objects():
        module = str(type(thing).__module__)
        if module.startswith(OURS) and not module.startswith(NOT_OURS):
            try:
                lines.append(repr(thing))
            except Exception as error:  # noqa: BLE001 - half-built objects of libraries
                lines.append(type(error).__name__)
    return "\n".join([*lines, repr(plume.user_auth), repr(dict(plume.user_auth))])


def files_in(folder: Path) -> list[bytes]:
    """Everything on disk but the key file, which is the one secret that has to be there."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "secret.key")
    return [path.read_bytes() for path in files]


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


def _sent(bot: Bot) -> str:
    return str([call.params for call in bot.telegram.calls if call.method != "getUpdates"])


async def test_a_day_in_one_process_shows_no_secret_anywhere(tmp_path: Path) -> None:
    log, secrets = io.StringIO(), planted(TOKEN)
    environment = {"PANOPTES_ADMINS": "500001", "PANOPTES_DATA_DIR": str(tmp_path / "data")}
    async with Bot(environment=environment, log=log) as bot:
        await _a_day(bot)
        failed = ValueError(f"a library says {CREDENTIAL.header}")
        logging.getLogger("some.package").error("failed with %s", failed, exc_info=failed)
        dump = await bot.application.services.state.store.dump()
        assert "some.package" in log.getvalue()
        assert not leaks(secrets, log.getvalue()), "in the log"
        assert not leaks(secrets, _sent(bot)), "in a message"
        assert not leaks(secrets, dump, *files_in(tmp_path)), "on the disk"
        # The library's own objects print the token of the Bot API; nothing logs them unredacted.
        assert not leaks(secrets[1:], live_reprs()), "in the repr of a live object"


async def test_a_planted_secret_is_found_in_each_place(tmp_path: Path) -> None:
    secret = CREDENTIAL.header.split()[1]
    environment = {"PANOPTES_DATA_DIR": str(tmp_path / "data")}
    async with Bot(environment=environment) as bot:
        ann = bot.person("Ann")
        await ann.ask("/help")
        await bot.application.bot.send_message(ann.chat_id, f"planted {secret}")
        assert leaks([secret], _sent(bot))
        store = bot.application.services.state.store
        await store.record(1, "planted", detail=secret)
        assert leaks([secret], await store.dump())
        assert leaks([secret], *files_in(tmp_path))
        draft: Any = UserState(header=secret)  # type: ignore[arg-type]  # a plain text, planted
        assert leaks([secret], live_reprs())
        del draft
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)  # one without the filter
    logging.getLogger("planted").addHandler(handler)
    logging.getLogger("planted").warning("planted %s", secret)
    logging.getLogger("planted").removeHandler(handler)
    assert leaks([secret], stream.getvalue())


async def test_the_whole_process_logs_and_keeps_no_secret(tmp_path: Path) -> None:
    for style in ("text", "json"):
        folder = tmp_path / style
        folder.mkdir()
        env = {"PANOPTES_LOG_FORMAT": style, "PANOPTES_ADMINS": "500001,500002"}
        async with Surroundings(folder, extra_env=env) as surroundings:
            ann = Technician.join(surroundings.telegram, "Ann")
            choice = await ann.ask("/setup")
            await ann.press("For me", choice)
            await ann.answer_after(choice["message_id"], "step 1")
            await ann.ask(CREDENTIAL.header)
            assert "Connected" in text_of(await ann.ask(CREDENTIAL.partner_id))
            await ann.choose(DEMO_CUSTOMER_ID, "Home")
            surroundings.cloud.tokens.revoke_all()
            surroundings.cloud.faults.set("token_refused")
            await ann.ask("/status")
            sent = str([c.params for c in surroundings.telegram.calls if c.method != "getUpdates"])
            assert await surroundings.stop() == 0
        secrets = planted(PROCESS_TOKEN)
        assert not leaks(secrets, sent)
        assert not leaks(secrets, *files_in(folder)), "the log file is among them"
