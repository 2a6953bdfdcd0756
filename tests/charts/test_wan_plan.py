"""The picture of the line's use, looked at before it is drawn: gaps, peaks, scale, capacity."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.wan import analyze_wan_stats
from src.charts.timeline import unix
from src.charts.wan_plan import plan_wan
from src.models.plume import parse_moment, parse_wan_stats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.pictures import Run, WanPanel, WanPicture

START = datetime(2026, 5, 17, 18, 40, tzinfo=UTC)
STEP = 900
Figures = dict[str, float | None]
ORDINARY: Figures = {"rxMbytes": 112.5, "txMbytes": 11.25, "rxMaxMbps": 20.0, "txMaxMbps": 5.0}


def day(
    changes: Mapping[int, Figures | None] | None = None, count: int = 96, step: int = STEP
) -> list[dict[str, Any]]:
    """Ordinary intervals; a change replaces figures of one, None leaves it out."""
    points = []
    for index in range(count):
        change = (changes or {}).get(index, {})
        if change is not None:
            moment = START + timedelta(seconds=step * index)
            points.append({"timestamp": moment.isoformat(), **ORDINARY, **change})
    return points


def plan(points: Sequence[dict[str, Any]], **options: Any) -> WanPicture:
    stats = parse_wan_stats({"fifteenMins": points})
    analysis = analyze_wan_stats(stats, timezone=options.get("timezone"))
    found = plan_wan(stats, analysis, name="Home", **options)
    assert found is not None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def slots(runs: Sequence[Run], picture: WanPicture) -> dict[int, float]:
    """Values by the number of their slot."""
    start, slot_s = picture["axis"]["start"], picture["slot_s"]
    return {
        (run["start"] - start) // slot_s + index: value
        for run in runs
        for index, value in enumerate(run["values"])
    }


def empty_slots(panel: WanPanel, picture: WanPicture) -> set[int]:
    start, slot_s = picture["axis"]["start"], picture["slot_s"]
    return {
        number
        for gap in panel["gaps"]
        for number in range((gap["start"] - start) // slot_s, (gap["end"] - start) // slot_s)
    }


def test_a_whole_day_is_one_run_without_gaps() -> None:
    picture = plan(day(), timezone="Europe/Stockholm")
    down, up = picture["panels"]
    assert (picture["axis"]["start"], picture["axis"]["end"]) == (
        unix(START),
        unix(START) + 96 * STEP,
    )
    assert [len(run["values"]) for run in down["mean"]] == [96]
    assert down["mean"][0]["values"][0] == pytest.approx(1.0)
    assert up["mean"][0]["values"][0] == pytest.approx(0.1)
    assert (down["gaps"], up["gaps"]) == ([], [])
    assert [panel["heading"] for panel in picture["panels"]] == [
        "↓ Download, Mbit/s",
        "↑ Upload, Mbit/s",
    ]
    assert picture["axis"]["note"] == "Time at the home, CEST"


def test_gaps_stay_open_whether_intervals_are_missing_or_empty() -> None:
    nothing: Figures = dict.fromkeys(ORDINARY)
    picture = plan(day({10: None, 11: None, 12: nothing, 40: None, 41: nothing, 80: nothing}))
    for panel in picture["panels"]:
        expected = {10, 11, 12, 40, 41, 80}
        assert empty_slots(panel, picture) == expected
        assert set(slots(panel["mean"], picture)) == set(range(96)) - expected
        assert set(slots(panel["most"], picture)) == set(range(96)) - expected
        assert [len(run["values"]) for run in panel["mean"]] == [10, 27, 38, 15]
    assert "Hatched: no data" in picture["legend"]


def test_an_interval_of_which_one_figure_is_missing_is_no_gap() -> None:
    picture = plan(day({5: {"rxMbytes": None}, 6: {"rxMaxMbps": None}, 7: {"txMbytes": None}}))
    down, up = picture["panels"]
    assert set(range(96)) - set(slots(down["mean"], picture)) == {5}
    assert set(range(96)) - set(slots(down["most"], picture)) == {6}
    assert set(range(96)) - set(slots(up["mean"], picture)) == {7}
    assert (down["gaps"], up["gaps"]) == ([], [])
    assert "Hatched" not in picture["legend"]


def test_a_direction_that_is_not_reported_is_all_gap() -> None:
    silent: Figures = {"txMbytes": None, "txMaxMbps": None}
    picture = plan(day(dict.fromkeys(range(96), silent)))
    down, up = picture["panels"]
    assert (down["gaps"], empty_slots(up, picture)) == ([], set(range(96)))
    assert (up["mean"], up["most"], up["peak"], up["top"]) == ([], [], None, 1.0)
    assert picture["verdict"] == "Peak ↓ 20 Mbit/s"


def test_zero_is_drawn_and_is_no_gap() -> None:
    picture = plan(day(dict.fromkeys(range(96), dict.fromkeys(ORDINARY, 0.0))))
    for panel in picture["panels"]:
        assert slots(panel["mean"], picture) == dict.fromkeys(range(96), 0.0)
        assert (panel["gaps"], panel["peak"], panel["top"]) == ([], None, 1.0)
    assert picture["verdict"] == "No peak reported"


def test_peaks_stand_where_they_were() -> None:
    picture = plan(
        day({30: {"rxMaxMbps": 423.04}, 7: {"txMaxMbps": 31.0}}), timezone="Europe/Stockholm"
    )
    down, up = picture["panels"]
    assert down["peak"] == {
        "at": unix(START) + 30 * STEP,
        "mbps": 423.04,
        "label": "423 at 04:10",
    }
    assert up["peak"] == {"at": unix(START) + 7 * STEP, "mbps": 31.0, "label": "31 at 22:25"}
    assert slots(down["most"], picture)[30] == 423.04
    assert picture["verdict"] == "Peak ↓ 423 Mbit/s, ↑ 31 Mbit/s"


CAPACITIES = [
    # down figure, proven, inside, words of the verdict
    (423.0, 500.0, True, "(84% of the line)"),
    (499.9, 500.0, True, "(99% of the line)"),
    (620.0, 500.0, True, "(124% of the line)"),
    (125.0, 500.0, True, "(25% of the line)"),
    (124.0, 500.0, False, "(24% of the line)"),
    (40.0, 5_000.0, False, "(under 1% of the line)"),
]


@pytest.mark.parametrize(("peak", "proven", "inside", "words"), CAPACITIES)
def test_the_proven_capacity_is_a_line_or_at_least_words(
    peak: float, proven: float, inside: bool, words: str
) -> None:
    picture = plan(day({30: {"rxMaxMbps": peak}}), capacity=(proven, None))
    down, up = picture["panels"]
    assert down["capacity"] is not None
    assert (down["capacity"]["mbps"], down["capacity"]["inside"]) == (proven, inside)
    assert ("above this scale" in down["capacity"]["label"]) is not inside
    assert down["top"] > (max(peak, proven) if inside else peak)
    assert words in picture["verdict"]
    assert up["capacity"] is None


@pytest.mark.parametrize("capacity", [None, (None, None), (0.0, -1.0), (1e-300, float("inf"))])
def test_without_speed_tests_no_capacity_is_claimed(
    capacity: tuple[float | None, float | None] | None,
) -> None:
    picture = plan(day(), capacity=capacity)
    assert [panel["capacity"] for panel in picture["panels"]] == [None, None]
    assert "%" not in picture["verdict"]


@pytest.mark.parametrize(
    ("peak", "labels"),
    [
        (0.4, ["0", "0.5", "1"]),
        (5.0, ["0", "2", "4"]),
        (20.0, ["0", "10", "20"]),
        (423.0, ["0", "200", "400"]),
        (489.0, ["0", "200", "400"]),
        (940.0, ["0", "500", "1000"]),
        (2400.0, ["0", "1000", "2000"]),
    ],
)
def test_levels_are_round_different_and_inside(peak: float, labels: list[str]) -> None:
    quiet: Figures = {"rxMbytes": 0.0, "rxMaxMbps": 0.0}
    points = day(dict.fromkeys(range(96), quiet) | {3: {"rxMaxMbps": peak}})
    down = plan(points)["panels"][0]
    assert [mark["label"] for mark in down["marks"]] == labels
    assert all(mark["mbps"] <= down["top"] for mark in down["marks"])


def test_a_week_keeps_its_quarter_hours_and_a_month_is_summed_up() -> None:
    week = plan(day(count=672))
    assert (week["slot_s"], len(slots(week["panels"][0]["mean"], week))) == (900, 672)
    changes: dict[int, Figures | None] = {1000: {"rxMaxMbps": 300.0}, 2001: {"rxMbytes": 450.0}}
    changes |= dict.fromkeys([*range(400, 404), 500], None)
    month = plan(day(changes, count=2880), timezone="Europe/Stockholm")
    down = month["panels"][0]
    assert (month["slot_s"], month["axis"]["end"]) == (3600, unix(START) + 2880 * STEP)
    # An hour is the mean of its means and the most of its maxima; one of four missing is no gap.
    assert slots(down["most"], month)[250] == 300.0
    assert slots(down["mean"], month)[500] == pytest.approx(1.75)
    assert slots(down["mean"], month)[125] == pytest.approx(1.0)
    assert empty_slots(down, month) == {100}
    peak = down["peak"]
    assert peak is not None
    assert (peak["at"], peak["label"]) == (unix(START) + 1000 * STEP, "300 at 28 May 06:40")
    assert "mean of 1 h" in month["legend"]


def test_clocks_that_are_off_by_seconds_make_no_gaps() -> None:
    points = day()
    for index, point in enumerate(points):
        shifted = parse_moment(point["timestamp"])
        assert shifted is not None
        point["timestamp"] = (shifted + timedelta(seconds=(index + 2) % 3)).isoformat()
    picture = plan(points)
    assert picture["panels"][0]["gaps"] == []
    assert picture["panels"][1]["gaps"] == []


def test_nothing_to_draw_is_no_picture() -> None:
    silent = day(dict.fromkeys(range(96), dict.fromkeys(ORDINARY)))
    for points in ([], silent):
        stats = parse_wan_stats({"fifteenMins": points})
        assert plan_wan(stats, analyze_wan_stats(stats), name="Home") is None
    assert plan_wan(None, analyze_wan_stats(None), name="Home") is None


figures = st.fixed_dictionaries(
    dict.fromkeys(ORDINARY, st.none() | st.floats(-10, 3_000, allow_nan=False))
)


@given(
    intervals=st.dictionaries(st.integers(0, 3_000), figures, min_size=1, max_size=40),
    capacity=st.none() | st.tuples(st.none() | st.floats(0, 5_000), st.none()),
)
def test_every_slot_is_drawn_or_open_and_nothing_leaves_the_panel(
    intervals: dict[int, Figures], capacity: tuple[float | None, float | None] | None
) -> None:
    points = [
        {"timestamp": (START + timedelta(seconds=STEP * index)).isoformat(), **values}
        for index, values in intervals.items()
    ]
    stats = parse_wan_stats({"fifteenMins": points})
    picture = plan_wan(stats, analyze_wan_stats(stats), name="Home", capacity=capacity)
    if picture is None:
        return
    axis, slot_s = picture["axis"], picture["slot_s"]
    count = (axis["end"] - axis["start"]) // slot_s
    assert 1 <= count <= 800
    for panel in picture["panels"]:
        mean, most = slots(panel["mean"], picture), slots(panel["most"], picture)
        assert set(mean) | set(most) | empty_slots(panel, picture) == set(range(count))
        assert not (set(mean) | set(most)) & empty_slots(panel, picture)
        assert all(0 <= value <= panel["top"] for value in [*mean.values(), *most.values()])
        peak = panel["peak"]
        if peak is not None:
            assert most[(peak["at"] - axis["start"]) // slot_s] == peak["mbps"]
            assert peak["mbps"] == max(most.values())
        labels = [mark["label"] for mark in cast("Any", panel["marks"])]
        assert len(labels) == len(set(labels)) >= 2
