"""From the outbox to Telegram: at least once, in each chat's order, as fast as Telegram allows.

An attempt is written down before it is made. Whatever fails is tried again, until Telegram says
that it never will work; nothing is dropped for being late.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from aiolimiter import AsyncLimiter

from src.watch.jobs import ring_or

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from src.models.watching import Outgoing, Spot
    from src.storage.records import Pending
    from src.storage.store import Store

__all__ = [
    "ChatGoneError",
    "Courier",
    "HopelessError",
    "LaterError",
    "Sender",
    "Sent",
    "TopicGoneError",
]

logger = logging.getLogger(__name__)

# Telegram's own limits are 30 messages a second over all, one a second in a chat and 20 a minute
# in a group (core.telegram.org/bots/faq); answers to people are sent beside these.
_ALL: Final = (5, 0.25)  # at once, and again within so many seconds: 25 in any one
_CHAT: Final = (1, 1.0)
_GROUP: Final = (5, 20.0)
_AT_ONCE: Final = 16
_PAUSES_S: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
_IDLE_S: Final = 30.0
_FAILURES_WORTH_A_LINE: Final = frozenset({1, 10, 100, 1000})
_FINISH_S: Final = 2.0  # what is under way at a stop has so long to be answered


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. `message_id` is None where nothing new appeared, such as for an edit."""

    message_id: int | None = None


class LaterError(Exception):
    """Not now. `chat_only`: other chats may go on; `may_have_arrived`: nobody knows."""

    def __init__(
        self,
        reason: str,
        *,
        after_s: float | None = None,
        chat_only: bool = False,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(reason)
        self.after_s = after_s
        self.chat_only = chat_only
        self.may_have_arrived = may_have_arrived


class HopelessError(Exception):
    """This message will never arrive; others may."""


class ChatGoneError(Exception):
    """Nothing arrives in this chat any more: blocked, kicked, deleted."""


class TopicGoneError(Exception):
    """The topic was deleted; its group is still there."""


class Courier(Protocol):
    """What brings a message to Telegram, in one attempt without waits."""

    async def bring(self, pending: Pending) -> Sent:
        """Send or edit. Raises one of the errors above."""


class Listener(Protocol):
    """Who wants to know what became of messages."""

    def sent(self, message: Outgoing, message_id: int | None) -> None:
        """It arrived."""

    async def chat_gone(self, chat_id: int, reason: str) -> None:
        """Nothing arrives there any more."""

    async def topic_gone(self, spot: Spot) -> None:
        """It was deleted: what was for it is to go elsewhere."""


@dataclass(slots=True, eq=False)
class _Lane:
    """One chat: one message at a time, at its pace, and quiet for as long as Telegram asked."""

    limiters: tuple[AsyncLimiter, ...]
    free_at: float = 0.0
    failures: int = 0
    busy: bool = False

    def opens_at(self) -> float:
        """When it may send the next, on the event loop's clock."""
        return max(self.free_at, *(_opens_at(limiter) for limiter in self.limiters))


@dataclass(slots=True)
class _Line:
    """All chats together, while Telegram cannot be reached."""

    free_at: float = 0.0
    failures: int = 0
    limiter: AsyncLimiter = field(default_factory=lambda: AsyncLimiter(*_ALL))


class Sender:
    """Empties the outbox. `wake()` when something was written into it."""

    def __init__(
        self,
        store: Callable[[], Store],
        courier: Courier,
        listener: Listener,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._courier = courier
        self._listener = listener
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[int, _Lane] = {}
        self._all = _Line()
        self._arrived: dict[int, Sent] = {}
        self._bell = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self.depth = 0
        self.oldest_s = 0.0

    def wake(self) -> None:
        """There may be something to send."""
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled. A message whose attempt is cut off is tried again after the start.

        Raises StorageError.
        """
        try:
            while True:
                self._bell.clear()
                wait_s = await self._pass()
                await self._rest(wait_s)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        sending, self._sending = self._sending, set()
        if sending:
            await asyncio.wait(sending, timeout=_FINISH_S)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        for lane in self._lanes.values():
            lane.busy = False

    async def _pass(self) -> float:
        """Begin what can be sent now; how long until there may be more, in seconds."""
        now = _time()
        if self._all.free_at > now:
            return self._all.free_at - now
        store, moment = self._store(), self._clock()
        self.depth, self.oldest_s = await store.outbox_depth(moment)
        # Nothing is due most of the time, which is cheaper to find out than what is due.
        batch = await store.next_batch(moment, limit=1_000) if self.depth else []
        wait_s = _IDLE_S
        for pending in batch:
            lane = self._lane(pending.message.spot.chat_id)
            if lane.busy:
                continue
            # After a failure one message tries the way for all.
            if len(self._sending) >= (1 if self._all.failures else _AT_ONCE):
                return _IDLE_S  # the next to end rings
            ready_at = max(lane.opens_at(), _opens_at(self._all.limiter))
            if ready_at > now:
                wait_s = min(wait_s, ready_at - now)
                continue
            for limiter in (*lane.limiters, self._all.limiter):
                await limiter.acquire()  # there is room: it does not wait
            self._begin(lane, pending)
        due = await store.next_due(moment)
        return wait_s if due is None else min(wait_s, (due - self._clock()).total_seconds())

    async def _rest(self, wait_s: float) -> None:
        await ring_or(self._bell, self._sleep(max(0.0, wait_s)))
        failed = [task for task in self._sending if task.done() and not task.cancelled()]
        for task in failed:
            self._sending.discard(task)
            task.result()  # StorageError, or an error of ours: the supervisor begins again

    def _lane(self, chat_id: int) -> _Lane:
        lane = self._lanes.get(chat_id)
        if lane is None:
            limits = (_CHAT,) if chat_id > 0 else (_CHAT, _GROUP)
            lane = _Lane(tuple(AsyncLimiter(*limit) for limit in limits))
            self._lanes[chat_id] = lane
        return lane

    def _begin(self, lane: _Lane, pending: Pending) -> None:
        lane.busy = True
        task = asyncio.create_task(self._send(lane, pending), name=f"outbox:{pending.number}")
        self._sending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._sending.discard(task)
        self._bell.set()

    async def _send(self, lane: _Lane, pending: Pending) -> None:
        store, number, message = self._store(), pending.number, pending.message
        try:
            sent = await self._bring(pending)
        except LaterError as later:
            await store.mark_failed(number, may_have_arrived=later.may_have_arrived)
            self._hold(lane, later)
        except HopelessError as error:
            await store.drop_message(number, str(error))
            logger.warning("outbox: message %s is dropped: %s", number, error)
        except ChatGoneError as error:
            dropped = await store.drop_chat(message.spot.chat_id, str(error))
            logger.warning("outbox: chat %s is gone, %s dropped", message.spot.chat_id, dropped)
            await self._listener.chat_gone(message.spot.chat_id, str(error))
        except TopicGoneError:
            await store.mark_failed(number, may_have_arrived=False)
            await self._listener.topic_gone(message.spot)
        else:
            await store.mark_sent(number, sent.message_id)
            self._arrived.pop(number, None)
            self._listener.sent(message, sent.message_id)
            lane.failures = self._all.failures = 0
        finally:
            lane.busy = False

    async def _bring(self, pending: Pending) -> Sent:
        number = pending.number
        if number not in self._arrived:
            await self._store().mark_sending(number)
            # Remembered until it is written down: a full disk must not double what has arrived.
            self._arrived[number] = await self._courier.bring(pending)
        return self._arrived[number]

    def _hold(self, lane: _Lane, later: LaterError) -> None:
        """Wait as long as Telegram asked, else longer each time."""
        held: _Lane | _Line = lane if later.chat_only else self._all
        if held.free_at > _time():
            return  # another attempt of the same moment failed the same way
        pause_s = later.after_s or _PAUSES_S[min(held.failures, len(_PAUSES_S) - 1)]
        held.failures += 1
        held.free_at = max(held.free_at, _time() + pause_s)
        level = logging.INFO if later.after_s else logging.WARNING
        if held.failures in _FAILURES_WORTH_A_LINE:
            logger.log(level, "outbox: not sent, again in %.0f s: %s", pause_s, later)


def _opens_at(limiter: AsyncLimiter) -> float:
    """When there is room for one more, on the event loop's clock."""
    if limiter.has_capacity():
        return 0.0
    return _time() + limiter.time_period / limiter.max_rate


def _time() -> float:
    return asyncio.get_running_loop().time()
