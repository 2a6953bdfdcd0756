"""Online history: points to uptime, outages, trend and a strip of cells, weighted by time.

A point holds until the next one, but not for longer than the usual step allows: after a gap the
state is unknown, which is neither online nor offline. Seconds are whole and add up to the period.
"""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from src.models.plume import (
    OnlineStats,
    ShapeError,
    StatePoint,
    parse_moment,
    parse_online_stats,
)
from src.utils.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.results import OnlineHistory, Outage, StripCell

__all__ = ["StateSegment", "online_segments", "process_online_stats"]

State = Literal["online", "partial", "offline", "unknown"]

_DAY_S = 86_400
_UNIT_S = {"days": _DAY_S, "hours": 3_600, "minutes": 60}
_STATES: dict[str, State] = {"online": "online", "offline": "offline", "partial": "partial"}
_WORST_FIRST: tuple[State, ...] = ("offline", "partial", "online")
_RAW_VALUES_SHOWN = 5
# Cells of the strip: quarter hours of 3 hours, hours of a day, quarter days of a week.
_CELLS = ((3 * 3_600, 12), (25 * 3_600, 24))
_CELLS_MOST = 28


class StateSegment(NamedTuple):
    """A stretch of one state, in whole Unix seconds."""

    start: int
    end: int
    state: State

    @property
    def seconds(self) -> int:
        return self.end - self.start


def process_online_stats(
    response: OnlineStats | Mapping[str, Any] | None,
    granularity: str = "days",
    limit: int = 7,
    *,
    now: datetime | None = None,
    limits: Thresholds = DEFAULT,
) -> OnlineHistory:
    """Describe a period; the model or the raw JSON, None for "could not be read".

    The period is the cloud's, else `limit` x `granularity` (days, hours, minutes) up to `now`.
    Without data there is no percentage and no label.
    """
    stats = _read(response)
    points = sorted(stats.points, key=lambda point: point.timestamp)
    stamps = [_unix(point.timestamp) for point in points]
    step_s = _step(stamps, limits)
    period = _period(stats, stamps, _UNIT_S.get(granularity, 0) * limit, step_s, now)
    start, end = period or (0, 0)
    segments = _segments(points, stamps, start, end, step_s * limits.history_hold_steps)
    spent = _spent(segments)
    known_s = end - start - spent["unknown"]
    uptime = 100 * spent["online"] / known_s if known_s else None
    late = now is not None and _unix(now) - end > step_s * limits.history_hold_steps
    outages = [_outage(s, s.end == end and not late) for s in segments if s.state == "offline"]
    points_gained = _trend(segments, start, end, limits)
    return {
        "granularity": granularity,
        "limit": limit,
        "start": _iso(start) if period else None,
        "end": _iso(end) if period else None,
        "period_s": end - start,
        "online_s": spent["online"],
        "offline_s": spent["offline"],
        "partial_s": spent["partial"],
        "unknown_s": spent["unknown"],
        "uptime_pct": uptime,
        "known_pct": 100 * known_s / (end - start) if period else None,
        "label": _label(uptime, limits),
        "outages": outages,
        "outage_count": len(outages),
        "longest_outage": max(outages, key=lambda outage: outage["seconds"], default=None),
        "trend": _direction(points_gained, limits),
        "trend_points": points_gained,
        "strip": _strip(segments, start, end),
        "unknown_values": _unknown_values(points),
    }


def online_segments(
    response: OnlineStats | Mapping[str, Any] | None,
    history: OnlineHistory,
    *,
    limits: Thresholds = DEFAULT,
) -> list[StateSegment]:
    """The period of `history` as stretches of one state without gaps, oldest first.

    `response` is what `history` was made of; the seconds of each state are those of `history`.
    """
    start, end = parse_moment(history["start"]), parse_moment(history["end"])
    if start is None or end is None:
        return []
    points = sorted(_read(response).points, key=lambda point: point.timestamp)
    stamps = [_unix(point.timestamp) for point in points]
    hold_s = _step(stamps, limits) * limits.history_hold_steps
    return _segments(points, stamps, _unix(start), _unix(end), hold_s)


def _read(response: object) -> OnlineStats:
    if isinstance(response, OnlineStats):
        return response
    try:
        return parse_online_stats(response)
    except ShapeError:
        return OnlineStats()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _unix(at: datetime) -> int:
    since = at - _EPOCH
    return since.days * _DAY_S + since.seconds


def _iso(unix: int) -> str:
    return (_EPOCH + timedelta(seconds=unix)).isoformat()


# What Python can tell as a date: 0001-01-01 and 9999-12-31.
_FIRST, _LAST = -62_135_596_800, 253_402_300_799


def _step(stamps: Sequence[int], limits: Thresholds) -> int:
    """Seconds from point to point, usually; several of one second count as one."""
    gaps = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    return statistics.median_low(gaps) if gaps else limits.history_step_s


def _period(
    stats: OnlineStats,
    stamps: Sequence[int],
    asked_s: int,
    step_s: int,
    now: datetime | None,
) -> tuple[int, int] | None:
    """Start and end; the cloud's dates, else what was asked for, else the span of the points."""
    today = _unix(now) if now else None
    if stats.end:
        end = _unix(stats.end)
    elif today is not None:
        end = today
    elif stamps:
        end = stamps[-1] + step_s
    else:
        return None
    # What has not happened yet is not unknown, it is outside of the period.
    end = min(end, _LAST if today is None else today)
    if stats.start:
        start = _unix(stats.start)
    elif asked_s > 0 and (today is not None or not stamps):
        start = end - asked_s
    else:
        start = stamps[0] if stamps else end
    start = max(start, _FIRST)
    return (start, end) if start < end else None


def _segments(
    points: Sequence[StatePoint], stamps: Sequence[int], start: int, end: int, hold_s: int
) -> list[StateSegment]:
    """The period as stretches without gaps; neighbours of the same state are merged.

    `stamps` are the moments of the points, which are sorted by them, in Unix seconds.
    """
    until: list[tuple[int, State]] = []
    at = start
    for point, (begin, following) in zip(points, pairwise([*stamps, end]), strict=True):
        first = max(begin, start)
        last = min(following, begin + hold_s, end)
        if first >= last:
            continue
        if at < first:
            until.append((first, "unknown"))
        until.append((last, _STATES.get(point.state, "unknown")))
        at = last
    if at < end:
        until.append((end, "unknown"))
    return _merged(start, until)


def _merged(start: int, until: Sequence[tuple[int, State]]) -> list[StateSegment]:
    """Stretches from `start` on, each given by its end and its state."""
    found: list[StateSegment] = []
    for state, stretches in groupby(until, key=itemgetter(1)):
        *_, (end, _) = stretches
        found.append(StateSegment(start, end, state))
        start = end
    return found


def _clip(segments: Sequence[StateSegment], start: int, end: int) -> list[StateSegment]:
    cut = (StateSegment(max(s.start, start), min(s.end, end), s.state) for s in segments)
    return [segment for segment in cut if segment.seconds > 0]


def _spent(segments: Sequence[StateSegment]) -> dict[State, int]:
    spent: dict[State, int] = {"online": 0, "offline": 0, "partial": 0, "unknown": 0}
    for segment in segments:
        spent[segment.state] += segment.seconds
    return spent


def _label(uptime: float | None, limits: Thresholds) -> str | None:
    if uptime is None:
        return None
    steps = (
        (limits.uptime_excellent_pct, "Excellent"),
        (limits.uptime_good_pct, "Good"),
        (limits.uptime_fair_pct, "Fair"),
        (limits.uptime_poor_pct, "Poor"),
    )
    return next((label for least, label in steps if uptime >= least), "Critical")


def _outage(segment: StateSegment, ongoing: bool) -> Outage:
    return {
        "start": _iso(segment.start),
        "end": _iso(segment.end),
        "seconds": segment.seconds,
        "ongoing": ongoing,
    }


def _trend(
    segments: Sequence[StateSegment], start: int, end: int, limits: Thresholds
) -> float | None:
    """Uptime of the second half minus the first, in points; None when a half is hardly known."""
    middle = start + (end - start) // 2
    shares = []
    for first, last in ((start, middle), (middle, end)):
        spent = _spent(_clip(segments, first, last))
        known_s = last - first - spent["unknown"]
        if known_s <= 0 or 100 * known_s < limits.trend_known_pct * (last - first):
            return None
        shares.append(100 * spent["online"] / known_s)
    return shares[1] - shares[0]


def _direction(
    points: float | None, limits: Thresholds
) -> Literal["better", "worse", "steady"] | None:
    if points is None:
        return None
    if abs(points) <= limits.trend_steady_points:
        return "steady"
    return "better" if points > 0 else "worse"


def _strip(segments: Sequence[StateSegment], start: int, end: int) -> list[StripCell]:
    """Equal slots, each with the worst state known inside it: a short outage stays visible."""
    period_s = end - start
    cells = next((cells for most_s, cells in _CELLS if period_s <= most_s), _CELLS_MOST)
    cells = min(cells, period_s)
    edges = [start + period_s * index // cells for index in range(cells + 1)] if cells else []
    strip: list[StripCell] = []
    for first, last in pairwise(edges):
        states = {segment.state for segment in _clip(segments, first, last)}
        worst: State = next((state for state in _WORST_FIRST if state in states), "unknown")
        strip.append({"start": _iso(first), "end": _iso(last), "state": worst})
    return strip


def _unknown_values(points: Sequence[StatePoint]) -> list[str]:
    """Raw values that no reading fits, each once, so that the product can learn them."""
    raw = (point.raw for point in points if point.state == "unknown" and point.raw is not None)
    return list(dict.fromkeys(raw))[:_RAW_VALUES_SHOWN]
