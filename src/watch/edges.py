"""One condition over time: confirmed before it is told, cleared before it is over, flips counted.

Edges, not levels: a look that sees what the one before saw changes nothing once it is confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from src.watch.memory import Edge

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.watching import Trigger
    from src.watch.rules import WatchRules

__all__ = [
    "Signal",
    "When",
    "advance",
    "edge_key",
    "is_confirmed",
    "is_over",
    "lately",
    "restart",
]


@dataclass(frozen=True, slots=True)
class Signal:
    """What a look says about one condition; `bad` None is not said. `since`: the cloud's moment."""

    trigger: Trigger
    subject: str
    bad: bool | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The circumstances of a look: its time, the look before it, the pace, the limits.

    `fresh`: nobody could look for a while, so that what is new is confirmed from this look on.
    """

    now: datetime
    before: datetime | None
    interval_s: float
    rules: WatchRules
    fresh: bool = False

    def believed(self, since: datetime | None, known: datetime | None) -> datetime | None:
        """The cloud's moment, when it fits between the last look that saw otherwise and now.

        The cloud notices late, by an interval at most. Without an earlier look anything fits.
        """
        if since is None or since > self.now:
            return None
        if known is not None and since <= known - timedelta(seconds=self.interval_s):
            return None
        return since


def edge_key(trigger: Trigger, subject: str = "") -> str:
    """How a condition is found in a home's memory."""
    return f"{trigger}|{subject}"


def advance(edge: Edge | None, signal: Signal, when: When, known: datetime | None) -> Edge | None:
    """The condition after a look; None when it is well and there is nothing to remember.

    `known` is when the condition was last said, by an earlier look.
    """
    if signal.bad is None:
        return edge
    if edge is None or edge.bad is not signal.bad:
        return (
            _broke(edge, signal, when, known) if signal.bad else _mended(edge, when, known, signal)
        )
    if not edge.bad and not edge.incident:
        return edge if lately(edge, when) else None
    return _again(edge, signal, when)


def _broke(edge: Edge | None, signal: Signal, when: When, known: datetime | None) -> Edge:
    since = when.believed(signal.since, known)
    began = since or when.now
    counts = when.now if when.fresh else began
    flips = _flips(edge, when)
    if edge is not None and edge.incident:
        # It was on its way to be over, and is not: the incident goes on from where it began.
        return replace(
            edge,
            bad=True,
            looks=1,
            turned_at=when.now,
            counts_from=counts,
            flips=flips,
            ended_at=None,
        )
    return Edge(
        signal.trigger,
        signal.subject,
        bad=True,
        looks=1,
        turned_at=when.now,
        began_at=began,
        counts_from=counts,
        reported=since is not None,
        flips=flips,
    )


def _mended(edge: Edge | None, when: When, known: datetime | None, signal: Signal) -> Edge | None:
    if edge is None or edge.part_of or (not edge.incident and edge.looks == 0):
        return None
    ended = when.believed(signal.since, known) or when.now
    return replace(
        edge,
        bad=False,
        looks=1,
        turned_at=when.now,
        counts_from=when.now if when.fresh else ended,
        ended_at=max(ended, edge.began_at),
        flips=_flips(edge, when),
    )


def _again(edge: Edge, signal: Signal, when: When) -> Edge:
    """Another look in the same state."""
    if edge.looks:
        most = max(when.rules.confirm_looks, when.rules.clear_looks)
        return replace(edge, looks=edge.looks + 1) if edge.looks < most else edge
    edge = replace(edge, looks=1, counts_from=when.now, part_of="")
    newer = signal.since is not None and edge.began_at < signal.since <= when.now
    if edge.bad and not edge.incident and newer and signal.since is not None:
        # It came back in between, and went again.
        return replace(edge, began_at=signal.since, reported=True)
    return edge


def restart(edge: Edge) -> Edge:
    """The same state, to be confirmed anew: nobody looked for a while, or it was explained."""
    settled = edge.bad and edge.incident
    return edge if settled or edge.looks == 0 else replace(edge, looks=0)


def is_confirmed(edge: Edge, when: When) -> bool:
    """Bad, seen often enough, for long enough."""
    old = (when.now - edge.counts_from).total_seconds() >= when.rules.confirm_s
    return edge.bad and edge.looks >= when.rules.confirm_looks and old


def is_over(edge: Edge, when: When) -> bool:
    """Well again, seen often enough, for long enough."""
    old = (when.now - edge.counts_from).total_seconds() >= when.rules.clear_s
    return not edge.bad and edge.looks >= when.rules.clear_looks and old


def lately(edge: Edge, when: When) -> tuple[datetime, ...]:
    """Its flips inside the window."""
    start = when.now - timedelta(seconds=when.rules.flips_window_s)
    return tuple(at for at in edge.flips if at > start)


def _flips(edge: Edge | None, when: When) -> tuple[datetime, ...]:
    return (*lately(edge, when), when.now) if edge is not None else (when.now,)
