"""Typed dictionaries of the analyses that judge: where it breaks, line or Wi-Fi, usual, call card.

Plain JSON values, ready for `json.dumps`. Times are ISO-8601 UTC strings; `None` always means
"not reported" or "cannot be told", never zero or bad. Sentences inside are plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from src.models.results import Severity

__all__ = [
    "CallCard",
    "Certainty",
    "Change",
    "ChangeKind",
    "Comparison",
    "EveningPeaks",
    "Finding",
    "FindingKind",
    "Hop",
    "HopEnd",
    "LineVerdict",
    "OutdatedFirmware",
    "RecentReboots",
    "Trouble",
    "UnhappyGroup",
    "Usual",
    "WorstHour",
]

Certainty = Literal["sure", "likely", "not sure"]

# down: every pod of the group is disconnected; weak: connected, but badly; mixed: both.
Trouble = Literal["down", "weak", "mixed"]

# none: no bad hop; hop: one bad hop; hops: several; gateway: the gateway itself; home: line, power
# or gateway, before any hop; unclear: something is bad, where cannot be told; unknown: unread.
FindingKind = Literal["none", "hop", "hops", "gateway", "home", "unclear", "unknown"]

ChangeKind = Literal[
    "reboot", "disconnected", "reconnected", "firmware", "backhaul", "parent", "address"
]


class HopEnd(TypedDict):
    """A pod at one end of a hop; `name` has the serial's end added where two share a name."""

    id: str
    name: str


# The lower end hangs off the upper one; None when what it hung off cannot be told.
Hop = TypedDict("Hop", {"from": HopEnd, "to": HopEnd | None})


class UnhappyGroup(TypedDict):
    """Unhappy pods that hang together: the first of them and those behind it."""

    hop: Hop  # from the first unhappy pod towards the gateway
    pods: list[str]  # ids, the first one first, then by distance
    trouble: Trouble
    since: str | None  # when the first pod changed
    together: bool | None  # all changed within two minutes; None when not reported or not down
    certainty: Certainty  # that this hop is the place
    evidence: list[str]
    doubts: list[str]  # why not "sure"


class Finding(TypedDict):
    """Where a home breaks. Sentences are for people; the other fields are for programs."""

    kind: FindingKind
    hop: Hop | None  # the one bad hop; only for kind "hop"
    groups: list[UnhappyGroup]  # one for each independent place, the worst first
    certainty: Certainty
    evidence: list[str]
    doubts: list[str]
    affected: list[str]  # ids of all unhappy pods
    behind: int  # unhappy pods behind the one bad hop's lower end
    upper: Literal["fine", "connected", "reached"] | None  # the one bad hop's upper end
    pods_total: int
    gateway: HopEnd | None
    trouble: Trouble | None
    since: str | None
    together: bool | None
    shared: HopEnd | None  # the one pod that several bad hops of one kind lead to
    timezone: str | None


class WorstHour(TypedDict):
    """The hour of the home's day in which the line was most often nearly full."""

    hour: int  # 0..23, local to the verdict's `timezone`
    above_pct: float  # share of its intervals above the limit, the worse direction
    mean_max_mbps: float  # mean of the maxima in that hour and direction
    direction: Literal["download", "upload"]


class LineVerdict(TypedDict):
    """Whether the line is full in the evening. Rates are Mbit/s, shares percent."""

    verdict: Literal["full", "sometimes", "room", "unknown"]
    reason: str | None  # why unknown, a plain sentence
    capacity_download_mbps: float | None  # proven by speed tests, not what was sold
    capacity_upload_mbps: float | None
    tests_used: int
    tests_needed: int  # how many more successful tests would prove a capacity
    limit_pct: float  # from this share of the capacity on an interval counts as full
    evening_from_hour: int
    evening_to_hour: int
    evening_intervals: int  # with figures
    evening_download_pct: float | None  # share of evening intervals above the limit
    evening_upload_pct: float | None
    tested_intervals: int  # left out: a speed test filled the line in them
    worst_hour: WorstHour | None
    timezone: str
    timezone_known: bool


class Usual(TypedDict):
    """A figure's normal at this time of day, from one value per day."""

    median: float | None
    low: float | None  # from here to `high` a value is usual
    high: float | None
    days: int  # days that have a value at this time of day
    days_needed: int  # how many more days make a usual value; 0 when there is one
    timezone: str
    timezone_known: bool


class Comparison(TypedDict):
    """A value beside its normal. `percent` is the distance from the median, always positive."""

    verdict: Literal["usual", "below", "above", "no usual yet", "unknown"]
    percent: float | None
    text: str  # such as "below usual by 56%"


class EveningPeaks(TypedDict):
    """The highest rates of the last whole evening beside those of the evenings before it."""

    at: str  # the beginning of that evening
    download_mbps: float | None
    upload_mbps: float | None
    usual_download: Usual
    usual_upload: Usual
    download: Comparison
    upload: Comparison
    timezone: str


class Change(TypedDict):
    """One thing that changed on a pod."""

    kind: ChangeKind
    pod_id: str
    pod: str
    at: str | None
    before: str | None
    after: str | None
    times: NotRequired[int]  # reboots only: how many of them this stands for
    reason: NotRequired[str | None]  # reboots only; None: not told
    seen_before: NotRequired[str]  # when `before` was last seen; `after` was first seen at `at`


class RecentReboots(TypedDict):
    """The reboots of one pod in the last 24 hours."""

    times: int
    last_at: str
    reason: str | None  # of the last one, in the cloud's words; None: not told


class OutdatedFirmware(TypedDict):
    """A newer version of the same model, and the pod of this home that runs it (or another's)."""

    newer: str
    pod: str | None


class CallCard(TypedDict):
    """What a technician needs in the first 20 seconds of a call. Sentences are plain text."""

    severity: Severity
    summary: str  # the health verdict with its sign and word
    since: str | None
    finding: Finding
    line: LineVerdict | None
    evening: EveningPeaks | None
    uptime_pct: float | None
    uptime_label: str | None
    outage_count: int | None
    history_granularity: str | None
    history_limit: int | None
    changes: list[Change]  # of the last 24 hours, newest first
    alerts: list[str]  # the cloud's own; empty also when they were not read
    changes_known: bool  # False: nothing could be compared, so no change proves nothing
    questions: list[str]  # three, for the caller
    next_step: str
    serials: dict[str, str]  # pod id -> serial
    plain_names: dict[str, str]  # pod id -> a name that identifies nobody's hardware
    wired: bool | None  # whether the one bad hop is a cable; None when not known
    devices: int | None
    isp: str | None
    timezone: str | None
