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
    # The cloud notices pods that vanish together within about this time of each other,
    together_s: int = 120
    # and from here on one cause for both is out of the question. Between the two: not sure.
    apart_s: int = 600
    # What recent speed tests reached is the proven capacity of a line.
    capacity_days: int = 14
    capacity_tests_least: int = 3
    capacity_percentile: int = 90
    line_full_pct: float = 80.0
    evening_from_hour: int = 18
    evening_to_hour: int = 23
    evening_full_share_pct: float = 25.0
    evening_room_share_pct: float = 10.0
    # Three hours of 15-minute intervals: less says little about evenings.
    evening_intervals_least: int = 12
    usual_days: int = 14
    usual_days_least: int = 5
    # Speed tests run every three hours, so this much to either side meets one each day.
    usual_window_min: int = 90
    # A very steady figure is not unusual for a tenth more or less.
    usual_slack_pct: float = 10.0
    # Speeds of the second half of a period against the first one.
    speed_trend_pct: float = 10.0
    speed_trend_tests_least: int = 3
    # A pod that booted reconnects within this time; together they are one event.
    boot_connect_s: int = 600
    changes_h: int = 24


DEFAULT = Thresholds()
