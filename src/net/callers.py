"""On whose behalf a call is made, and until when it is of use to them."""

from __future__ import annotations

import asyncio
import contextlib
import math
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from src.net.errors import PlumeInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Kind", "Turn", "caller", "current_turn"]

Kind = Literal["person", "poller"]

PERSON_DEADLINE_S = 15.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One call's claim on the budget. `ends_at` is a moment of the event loop's clock."""

    kind: Kind = "person"
    ends_at: float = math.inf


@dataclass(frozen=True, slots=True)
class _Caller:
    kind: Kind
    deadline_s: float
    ends_at: float | None


_caller: ContextVar[_Caller | None] = ContextVar("plume_caller", default=None)


@contextlib.contextmanager
def caller(kind: Kind = "person", deadline_s: float = PERSON_DEADLINE_S) -> Iterator[None]:
    """Say who waits for the calls inside the block, and that all of them end in `deadline_s`.

    The deadline counts from here on for everything in the block together: budget, token, tries.
    Outside of any block, and in a block entered before the event loop runs, each call has its
    own. Without a block a call is a person's and has 15 seconds.
    """
    if kind not in ("person", "poller"):
        raise PlumeInputError("a caller is a person or a poller")
    if not deadline_s > 0:
        raise PlumeInputError("a deadline is more than 0 seconds away")
    mark = _caller.set(_Caller(kind, deadline_s, _moment_in(deadline_s)))
    try:
        yield
    finally:
        _caller.reset(mark)


def current_turn() -> Turn:
    """The claim that a call has which starts now."""
    who = _caller.get() or _Caller("person", PERSON_DEADLINE_S, None)
    if who.ends_at is not None:
        return Turn(who.kind, who.ends_at)
    return Turn(who.kind, asyncio.get_running_loop().time() + who.deadline_s)


def _moment_in(seconds: float) -> float | None:
    try:
        return asyncio.get_running_loop().time() + seconds
    except RuntimeError:
        return None
