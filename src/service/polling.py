"""Long polling: ask Telegram for updates, wait out its troubles, and share a token with nobody.

Two programs with one token take updates from each other, and Telegram tells both: 409 Conflict.
The one that has not polled in peace yet is the newcomer: it steps back and looks again now and
then. The other goes on. Both say so, in the log at once and to the admins once a day.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from src.handlers.limiter import seconds_of
from src.handlers.notify import notify
from src.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from src.handlers.context import PanoptesApplication
    from src.service.intake import Intake
    from src.service.readiness import Health

__all__ = ["Poller"]

logger = logging.getLogger(__name__)

_POLL: Final = timedelta(seconds=10)
_PEACE_S: Final = 3.0
_GO_ON_S: Final = 1.5  # half of it: a newcomer never gets that much before it is interrupted
_STEP_BACK_S: Final = (30.0, 60.0, 120.0, 300.0)
# Not longer: whoever writes meanwhile waits for it, and a soak saw people wait for a minute.
_TROUBLE_S: Final = (1.0, 2.0, 4.0)
_REFUSALS: Final = 3  # a proxy or a bad moment may refuse a good token once
_TOLD: Final = "conflict told"
_TELL_EVERY: Final = timedelta(days=1)
_WORDS: Final = (
    "⚠️ <b>A second program uses this bot's token.</b>\n"
    "Each takes messages from the other, so answers may be missing. "
    "Stop one of the two, or give it a bot of its own from @BotFather."
)


class Poller:
    """Asks for updates until it is cancelled."""

    def __init__(
        self,
        application: PanoptesApplication,
        intake: Intake,
        health: Health,
        allowed_updates: Sequence[str],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sleep` and `clock` (seconds) are replaced by tests."""
        self._application = application
        self._intake = intake
        self._health = health
        self._allowed = allowed_updates
        self._sleep = sleep
        self._clock = clock
        self._begun: float | None = None  # the first of the polls since the last trouble
        self._had_peace = False
        self._steps_back = 0
        self._troubles = 0
        self._refusals = 0

    async def run(self) -> None:
        """Poll until cancelled. Raises InvalidToken when Telegram keeps refusing the token."""
        try:
            while True:
                pause = await self._poll()
                if pause:
                    await self._sleep(pause)
        finally:
            self._health.deaf()

    async def confirm(self) -> None:
        """Tell Telegram what we have got, so that it forgets it; best effort, at the stop."""
        if self._intake.offset is None or self._health.mode != "polling":
            return
        try:
            await self._application.bot.get_updates(offset=self._intake.offset, limit=1, timeout=0)
        except TelegramError as error:
            logger.info("the last updates could not be confirmed: %s", error)

    async def _poll(self) -> float:
        """Ask once; how long to pause before the next time, in seconds."""
        if self._begun is None:
            self._begun = self._clock()
        try:
            updates = await self._application.bot.get_updates(
                offset=self._intake.offset, timeout=_POLL, allowed_updates=self._allowed
            )
        except Conflict as error:
            return await self._conflict(error)
        except TelegramError as error:
            self._refusals += isinstance(error, InvalidToken)
            if self._refusals >= _REFUSALS:
                raise
            return self._trouble(error)
        self._went_well()
        if updates:
            await self._intake.take(updates)
        return 0.0

    def _went_well(self) -> None:
        self._health.listens("polling")
        self._health.polled = self._health.now()
        if self._troubles:
            logger.info("Telegram answers again")
        self._troubles = self._refusals = 0
        if self._at_peace():
            self._had_peace, self._steps_back = True, 0

    def _at_peace(self) -> bool:
        """Whether nobody interrupted the polls for a while."""
        return self._begun is not None and self._clock() - self._begun >= _PEACE_S

    def _trouble(self, error: TelegramError) -> float:
        pause = _TROUBLE_S[min(self._troubles, len(_TROUBLE_S) - 1)]
        if isinstance(error, RetryAfter):
            pause = max(pause, seconds_of(error))
        self._troubles += 1
        self._begun = None
        logger.warning("no updates from Telegram; next try in %.0f s: %s", pause, error)
        return pause

    async def _conflict(self, error: Conflict) -> float:
        """Somebody else took our place. The one that was there before goes on."""
        first = self._health.is_alone()
        self._health.conflict = self._health.now()
        self._had_peace = self._had_peace or self._at_peace()
        self._begun = None
        if self._had_peace:
            pause, what = _GO_ON_S, "this one was here before and goes on"
        else:
            self._health.deaf()
            pause = _STEP_BACK_S[min(self._steps_back, len(_STEP_BACK_S) - 1)]
            pause *= random.uniform(0.8, 1.2)  # noqa: S311 - only so that two do not stay in step
            self._steps_back += 1
            what = f"this one steps back for {pause:.0f} s"
        if first or not self._had_peace:
            logger.error("another program uses this bot's token; %s: %s", what, error)
        if first:
            await self._tell_admins()
        return pause

    async def _tell_admins(self) -> None:
        """Once a day, whichever of the two finds it out first, where they share a database."""
        state, now = self._application.services.state, self._health.now()
        try:
            told = await state.store.fact(_TOLD)
            if told is not None and now - datetime.fromisoformat(told) < _TELL_EVERY:
                return
            await state.store.keep_fact(_TOLD, now.isoformat())
            for user_id in await state.admins():
                await notify(self._application.bot, state, user_id, _WORDS)
        except StorageError as error:
            logger.error("storage: %s (admins were not told)", error)  # noqa: TRY400 - as above
