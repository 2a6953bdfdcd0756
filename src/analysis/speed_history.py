"""A node's speed tests over a period: the newest beside its usual, the trend, how many failed."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Literal

from src.analysis.usual import compare, speed_values, usual
from src.utils.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from src.models.findings import Comparison, Usual
    from src.models.history import SpeedFigures, SpeedHistory
    from src.models.plume import SpeedTest

    Dated = tuple[datetime, SpeedTest]

__all__ = ["analyze_speed_history"]

_FAILED = frozenset({"failed", "failure", "fail", "error", "timeout", "aborted"})


def analyze_speed_history(
    tests: Iterable[SpeedTest], timezone: str | None = None, *, limits: Thresholds = DEFAULT
) -> SpeedHistory:
    """What the tests say; order does not matter, tests without a moment are left out.

    A test with a status that is neither success nor failure counts as neither.
    """
    dated = sorted(((test.at, test) for test in tests if test.at), key=lambda item: item[0])
    done = [item for item in dated if _has_status(item[1], {"succeeded"})]
    failed = [item for item in dated if _has_status(item[1], _FAILED)]
    newest = done[-1] if done else None
    down = _beside_usual(done, "download", timezone, limits)
    up = _beside_usual(done, "upload", timezone, limits)
    trend_pct = _trend_pct(done, limits)
    known = sorted([*done, *failed], key=lambda item: item[0])
    return {
        "tests": len(done),
        "failed": len(failed),
        "start": known[0][0].isoformat() if known else None,
        "end": known[-1][0].isoformat() if known else None,
        "newest": _figures(newest),
        "last_failed_at": _later(failed, newest),
        "usual_download": down[0] if down else None,
        "usual_upload": up[0] if up else None,
        "download": down[1] if down else None,
        "upload": up[1] if up else None,
        "verdict": _verdict(*(side[1]["verdict"] for side in (down, up) if side)),
        "trend": _trend_word(trend_pct, limits),
        "trend_pct": trend_pct,
        "timezone": timezone,
    }


def _has_status(test: SpeedTest, words: Iterable[str]) -> bool:
    return (test.status or "").lower() in words


def _figures(newest: Dated | None) -> SpeedFigures | None:
    if newest is None:
        return None
    at, test = newest
    return {
        "download_mbps": test.download,
        "upload_mbps": test.upload,
        "rtt_ms": test.rtt,
        "at": at.isoformat(),
    }


def _later(failed: Sequence[Dated], newest: Dated | None) -> str | None:
    """The newest failed test, unless one that worked came after it."""
    if not failed or (newest is not None and failed[-1][0] <= newest[0]):
        return None
    return failed[-1][0].isoformat()


def _beside_usual(
    done: Sequence[Dated],
    figure: Literal["download", "upload"],
    timezone: str | None,
    limits: Thresholds,
) -> tuple[Usual, Comparison] | None:
    """The newest test beside those around its own time of day."""
    if not done:
        return None
    at, test = done[-1]
    normal = usual(
        speed_values((test for _, test in done[:-1]), figure), at, timezone, limits=limits
    )
    return normal, compare(test.download if figure == "download" else test.upload, normal)


def _verdict(*sides: str) -> Literal["usual", "slower", "faster", "unknown"]:
    """Slow in one direction is slow; fast counts only when nothing is slow."""
    if "below" in sides:
        return "slower"
    if "above" in sides:
        return "faster"
    return "usual" if "usual" in sides else "unknown"


def _trend_pct(done: Sequence[Dated], limits: Thresholds) -> float | None:
    """Median download of the second half of the time against the first half, in percent."""
    values = [(at, test.download) for at, test in done if test.download is not None]
    if not values:
        return None
    middle = values[0][0] + (values[-1][0] - values[0][0]) / 2
    first = [value for at, value in values if at < middle]
    second = [value for at, value in values if at >= middle]
    if min(len(first), len(second)) < max(1, limits.speed_trend_tests_least):
        return None
    before, after = statistics.median(first), statistics.median(second)
    return 100 * (after - before) / before if before > 0 else None


def _trend_word(
    trend_pct: float | None, limits: Thresholds
) -> Literal["faster", "slower", "steady"] | None:
    if trend_pct is None:
        return None
    if abs(trend_pct) <= limits.speed_trend_pct:
        return "steady"
    return "faster" if trend_pct > 0 else "slower"
