"""Goes around the ring: each look on time, a bounded number at once, and gently while blind."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from src import telemetry
from src.models.watching import Blindness
from src.storage.errors import StorageError
from src.watch.jobs import ring_or
from src.watch.poller import LOOK_S, look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from src.models.watching import HomeKey, Sight
    from src.watch.schedule import Schedule
    from src.watch.service import Means

__all__ = ["Patrol"]

logger = logging.getLogger(__name__)

# The budget lets 30 of the poller's calls fly at once; more would only wait there.
_AT_ONCE: Final = 40
_IDLE_S: Final = 30.0
# While an owner's looks all fail, one of them in this time is enough to see whether they still do.
_PROBE_S: Final = 15.0
_FAILURES_IN_A_ROW: Final = 3
_PERSON_S: Final = 14.0
_COMPLAIN_EVERY_S: Final = 3600.0
# A demo's clock may run fast; more than this is a clock that was set.
_FASTEST: Final = 10_000.0


@dataclass(slots=True)
class _Trouble:
    """An owner whose looks fail for a reason that is not the home's."""

    failures: int = 0
    probe_at: float = 0.0


class Patrol:
    """Runs the looks and hands what they saw to `take`."""

    def __init__(
        self,
        schedule: Schedule,
        take: Callable[[HomeKey, Sight | Blindness, float], Awaitable[None]],
        means: Means,
    ) -> None:
        self._schedule = schedule
        self._take = take
        self._means = means
        self._bell = asyncio.Event()
        self._looking: dict[HomeKey, asyncio.Task[None]] = {}
        self._trouble: dict[int, _Trouble] = {}
        self._taken_at: float | None = None
        self._quiet_until = 0.0
        self._looked_at: dict[HomeKey, tuple[float, datetime]] = {}

    def wake(self) -> None:
        """The ring has changed."""
        self._looked_at = {key: at for key, at in self._looked_at.items() if key in self._schedule}
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._bell.clear()
            await ring_or(self._bell, self._means.sleep(self._go()))

    async def stop(self) -> None:
        """Drop the looks that are under way."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def look_now(self, key: HomeKey) -> None:
        """One look at once, for somebody who waits for it; joins one that is under way."""
        task = self._looking.get(key) or self._begin(key, location=True, for_person=True)
        # Shielded: somebody who stops waiting does not end it.
        await asyncio.shield(task)

    def is_on_time(self) -> bool:
        """Whether looks are made and written as planned, or there are none to make."""
        if self._schedule.wait_s(_time()) is None:
            return True
        if self._taken_at is None:
            return False
        return _time() - self._taken_at < self._schedule.pace.interval_s + 2 * LOOK_S

    def _go(self) -> float:
        """Begin the look whose turn it is; how long until the next."""
        now = _time()
        if len(self._looking) >= _AT_ONCE:
            return _IDLE_S  # the next to end rings
        turn = self._schedule.take(now)
        if turn and turn.key not in self._looking and self._worth_it(turn.key.owner, now):
            self._begin(turn.key, location=turn.location)
        wait_s = self._schedule.wait_s(now)
        return _IDLE_S if wait_s is None else wait_s

    def _worth_it(self, owner: int, now: float) -> bool:
        trouble = self._trouble.get(owner)
        if trouble is None or trouble.failures < _FAILURES_IN_A_ROW:
            return True
        if now < trouble.probe_at:
            return False
        trouble.probe_at = now + _PROBE_S
        return True

    def _begin(
        self, key: HomeKey, *, location: bool, for_person: bool = False
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(self._look(key, location, for_person), name="look")
        self._looking[key] = task
        task.add_done_callback(lambda _: self._ended(key))
        return task

    def _ended(self, key: HomeKey) -> None:
        self._looking.pop(key, None)
        self._bell.set()

    async def _look(self, key: HomeKey, location: bool, for_person: bool) -> None:
        try:
            found = await look(
                key,
                location=location,
                clock=self._means.clock,
                connected=self._means.connected,
                kind="person" if for_person else "poller",
                deadline_s=_PERSON_S if for_person else LOOK_S,
            )
            self._note(key.owner, found)
            await self._take(key, found, self._interval_s(key))
            self._taken_at = _time()
        except StorageError as error:
            if self._may_complain():
                logger.error("watching: storage: %s (looks are dropped)", error)  # noqa: TRY400 - the sentence says it all
        except Exception as error:  # noqa: BLE001 - logged and told to admins; others go on
            telemetry.broke(logger, "a look broke and was dropped", error)

    def _may_complain(self) -> bool:
        """Whether it was not said lately: on a full disk, every look says the same."""
        if _time() < self._quiet_until:
            return False
        self._quiet_until = _time() + _COMPLAIN_EVERY_S
        return True

    def _note(self, owner: int, found: Sight | Blindness) -> None:
        if not isinstance(found, Blindness) or found.fault == "home":
            self._trouble.pop(owner, None)
            return
        trouble = self._trouble.setdefault(owner, _Trouble())
        trouble.failures += 1
        if found.fault == "credential":
            trouble.failures = max(trouble.failures, _FAILURES_IN_A_ROW)
        if trouble.failures == _FAILURES_IN_A_ROW:
            trouble.probe_at = _time() + _PROBE_S

    def _interval_s(self, key: HomeKey) -> float:
        """The interval in seconds of the cloud's clock, which a demo lets run faster than ours.

        Measured from this home's last look to this one: were it from any other time, a clock that
        has just changed its speed would make this look late, and so a pause of our own.
        """
        now, cloud = _time(), self._means.clock()
        before, cloud_before = self._looked_at.get(key, (now, cloud))
        self._looked_at[key] = now, cloud
        passed = now - before
        speed = (cloud - cloud_before).total_seconds() / passed if passed >= 1.0 else 1.0
        return self._schedule.pace.interval_s * min(max(speed, 1.0), _FASTEST)


def _time() -> float:
    return asyncio.get_running_loop().time()
