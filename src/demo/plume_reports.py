"""The reports of the embedded Plume cloud: a home's past, as its effects and its seed tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from src.demo import world_history as history
from src.demo.plume_errors import bad_request, invalid
from src.demo.plume_views import health_word
from src.demo.world_clock import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from src.demo.world_home import Home

__all__ = [
    "nodes_health",
    "online_stats",
    "outage_stats",
    "period_of",
    "qoe",
    "reboots",
    "speed_test_results",
    "wan_saturation",
    "wan_stats",
]

Json = dict[str, Any]
_QUARTER = history.QUARTER
_UNITS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
_MAX_UNITS = {"days": 400, "hours": 24 * 60, "minutes": 60 * 24 * 2}
# What one row covers, by the period of wanStats: only "daily" is documented.
_WAN_PERIODS = {
    "daily": ("fifteenMins", _QUARTER, 96),
    "weekly": ("hours", timedelta(hours=1), 168),
    "monthly": ("days", timedelta(days=1), 30),
}


def period_of(
    query: Mapping[str, str], now: datetime, *, need_limit: bool = False
) -> tuple[datetime, datetime, str]:
    """Start, end and unit of a report from `granularity`, `limit` and `start` (epoch ms).

    Refused: 422 for a value that is none, 400 for a `limit` that is missing where it is needed.
    """
    unit = query.get("granularity", "days")
    if unit not in _UNITS:
        raise invalid("granularity must be one of days, hours, minutes")
    if need_limit and "limit" not in query:
        raise bad_request("limit is a required argument")
    limit = whole_number(query, "limit", 1)
    if not 1 <= limit <= _MAX_UNITS[unit]:
        raise invalid(f"limit must be between 1 and {_MAX_UNITS[unit]}")
    length = limit * _UNITS[unit]
    if "start" not in query:
        return now - length, now, unit
    start = from_ms(query, "start")
    return start, min(start + length, now), unit


def whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of the query, refused with 422 when it is none."""
    try:
        return int(query.get(name, default))
    except ValueError:
        raise invalid(f"{name} must be a number") from None


def from_ms(query: Mapping[str, str], name: str) -> datetime:
    """An epoch-milliseconds parameter as a moment, refused with 422 when it is none."""
    try:
        return datetime.fromtimestamp(whole_number(query, name, 0) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise invalid(f"{name} must be a timestamp in milliseconds") from None


def wan_stats(home: Home, now: datetime, period: str | None) -> Json:
    """Consumption, newest first: a day in quarters of an hour, a week in hours, a month in days."""
    if period not in _WAN_PERIODS:
        raise invalid("period must be one of daily, weekly, monthly")
    key, step, rows = _WAN_PERIODS[period]
    last = history.floor_time(now, step)
    starts = (last - number * step for number in range(rows))
    return {key: [_wan_row(home, start, step, now) for start in starts]}


def _wan_row(home: Home, start: datetime, step: timedelta, now: datetime) -> Json:
    samples = [_wan_sample(home, quarter, now) for quarter in _quarters(start, start + step)]
    return {
        "timestamp": iso(start),
        "rxMbytes": _total(sample.rx_mb for sample in samples),
        "txMbytes": _total(sample.tx_mb for sample in samples),
        "rxMaxMbps": max(
            (s.rx_max_mbps for s in samples if s.rx_max_mbps is not None), default=None
        ),
        "txMaxMbps": max(
            (s.tx_max_mbps for s in samples if s.tx_max_mbps is not None), default=None
        ),
    }


def _wan_sample(home: Home, start: datetime, now: datetime) -> history.WanSample:
    return history.WanSample() if start >= now else home.traffic(start)


def _quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += _QUARTER


def _total(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 1) if known else None


def online_stats(home: Home, query: Mapping[str, str], now: datetime) -> Json:
    """The home's state, oldest first: a row a quarter of an hour, or a minute for "minutes".

    A row says online or offline when that held all the time, partial when both did, and null
    when the cloud had no measurements.
    """
    start, end, unit = period_of(query, now)
    step = _UNITS["minutes"] if unit == "minutes" else _QUARTER
    rows = []
    row_start = history.floor_time(start, step)
    while row_start < end and home.plan.onboarded:
        row_end = min(row_start + step, end)
        rows.append({"timestamp": iso(row_start), "value": home.online_word(row_start, row_end)})
        row_start += step
    return {"statsDateRange": {"start": iso(start), "end": iso(end)}, "locationState": rows}


def speed_test_results(
    home: Home,
    ordinal: int,
    query: Mapping[str, str],
    now: datetime,
    *,
    need_limit: bool = False,
) -> Json:
    """A node's speed tests as two parallel series; failed ones when they are asked for."""
    start, end, _ = period_of(query, now, need_limit=need_limit)
    runs = home.speed_tests(ordinal, start, end)[::-1]
    done = [run.sample for run in runs if run.sample is not None]
    body: Json = {
        "statsDateRange": {"start": iso(start), "end": iso(end)},
        "downloadSpeeds": [
            {"timestamp": iso(sample.started_at), "value": sample.download_mbps} for sample in done
        ],
        "uploadSpeeds": [
            {"timestamp": iso(sample.started_at), "value": sample.upload_mbps} for sample in done
        ],
    }
    if query.get("showFailedSpeedTests") == "true":
        failed = [run for run in runs if run.sample is None]
        body["failedSpeedTests"] = [{"timestamp": iso(run.started_at)} for run in failed]
    return body


_REBOOT_WORDS = {
    "POWER_CYCLE": "power loss",
    "UPGRADE": "firmware upgrade",
    "CRASH": "crash",
    "HEALTH_CHECK": "health check",
    "CLOUD": "requested",
}


def reboots(home: Home, query: Mapping[str, str], now: datetime) -> Json:
    """Reboots with their reasons, newest first; the last 24 hours when no start is given."""
    start = from_ms(query, "startAt") if "startAt" in query else now - timedelta(days=1)
    end = min(from_ms(query, "endAt") if "endAt" in query else now, now)
    limit = whole_number(query, "limit", 100)
    effects = home.events(start - timedelta(days=30), end, ("node", "power"))
    items = [
        item
        for effect in effects
        if effect.end is not None and start <= effect.end <= end
        for item in _reboot_items(home, effect, effect.end)
    ]
    wanted = query.get("nodeId")
    items = [item for item in items if wanted in {None, item["nodeId"]}]
    items.sort(key=lambda item: item["occurredAt"], reverse=query.get("order") != "asc")
    return {"items": items[: max(0, limit)]}


def _reboot_items(home: Home, effect: history.Effect, at: datetime) -> list[Json]:
    """One item for a node that started again, or one for each node after a power cut."""
    nodes = home.plan.nodes if effect.node is None else (home.plan.nodes[effect.node],)
    return [
        {
            "occurredAt": iso(at),
            "nodeId": node.id,
            "reason": _REBOOT_WORDS[effect.cause],
            "firmwareVersion": "6.4.0-41-example",
            "rebootType": effect.cause,
            "model": node.model,
        }
        for node in nodes
    ]


def wan_saturation(home: Home, now: datetime) -> Json:
    """How much of the line the last quarter of an hour used at most, in percent."""
    start = history.floor_time(now, _QUARTER) - _QUARTER
    sample = _wan_sample(home, start, now)
    return {
        "timestamp": iso(start),
        "rxMaxPercentage": _percent(sample.rx_max_mbps, home.plan.line.down_mbps),
        "txMaxPercentage": _percent(sample.tx_max_mbps, home.plan.line.up_mbps),
    }


def _percent(part: float | None, whole: float) -> float | None:
    return None if part is None else round(100 * part / whole, 1)


def qoe(home: Home, now: datetime) -> Json:
    """Quality of experience of what is connected, 0..5."""
    state = home.state(now)
    nodes = [
        {
            "id": node.plan.id,
            "score": round(node.score - 0.3, 1),
            "freqBand": "5G",
            "chWidthMhz": 80,
            "rssiDbm": -78 if node.weak else round(-85 + 6 * node.score),
            "interferencePercent": 31 if node.weak else 8,
            "snrDb": 16 if node.weak else 34,
        }
        for node in state.nodes
        if node.score is not None and node.plan.ordinal
    ]
    devices = [
        {
            "mac": device.plan.mac,
            "score": 2.1 if state.nodes[device.node].weak else 4.4,
            "freqBand": device.plan.band,
            "chWidthMhz": 80,
            "rssiDbm": -55,
            "interferencePercent": 9,
            "snrDb": 35,
        }
        for device in home.device_states(now)
        if device.node is not None and device.plan.band is not None
    ]
    return {"nodes": nodes, "devices": devices}


def nodes_health(home: Home, query: Mapping[str, str], now: datetime) -> Json:
    """Health of each node over time, in steps of 15 minutes or 3 hours."""
    for name in ("startDate", "endDate", "granularity"):
        if name not in query:
            raise bad_request(f"{name} is a required argument")
    steps = {"15m": _QUARTER, "3h": timedelta(hours=3)}
    step = steps.get(query["granularity"])
    if step is None:
        raise invalid("granularity must be one of 15m, 3h")
    try:
        start = datetime.strptime(query["startDate"], "%Y-%m-%d").replace(tzinfo=UTC)
        end = datetime.strptime(query["endDate"], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise invalid("dates are written YYYY-MM-DD") from None
    moments: list[datetime] = []
    moment, until = start, min(end + timedelta(days=1), now)
    while moment < until and len(moments) < 31 * 96:
        moments.append(moment)
        moment += step
    states = [home.state(moment) for moment in moments]
    return {
        "nodes": [
            {
                "id": node.id,
                "health": [
                    {
                        "timestamp": iso(state.at),
                        "value": None if score is None else health_word(score),
                    }
                    for state in states
                    for score in (state.nodes[node.ordinal].score,)
                ],
            }
            for node in home.plan.nodes
        ]
    }


def outage_stats(home: Home, query: Mapping[str, str], now: datetime) -> Json:
    """Outages between two moments, with their lengths in seconds."""
    for name in ("startTimestamp", "endTimestamp", "type"):
        if name not in query:
            raise bad_request(f"{name} is a required argument")
    if query["type"] not in {"monthly", "yearly"}:
        raise invalid("type must be one of monthly, yearly")
    start, end = from_ms(query, "startTimestamp"), min(from_ms(query, "endTimestamp"), now)
    spans = home.dark_spans(start, end)
    total = sum((two - one).total_seconds() for one, two in spans)
    body: Json = {"count": len(spans), "totalSeconds": round(total)}
    if query.get("countOnly") != "true":
        body["outages"] = [{"startedAt": iso(one), "endedAt": iso(two)} for one, two in spans]
    return body
