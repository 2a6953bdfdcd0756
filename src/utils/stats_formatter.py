"""The online history as a message: the verdict in words first, then outages, then the strip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.markup import MESSAGE_LIMIT, bold, escape, fit, units
from src.utils.when import clock, when
from src.utils.wording import STATE_SIGNS, STATE_WORDS, count, duration, percent

if TYPE_CHECKING:
    from src.models.results import OnlineHistory, Outage, StripCell

__all__ = ["format_online_stats_message", "period_words"]

_LABEL_SIGNS = {"Excellent": "🟢", "Good": "🟢", "Fair": "🟡", "Poor": "🟠", "Critical": "🔴"}
_OUTAGES_SHOWN = 5
_TREND_WORDS = {"better": "getting better", "worse": "getting worse", "steady": "steady"}
# A week reads as seven rows of quarter days, a day as two rows; 12 signs fit a phone's line.
_ROW = 12
_WEEK_ROW = 4
_WEEK_CELLS = 28


def format_online_stats_message(
    location_name: str | None, stats: OnlineHistory, *, timezone: str | None = None
) -> str:
    """Telegram HTML of `process_online_stats`; `timezone` dates the fallback texts."""
    name = f" · {bold(location_name)}" if location_name else ""
    period = period_words(stats["granularity"], stats["limit"])
    if stats["uptime_pct"] is None:
        return _no_data(name, period, stats)
    head = [
        *_verdict(stats, name, timezone),
        f"{period}: {when(stats['start'], timezone)} to {when(stats['end'], timezone)}",
        *_times(stats),
        *_trend(stats),
    ]
    strip = _strip(stats["strip"], timezone)
    outages = _outages(stats["outages"], timezone)
    room = MESSAGE_LIMIT - units("\n".join([*head, *strip])) - 2
    return "\n".join([*head, *([fit(outages, room)] if outages else []), *strip])


def period_words(granularity: str, limit: int) -> str:
    """ "Last 3 hours", "Last 7 days", "Last hour"."""
    unit = granularity.removesuffix("s")
    return f"Last {escape(unit, 20)}" if limit == 1 else f"Last {limit} {escape(unit, 20)}s"


def _no_data(name: str, period: str, stats: OnlineHistory) -> str:
    lines = [
        f"⚪ <b>No online history</b>{name}",
        f"{period}: the cloud sent no states that can be read. That does not mean offline.",
        *_unreadable(stats),
        "Next: look at the status of the home, or try a longer period.",
    ]
    return "\n".join(lines)


def _verdict(stats: OnlineHistory, name: str, timezone: str | None) -> list[str]:
    label = stats["label"] or "Unknown"
    uptime = f"online {percent(stats['uptime_pct'])} of the time"
    ongoing = next((outage for outage in stats["outages"] if outage["ongoing"]), None)
    if ongoing is None:
        return [f"{_LABEL_SIGNS.get(label, '⚪')} <b>{label}: {uptime}</b>{name}"]
    lasts = duration(ongoing["seconds"])
    return [
        f"🔴 <b>Offline now</b>{name}",
        f"Since {when(ongoing['start'], timezone)}, {lasts} so far",
        f"{label}: {uptime}",
    ]


def _times(stats: OnlineHistory) -> list[str]:
    longest = stats["longest_outage"]
    if longest is None:
        lines = ["No outage"]
    else:
        outages = count(stats["outage_count"], "outage")
        lasts = duration(longest["seconds"])
        most = f", the longest {lasts}" if stats["outage_count"] > 1 else ""
        lines = [f"Offline {duration(stats['offline_s'])} in {outages}{most}"]
    if stats["partial_s"]:
        lines.append(f"Partly online {duration(stats['partial_s'])}, not counted as online")
    if stats["unknown_s"]:
        known = percent(stats["known_pct"])
        lines.append(
            f"No data for {duration(stats['unknown_s'])}; percentages are of the known {known}"
        )
    return lines + _unreadable(stats)


def _unreadable(stats: OnlineHistory) -> list[str]:
    values = ", ".join(f"“{escape(value, 40)}”" for value in stats["unknown_values"])
    return [f"Values that cannot be read: {values}"] if values else []


def _trend(stats: OnlineHistory) -> list[str]:
    trend, points = stats["trend"], stats["trend_points"]
    if trend is None or points is None:
        return []
    change = "" if trend == "steady" else f", {points:+.1f} points in the second half"
    return [f"Trend: {_TREND_WORDS[trend]}{change}"]


def _outages(outages: list[Outage], timezone: str | None) -> list[str]:
    """The newest first: that is the one that the customer calls about."""
    if not outages:
        return []
    shown = outages[::-1][:_OUTAGES_SHOWN]
    lines = ["", "<b>Outages</b>", *(_outage_line(outage, timezone) for outage in shown)]
    more = len(outages) - len(shown)
    return [*lines, f"… and {more} earlier"] if more else lines


def _outage_line(outage: Outage, timezone: str | None) -> str:
    so_far = " so far" if outage["ongoing"] else ""
    return f"❌ {when(outage['start'], timezone)}: {duration(outage['seconds'])}{so_far}"


def _strip(cells: list[StripCell], timezone: str | None) -> list[str]:
    """Rows of signs, oldest first, after a line that says what one sign is, and a legend."""
    length = duration(60 * max(1, round(_seconds(cells[0]) / 60)))
    week = len(cells) == _WEEK_CELLS
    size = _WEEK_ROW if week else _ROW
    rows = [cells[index : index + size] for index in range(0, len(cells), size)]
    lines = [
        f"{clock(row[0]['start'], timezone, weekday=week)} "
        + "".join(STATE_SIGNS[cell["state"]] for cell in row)
        for row in rows
    ]
    used = {cell["state"] for cell in cells}
    legend = [f"{STATE_SIGNS[s]} {_legend_word(s)}" for s in STATE_SIGNS if s in used]
    return ["", f"<b>One sign is {length}</b>, oldest first", *lines, " · ".join(legend)]


def _legend_word(state: str) -> str:
    """A cell shows the worst of its slot, so "offline" may be a part of it only."""
    word = STATE_WORDS[state]
    return f"{word} at some point" if state in {"offline", "partial"} else word


def _seconds(cell: StripCell) -> float:
    start, end = parse_moment(cell["start"]), parse_moment(cell["end"])
    return (end - start) / timedelta(seconds=1) if start and end else 0
