"""What a picture of the line's use shows: two panels, open gaps, peaks, the proven capacity."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from src.analysis.wan import WanRow, wan_rows
from src.charts.timeline import clock_label, time_axis, unix
from src.models.plume import parse_moment
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.wording import duration, number, rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.analysis.wan import Consumption
    from src.models.pictures import (
        Band,
        Run,
        TimeAxis,
        WanCapacity,
        WanPanel,
        WanPeakMark,
        WanPicture,
        YMark,
    )
    from src.models.results import WanAnalysis, WanPeak

__all__ = ["plan_wan"]

Direction = Literal["down", "up"]

# More slots than this are not to be told apart on 1,100 pixels.
_SLOTS_MOST = 800
# A capacity far above everything measured would press the curve flat; it is then told in words.
_CAPACITY_INSIDE_FROM = 0.25
_CAPACITY_LEAST = 0.1  # Mbit/s: what tested slower is no line to compare with
_CLOCK_ERROR_S = 60
_HEADROOM = 1.15
# Mbit/s: below this, the levels' labels would not differ and nobody cares.
_TOP_LEAST = 1.0
_HEADINGS: dict[Direction, str] = {"down": "↓ Download, Mbit/s", "up": "↑ Upload, Mbit/s"}
_MARKS: dict[Direction, int] = {"down": 3, "up": 2}


class _Slot(NamedTuple):
    """One direction in one slot; None where nothing was reported."""

    mean: float | None  # Mbit/s
    most: float | None


class _Grid(NamedTuple):
    """The period as equal slots that follow each other without a hole."""

    start: int
    slot_s: int
    slots: dict[Direction, list[_Slot]]

    @property
    def end(self) -> int:
        return self.start + self.slot_s * len(self.slots["down"])


def plan_wan(
    wan: Consumption,
    analysis: WanAnalysis,
    *,
    name: str,
    timezone: str | None = None,
    capacity: tuple[float | None, float | None] | None = None,
    limits: Thresholds = DEFAULT,
) -> WanPicture | None:
    """The picture of `wan`, whose `analysis` this is; None when there is nothing to draw.

    `capacity` is what speed tests proved, (down, up) in Mbit/s. A slot without figures stays
    open: it is neither zero nor bridged.
    """
    rows, interval_s = wan_rows(wan, limits=limits)
    if not rows or not analysis["has_data"]:
        return None
    grid = _grid(rows, interval_s)
    axis = time_axis(grid.start, grid.end, timezone)
    down, up = capacity or (None, None)
    peaks = (analysis["peak_download"], analysis["peak_upload"])
    marks = [_peak(peak, axis, timezone) for peak in peaks]
    panels = [_panel("down", grid, marks[0], down), _panel("up", grid, marks[1], up)]
    return {
        "kind": "wan",
        "title": name,
        "verdict": _verdict(panels),
        "axis": axis,
        "slot_s": grid.slot_s,
        "panels": panels,
        "legend": _legend(grid.slot_s, panels),
    }


def _grid(rows: Sequence[WanRow], interval_s: int) -> _Grid:
    """Rows sorted into slots; moments that are early by seconds end in the slot that they mean."""
    start = unix(rows[0].at)
    ahead = min(_CLOCK_ERROR_S, interval_s // 10) - start
    total = (unix(rows[-1].at) + ahead) // interval_s + 1
    slot_s = interval_s * math.ceil(total / _SLOTS_MOST)
    count = math.ceil(total * interval_s / slot_s)
    members: list[list[WanRow]] = [[] for _ in range(count)]
    for row in rows:
        members[(unix(row.at) + ahead) // slot_s].append(row)
    slots: dict[Direction, list[_Slot]] = {
        "down": [
            _slot([row.down_mb for row in group], [row.down_max for row in group], interval_s)
            for group in members
        ],
        "up": [
            _slot([row.up_mb for row in group], [row.up_max for row in group], interval_s)
            for group in members
        ],
    }
    return _Grid(start, slot_s, slots)


def _slot(amounts: list[float | None], maxima: list[float | None], interval_s: int) -> _Slot:
    moved = [mb for mb in amounts if mb is not None]
    most = [mbps for mbps in maxima if mbps is not None]
    return _Slot(
        8 * sum(moved) / (interval_s * len(moved)) if moved else None,
        max(most) if most else None,
    )


def _panel(
    direction: Direction, grid: _Grid, peak: WanPeakMark | None, proven: float | None
) -> WanPanel:
    slots = grid.slots[direction]
    reached = max((v for slot in slots for v in slot if v is not None), default=0.0)
    capacity = _capacity(proven, reached)
    shown = max(reached, capacity["mbps"] if capacity and capacity["inside"] else 0.0)
    top = max(shown * _HEADROOM, _TOP_LEAST)
    return {
        "direction": direction,
        "heading": _HEADINGS[direction],
        "top": top,
        "marks": _marks(top, _MARKS[direction]),
        "mean": _runs(grid, [slot.mean for slot in slots]),
        "most": _runs(grid, [slot.most for slot in slots]),
        "gaps": _gaps(grid, slots),
        "peak": peak,
        "capacity": capacity,
    }


def _capacity(proven: float | None, reached: float) -> WanCapacity | None:
    if proven is None or not _CAPACITY_LEAST <= proven <= DEFAULT.plausible_mbps:
        return None
    inside = reached >= proven * _CAPACITY_INSIDE_FROM
    where = "" if inside else ", above this scale"
    label = f"Speed tests reach {rate(proven)}{where}"
    return {"mbps": proven, "label": label, "inside": inside}


def _marks(top: float, parts: int) -> list[YMark]:
    """Round levels from zero up, at most `parts` above it."""
    scale = 10.0 ** math.floor(math.log10(top / parts))
    step = next(s * scale for s in (1, 2, 2.5, 5, 10, 20) if s * scale * (parts + 1) > top)
    levels = [index * step for index in range(parts + 1) if index * step <= top]
    return [{"mbps": level, "label": number(level)} for level in levels]


def _stretches(wanted: Sequence[bool]) -> list[tuple[int, int]]:
    """Index ranges [first, last) of neighbours that are wanted."""
    edges = [i for i, (a, b) in enumerate(pairwise([False, *wanted, False])) if a != b]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _runs(grid: _Grid, values: Sequence[float | None]) -> list[Run]:
    return [
        {
            "start": grid.start + first * grid.slot_s,
            "values": [value for value in values[first:last] if value is not None],
        }
        for first, last in _stretches([value is not None for value in values])
    ]


def _gaps(grid: _Grid, slots: Sequence[_Slot]) -> list[Band]:
    empty = [slot.mean is None and slot.most is None for slot in slots]
    return [
        {"start": grid.start + first * grid.slot_s, "end": grid.start + last * grid.slot_s}
        for first, last in _stretches(empty)
    ]


def _peak(peak: WanPeak | None, axis: TimeAxis, timezone: str | None) -> WanPeakMark | None:
    at = parse_moment(peak["at"]) if peak else None
    if peak is None or at is None or peak["mbps"] <= 0:
        return None
    label = f"{number(peak['mbps'])} at {clock_label(unix(at), axis, timezone)}"
    return {"at": unix(at), "mbps": peak["mbps"], "label": label}


def _verdict(panels: Sequence[WanPanel]) -> str:
    """The peaks in words, and how much of the proven line they are."""
    said = [_share(panel) for panel in panels if panel["peak"]]
    return f"Peak {', '.join(said)}" if said else "No peak reported"


def _share(panel: WanPanel) -> str:
    peak, capacity = panel["peak"], panel["capacity"]
    text = f"{panel['heading'][0]} {rate(peak['mbps'] if peak else None)}"
    if peak is None or capacity is None:
        return text
    # Cut like every share: what is not full never reads as 100%.
    share = math.floor(100 * peak["mbps"] / capacity["mbps"])
    return f"{text} ({f'{share}%' if share else 'under 1%'} of the line)"


def _legend(slot_s: int, panels: Sequence[WanPanel]) -> str:
    """What is drawn, in words; only of what there is."""
    said = [
        f"Filled: mean of {duration(slot_s)}" if any(p["mean"] for p in panels) else "",
        "Line: fastest moment" if any(p["most"] for p in panels) else "",
        "Hatched: no data" if any(p["gaps"] for p in panels) else "",
    ]
    return " · ".join(filter(None, said))
