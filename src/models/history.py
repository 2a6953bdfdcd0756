"""What happened at a home: speed tests, reboots and alerts as sent, and speed tests as judged.

The shapes of these answers are the least documented ones of the cloud, so that they are looked
for by what their rows carry, wherever those hang.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from pydantic import AliasChoices, BeforeValidator, Field

from src.models.plume import (
    Id,
    PlumeModel,
    ShapeError,
    SpeedTest,
    Text,
    alert_labels,
    parse_moment,
    parse_number,
    read_list,
    tolerant_tuple,
    unwrap,
)

if TYPE_CHECKING:
    from src.models.findings import Comparison, Usual

__all__ = [
    "ActiveAlert",
    "HomeAlerts",
    "Reboot",
    "SpeedFigures",
    "SpeedHistory",
    "parse_home_alerts",
    "parse_reboots",
    "parse_speed_tests",
]

_SUCCEEDED = "succeeded"
_FAILED = "failed"
# Down and up of one test may be dated some seconds apart; tests of a node are hours apart.
_SAME_TEST = timedelta(minutes=5)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_SERIES = ("downloadSpeeds", "uploadSpeeds", "failedSpeedTests")


class Reboot(PlumeModel):
    """A node that started again. Reasons are words of the cloud, to be shown as they come."""

    at: Annotated[datetime, BeforeValidator(parse_moment)] = Field(
        validation_alias=AliasChoices("occurredAt", "timestamp", "rebootedAt", "at")
    )
    node_id: Text = Field(
        default=None, validation_alias=AliasChoices("nodeId", "serialNumber", "node_id")
    )
    reason: Text = None
    reboot_type: Text = None
    firmware_version: Text = None
    model: Text = None


class ActiveAlert(PlumeModel):
    """What is raised for one node or device. Only `poorHealth` is documented as a type."""

    id: Id = Field(validation_alias=AliasChoices("id", "nodeId", "mac", "serialNumber"))
    types: tuple[str, ...] = ()


class HomeAlerts(PlumeModel):
    """The active alerts of a home; what has none is not listed."""

    nodes: tuple[ActiveAlert, ...] = ()
    devices: tuple[ActiveAlert, ...] = ()


class SpeedFigures(TypedDict):
    """One test that worked: Mbit/s, milliseconds, ISO time."""

    download_mbps: float | None
    upload_mbps: float | None
    rtt_ms: float | None
    at: str | None


class SpeedHistory(TypedDict):
    """A node's speed tests over a period. None where there are too few tests to say."""

    tests: int  # that worked
    failed: int
    start: str | None  # of the first and of the last test, failed ones included
    end: str | None
    newest: SpeedFigures | None  # the newest that worked
    last_failed_at: str | None  # only when a failed test is the very newest
    usual_download: Usual | None  # without the newest; None where no test worked
    usual_upload: Usual | None
    download: Comparison | None  # the newest beside its usual
    upload: Comparison | None
    verdict: Literal["usual", "slower", "faster", "unknown"]  # of both together
    trend: Literal["faster", "slower", "steady"] | None  # download, second half against first
    trend_pct: float | None
    timezone: str | None


def parse_speed_tests(body: object) -> tuple[SpeedTest, ...]:
    """Tests, oldest first, from parallel series or from a list of objects; else ShapeError.

    Parallel series ({downloadSpeeds, uploadSpeeds, failedSpeedTests} of {timestamp, value}) are
    matched by time. A test that failed has the status "failed" and no figures.
    """
    inner = unwrap(body, "speedTestResults", "speedTests", "history")
    if isinstance(inner, Mapping) and any(name in inner for name in _SERIES):
        tests = [*_paired(inner), *_failed(inner.get("failedSpeedTests"))]
    elif inner is None or (isinstance(inner, Mapping) and inner.keys() <= {"statsDateRange"}):
        tests = []
    else:
        tests = list(_listed(inner))
    return tuple(sorted(tests, key=lambda test: test.at or _EARLIEST))


def _listed(inner: object) -> Iterator[SpeedTest]:
    """Tests that are objects. One with figures and without a status has succeeded."""
    for test in read_list(SpeedTest, _dated(inner)):
        figures = test.download is not None or test.upload is not None
        if test.status is None and figures:
            yield test.model_copy(update={"status": _SUCCEEDED})
        elif test.status is not None or figures or test.at is not None:
            yield test


def _dated(inner: object) -> object:
    """Rows whose only time is called `timestamp` get it as the start."""
    rows = [inner] if isinstance(inner, Mapping) else inner
    if not isinstance(rows, list | tuple):
        return rows
    return [
        {"startedAt": row.get("timestamp"), **row} if isinstance(row, Mapping) else row
        for row in rows
    ]


_Sample = tuple[datetime, float]


def _paired(series: Mapping[str, object]) -> Iterator[SpeedTest]:
    down, up = _samples(series.get("downloadSpeeds")), _samples(series.get("uploadSpeeds"))
    while down or up:
        first, second = (down[0] if down else None), (up[0] if up else None)
        together = first and second and abs(first[0] - second[0]) <= _SAME_TEST
        if first and second and not together:
            # The earlier one stands alone; the later one may still meet its own.
            first, second = (first, None) if first[0] < second[0] else (None, second)
        if first:
            down.pop(0)
        if second:
            up.pop(0)
        yield _test(first, second)


def _test(down: _Sample | None, up: _Sample | None) -> SpeedTest:
    some = down or up
    return SpeedTest(
        status=_SUCCEEDED,
        download=down[1] if down else None,
        upload=up[1] if up else None,
        started_at=some[0] if some else None,
    )


def _samples(rows: object) -> list[_Sample]:
    """(time, Mbit/s) of the rows that have both, in the order of time."""
    found = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping):
            value, at = parse_number(row.get("value")), parse_moment(row.get("timestamp"))
            if value is not None and at is not None:
                found.append((at, value))
    return sorted(found)


def _failed(rows: object) -> Iterator[SpeedTest]:
    dated = _dated(rows if isinstance(rows, list) else [])
    for test in tolerant_tuple(SpeedTest, dated):
        if test.at is not None:
            yield SpeedTest(status=_FAILED, started_at=test.started_at, ended_at=test.ended_at)


def parse_reboots(body: object) -> tuple[Reboot, ...]:
    """Reboots, oldest first, from a list or from lists by node; ShapeError when unreadable."""
    rows = list(_reboot_rows(body, None, depth=5))
    reboots = tolerant_tuple(Reboot, rows)
    if not reboots and not _says_none(body):
        raise ShapeError("no readable Reboot")
    return tuple(sorted(reboots, key=lambda reboot: reboot.at))


_REBOOT_TIMES = {"occurredAt", "timestamp", "rebootedAt"}


def _reboot_rows(value: object, node_id: object, depth: int) -> Iterator[Mapping[str, object]]:
    """Everything that is dated, with the node under which it hangs."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _reboot_rows(item, node_id, depth - 1)
    elif isinstance(value, Mapping):
        if value.keys() & _REBOOT_TIMES:
            yield {"nodeId": node_id, **value}
            return
        own = value.get("nodeId") or value.get("id") or node_id
        for item in value.values():
            yield from _reboot_rows(item, own, depth - 1)


def _says_none(body: object) -> bool:
    """Null, nothing, or an empty list under whatever name."""
    if isinstance(body, Mapping):
        return not body or any(_says_none(value) for value in body.values())
    return body is None or body == []


def parse_home_alerts(body: object) -> HomeAlerts:
    """{"nodes": [...], "devices": [...]}; items carry {id, alerts}, or {id, type} one by one.

    None is "no alerts"; ShapeError for anything without one of the two lists.
    """
    inner = unwrap(body, "alerts")
    if inner is None or inner == []:
        return HomeAlerts()
    if not isinstance(inner, Mapping) or not inner.keys() & {"nodes", "devices"}:
        raise ShapeError("no readable alerts")
    return HomeAlerts(nodes=_alerts(inner.get("nodes")), devices=_alerts(inner.get("devices")))


def _alerts(rows: object) -> tuple[ActiveAlert, ...]:
    """One item for each thing, whatever number of rows it has."""
    types: dict[str, list[str]] = {}
    for row in rows if isinstance(rows, list) else ():
        known = tolerant_tuple(ActiveAlert, [row])
        if known and isinstance(row, Mapping):
            # Without a list of alerts the row is one; its `name` would be that of the thing.
            labels = alert_labels(row.get("alerts", [row.get("type") or row.get("alertType")]))
            found = types.setdefault(known[0].id, [])
            found.extend(label for label in labels if label not in found)
    return tuple(ActiveAlert(id=one, types=tuple(found)) for one, found in types.items() if found)
