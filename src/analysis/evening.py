"""Is the line busier in the evening than it usually is: the highest rates, evening by evening."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING

from src.analysis.line import calm_rows
from src.analysis.usual import compare, usual
from src.analysis.wan import wan_rows
from src.utils.thresholds import DEFAULT, Thresholds
from src.utils.timezones import from_local, to_local, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from src.analysis.wan import Consumption, WanRow
    from src.models.findings import EveningPeaks
    from src.models.plume import SpeedTest

__all__ = ["evening_peaks"]


def evening_peaks(
    wan: Consumption,
    speed_tests: Sequence[SpeedTest],
    timezone: str | None,
    *,
    now: datetime,
    limits: Thresholds = DEFAULT,
) -> EveningPeaks | None:
    """The last evening that is over, beside this home's usual evening; rates in Mbit/s.

    `wan` is the consumption of a week or more in intervals of an hour at most. None for a home
    without a known zone, whose evening nobody knows, and where no evening has enough figures.
    """
    rows, interval_s = wan_rows(wan, limits=limits)
    if zone(timezone) is None or interval_s > limits.busy_interval_max_s:
        return None
    calm = calm_rows(rows, interval_s, speed_tests)
    evenings = _evenings(calm, interval_s, timezone, now, limits)
    if not evenings:
        return None
    last = max(evenings)
    down = {at: _peak(row.down_max for row in found) for at, found in evenings.items()}
    up = {at: _peak(row.up_max for row in found) for at, found in evenings.items()}
    usual_down = usual(down.items(), last, timezone, limits=limits)
    usual_up = usual(up.items(), last, timezone, limits=limits)
    return {
        "at": last.isoformat(),
        "download_mbps": down[last],
        "upload_mbps": up[last],
        "usual_download": usual_down,
        "usual_upload": usual_up,
        "download": compare(down[last], usual_down),
        "upload": compare(up[last], usual_up),
        "timezone": usual_down["timezone"],
    }


def _evenings(
    rows: Iterable[WanRow],
    interval_s: int,
    timezone: str | None,
    now: datetime,
    limits: Thresholds,
) -> dict[datetime, list[WanRow]]:
    """When each evening began -> its intervals; only whole ones, with half of them reported."""
    found: dict[date, list[WanRow]] = defaultdict(list)
    for row in rows:
        local = to_local(row.at, timezone)
        inside = limits.evening_from_hour <= local.hour < limits.evening_to_hour
        if inside and (row.down_max is not None or row.up_max is not None):
            found[local.date()].append(row)
    hours = limits.evening_to_hour - limits.evening_from_hour
    least = hours * 3600 / interval_s / 2
    return {
        _at(day, limits.evening_from_hour, timezone): inside
        for day, inside in found.items()
        if len(inside) >= least and _at(day, limits.evening_to_hour, timezone) <= now
    }


def _at(day: date, hour: int, timezone: str | None) -> datetime:
    return from_local(datetime.combine(day, time(hour)), timezone)


def _peak(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
