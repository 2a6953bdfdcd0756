"""The life of the process: start, run until somebody stops it, give everything back in order.

A stop is obeyed at any moment, also while starting, and takes 10 s at most whatever the network
does. Telegram that cannot be reached is waited for; what waiting cannot mend ends the process.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from telegram.error import InvalidToken, RetryAfter, TelegramError

from src import telemetry
from src.handlers.limiter import seconds_of
from src.logs import Redactor
from src.service.intake import Intake
from src.service.polling import Poller
from src.service.readiness import Health
from src.service.unanswered import Unanswered
from src.service.upkeep import storage_stops
from src.settings import EXIT_BAD_SETTINGS, EXIT_UNAVAILABLE
from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any

    from src.handlers.context import PanoptesApplication
    from src.service.webhook import Webhook
    from src.settings import Listen, Settings

__all__ = [
    "STOP_SIGNALS",
    "ListenError",
    "leave_on_signals",
    "patiently",
    "redactor",
    "run",
    "serve",
]

logger = logging.getLogger(__name__)

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_PAUSES_S: Final = (1, 2, 4, 8, 15, 30, 60)


class ListenError(Exception):
    """Nothing can listen at PANOPTES_LISTEN; the text is one line."""


def redactor(settings: Settings) -> Redactor:
    """What hides the secrets of these settings."""
    secrets = [settings.telegram_bot_token, settings.webhook_secret, settings.heartbeat_url]
    secrets += settings.secret_keys
    return Redactor(secret.get_secret_value() for secret in secrets if secret is not None)


def leave_on_signals() -> None:
    """From here until the event loop takes over, a stop is obeyed quietly, too."""
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def run(application: PanoptesApplication, allowed_updates: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    stop = asyncio.Event()
    for number in STOP_SIGNALS:  # a loop that was left half made would complain
        signal.signal(number, lambda *_: stop.set())
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        for number in STOP_SIGNALS:
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: nothing else would wake the loop
                signal.signal(number, _leave)
        try:
            runner.run(serve(application, stop, allowed_updates))
        except StorageError as error:
            return storage_stops(error)
        except InvalidToken:
            sys.stderr.write("TELEGRAM_BOT_TOKEN: Telegram refuses this token\n")
            return EXIT_BAD_SETTINGS
        except ListenError as error:
            sys.stderr.write(f"PANOPTES_LISTEN: {error}\n")
            return EXIT_UNAVAILABLE
    return 0


async def serve(
    application: PanoptesApplication, stop: asyncio.Event, allowed_updates: Sequence[str]
) -> None:
    """Run the bot until `stop` is set.

    Raises InvalidToken, and while starting StorageError and ListenError.
    """
    life = _Life(application, allowed_updates)
    try:
        await _until(stop, life.run())
    finally:
        await life.close()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, and cancel it when `stop` comes first."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        working.cancel()
        await asyncio.wait({working})
    if not working.cancelled():
        working.result()


async def _all(works: Sequence[Coroutine[Any, Any, Any]]) -> None:
    """Do them at the same time; when it ends, by whatever, none of them runs on.

    `gather` leaves the others at work when one has ended badly; then the database would be closed
    under them, and they would wait for it for good. Raises what the first that failed has raised.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failed:
        first = failed.exceptions[0]
        raise first from first.__cause__


class _Life:
    """One run of the bot: what was started is given back by `close`, however far it came."""

    def __init__(self, application: PanoptesApplication, allowed_updates: Sequence[str]) -> None:
        self._application = application
        self._allowed = allowed_updates
        self._health = Health()
        self._intake = Intake(application, self._health)
        self._poller = Poller(application, self._intake, self._health, allowed_updates)
        services = application.services
        self._unanswered = Unanswered(services.order, services.state)
        self._closing = AsyncExitStack()

    async def run(self) -> None:
        """Start, and take updates until cancelled."""
        application, settings = self._application, self._application.services.settings
        self._closing.callback(telemetry.listen(self._health.take))
        webhook = await self._listen(settings.listen) if settings.listen else None
        await patiently(application.initialize)
        await application.start()
        await self._watch_who_waits()
        before = [application.post_init(application)] if application.post_init else []
        if webhook is None:
            before.append(patiently(application.bot.delete_webhook))
        await _all(before)
        self._intake.open()
        if webhook is None:
            await self._poller.run()
            return
        await patiently(lambda: webhook.announce(application.bot, self._allowed))
        self._health.listens("webhook")
        await asyncio.Event().wait()

    async def _watch_who_waits(self) -> None:
        """Before anything is handled: who waits now was left by the run before."""
        unanswered, background = self._unanswered, self._application.services.background
        left = await unanswered.left()
        for work in (unanswered.tell(self._application.bot, left), unanswered.watch()):
            task = asyncio.create_task(work)
            background.add(task)
            task.add_done_callback(background.discard)

    async def _listen(self, listen: Listen) -> Webhook | None:
        """Open the port: before anything else, as what waits for Telegram is alive, too."""
        from src.service.metrics import Metrics  # noqa: PLC0415 - only for who listens
        from src.service.web import WebServer, make_app  # noqa: PLC0415 - as above
        from src.service.webhook import Webhook, webhook_route  # noqa: PLC0415 - as above

        application, metrics = self._application, Metrics()
        webhook = Webhook.of(application.services.settings)
        routes = (
            [] if webhook is None else [webhook_route(webhook, application.bot, self._intake.take)]
        )
        if webhook is not None:
            application.services.redact.learn(webhook.secret)
        app = make_app(self._health, application.services.state, metrics.render, routes)
        server = WebServer(app, listen)
        try:
            await server.start()
        except OSError as error:
            raise ListenError(f"cannot listen on {listen.text}: {error.strerror}") from None
        self._closing.push_async_callback(server.stop)
        metrics.start()
        self._closing.push_async_callback(metrics.stop)
        return webhook

    async def close(self) -> None:
        """Give everything back, each part within its share of the 10 s."""
        application = self._application
        await _within(0.4, self._intake.close(), "the intake")
        await _within(0.8, self._poller.confirm(), "the polling")
        if application.running:
            await _within(4.4, application.stop(), "the handlers")
            await _within(0.3, self._unanswered.settle(), "the list of who waits")
            if application.post_stop is not None:
                await _within(1.5, application.post_stop(application), "what runs beside them")
        await _within(0.3, application.shutdown(), "the application")
        await _within(0.3, application.bot.shutdown(), "the connections to Telegram")
        if application.post_shutdown is not None:
            await _within(1.0, application.post_shutdown(application), "the services")
        await _within(0.8, self._closing.aclose(), "the web server")


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


async def _within(seconds: float, closing: Coroutine[Any, Any, None], what: str) -> None:
    """Close it; a part that cannot be closed does not keep the others open."""
    try:
        async with asyncio.timeout(seconds):
            await closing
    except TimeoutError:
        logger.warning("%s took too long to close", what)
    except Exception:
        logger.exception("%s could not be closed", what)
