"""Every limit that turns a figure into a judgement, in one place, with units in the names."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "Thresholds"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the analysis; pass another instance to judge more or less strictly."""

    # Clocks of pods, cloud and bot differ a little; a moment further ahead is not believed.
    clock_skew_s: int = 300
    # The cloud's own summary of a home is a snapshot; an older one proves nothing about now.
    summary_max_age_s: int = 1800
    slow_uplink_mbps: int = 100
    # A figure above this is a fault of the report, not of the line (1 Tbit/s).
    plausible_mbps: float = 1_000_000.0
    wan_interval_s: int = 900
    busy_moderate_times: float = 1.5
    busy_high_times: float = 2.0
    busy_hours_max: int = 3
    # Longer intervals span hours, so they cannot say which hour was busy.
    busy_interval_max_s: int = 3600
    uptime_excellent_pct: float = 99.5
    uptime_good_pct: float = 98.0
    uptime_fair_pct: float = 95.0
    uptime_poor_pct: float = 90.0
    trend_steady_points: float = 0.5
    # A half of which less is known says nothing about a trend.
    trend_known_pct: float = 25.0
    # A history point speaks for this many usual steps, then the state is unknown.
    history_hold_steps: int = 2
    history_step_s: int = 900


DEFAULT = Thresholds()
