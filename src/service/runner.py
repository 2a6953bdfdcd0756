"""The life of the process: start, run until somebody stops it, give everything back in order.

A stop is obeyed at any moment, also while starting, and takes 10 s at most whatever the network
does. Telegram that cannot be reached is waited for; what waiting cannot mend ends the process.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telegram.error import InvalidToken, RetryAfter, TelegramError

from src.handlers.limiter import seconds_of
from src.logs import Redactor
from src.service.upkeep import storage_stops
from src.settings import EXIT_BAD_SETTINGS
from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any

    from src.handlers.context import PanoptesApplication
    from src.settings import Settings

__all__ = ["STOP_SIGNALS", "patiently", "redactor", "run", "serve"]

logger = logging.getLogger(__name__)

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_PAUSES_S: Final = (1, 2, 4, 8, 15, 30, 60)


def redactor(settings: Settings) -> Redactor:
    """What hides the secrets of these settings."""
    secrets = [settings.telegram_bot_token, settings.webhook_secret, settings.heartbeat_url]
    secrets += settings.secret_keys
    return Redactor(secret.get_secret_value() for secret in secrets if secret is not None)


def run(application: PanoptesApplication, allowed_updates: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    stop = asyncio.Event()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        for number in STOP_SIGNALS:
            with suppress(NotImplementedError):  # Windows: there, Ctrl-C cancels
                loop.add_signal_handler(number, stop.set)
        try:
            runner.run(serve(application, stop, allowed_updates))
        except StorageError as error:
            return storage_stops(error)
        except InvalidToken:
            sys.stderr.write("TELEGRAM_BOT_TOKEN: Telegram refuses this token\n")
            return EXIT_BAD_SETTINGS
    return 0


async def serve(
    application: PanoptesApplication, stop: asyncio.Event, allowed_updates: Sequence[str]
) -> None:
    """Run the bot until `stop` is set. Raises InvalidToken, and StorageError while starting."""
    try:
        if await _until(stop, _start(application, allowed_updates)):
            await stop.wait()
    finally:
        await _close(application)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work ended by itself; it is cancelled when `stop` comes first."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
    if working.cancelled():
        return False
    working.result()
    return True


async def _start(application: PanoptesApplication, allowed_updates: Sequence[str]) -> None:
    await patiently(application.initialize)
    if application.post_init is not None:
        await application.post_init(application)
    if application.updater is not None:
        await application.updater.start_polling(
            allowed_updates=allowed_updates, bootstrap_retries=-1
        )
    await application.start()


async def patiently(
    call: Callable[[], Awaitable[object]],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Call until Telegram answers, with growing pauses. Raises InvalidToken at once."""
    tries = 0
    while True:
        try:
            await call()
        except InvalidToken:
            raise
        except TelegramError as error:
            pause = float(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            if isinstance(error, RetryAfter):
                pause = max(pause, seconds_of(error))
            logger.warning("Telegram cannot be reached; next try in %.0f s: %s", pause, error)
            await sleep(pause)
            tries += 1
        else:
            return


async def _close(application: PanoptesApplication) -> None:
    """Give everything back, each part within its share of the 10 s."""
    updater = application.updater
    if updater is not None and updater.running:
        await _within(3.0, updater.stop(), "the polling")
    if application.running:
        await _within(4.0, application.stop(), "the handlers")
    await _within(1.0, application.shutdown(), "the application")
    await _within(0.5, application.bot.shutdown(), "the connections to Telegram")
    if application.post_shutdown is not None:
        await _within(1.0, application.post_shutdown(application), "the services")


async def _within(seconds: float, closing: Coroutine[Any, Any, None], what: str) -> None:
    """Close it; a part that cannot be closed does not keep the others open."""
    try:
        async with asyncio.timeout(seconds):
            await closing
    except TimeoutError:
        logger.warning("%s took too long to close", what)
    except Exception:
        logger.exception("%s could not be closed", what)
