"""What a picture of the online history shows: a lane per state, outages named, unknown apart."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from src.charts.timeline import time_axis, unix
from src.models.plume import parse_moment
from src.utils.stats_processor import online_segments
from src.utils.wording import STATE_WORDS, count, duration, percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from src.models.pictures import Band, HistoryLane, HistoryPicture, TimeAxis, TimedLabel
    from src.models.plume import OnlineStats
    from src.models.results import OnlineHistory, Outage

    State = Literal["online", "partial", "offline", "unknown"]

__all__ = ["plan_history"]

_STATES: tuple[State, ...] = ("online", "partial", "offline", "unknown")
_ALWAYS = {"online", "offline"}  # an empty offline lane is the good news
_LABELS_MOST = 3
_STEPS = 720  # about what a lane has in pixels on a phone
# What one letter of a label takes, as a share of the lane.
_LETTER = 0.0195


def plan_history(
    stats: OnlineStats | None,
    history: OnlineHistory,
    *,
    name: str,
    timezone: str | None = None,
) -> HistoryPicture | None:
    """The picture of `stats`, whose `history` this is; None when nothing at all is known."""
    start, end = parse_moment(history["start"]), parse_moment(history["end"])
    if start is None or end is None or not history["known_pct"]:
        return None
    axis = time_axis(*_frame(unix(start), unix(end)), timezone)
    bands: dict[State, list[Band]] = {state: [] for state in _STATES}
    segments = online_segments(stats, history)
    for segment in segments:
        first = axis["start"] if segment is segments[0] else segment.start
        last = axis["end"] if segment is segments[-1] else segment.end
        bands[segment.state].append({"start": first, "end": last})
    lanes: list[HistoryLane] = [
        {
            "state": state,
            "word": STATE_WORDS[state].capitalize(),
            "bands": bands[state],
            "labels": _labels(history["outages"], axis) if state == "offline" else [],
        }
        for state in _STATES
        if bands[state] or state in _ALWAYS
    ]
    return {
        "kind": "history",
        "title": name,
        "verdict": _verdict(history),
        "axis": axis,
        "lanes": lanes,
        "legend": _legend(history),
    }


def _frame(start: int, end: int) -> tuple[int, int]:
    """The period in whole steps, so that the picture stays the same until something can be seen.

    Else each second would be a picture of its own, to be drawn and sent again.
    """
    step = max(1, (end - start) // _STEPS)
    return start // step * step, -(-end // step) * step


def _verdict(history: OnlineHistory) -> str:
    outages, longest = history["outage_count"], history["longest_outage"]
    said = f"{history['label']}: {percent(history['uptime_pct'])} online"
    if not outages or longest is None:
        return f"{said}, no outage"
    most = duration(longest["seconds"])
    return f"{said}, {count(outages, 'outage')}{' of' if outages == 1 else ', longest'} {most}"


def _legend(history: OnlineHistory) -> str:
    if not history["unknown_s"]:
        return ""
    return f"No data for {duration(history['unknown_s'])}: neither online nor offline"


def _labels(outages: Sequence[Outage], axis: TimeAxis) -> list[TimedLabel]:
    """The lengths of the longest outages, as many as fit without touching each other."""
    found: list[TimedLabel] = []
    for outage in sorted(outages, key=lambda outage: -outage["seconds"]):
        label = _label(outage, axis)
        if all(_apart(label, other, axis) for other in found):
            found.append(label)
    return sorted(found[:_LABELS_MOST], key=lambda label: label["at"])


def _label(outage: Outage, axis: TimeAxis) -> TimedLabel:
    """Over the middle of the outage, or as near to it as the ends of the lane allow."""
    text = f"{duration(outage['seconds'])}{' so far' if outage['ongoing'] else ''}"
    half = _span(len(text), axis) // 2
    middle = unix(datetime.fromisoformat(outage["start"])) + outage["seconds"] // 2
    return {"at": min(max(middle, axis["start"] + half), axis["end"] - half), "text": text}


def _apart(one: TimedLabel, other: TimedLabel, axis: TimeAxis) -> bool:
    letters = (len(one["text"]) + len(other["text"])) / 2 + 1
    return abs(one["at"] - other["at"]) >= _span(letters, axis)


def _span(letters: float, axis: TimeAxis) -> int:
    """Seconds that so many letters cover."""
    return int(letters * _LETTER * (axis["end"] - axis["start"]))
