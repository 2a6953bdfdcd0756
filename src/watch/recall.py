"""What the line of a newly watched home did before: its speed tests, so that its usual is known.

Beside the looks and after them, one home at a time, in a small part of the poller's calls: nobody
waits for it, and a start with thousands of homes has no burst.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.api.speed_tests import get_speed_tests
from src.utils.thresholds import DEFAULT
from src.watch.facts import speed_sight
from src.watch.poller import LOOK_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from src.models.watching import HomeKey, Sight, SpeedSight
    from src.watch.memory import HomeMemory
    from src.watch.service import Means

__all__ = ["Recall"]

# Of the tenth of the poller's calls that the looks do not plan with, half.
_SHARE: Final = 0.05
# After a call that failed for a reason that passes; the home is asked for again by its next look.
_REST_S: Final = 60.0
_PASSES: Final = (
    plume.PlumeRateLimitedError,
    plume.PlumeServerError,
    plume.PlumeTimeoutError,
    plume.PlumeConnectionError,
    plume.PlumeAuthError,
    plume.PlumeNotConfiguredError,
)


class Recall:
    """Asks for the history of homes that have none yet, and hands it to `take`."""

    def __init__(
        self, take: Callable[[HomeKey, Sequence[SpeedSight]], Awaitable[None]], means: Means
    ) -> None:
        """Nothing is wanted yet."""
        self._take = take
        self._means = means
        self._pause_s = 1 / (_SHARE * means.calls_per_s)
        self._wanted: dict[HomeKey, str] = {}  # the id of its gateway; the oldest wish first
        self._bell = asyncio.Event()

    def want(self, key: HomeKey, found: Sight, memory: HomeMemory) -> None:
        """After a look: ask for what was before, unless that is known or under way."""
        if memory.recalled:
            return
        gateway_id = next((pod.id for pod in found.pods if pod.is_gateway), None)
        if gateway_id is not None:
            self._wanted.setdefault(key, gateway_id)
            self._bell.set()

    async def run(self) -> None:
        """Until cancelled. Raises StorageError; what was wanted then is wanted by the next look."""
        while True:
            if not self._wanted:
                self._bell.clear()
                await self._bell.wait()
            key, gateway_id = next(iter(self._wanted.items()))
            try:
                tests = await self._ask(key, gateway_id)
                if tests is not None:
                    await self._take(key, tests)
            finally:
                del self._wanted[key]
            await self._means.sleep(_REST_S if tests is None else self._pause_s)

    async def _ask(self, key: HomeKey, gateway_id: str) -> Sequence[SpeedSight] | None:
        """The tests, oldest first; none where they are not to be had; None: ask again later."""
        where = key.owner, key.customer_id, key.location_id
        with plume.caller("poller", LOOK_S):
            try:
                tests = await get_speed_tests(*where, gateway_id, "days", DEFAULT.usual_days)
            except _PASSES:
                return None
            except plume.PlumeAPIError:
                return ()
        now = self._means.clock()
        return [sight for test in tests if (sight := speed_sight(test, now))]
