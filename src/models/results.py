"""Typed dictionaries that analysis returns: plain JSON values, ready for `json.dumps`.

Times are ISO-8601 UTC strings. `None` always means "not reported", never zero or bad.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "BusyHour",
    "LocationHealth",
    "OnlineHistory",
    "Outage",
    "PodDetail",
    "Severity",
    "SpeedTestResult",
    "StripCell",
    "WanAnalysis",
    "WanPeak",
]

# ok: all well; degraded: online with warnings; partial: some pods disconnected;
# offline: the home has no connection; unknown: not enough was reported to tell.
Severity = Literal["ok", "degraded", "partial", "offline", "unknown"]


class SpeedTestResult(TypedDict):
    """The newest speed test that a node or the location carries."""

    status: str | None  # raw; only "succeeded" has usable figures
    succeeded: bool | None
    download_mbps: float | None
    upload_mbps: float | None
    rtt_ms: float | None
    at: str | None
    server: str | None
    isp: str | None
    node_id: str | None  # which pod ran it; None for the location's own record


class PodDetail(TypedDict):
    """One node as a report shows it."""

    id: str
    name: str
    serial: str | None
    model: str | None
    firmware: str | None
    state: str | None  # raw connectionState; None when not reported
    connected: bool | None
    since: str | None  # connectionStateChangeAt
    booted_at: str | None
    health: str | None  # excellent, good, fair, poor, or a raw unknown word
    health_score: float | None
    alerts: list[str]
    is_gateway: bool
    backhaul: str | None  # ethernet, wifi, or a raw word; None when not reported
    channel: int | str | None  # of the backhaul
    parent_id: str | None
    parent_name: str | None
    path: list[str]  # ids from the parent up to the root; [] when none was reported
    hops: int | None  # 0 for the root, None when unknown
    devices: int | None
    ip: str | None
    mac: str | None
    link_issues: list[str]  # such as "eth0 runs at half duplex"


class LocationHealth(TypedDict):
    """Verdict on one home. `summary` starts with the severity's sign and word."""

    online: bool | None
    severity: Severity
    summary: str
    issues: list[str]  # what is broken
    warnings: list[str]  # what is weak or odd
    missing: list[str]  # what could not be read ("pods", "location details")
    pod_details: list[PodDetail]  # gateway first, then by hop, worst first
    gateway: PodDetail | None
    since: str | None  # since when the home is in this state
    pods_total: int | None
    pods_connected: int | None
    total_connected_devices: int | None
    service_level: str | None
    network_mode: str | None  # router or bridge, as realised; None when not reported
    speed_test: SpeedTestResult | None
    timezone: str | None
    isp: str | None


class WanPeak(TypedDict):
    """Highest rate inside any one interval, and when."""

    mbps: float
    at: str


class BusyHour(TypedDict):
    """An hour of the home's day that carries clearly more than the mean."""

    hour: int  # 0..23, local to `timezone`
    mean_mbps: float  # down and up together
    times_mean: float
    level: Literal["moderate", "high"]


class WanAnalysis(TypedDict):
    """Consumption of the line over a period. Rates are Mbit/s, amounts MB (10^6 bytes)."""

    has_data: bool
    start: str | None
    end: str | None
    interval_s: int
    intervals: int
    intervals_with_data: int
    coverage_pct: float | None
    peak_download: WanPeak | None
    peak_upload: WanPeak | None
    mean_download_mbps: float | None
    mean_upload_mbps: float | None
    p95_download_mbps: float | None
    p95_upload_mbps: float | None
    total_download_mb: float | None
    total_upload_mb: float | None
    busy_hours: list[BusyHour]
    timezone: str  # zone of the hours; "UTC" when the home's is unknown
    timezone_known: bool


class Outage(TypedDict):
    """One stretch of offline time."""

    start: str
    end: str
    seconds: int
    ongoing: bool


class StripCell(TypedDict):
    """One slot of the period's strip; `state` is the worst known state inside the slot."""

    start: str
    end: str
    state: Literal["online", "partial", "offline", "unknown"]


class OnlineHistory(TypedDict):
    """Reliability over a period. Seconds add up to the period; no data has no percentage."""

    granularity: str
    limit: int
    start: str | None
    end: str | None
    period_s: int
    online_s: int
    offline_s: int
    partial_s: int
    unknown_s: int
    uptime_pct: float | None  # time-weighted, of the known time
    known_pct: float | None
    label: str | None  # Excellent, Good, Fair, Poor, Critical
    outages: list[Outage]
    outage_count: int
    longest_outage: Outage | None
    trend: Literal["better", "worse", "steady"] | None
    trend_points: float | None  # second half minus first half, percentage points
    strip: list[StripCell]
    unknown_values: list[str]  # raw values that no reading fits
