"""The way a request leaves, as a stack of httpx transports: retries, then budget, then sockets.

The budget is below the retries, so each try takes its own place in the window.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, cast

import httpx
from httpx_retries import Retry, RetryTransport

from src.net.lanes import Hosts, Lanes, held, http2_lane

if TYPE_CHECKING:
    from src.net.budget import RequestBudget
    from src.net.callers import Turn

__all__ = ["BudgetTransport", "GaveUpError", "build_transport", "retry_until", "sockets"]

CONNECT_S = 5.0

_TRIES = 3
_FIRST_PAUSE_S = 0.25
_RETRY_AFTER_MAX_S = 60.0
_RETRY_STATUS = (429, 500, 502, 503, 504)

# Above the 50 calls in flight, so that a token request never waits for a place.
_MOST_PER_HOST = 60


class GaveUpError(Exception):
    """The pause before the next try would be too long; this is the answer to go by."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"gave up after status {response.status_code}")
        self.response = response


class _DeadlineRetry(Retry):
    """Jittered exponential pauses that never pass the caller's deadline."""

    ends_at: float = math.inf

    def increment(self) -> Retry:
        """The state for the next try; the base class copies only the fields it knows."""
        following = cast("_DeadlineRetry", super().increment())
        following.ends_at = self.ends_at
        return following

    async def asleep(self, response: httpx.Response | Exception) -> None:
        """Pause, or give up now when the pause would end after the deadline."""
        pause_s = self._pause_s(response)
        late = asyncio.get_running_loop().time() + pause_s >= self.ends_at
        if not late and pause_s <= _RETRY_AFTER_MAX_S:
            await asyncio.sleep(pause_s)
        elif isinstance(response, httpx.Response):
            raise GaveUpError(response)
        else:
            raise response

    def _pause_s(self, response: httpx.Response | Exception) -> float:
        told = response.headers.get("Retry-After") if isinstance(response, httpx.Response) else None
        try:
            return self.parse_retry_after(told) if told else self.backoff_strategy()
        except ValueError:
            return self.backoff_strategy()


def retry_until(ends_at: float, method: str = "GET") -> Retry:
    """Three tries of one safe method, all before `ends_at` on the event loop's clock.

    POST is allowed for the token call alone, which changes nothing.
    """
    retry = _DeadlineRetry(
        total=_TRIES - 1,
        allowed_methods=[method],
        status_forcelist=_RETRY_STATUS,
        backoff_factor=_FIRST_PAUSE_S,
        max_backoff_wait=_RETRY_AFTER_MAX_S,
    )
    retry.ends_at = ends_at
    return retry


class BudgetTransport(httpx.AsyncBaseTransport):
    """Each request that carries a turn waits for the budget; token requests carry none."""

    def __init__(self, inner: httpx.AsyncBaseTransport, budget: RequestBudget) -> None:
        self._inner = inner
        self._budget = budget

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send when admitted; the place is held until the body has been read."""
        turn: Turn | None = request.extensions.get("turn")
        if turn is None:
            return await self._inner.handle_async_request(request)
        await self._budget.enter(turn)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException:
            self._budget.leave(turn)
            raise
        return held(response, lambda: self._budget.leave(turn))

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


def sockets() -> httpx.AsyncBaseTransport:
    """Real connections, kept: one for all calls where the host speaks HTTP/2, else one for each."""
    return Hosts(lambda: Lanes(_MOST_PER_HOST, http2_lane))


def build_transport(
    budget: RequestBudget, innermost: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncBaseTransport:
    """The stack. `innermost` stands in for real connections in tests."""
    return RetryTransport(transport=BudgetTransport(innermost or sockets(), budget))
