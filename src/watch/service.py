"""The watching service: the engine between the cloud, the store and Telegram.

Everything that changes something holds one lock: decide, write in one transaction, and only then
take it over. What could not be written has not happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from src import telemetry
from src.models.watching import Blindness, Sight
from src.watch import delivery
from src.watch.engine import Engine
from src.watch.heartbeat import Heartbeat
from src.watch.jobs import Jobs, ring_or
from src.watch.ledger import CLOSED_FOR, Ledger
from src.watch.memory import dump_home, dump_scope, load_home, load_scope
from src.watch.patrol import Patrol
from src.watch.recall import Recall
from src.watch.rules import DEFAULT, WatchRules
from src.watch.schedule import Schedule
from src.watch.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from src.models.watching import HomeKey, Incident, Outgoing, SpeedSight, Spot, Watch
    from src.storage.records import Board, WatchState
    from src.storage.store import Store
    from src.watch.cases import Desk
    from src.watch.engine import HomeState, Step
    from src.watch.schedule import Pace
    from src.watch.sender import Courier
    from src.watch.verdict import Verdict

__all__ = ["Means", "WatchService"]

K = TypeVar("K")
V = TypeVar("V")

logger = logging.getLogger(__name__)

_TICK_S: Final = 5.0
_TIDY_S: Final = 3600.0
_REVIEW_S: Final = 300.0
_NO_CHANGE: Final = delivery.Verdict()


@dataclass(frozen=True, slots=True)
class Means:
    """What the service works with. `clock` is the cloud's, aware UTC.

    `connected` loads an owner's credentials and says whether there are any; `allowed` says whether
    a person may still use the bot; `chat_gone` and `topic_gone` tell people about it.
    """

    store: Callable[[], Store]
    clock: Callable[[], datetime]
    connected: Callable[[int], Awaitable[bool]]
    allowed: Callable[[int], Awaitable[bool]]
    chat_gone: Callable[[int, str], Awaitable[Sequence[Outgoing]]]
    topic_gone: Callable[[Spot, int], Outgoing]
    interval_s: float = 60.0
    calls_per_s: float = 5.0
    heartbeat_url: str | None = None
    rules: WatchRules = DEFAULT
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class WatchService:
    """What handlers see is described in `src.watch.watching.Watching`."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._lock = asyncio.Lock()
        self._engine = Engine(means.rules)
        self._ledger: Ledger | None = None
        self._boards: dict[Spot, Board] = {}
        self._schedule = Schedule(means.interval_s, means.calls_per_s)
        self._patrol = Patrol(self._schedule, self._take_look, means)
        self._recall = Recall(self._take_speeds, means)
        self._sender: Sender | None = None
        self._jobs = Jobs(means.sleep)
        self._stale = asyncio.Event()
        self._on_change: list[Callable[[], None]] = []
        self._withdraw: Callable[[], None] = lambda: None

    # ------------------------------------------------------------------------- life

    async def start(
        self, courier: Courier, more: Mapping[str, Callable[[], Awaitable[None]]] | None = None
    ) -> None:
        """Load everything and begin; `more` are jobs to run beside. Raises StorageError."""
        async with self._lock:
            await self._load()
            await self._review()
        self._sender = Sender(
            self._means.store, courier, self, self._means.clock, self._means.sleep
        )
        jobs: dict[str, Callable[[], Awaitable[None]]] = {
            "watch-poller": self._patrol.run,
            "watch-recall": self._recall.run,
            "watch-timers": self._tick_on,
            "watch-sender": self._sender.run,
            "watch-review": self._review_on,
            "watch-tidy": self._tidy_on,
            **(more or {}),
        }
        if self._means.heartbeat_url:
            beat = Heartbeat(self._means.heartbeat_url, self._is_alive, sleep=self._means.sleep)
            jobs["watch-heartbeat"] = beat.run
        self._jobs.start(jobs)
        self._withdraw = telemetry.offer_watch_state(self.figures)

    async def stop(self) -> None:
        """End every job. Looks under way are dropped; a message under way is finished."""
        self._withdraw()
        await self._jobs.stop()
        await self._patrol.stop()

    def when_changed(self, listener: Callable[[], None]) -> None:
        """Call `listener`, which must be quick, after everything that a board may show."""
        self._on_change.append(listener)

    def reload_soon(self) -> None:
        """What is stored was changed elsewhere: somebody was erased, removed, a chat moved."""
        self._stale.set()

    # ---------------------------------------------------------------------- to look at

    @property
    def pace(self) -> Pace:
        """How often each home is looked at now."""
        return self._schedule.pace

    def desk(self) -> Desk:
        """All watches, policies and notices, as of this moment."""
        return self._known.desk(self._means.clock())

    def incidents(self) -> Mapping[str, Incident]:
        """By id: those that are open, and those that ended within the last eight days."""
        return self._known.incidents

    def home(self, key: HomeKey) -> HomeState:
        """A watched home, as the engine sees it."""
        return self._engine.health(key)

    def boards(self) -> Sequence[Board]:
        """The boards that are kept up to date."""
        return list(self._boards.values())

    def figures(self) -> telemetry.WatchState:
        """For metrics and readiness."""
        sender = self._sender
        return {
            "homes": len(self._schedule),
            "interval_s": self.pace.interval_s,
            "open_incidents": Counter(each.trigger for each in self._known.open_incidents()),
            "outbox_messages": sender.depth if sender else 0,
            "outbox_oldest_s": sender.oldest_s if sender else 0.0,
        }

    @property
    def _known(self) -> Ledger:
        if self._ledger is None:
            raise RuntimeError("watching has not started")
        return self._ledger

    # ----------------------------------------------------------------------- to change

    async def change(self, decide: Callable[[Desk], Verdict]) -> Verdict:
        """Decide with the lock held, write, take over, and wake the sender; what was decided."""
        async with self._lock:
            verdict = decide(self.desk())
            await self._commit([], verdict)
            return verdict

    async def add_watch(self, watch: Watch) -> bool:
        """Watch the home from there, and tell what is open; False: it was watched."""
        async with self._lock:
            if not await self._means.store().add_watch(watch):
                return False
            known = self._known
            known.add(watch)
            self._schedule.set_homes(known.homes())
            self._patrol.wake()
            open_ones = known.open_incidents()
            await self._commit([], delivery.follow(self.desk(), watch.key, watch.spot, open_ones))
            return True

    async def remove_watch(self, key: HomeKey, spot: Spot) -> bool:
        """Stop it; the engine forgets a home that nobody watches. False: there was none."""
        async with self._lock:
            if not await self._means.store().remove_watch(key, spot):
                return False
            known = self._known
            known.remove(key, spot)
            await self._commit([], delivery.leave(self.desk(), key, spot, known.open_incidents()))
            self._schedule.set_homes(known.homes())
            await self._forget_unwatched()
            return True

    async def look_now(self, key: HomeKey) -> HomeState:
        """Look at a watched home at once, as the poller would; how it is seen then."""
        await self._patrol.look_now(key)
        return self.home(key)

    async def save_board(self, board: Board) -> None:
        """Keep this board up to date, instead of the one before in the same chat or topic."""
        await self._means.store().save_board(board)
        self._boards[board.spot] = board

    async def forget_board(self, spot: Spot) -> bool:
        """Keep the board there no longer; False when there was none."""
        self._boards.pop(spot, None)
        return await self._means.store().forget_board(spot)

    # ------------------------------------------------------- what the sender tells (Listener)

    def sent(self, message: Outgoing, message_id: int | None) -> None:
        """A message arrived."""
        told = message.kind in {"alert", "escalation"} and message.incident_id is not None
        if told and message_id is not None and message.incident_id is not None:
            self._known.sent(message.incident_id, message.spot, message_id)

    async def chat_gone(self, chat_id: int, reason: str) -> None:
        """Nothing arrives there any more: those who can do something about it are told."""
        notes = await self._means.chat_gone(chat_id, reason)
        await self._means.store().write_messages(notes)

    async def topic_gone(self, spot: Spot) -> None:
        """It was deleted: General takes over, and says so once."""
        async with self._lock:
            store = self._means.store()
            moved = await store.close_topic(spot)
            await store.write_messages([self._means.topic_gone(spot, moved)])
            await self._read_again()

    # --------------------------------------------------------------------------- inside

    async def _load(self) -> None:
        """Take up where the store left off."""
        now = self._means.clock()
        state = await self._means.store().watch_state(now - CLOSED_FOR)
        self._engine = Engine(
            self._means.rules,
            homes=_readable(state.homes, load_home),
            scopes=_readable(state.scopes, load_scope),
        )
        await self._take_over(state)

    async def _read_again(self) -> None:
        """Take over what was changed in the store behind our back; the engine stays."""
        since = self._means.clock() - CLOSED_FOR
        await self._take_over(await self._means.store().watch_state(since, memories=False))
        self._patrol.wake()
        self._wake()

    async def _take_over(self, state: WatchState) -> None:
        self._ledger = Ledger(state)
        self._boards = {each.spot: each for each in await self._means.store().boards()}
        self._schedule.set_homes(self._ledger.homes())
        await self._forget_unwatched()

    async def _forget_unwatched(self) -> None:
        watched = self._known.homes()
        for key in [key for key in self._engine.homes() if key not in watched]:
            step = self._engine.forget(key, self._means.clock())
            await self._commit([step], self._decide([step]))

    async def _take_look(self, key: HomeKey, found: Sight | Blindness, interval_s: float) -> None:
        """A look is over: what follows from it is written and told."""
        telemetry.report(telemetry.WatchLook(_result(found)))
        async with self._lock:
            name = self._known.homes().get(key)
            if name is None:
                return  # nobody watches it any more
            now = self._means.clock()
            step = self._engine.look(key, found, now, interval_s=interval_s, name=name)
            await self._commit([step], self._decide([step]))
            if isinstance(found, Sight):
                self._recall.want(key, found, self._engine.memory(key))

    async def _take_speeds(self, key: HomeKey, tests: Sequence[SpeedSight]) -> None:
        """The speed tests from before a home was watched."""
        async with self._lock:
            if key in self._known.homes():
                step = self._engine.recall(key, tests, self._means.clock())
                await self._commit([step], _NO_CHANGE)

    def _decide(self, steps: Sequence[Step]) -> Verdict:
        events = [event for step in steps for event in step.events]
        if not events:
            return _NO_CHANGE
        desk = self.desk()
        return delivery.decide(
            events,
            watches=desk.watches,
            policies=desk.policies,
            notices=desk.notices,
            now=desk.now,
        )

    async def _commit(self, steps: Sequence[Step], verdict: Verdict) -> None:
        """Write all of it in one transaction, then take it over."""
        changed = [step for step in steps if step.changed]
        incidents = [incident for step in changed for incident in step.incidents]
        if changed or verdict:
            homes: dict[HomeKey, str | None] = {}
            for step in changed:
                homes |= {key: dump_home(memory) for key, memory in step.all_homes.items()}
                if step.forgotten:
                    homes[step.key] = None
            await self._means.store().commit_watch(
                homes=homes,
                scopes={step.key.owner: dump_scope(step.scope) for step in changed},
                incidents=incidents,
                notices=verdict.notices,
                outgoing=verdict.outgoing,
                log=verdict.log,
                policies=verdict.policies,
            )
        for step in steps:
            self._engine.accept(step)
        self._known.take(verdict, incidents)
        if verdict.outgoing:
            self._wake()
        if incidents or verdict:
            self._tell()

    def _wake(self) -> None:
        if self._sender is not None:
            self._sender.wake()

    def _tell(self) -> None:
        for listener in self._on_change:
            listener()

    def _is_alive(self) -> bool:
        """Whether looks are made as planned; blind for a known reason is alive too."""
        return self._patrol.is_on_time()

    # ------------------------------------------------------------------------------ jobs

    async def _tick_on(self) -> None:
        while True:
            await self._means.sleep(_TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """What time alone brings. Raises StorageError."""
        async with self._lock:
            for step in self._engine.tick(self._means.clock()):
                await self._commit([step], self._decide([step]))
            desk = self.desk()
            verdict = delivery.tick(
                desk.now,
                incidents=self._known.incidents,
                watches=desk.watches,
                policies=desk.policies,
                notices=desk.notices,
            )
            if verdict:
                await self._commit([], verdict)

    async def _review_on(self) -> None:
        """Now and then, and when told: is everything here still as it is stored?"""
        while True:
            await ring_or(self._stale, self._means.sleep(_REVIEW_S))
            self._stale.clear()
            async with self._lock:
                await self._read_again()
                await self._review()

    async def _review(self) -> None:
        """End private watches of people who may not use the bot any more."""
        people = {each.spot.chat_id for each in self._known.watches if each.spot.chat_id > 0}
        gone = [person for person in people if not await self._means.allowed(person)]
        for person in gone:
            await self._means.store().remove_watches(person)
        if gone:
            await self._read_again()

    async def _tidy_on(self) -> None:
        while True:
            await self._means.sleep(_TIDY_S)
            await self.tidy()

    async def tidy(self) -> None:
        """Drop what nobody asks for any more. Raises StorageError."""
        store = self._means.store()
        await store.prune_watching(self._means.clock())
        await store.prune_updates()
        await store.prune_home_memory()
        async with self._lock:
            self._known.prune(self._means.clock())


def _readable(stored: Mapping[K, str], load: Callable[[str], V]) -> dict[K, V]:
    """What can be read of the engine's memory; what cannot begins anew, as if never looked at."""
    found = {}
    for key, text in stored.items():
        try:
            found[key] = load(text)
        except ValueError as error:
            logger.warning("watching: what was remembered of %s cannot be read: %s", key, error)
    return found


def _result(found: Sight | Blindness) -> str:
    return found.fault if isinstance(found, Blindness) else "seen"
