"""Speed tests, reboots and alerts in each shape that they may come in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models.history import parse_home_alerts, parse_reboots, parse_speed_tests
from src.models.plume import ShapeError
from tests.texts import texts


def at(minute: int, hour: int = 6) -> str:
    return f"2026-05-18T{hour:02}:{minute:02}:00.000Z"


def row(minute: int, value: object, hour: int = 6) -> dict[str, object]:
    return {"timestamp": at(minute, hour), "value": value}


def told(body: object) -> list[tuple[Any, ...]]:
    return [
        (test.at.strftime("%H:%M") if test.at else None, test.status, test.download, test.upload)
        for test in parse_speed_tests(body)
    ]


SPEEDS: list[tuple[Any, list[tuple[Any, ...]]]] = [
    # parallel series: matched by time, in whatever order they come
    (
        {
            "statsDateRange": {},
            "downloadSpeeds": [row(0, 480, 9), row(0, 470)],
            "uploadSpeeds": [row(0, 90), row(0, 95, 9)],
        },
        [("06:00", "succeeded", 470.0, 90.0), ("09:00", "succeeded", 480.0, 95.0)],
    ),
    # dated some seconds apart, the upload after the download
    (
        {
            "downloadSpeeds": [row(0, 470), row(0, 480, 9)],
            "uploadSpeeds": [row(1, 90), row(2, 95, 9)],
        },
        [("06:00", "succeeded", 470.0, 90.0), ("09:00", "succeeded", 480.0, 95.0)],
    ),
    # one series is shorter, or has a hole: the others are not shifted
    (
        {"downloadSpeeds": [row(0, 470), row(0, 480, 9)], "uploadSpeeds": [row(0, 95, 9)]},
        [("06:00", "succeeded", 470.0, None), ("09:00", "succeeded", 480.0, 95.0)],
    ),
    (
        {
            "downloadSpeeds": [row(0, None), row(0, 480, 9)],
            "uploadSpeeds": [row(0, 90), row(0, 95, 9)],
        },
        [("06:00", "succeeded", None, 90.0), ("09:00", "succeeded", 480.0, 95.0)],
    ),
    (
        {"downloadSpeeds": [row(0, 470)], "uploadSpeeds": None},
        [("06:00", "succeeded", 470.0, None)],
    ),
    ({"uploadSpeeds": [row(0, 90)]}, [("06:00", "succeeded", None, 90.0)]),
    # two tests within minutes, started by hand: first with first
    (
        {"downloadSpeeds": [row(0, 1), row(3, 2)], "uploadSpeeds": [row(0, 3), row(3, 4)]},
        [("06:00", "succeeded", 1.0, 3.0), ("06:03", "succeeded", 2.0, 4.0)],
    ),
    # failed ones have no figures, whatever they carry
    (
        {
            "downloadSpeeds": [],
            "failedSpeedTests": [
                {"timestamp": at(5)},
                {"startedAt": at(1), "download": 9},
                {"no": "time"},
                None,
            ],
        },
        [("06:01", "failed", None, None), ("06:05", "failed", None, None)],
    ),
    # rows that cannot be read are left out
    (
        {"downloadSpeeds": [row(0, "fast"), {"value": 3}, None, 7, row(1, "12.5")]},
        [("06:01", "succeeded", 12.5, None)],
    ),
    # a list of objects, bare or wrapped, newest first or not
    (
        [
            {"download": 480, "upload": 95, "startedAt": at(0, 9), "status": "succeeded"},
            {"download": 470, "upload": 90, "timestamp": at(0)},
        ],
        [("06:00", "succeeded", 470.0, 90.0), ("09:00", "succeeded", 480.0, 95.0)],
    ),
    (
        {"speedTestResults": [{"status": "failed", "endedAt": at(0)}]},
        [("06:00", "failed", None, None)],
    ),
    ({"items": [{"status": "running", "startedAt": at(0)}]}, [("06:00", "running", None, None)]),
    ({"data": [{"rtt": 5}, {"startedAt": at(0)}]}, [("06:00", None, None, None)]),
    # nothing
    (None, []),
    ([], []),
    ({}, []),
    ({"statsDateRange": {"start": at(0)}}, []),
    ({"downloadSpeeds": [], "uploadSpeeds": []}, []),
]


@pytest.mark.parametrize(("body", "expected"), SPEEDS)
def test_speed_tests(body: object, expected: list[tuple[Any, ...]]) -> None:
    assert told(body) == expected


@pytest.mark.parametrize("body", ["<html>", 5, [1, "x"], {"speedTestResults": 5}])
def test_unreadable_speed_tests(body: object) -> None:
    with pytest.raises(ShapeError):
        parse_speed_tests(body)


REBOOTS: list[tuple[Any, list[tuple[str, str | None, str | None]]]] = [
    (
        {
            "items": [
                {"occurredAt": at(9), "nodeId": "N2", "reason": "crash"},
                {"occurredAt": at(1), "nodeId": "N1", "reason": None},
            ]
        },
        [("06:01", "N1", None), ("06:09", "N2", "crash")],
    ),
    ([{"timestamp": at(1), "serialNumber": "N1"}], [("06:01", "N1", None)]),
    (
        {
            "nodes": [
                {"id": "N1", "count": 2, "reboots": [{"occurredAt": at(2)}, {"occurredAt": at(1)}]},
                {"nodeId": "N2", "reboots": []},
            ]
        },
        [("06:01", "N1", None), ("06:02", "N1", None)],
    ),
    ({"reboots": {"reboots": [{"rebootedAt": at(1)}]}}, [("06:01", None, None)]),
    ({"items": [{"occurredAt": "never"}, {"occurredAt": at(1)}]}, [("06:01", None, None)]),
    (None, []),
    ([], []),
    ({}, []),
    ({"items": []}, []),
    ({"count": 0, "reboots": []}, []),
]


@pytest.mark.parametrize(("body", "expected"), REBOOTS)
def test_reboots(body: object, expected: list[tuple[str, str | None, str | None]]) -> None:
    found = parse_reboots(body)
    assert [(r.at.strftime("%H:%M"), r.node_id, r.reason) for r in found] == expected


@pytest.mark.parametrize("body", ["<html>", 5, {"count": 3}, [{"x": 1}], [[[[[[at(1)]]]]]]])
def test_unreadable_reboots(body: object) -> None:
    with pytest.raises(ShapeError):
        parse_reboots(body)


ALERTS: list[tuple[Any, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]] = [
    (
        {"nodes": [{"id": "N1", "alerts": [{"type": "poorHealth"}]}], "devices": []},
        {"N1": ("poorHealth",)},
        {},
    ),
    (
        {"nodes": [{"nodeId": "N1", "alerts": ["poorHealth", {"name": "hot"}, "poorHealth"]}]},
        {"N1": ("poorHealth", "hot")},
        {},
    ),
    (
        {
            "alerts": {
                "nodes": None,
                "devices": [{"mac": "m1", "type": "a"}, {"mac": "m1", "alertType": "b"}],
            }
        },
        {},
        {"m1": ("a", "b")},
    ),
    ({"nodes": [{"id": "N1", "name": "Kitchen"}, {"id": "N2", "alerts": []}]}, {}, {}),
    ({"nodes": [{"type": "poorHealth"}, None, "x"]}, {}, {}),
    (None, {}, {}),
    ([], {}, {}),
    ({"alerts": []}, {}, {}),
]


@pytest.mark.parametrize(("body", "nodes", "devices"), ALERTS)
def test_alerts(
    body: object, nodes: dict[str, tuple[str, ...]], devices: dict[str, tuple[str, ...]]
) -> None:
    found = parse_home_alerts(body)
    assert {alert.id: alert.types for alert in found.nodes} == nodes
    assert {alert.id: alert.types for alert in found.devices} == devices


@pytest.mark.parametrize("body", ["<html>", 5, {}, {"error": 1}, [1]])
def test_unreadable_alerts(body: object) -> None:
    with pytest.raises(ShapeError):
        parse_home_alerts(body)


_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts(max_size=6)
    | st.sampled_from([at(1), at(2), "\ud800", "succeeded", "9999-12-31T23:59:59Z"])
)  # fmt: skip
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["downloadSpeeds", "uploadSpeeds", "failedSpeedTests", "timestamp", "value", "items",
             "startedAt", "download", "status", "occurredAt", "nodeId", "nodes", "alerts", "id"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=500)
@given(body=_json)
def test_anything_is_read_or_unreadable(body: object) -> None:
    for parse in (parse_speed_tests, parse_reboots, parse_home_alerts):
        try:
            found: Any = parse(body)
        except ShapeError:
            continue
        for model in found if isinstance(found, tuple) else (found,):
            assert model.model_dump_json()


@settings(max_examples=300)
@given(
    down=st.lists(st.tuples(st.integers(0, 59), st.floats(0, 1000)), max_size=8),
    up=st.lists(st.tuples(st.integers(0, 59), st.floats(0, 1000)), max_size=8),
)
def test_no_figure_of_the_series_is_lost_or_told_twice(
    down: list[tuple[int, float]], up: list[tuple[int, float]]
) -> None:
    body = {
        "downloadSpeeds": [row(minute, value) for minute, value in down],
        "uploadSpeeds": [row(minute, value) for minute, value in up],
    }
    tests = parse_speed_tests(body)
    downs = [test.download for test in tests if test.download is not None]
    ups = [test.upload for test in tests if test.upload is not None]
    assert sorted(downs) == sorted(value for _, value in down)
    assert sorted(ups) == sorted(value for _, value in up)
    assert [test.at for test in tests] == sorted(test.at for test in tests if test.at)
