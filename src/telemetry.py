"""What happens in this process, told to whoever listens: metrics and readiness, or nobody.

The parts that do the work report here in one line each and know no listener. Without a listener a
report costs a look at an empty list. Like logging, this is one for the process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypedDict

from src.logs import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "OK",
    "CommandDone",
    "DatabaseFault",
    "Event",
    "Listener",
    "OwnError",
    "PlumeCall",
    "TelegramCall",
    "TokenRenewal",
    "WatchLook",
    "WatchState",
    "broke",
    "listen",
    "offer_watch_state",
    "report",
    "timed",
    "watch_state",
]

logger = logging.getLogger(__name__)

OK: Final = "ok"


class CommandDone(NamedTuple):
    """A command, press or text was dealt with; `name` is one of a small, fixed set."""

    via: str
    name: str
    outcome: str
    seconds: float


class PlumeCall(NamedTuple):
    """A call to Plume is over, its repetitions included; `result` is a status or an error's class.

    `path` is the raw one, with ids in it: not for people, logs or labels.
    """

    method: str
    path: str
    result: str
    seconds: float


class TokenRenewal(NamedTuple):
    """A new access token was asked for; `result` is "ok" or an error's class."""

    result: str
    seconds: float


class TelegramCall(NamedTuple):
    """One try of a Bot API method; `result` is "ok" or an error's class."""

    method: str
    result: str
    seconds: float


class DatabaseFault(NamedTuple):
    """The database could not do what was asked; `kind` is the StorageError's class."""

    kind: str


class OwnError(NamedTuple):
    """An error that nobody expected. `reference` is the number that the log has it under."""

    error: Exception
    reference: str


class WatchLook(NamedTuple):
    """The poller looked at a home; `result` is "seen" or what made it blind."""

    result: str


Event: TypeAlias = (
    CommandDone | PlumeCall | TokenRenewal | TelegramCall | DatabaseFault | OwnError | WatchLook
)
Listener: TypeAlias = Callable[[Event], None]


class WatchState(TypedDict, total=False):
    """What watching is at, at one moment. What is missing is not reported."""

    homes: int  # watched, each once
    interval_s: float  # between two looks at a home, as stretched by the budget
    open_incidents: Mapping[str, int]  # by trigger
    outbox_messages: int  # written, and not yet delivered
    outbox_oldest_s: float  # how long the oldest of them has been due


_listeners: list[Listener] = []
_watching: list[Callable[[], WatchState]] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Tell `listener` of every event from now on; the returned function ends that."""
    _listeners.append(listener)

    def stop() -> None:
        if listener in _listeners:
            _listeners.remove(listener)

    return stop


def report(event: Event) -> None:
    """Tell all listeners. What breaks in one of them stays there."""
    for listener in _listeners:
        try:
            listener(event)
        except Exception:
            logger.exception("a listener of the telemetry failed")


def broke(log: logging.Logger, what: str, error: Exception) -> str:
    """Something that nobody expected: into `log` with its traceback, and to all listeners.

    Returns the number that the log has it under.
    """
    number = reference()
    log.error("%s (reference %s)", what, number, exc_info=error)
    report(OwnError(error, number))
    return number


@contextmanager
def timed(event: Callable[[str, float], Event]) -> Iterator[None]:
    """Report how the block ended and how long it took: `event(result, seconds)`."""
    started, result = time.perf_counter(), OK
    try:
        yield
    except BaseException as error:
        result = type(error).__name__
        raise
    finally:
        report(event(result, time.perf_counter() - started))


def offer_watch_state(source: Callable[[], WatchState]) -> Callable[[], None]:
    """Say where `watch_state` comes from; the returned function takes the offer back."""
    _watching.append(source)

    def stop() -> None:
        if source in _watching:
            _watching.remove(source)

    return stop


def watch_state() -> WatchState | None:
    """What the newest source says; None while nothing watches."""
    return _watching[-1]() if _watching else None
