"""What a picture shows, before anything is drawn: plain JSON values that tests can look at.

Moments are whole Unix seconds, rates Mbit/s. Equal plans make equal pictures, byte for byte.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "Band",
    "HistoryLane",
    "HistoryPicture",
    "MeshMark",
    "MeshPicture",
    "MeshRow",
    "Picture",
    "Run",
    "Tick",
    "TimeAxis",
    "TimedLabel",
    "WanCapacity",
    "WanPanel",
    "WanPeakMark",
    "WanPicture",
    "YMark",
]


class Tick(TypedDict):
    """A place on the time axis; `strong` where a new day begins."""

    at: int
    label: str
    strong: bool


class TimeAxis(TypedDict):
    """From where to where, and what a clock in the home shows on the way."""

    start: int
    end: int
    ticks: list[Tick]
    dates: str  # such as "17–18 May 2026"
    note: str  # whose time this is, such as "Time at the home, CEST"


class Band(TypedDict):
    """A stretch of time."""

    start: int
    end: int


class Run(TypedDict):
    """Values of neighbouring slots, without a gap: the first one begins at `start`."""

    start: int
    values: list[float]


class YMark(TypedDict):
    """A labelled level of the value axis."""

    mbps: float
    label: str


class WanPeakMark(TypedDict):
    """The highest rate; `at` is when its interval begins."""

    at: int
    mbps: float
    label: str


class WanCapacity(TypedDict):
    """What speed tests proved; `inside` when the level lies within the panel."""

    mbps: float
    label: str
    inside: bool


class WanPanel(TypedDict):
    """One direction of the line. A slot that is in no run of either list is in `gaps`."""

    direction: Literal["down", "up"]
    heading: str
    top: float  # Mbit/s at the upper edge
    marks: list[YMark]
    mean: list[Run]
    most: list[Run]
    gaps: list[Band]
    peak: WanPeakMark | None
    capacity: WanCapacity | None


class WanPicture(TypedDict):
    """Use of the line over time."""

    kind: Literal["wan"]
    title: str
    verdict: str
    axis: TimeAxis
    slot_s: int
    panels: list[WanPanel]
    legend: str


class TimedLabel(TypedDict):
    """Words that belong to a moment."""

    at: int
    text: str


class HistoryLane(TypedDict):
    """One state and when it held."""

    state: Literal["online", "partial", "offline", "unknown"]
    word: str
    bands: list[Band]
    labels: list[TimedLabel]


class HistoryPicture(TypedDict):
    """Online history: a lane per state, so that the place tells the state, not the colour."""

    kind: Literal["history"]
    title: str
    verdict: str
    axis: TimeAxis
    lanes: list[HistoryLane]
    legend: str


MeshMark = Literal["ok", "weak", "lost", "unknown"]


class MeshRow(TypedDict):
    """A pod, or several that are told in one row.

    `parent` is the row that it hangs off; None for a root and for one whose parent is not known.
    """

    depth: int
    parent: int | None
    mark: MeshMark
    name: str
    spare: str  # what to call it when no font of this machine can write the name
    facts: str
    link: Literal["cable", "wifi", "other", "down"]  # to the parent
    pods: int


class MeshPicture(TypedDict):
    """Who hangs off whom."""

    kind: Literal["mesh"]
    title: str
    verdict: str
    verdict_spare: str  # without names, for when no font can write all of the verdict
    rows: list[MeshRow]
    legend: str


Picture = WanPicture | HistoryPicture | MeshPicture
