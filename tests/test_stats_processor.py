"""Online history, weighted by time: unknown is neither online nor offline, and is never lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from src.models import OnlineStats, StatePoint, parse_online_stats
from src.utils.stats_processor import online_segments, process_online_stats
from tests.samples import NOW, at, history

if TYPE_CHECKING:
    from src.models.results import OnlineHistory


def process(
    body: Any, granularity: str = "hours", limit: int = 3, now: datetime | None = NOW
) -> OnlineHistory:
    stats = process_online_stats(body, granularity, limit, now=now)
    assert json.loads(json.dumps(stats)) == stats
    spent = stats["online_s"] + stats["offline_s"] + stats["partial_s"] + stats["unknown_s"]
    assert spent == stats["period_s"]
    assert len(stats["strip"]) == 0 or stats["strip"][0]["start"] == stats["start"]
    return stats


def strip(stats: OnlineHistory) -> str:
    letters = {"online": "o", "offline": "x", "partial": "p", "unknown": "-"}
    return "".join(letters[cell["state"]] for cell in stats["strip"])


def test_uptime_is_weighted_by_time_not_by_count() -> None:
    body = {
        "statsDateRange": {"start": at(hours=1), "end": at()},
        "locationState": [
            {"timestamp": at(minutes=60), "value": "online"},
            {"timestamp": at(minutes=36), "value": "online"},
            {"timestamp": at(minutes=12), "value": "offline"},
            {"timestamp": at(minutes=6), "value": "offline"},
        ],
    }
    stats = process(body, "hours", 1)
    assert stats["uptime_pct"] == pytest.approx(80)
    assert (stats["online_s"], stats["offline_s"]) == (2880, 720)


LABELS = [
    (200, 0, "Excellent"),
    (200, 1, "Excellent"),
    (1000, 6, "Good"),
    (100, 2, "Good"),
    (100, 3, "Fair"),
    (100, 5, "Fair"),
    (100, 6, "Poor"),
    (100, 10, "Poor"),
    (100, 11, "Critical"),
    (4, 4, "Critical"),
]


@pytest.mark.parametrize(("total", "offline", "label"), LABELS)
def test_label(total: int, offline: int, label: str) -> None:
    stats = process(history("x" * offline + "o" * (total - offline)), "days", 7)
    assert stats["label"] == label
    assert stats["uptime_pct"] == pytest.approx(100 * (total - offline) / total)


def test_partial_and_unknown_are_kept_apart_from_offline() -> None:
    stats = process(history("oooppx??----"))
    assert stats["partial_s"] == 1800
    assert stats["offline_s"] == 900
    # After the last point the state is unknown; "?" is a value that nobody can read.
    assert stats["unknown_s"] == 6 * 900
    assert stats["uptime_pct"] == pytest.approx(50)
    assert stats["known_pct"] == pytest.approx(50)
    assert stats["unknown_values"] == ["purple"]
    assert strip(stats) == "oooppx------"


NOTHING: dict[str, Any] = {
    "not read": None,
    "wrong shape": {"error": "text"},
    "empty": {"locationState": []},
    "null": {"locationState": None},
    "no moments": {"locationState": [{"timestamp": None, "value": "online"}]},
    "dated but empty": history("------------"),
    "unreadable values": history("????????????"),
    "too old": {"locationState": history("oo", end=NOW - timedelta(days=30))["locationState"]},
}


@pytest.mark.parametrize("case", NOTHING)
def test_no_data_has_no_percentage_and_no_label(case: str) -> None:
    stats = process(NOTHING[case])
    assert (stats["uptime_pct"], stats["label"], stats["trend"]) == (None, None, None)
    assert (stats["outages"], stats["longest_outage"]) == ([], None)
    assert (stats["period_s"], stats["unknown_s"], stats["known_pct"]) == (10_800, 10_800, 0)
    assert set(strip(stats)) == {"-"}


def test_no_data_and_no_clock_has_no_period_either() -> None:
    stats = process(None, now=None)
    assert (stats["start"], stats["end"], stats["known_pct"]) == (None, None, None)
    assert (stats["period_s"], stats["strip"]) == (0, [])


def test_a_gap_is_unknown_after_two_usual_steps() -> None:
    stats = process(history("ooooxx-------ooo"), "hours", 4)
    # The last point before the gap speaks for two steps, not for nine.
    assert stats["offline_s"] == 3 * 900
    assert stats["unknown_s"] == 6 * 900
    assert stats["outages"][0]["ongoing"] is False


def test_before_the_first_point_is_unknown() -> None:
    stats = process(history("------oooooo"))
    assert stats["unknown_s"] == 6 * 900
    assert stats["uptime_pct"] == 100
    assert stats["known_pct"] == 50
    assert stats["trend"] is None


def test_a_point_before_the_period_holds_into_it() -> None:
    body = history("xoooooooooooo")
    body["statsDateRange"]["start"] = (NOW - timedelta(minutes=15 * 12 + 5)).isoformat()
    stats = process(body)
    assert stats["offline_s"] == 300


def test_outages_are_merged_and_measured() -> None:
    stats = process(history("oxxoxooxxxoo"))
    minutes = [(outage["seconds"] // 60, outage["ongoing"]) for outage in stats["outages"]]
    assert minutes == [(30, False), (15, False), (45, False)]
    assert stats["outage_count"] == 3
    assert stats["longest_outage"] == stats["outages"][2]
    assert stats["outages"][0]["start"] == (NOW - timedelta(minutes=165)).isoformat()
    assert stats["outages"][0]["end"] == (NOW - timedelta(minutes=135)).isoformat()


def test_an_outage_up_to_now_is_ongoing() -> None:
    assert process(history("ooox"))["outages"][0]["ongoing"] is True
    assert process(history("ooox"), now=None)["outages"][0]["ongoing"] is True


def test_an_outage_at_the_end_of_an_old_period_is_not_ongoing() -> None:
    stats = process(history("ooox", end=NOW - timedelta(hours=2)))
    assert stats["outages"][0]["ongoing"] is False


@pytest.mark.parametrize(
    ("states", "trend", "points"),
    [
        ("xxxooooooooo", "better", 50.0),
        ("oooooooooxxx", "worse", -50.0),
        ("oooooooooooo", "steady", 0.0),
        ("x" * 6 + "o" * 94 + "o" * 94 + "x" * 6, "steady", 0.0),
        ("o-----------", None, None),
    ],
)
def test_trend(states: str, trend: str | None, points: float | None) -> None:
    stats = process(history(states))
    assert stats["trend"] == trend
    assert stats["trend_points"] == (points if points is None else pytest.approx(points))


def test_a_change_of_half_a_point_is_steady() -> None:
    steady, better = "x" + "o" * 199, "xx" + "o" * 198
    assert process(history(steady + "o" * 200))["trend"] == "steady"
    assert process(history(better + "o" * 200))["trend"] == "better"


@pytest.mark.parametrize(
    ("granularity", "limit", "cells", "slot_s"),
    [
        ("hours", 3, 12, 900),
        ("hours", 24, 24, 3600),
        ("days", 7, 28, 21_600),
        ("minutes", 1, 12, 5),
    ],
)
def test_strip_covers_the_period(granularity: str, limit: int, cells: int, slot_s: int) -> None:
    stats = process({"locationState": []}, granularity, limit)
    assert len(stats["strip"]) == cells
    edges = [cell["start"] for cell in stats["strip"]] + [stats["strip"][-1]["end"]]
    moments = [datetime.fromisoformat(edge) for edge in edges]
    assert {b - a for a, b in pairwise(moments)} == {timedelta(seconds=slot_s)}
    assert moments[-1] == NOW


def test_a_cell_shows_the_worst_of_its_slot() -> None:
    stats = process(history("oooo" * 10 + "oxoo" + "oopo" + "-" * 48), "hours", 24)
    assert strip(stats) == "o" * 10 + "xp" + "o" + "-" * 11


PERIODS: dict[str, tuple[Any, datetime | None, str, str]] = {
    "the cloud's": (history("oooo"), NOW, at(hours=1), at()),
    "what was asked for, up to now": (history("oooo", dated=False), NOW, at(hours=3), at()),
    "the points', without a clock": (history("oooo", dated=False), None, at(hours=1), at()),
    "start only": (
        {**history("oo"), "statsDateRange": {"start": at(hours=2)}},
        NOW,
        at(hours=2),
        at(),
    ),
    "end only": (
        {**history("oo"), "statsDateRange": {"end": at(minutes=30)}},
        NOW,
        at(hours=3.5),
        at(minutes=30),
    ),
    "end only, without a clock": (
        {**history("oo"), "statsDateRange": {"end": at()}},
        None,
        at(minutes=30),
        at(),
    ),
    "an end in the future is cut": (
        {**history("oo"), "statsDateRange": {"start": at(hours=1), "end": at(hours=-5)}},
        NOW,
        at(hours=1),
        at(),
    ),
}


@pytest.mark.parametrize("case", PERIODS)
def test_period(case: str) -> None:
    body, now, start, end = PERIODS[case]
    stats = process(body, now=now)
    assert stats["start"] == start.replace(".000Z", "+00:00")
    assert stats["end"] == end.replace(".000Z", "+00:00")


def test_a_period_that_ends_before_it_starts_is_no_period() -> None:
    body = {**history("oo"), "statsDateRange": {"start": at(), "end": at(hours=1)}}
    assert process(body)["start"] is None


def test_an_unknown_granularity_falls_back_to_the_points() -> None:
    assert process(history("oooo", dated=False), "fortnights", 2)["period_s"] == 3600


def test_a_huge_limit_starts_at_the_first_day() -> None:
    stats = process(history("oooo", dated=False), "days", 10**9)
    assert stats["start"] == "0001-01-01T00:00:00+00:00"


def test_models_in_any_order_and_with_any_state() -> None:
    stats = parse_online_stats(history("oxoo"))
    shuffled = OnlineStats(start=stats.start, end=stats.end, points=stats.points[::-1])
    assert process(shuffled) == process(history("oxoo"))
    odd = StatePoint(timestamp=datetime(2026, 5, 18, 6, tzinfo=UTC), state="sideways")
    assert process(OnlineStats(points=(odd,)))["uptime_pct"] is None


def test_two_points_of_one_moment_leave_the_later_one() -> None:
    body = history("oo")
    body["locationState"].insert(1, {**body["locationState"][1], "value": "offline"})
    assert process(body)["uptime_pct"] == 100


@pytest.mark.parametrize("states", ["oooo", "oxx-po", "-o-x", "?o?", "pppp"])
def test_segments_tell_the_same_story_as_the_totals(states: str) -> None:
    body = history(states)
    stats = process_online_stats(body, "hours", 3, now=NOW)
    segments = online_segments(body, stats)
    assert [s.end for s in segments[:-1]] == [s.start for s in segments[1:]]
    spent = {
        state: sum(s.seconds for s in segments if s.state == state)
        for state in ("online", "offline", "partial", "unknown")
    }
    assert spent == {state: stats[f"{state}_s"] for state in spent}  # type: ignore[literal-required]  # one key per state


def test_a_period_that_is_not_known_has_no_segments() -> None:
    assert online_segments(None, process_online_stats(None, "fortnights", 1)) == []
