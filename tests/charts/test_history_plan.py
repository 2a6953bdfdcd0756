"""The picture of the online history before it is drawn: states, outages, unknown time."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.charts.history_plan import plan_history
from src.charts.timeline import unix
from src.models.plume import parse_online_stats
from src.utils.stats_processor import process_online_stats
from tests.samples import NOW, history

if TYPE_CHECKING:
    from src.models.pictures import HistoryLane, HistoryPicture

STEP = 900


def plan(states: str, timezone: str | None = None, **options: Any) -> HistoryPicture | None:
    """The picture of states as letters (see `history`), a quarter of an hour each, up to NOW."""
    stats = parse_online_stats(history(states, **options))
    processed = process_online_stats(stats, "hours", 24, now=NOW)
    picture = plan_history(stats, processed, name="Home", timezone=timezone)
    assert json.loads(json.dumps(picture)) == picture
    return picture


def drawn(states: str, **options: Any) -> dict[str, HistoryLane]:
    picture = plan(states, **options)
    assert picture is not None
    return {lane["state"]: lane for lane in picture["lanes"]}


def quarters(lane: HistoryLane, states: str) -> set[int]:
    """The numbers of the quarter hours that the lane covers."""
    start = unix(NOW) - STEP * len(states)
    return {
        number
        for band in lane["bands"]
        for number in range(
            round((band["start"] - start) / STEP), round((band["end"] - start) / STEP)
        )
    }


def test_each_state_has_a_lane_and_its_own_time() -> None:
    # A state holds for two steps at most, so two of the four silent quarters are unknown.
    states = "oooxxpo----oo"
    lanes = drawn(states)
    assert list(lanes) == ["online", "partial", "offline", "unknown"]
    assert quarters(lanes["online"], states) == {0, 1, 2, 6, 7, 11, 12}
    assert quarters(lanes["partial"], states) == {5}
    assert quarters(lanes["offline"], states) == {3, 4}
    assert quarters(lanes["unknown"], states) == {8, 9, 10}
    assert lanes["unknown"]["word"] == "No data"


def test_a_good_day_has_an_empty_offline_lane_and_says_so() -> None:
    picture = plan("oooooooo")
    assert picture is not None
    assert [(lane["state"], bool(lane["bands"])) for lane in picture["lanes"]] == [
        ("online", True),
        ("offline", False),
    ]
    assert (picture["verdict"], picture["legend"]) == ("Excellent: 100% online, no outage", "")


@pytest.mark.parametrize(
    ("states", "verdict", "legend"),
    [
        ("ooxo", "Critical: 75% online, 1 outage of 15 min", ""),
        ("oxoxxoooo", "Critical: 66.6% online, 2 outages, longest 30 min", ""),
        (
            "ooo-----o",
            "Excellent: 100% online, no outage",
            "No data for 1 h: neither online nor offline",
        ),
        ("xxxx", "Critical: 0% online, 1 outage of 1 h", ""),
    ],
)
def test_the_verdict_is_in_words(states: str, verdict: str, legend: str) -> None:
    picture = plan(states)
    assert picture is not None
    assert (picture["verdict"], picture["legend"]) == (verdict, legend)


def test_outages_carry_their_length_over_their_middle() -> None:
    states = "o" * 20 + "xxxx" + "o" * 40 + "xx" + "o" * 30
    labels = drawn(states)["offline"]["labels"]
    start = unix(NOW) - STEP * len(states)
    assert labels == [
        {"at": start + 22 * STEP, "text": "1 h"},
        {"at": start + 65 * STEP, "text": "30 min"},
    ]


def test_an_outage_that_goes_on_says_so_inside_of_the_picture() -> None:
    picture = plan("o" * 90 + "xx")
    assert picture is not None
    (label,) = picture["lanes"][1]["labels"]
    assert label["text"] == "30 min so far"
    assert label["at"] < picture["axis"]["end"] - 4 * STEP


def test_only_the_longest_outages_are_labelled_and_labels_keep_apart() -> None:
    states = (
        "o" * 10 + "x" + "o" * 20 + "xxx" + "o" + "x" + "o" * 30 + "xx" + "o" * 10 + "xxxx" + "oo"
    )
    labels = drawn(states)["offline"]["labels"]
    assert [label["text"] for label in labels] == ["45 min", "30 min", "1 h"]
    flapping = drawn("xo" * 48)["offline"]["labels"]
    assert 1 <= len(flapping) <= 3
    distances = [b["at"] - a["at"] for a, b in pairwise(flapping)]
    assert all(distance > 0.1 * 96 * STEP for distance in distances)


def test_unreadable_values_are_no_data() -> None:
    lanes = drawn("oo??oo")
    assert quarters(lanes["unknown"], "oo??oo") == {2, 3}
    assert lanes["offline"]["bands"] == []


@pytest.mark.parametrize("states", ["", "????", "----"])
def test_nothing_known_is_no_picture(states: str) -> None:
    assert plan(states) is None


def test_no_period_is_no_picture() -> None:
    assert plan_history(None, process_online_stats(None, "weeks", 1), name="Home") is None


@pytest.mark.parametrize(
    ("timezone", "note"),
    [
        ("Asia/Kathmandu", "Time at the home, UTC+5:45"),
        (None, "UTC: the home's time zone is not known"),
    ],
)
def test_the_axis_is_in_the_time_of_the_home(timezone: str | None, note: str) -> None:
    picture = plan("oooo", timezone=timezone)
    assert picture is not None
    assert picture["axis"]["note"] == note
    assert (picture["axis"]["start"], picture["axis"]["end"]) == (unix(NOW) - 3600, unix(NOW))


@given(st.text("ox?p-", min_size=1, max_size=120))
def test_the_lanes_fill_the_period_without_overlap(states: str) -> None:
    picture = plan(states)
    if picture is None:
        return
    bands = sorted(
        (band["start"], band["end"]) for lane in picture["lanes"] for band in lane["bands"]
    )
    axis = picture["axis"]
    assert (bands[0][0], bands[-1][1]) == (axis["start"], axis["end"])
    assert all(before[1] == after[0] for before, after in pairwise(bands))
    labels = [label for lane in picture["lanes"] for label in lane["labels"]]
    assert len(labels) <= 3
    assert all(axis["start"] <= label["at"] <= axis["end"] for label in labels)


def test_the_picture_stays_the_same_until_there_is_a_pixel_more_to_see() -> None:
    """Who asks again a moment later gets the picture that Telegram has already."""
    points = parse_online_stats(history("o" * 96)).model_copy(update={"start": None, "end": None})

    def after(seconds: int) -> HistoryPicture | None:
        processed = process_online_stats(points, "hours", 24, now=NOW + timedelta(seconds=seconds))
        return plan_history(points, processed, name="Home")

    assert after(1) == after(55) != after(241)


def test_what_has_just_begun_is_on_the_picture() -> None:
    points = parse_online_stats(history("o" * 95 + "x"))
    now = NOW - timedelta(seconds=STEP - 10)
    processed = process_online_stats(points, "hours", 24, now=now)
    picture = plan_history(points, processed, name="Home")
    assert picture is not None
    (offline,) = [lane["bands"] for lane in picture["lanes"] if lane["state"] == "offline"]
    assert offline[-1]["end"] == picture["axis"]["end"] >= unix(now)
