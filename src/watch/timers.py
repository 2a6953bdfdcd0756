"""When a home's memory can change although every look sees the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from src.watch.memory import Edge, HomeMemory
    from src.watch.rules import WatchRules

__all__ = ["NOW", "next_due"]

# Every look counts, such as while something is being confirmed.
NOW = datetime.min.replace(tzinfo=UTC)


def next_due(memory: HomeMemory, rules: WatchRules) -> datetime | None:
    """From when on a look matters even if it sees what the last one saw; None: never."""
    if memory.waiting is not None or memory.failed_at is not None or _may_change(memory):
        return NOW
    moments = [*memory.settles.values()]
    for key, edge in memory.edges.items():
        moments += _of_edge(key, edge, memory, rules)
    return min(moments, default=None)


def _may_change(memory: HomeMemory) -> bool:
    tracks = [memory.level, memory.address, *memory.places.values(), *memory.backhauls.values()]
    return any(track is not None and track.maybe is not None for track in tracks)


def _of_edge(key: str, edge: Edge, memory: HomeMemory, rules: WatchRules) -> Iterator[datetime]:
    incident = memory.incidents.get(edge.incident)
    last = edge.flips[-1] if edge.flips else edge.turned_at
    if key in memory.doubts:
        yield memory.doubts[key] + timedelta(seconds=rules.absent_s)
    if edge.trigger == "reboot_loop":
        boots = memory.boots.get(edge.subject)
        yield (boots.last if boots else edge.turned_at) + timedelta(seconds=rules.loop_window_s)
    elif incident is not None and incident.unstable:
        yield last + timedelta(seconds=rules.stable_s)
    elif not edge.bad and not edge.incident:
        yield last + timedelta(seconds=rules.flips_window_s)
    elif (edge.bad and not edge.incident and edge.looks) or not edge.bad:
        yield NOW
    elif edge.trigger == "backhaul_fallback" and incident is not None:
        yield incident.opened_at + timedelta(seconds=rules.normal_s)
