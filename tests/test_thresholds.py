"""Limits are one frozen set, in an order that makes sense."""

from __future__ import annotations

import dataclasses

import pytest

from src.analysis.wan import analyze_wan_stats
from src.utils.thresholds import DEFAULT, Thresholds
from tests.samples import wan_point


def test_limits_cannot_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT.slow_uplink_mbps = 10  # type: ignore[misc]  # that is what is tested


def test_labels_get_stricter_upwards() -> None:
    steps = (
        DEFAULT.uptime_poor_pct,
        DEFAULT.uptime_fair_pct,
        DEFAULT.uptime_good_pct,
        DEFAULT.uptime_excellent_pct,
    )
    assert sorted(set(steps)) == list(steps)
    assert DEFAULT.busy_moderate_times < DEFAULT.busy_high_times


def test_other_limits_judge_otherwise() -> None:
    points = {"fifteenMins": [wan_point(15), wan_point(30, rxMbytes=5)]}
    strict = analyze_wan_stats(points, limits=Thresholds(plausible_mbps=0.5))
    assert strict["total_download_mb"] == 5
