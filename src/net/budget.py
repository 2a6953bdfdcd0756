"""The request budget: how much of the cloud's patience this process may use, and who goes first.

One per process, because the cloud counts calls per source address. The clock is the event loop's,
so a loop with simulated time drives everything here, the pacer included.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from aiolimiter import AsyncLimiter

from src.net.errors import PlumeRateLimitedError
from src.net.firewall import Breaker

if TYPE_CHECKING:
    from src.net.callers import Kind, Turn

__all__ = ["BudgetState", "RequestBudget"]


class BudgetState(TypedDict):
    """The budget at one moment, for health pages and metrics."""

    window_calls: int  # calls that left in the last `window_s` seconds
    window_limit: int
    window_s: float
    poller_calls: int  # the poller's part of them
    poller_limit: int
    in_flight: int
    in_flight_limit: int
    people_waiting: int
    pollers_waiting: int
    blocked_for_s: float  # seconds until the firewall's block is over, 0 without one


@dataclass(slots=True)
class _Window:
    """The moments at which calls left, oldest first: exact, not an average."""

    limit: int
    length_s: float
    left_at: deque[float] = field(default_factory=deque)

    def forget(self, now: float) -> None:
        while self.left_at and self.left_at[0] + self.length_s <= now:
            self.left_at.popleft()

    def opens_at(self, ahead: int, now: float) -> float:
        """When there is room for one more behind `ahead` others; -inf when there is room now.

        Those ahead fill what is free now, and each place comes free again one window after it
        was taken, so whoever stands behind a whole window waits for its second turn.
        """
        excess = len(self.left_at) + ahead - self.limit
        if excess < 0:
            return -math.inf
        turns, place = divmod(excess, self.limit)
        taken_at = self.left_at[place] if place < len(self.left_at) else now
        return taken_at + self.length_s * (1 + turns)


@dataclass(slots=True, eq=False)
class _Waiting:
    turn: Turn
    admitted: asyncio.Future[None]


class _Gate:
    """Lets pollers through one at a time, evenly spaced. Belongs to one event loop."""

    def __init__(self, rate: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
        self.pacer = AsyncLimiter(1, 1 / rate)
        self.waiting = 0


class RequestBudget:
    """`await enter(turn)` before a call leaves, `leave(turn)` when its answer is complete.

    Never more than `window_calls` calls in any `window_s` seconds, never more than `in_flight` at
    once. People go first and may burst. Pollers are spaced at `poll_rate` per second, keep to five
    sixths of the window and three fifths of the calls in flight, and yield to any waiting person.
    """

    def __init__(
        self,
        *,
        window_calls: int = 1800,
        window_s: float = 300.0,
        poll_rate: float = 5.0,
        in_flight: int = 50,
    ) -> None:
        self._all = _Window(window_calls, window_s)
        # 1,500 of 1,800: however busy the poller is, people find room for a burst.
        self._polled = _Window(max(1, window_calls * 5 // 6), window_s)
        self._poll_rate = poll_rate
        self._in_flight_limit = in_flight
        # Pollers whose calls hang must not take every connection from the people.
        self._poll_flight_limit = max(1, in_flight * 3 // 5)
        self._in_flight: dict[Kind, int] = {"person": 0, "poller": 0}
        self._lines: dict[Kind, deque[_Waiting]] = {"person": deque(), "poller": deque()}
        self._gate: _Gate | None = None
        self._breaker = Breaker()
        self._alarm: asyncio.TimerHandle | None = None

    async def enter(self, turn: Turn) -> None:
        """Wait for one's turn. Raises PlumeRateLimitedError at once when it cannot come in time."""
        if turn.kind == "person":
            self._refuse_when_late(turn, ahead=len(self._lines["person"]))
            await self._queue(turn)
            return
        gate = self._gate_of_this_loop()
        self._refuse_when_late(turn, ahead=gate.waiting, spacing_s=gate.waiting / self._poll_rate)
        gate.waiting += 1
        try:
            async with gate.lock:
                await gate.pacer.acquire()
                self._refuse_when_late(turn, ahead=0)
                await self._queue(turn)
        finally:
            gate.waiting -= 1

    def leave(self, turn: Turn) -> None:
        """Give back the place among the calls in flight. The call stays counted in the window."""
        self._in_flight[turn.kind] -= 1
        self._pump()

    def block(self) -> None:
        """The firewall refused a call: nothing leaves for one window from now."""
        now = _now()
        self._breaker.open(now + self._all.length_s)
        for line in self._lines.values():
            for waiting in line:
                refusal = self._refusal(waiting.turn, ahead=0)
                if refusal is not None and not waiting.admitted.done():
                    waiting.admitted.set_exception(refusal)
        self._pump()

    def state(self) -> BudgetState:
        """What is used and who waits. Needs a running event loop, for its clock."""
        now = _now()
        self._forget(now)
        return BudgetState(
            window_calls=len(self._all.left_at),
            window_limit=self._all.limit,
            window_s=self._all.length_s,
            poller_calls=len(self._polled.left_at),
            poller_limit=self._polled.limit,
            in_flight=sum(self._in_flight.values()),
            in_flight_limit=self._in_flight_limit,
            people_waiting=len(self._lines["person"]),
            pollers_waiting=self._gate.waiting if self._gate else 0,
            blocked_for_s=self._breaker.remaining_s(now),
        )

    async def _queue(self, turn: Turn) -> None:
        if not self._lines[turn.kind] and self._may_go(turn.kind, _now()):
            self._admit(turn.kind, _now())
            return
        line = self._lines[turn.kind]
        waiting = _Waiting(turn, asyncio.get_running_loop().create_future())
        line.append(waiting)
        self._set_alarm()
        try:
            await waiting.admitted
        except BaseException:
            if waiting in line:
                line.remove(waiting)
                self._pump()
            elif not waiting.admitted.cancelled() and waiting.admitted.exception() is None:
                self.leave(turn)  # admitted in the moment of being cancelled
            raise

    def _may_go(self, kind: Kind, now: float) -> bool:
        self._forget(now)
        if self._opens_at(kind, 0, now) > now:
            return False
        if sum(self._in_flight.values()) >= self._in_flight_limit:
            return False
        if kind == "person":
            return True
        return not self._lines["person"] and self._in_flight["poller"] < self._poll_flight_limit

    def _admit(self, kind: Kind, now: float) -> None:
        self._in_flight[kind] += 1
        self._all.left_at.append(now)
        if kind == "poller":
            self._polled.left_at.append(now)

    def _pump(self) -> None:
        now = _now()
        kinds: tuple[Kind, ...] = ("person", "poller")
        for kind in kinds:
            line = self._lines[kind]
            while line and (line[0].admitted.done() or self._may_go(kind, now)):
                waiting = line.popleft()
                if not waiting.admitted.done():
                    self._admit(kind, now)
                    waiting.admitted.set_result(None)
        self._set_alarm()

    def _set_alarm(self) -> None:
        """Look again when the window or the breaker opens for whoever waits in front."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        now = _now()
        opens = [self._opens_at(kind, 0, now) for kind, line in self._lines.items() if line]
        later = [moment for moment in opens if moment > now]
        if later:
            self._alarm = asyncio.get_running_loop().call_at(min(later), self._pump)

    def _opens_at(self, kind: Kind, ahead: int, now: float) -> float:
        moments = [self._breaker.until, self._all.opens_at(ahead, now)]
        if kind == "poller":
            moments.append(self._polled.opens_at(ahead, now))
        return max(moments)

    def _refuse_when_late(self, turn: Turn, ahead: int, spacing_s: float = 0.0) -> None:
        self._forget(_now())
        refusal = self._refusal(turn, ahead, spacing_s)
        if refusal is not None:
            raise refusal

    def _refusal(
        self, turn: Turn, ahead: int, spacing_s: float = 0.0
    ) -> PlumeRateLimitedError | None:
        """Why waiting is pointless, or None. Only certain waits count, so nobody is turned away
        who might have been served."""
        now = _now()
        opens_at = max(self._opens_at(turn.kind, ahead, now), now + spacing_s)
        if opens_at <= now or opens_at < turn.ends_at:
            return None
        firewall = self._breaker.until > now
        message = "the cloud's firewall blocks us" if firewall else "our request budget is used up"
        return PlumeRateLimitedError(message, blocked_for_s=opens_at - now, firewall=firewall)

    def _forget(self, now: float) -> None:
        self._all.forget(now)
        self._polled.forget(now)

    def _gate_of_this_loop(self) -> _Gate:
        if self._gate is None or self._gate.loop is not asyncio.get_running_loop():
            self._gate = _Gate(self._poll_rate)
        return self._gate


def _now() -> float:
    return asyncio.get_running_loop().time()
