"""`--check`: does everything that the bot needs work? One line each, without starting anything.

Nothing is written: no database is made or upgraded, no key file, no message. The exit code is 0
when all is well, 78 when a person has to change something, 69 when trying again may be enough.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

import plume_api_client as plume
from src.logs import setup_logging
from src.service.telegram import telegram_request
from src.settings import EXIT_BAD_SETTINGS, EXIT_UNAVAILABLE
from src.storage import TEAM, StorageError, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from telegram.request import BaseRequest

    from src.logs import Redactor
    from src.settings import Settings

__all__ = ["check", "check_all"]

_MOST_CREDENTIALS: Final = 5
_PATIENCE_S: Final = 15.0

_Verdict = Literal["OK", "NOTE", "FAIL"]


@dataclass(slots=True)
class _Sheet:
    """What was found so far, written out line by line."""

    write: Callable[[str], object]
    code: int = 0
    credentials: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list, repr=False)

    def line(self, verdict: _Verdict, what: str, found: str, code: int = 0) -> None:
        self.write(f"{verdict:<5} {what}: {found}\n")
        if code == EXIT_BAD_SETTINGS or not self.code:
            self.code = code or self.code


def check(settings: Settings, redact: Redactor) -> int:
    """Look at everything and print what was found; returns the exit code."""
    setup_logging("ERROR", settings.log_format, redact)
    plume.configure()
    return asyncio.run(check_all(settings, lambda line: sys.stdout.write(redact(line))))


async def check_all(
    settings: Settings, write: Callable[[str], object], request: BaseRequest | None = None
) -> int:
    """As `check`; `write` takes the lines, `request` talks to Telegram."""
    sheet = _Sheet(write)
    _settings(settings, sheet)
    try:
        await _database(settings, sheet)
    except StorageError as error:
        # 74 is for who has to go on; here it is one of the things that may pass.
        final = exit_code(error) == EXIT_BAD_SETTINGS
        sheet.line("FAIL", "database", str(error), EXIT_BAD_SETTINGS if final else EXIT_UNAVAILABLE)
    await _telegram(settings, sheet, request or telegram_request(1))
    try:
        await _plume(settings, sheet)
    finally:
        await plume.aclose()
    return sheet.code


def _settings(settings: Settings, sheet: _Sheet) -> None:
    sheet.line("OK", "settings", f"{len(settings.model_fields_set)} set, the others at defaults")
    if settings.is_open:
        sheet.line(
            "NOTE",
            "people",
            "everybody may use the bot; set PANOPTES_ADMINS or PANOPTES_ALLOWED_USERS",
        )
    else:
        named = len(settings.allowed_users | settings.admins)
        sheet.line("OK", "people", f"{named} named in the settings, {len(settings.admins)} admins")


async def _database(settings: Settings, sheet: _Sheet) -> None:
    """The keys and the database, as far as they can be looked at without changing them."""
    from src.storage.database import Database, resolve_url  # noqa: PLC0415 - SQLAlchemy is heavy
    from src.storage.migrate import look, open_vault  # noqa: PLC0415 - as above
    from src.storage.schema import SCHEMA_VERSION  # noqa: PLC0415 - as above
    from src.storage.store import Store  # noqa: PLC0415 - as above
    from src.storage.vault import KEY_FILE, read_key_file  # noqa: PLC0415 - as above

    url, folder = settings.database_url, settings.data_dir
    keys = [key.get_secret_value() for key in settings.secret_keys]
    database = Database(resolve_url(folder, url.get_secret_value() if url else None))
    try:
        found = await look(database)
        if found.version is None:
            new = not keys and not await asyncio.to_thread(read_key_file, folder / KEY_FILE)
            sheet.line("OK", "keys", "made at the first start" if new else "there")
            _writable(folder, sheet)
            sheet.line("OK", "database", f"{database.place}: made at the first start")
            return
        vault = await open_vault(folder, keys, found)
        sheet.line("OK", "keys", "they open what is stored")
        later = "" if found.version == SCHEMA_VERSION else ", upgraded at the next start"
        sheet.line("OK", "database", f"{database.place}: schema {found.version}{later}")
        sheet.credentials = await _credentials(Store(database, vault, plume.cloud_now))
    finally:
        await database.close()


def _writable(folder: Path, sheet: _Sheet) -> None:
    """The folder, or the one that it will be made in."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        sheet.line(
            "FAIL", "data folder", f"{there}: the bot may not write there", EXIT_BAD_SETTINGS
        )


async def _credentials(store: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The team's and a few people's, with whose they are."""
    owners = await store.credential_owners()
    found = []
    for owner in sorted(owners, key=lambda each: each != TEAM)[:_MOST_CREDENTIALS]:
        whose = "the team's credentials" if owner == TEAM else f"the credentials of user {owner}"
        found.append((whose, await store.credential(owner)))
    return found


async def _telegram(settings: Settings, sheet: _Sheet, request: BaseRequest) -> None:
    token = settings.telegram_bot_token.get_secret_value()
    bot = Bot(token, base_url=settings.telegram_api_base, request=request)
    try:
        async with asyncio.timeout(_PATIENCE_S), bot:
            waiting = (await bot.get_webhook_info()).pending_update_count
            sheet.line("OK", "Telegram", f"@{bot.username}, {waiting} updates waiting")
    except InvalidToken:
        words = "refuses the token; take a new one from @BotFather into TELEGRAM_BOT_TOKEN"
        sheet.line("FAIL", "Telegram", words, EXIT_BAD_SETTINGS)
    except (TelegramError, TimeoutError) as error:
        words = f"cannot be reached ({type(error).__name__}) at TELEGRAM_API_BASE; try again"
        sheet.line("FAIL", "Telegram", words, EXIT_UNAVAILABLE)


async def _plume(settings: Settings, sheet: _Sheet) -> None:
    """A token for each of the stored credentials: the proof that they work."""
    if not sheet.credentials:
        sheet.line("NOTE", "Plume", "no credentials stored; send /setup to the bot")
    for whose, config in sheet.credentials:
        addresses = {
            "sso_url": settings.plume_sso_url,
            "plume_api_base": settings.plume_api_base,
            "plume_reports_base": settings.plume_reports_base,
        }
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await plume.get_oauth_token({**config, **addresses})
        except plume.PlumeAuthError:
            words = f"refuses {whose}; send /setup to the bot again"
            sheet.line("FAIL", "Plume", words, EXIT_BAD_SETTINGS)
        except (plume.PlumeAPIError, TimeoutError) as error:
            words = f"gives no token for {whose} ({type(error).__name__}), PLUME_SSO_URL; try again"
            sheet.line("FAIL", "Plume", words, EXIT_UNAVAILABLE)
        else:
            sheet.line("OK", "Plume", f"gives a token for {whose}")
