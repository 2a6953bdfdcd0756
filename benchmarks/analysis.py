"""What the analysis of a day, a month and a year of quarter hours costs, and what numpy finds.

numpy is no part of the bot: here it says on the same data whether the figures are right, and how
long they take in compiled code. Most of the bot's time is reading: rows may lack anything.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

import plume_api_client as plume
from benchmarks.stand import Row, median
from src.models.plume import parse_wan_stats

if TYPE_CHECKING:
    from collections.abc import Callable

SPANS = (("a day", 96), ("a month", 30 * 96), ("a year", 365 * 96))
REPEATS = 5
_QUARTER = timedelta(minutes=15)
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


async def analysis() -> list[Row]:
    """Milliseconds of reading and of analysis, beside numpy's on the same numbers."""
    return [_span(name, points) for name, points in SPANS]


def _span(name: str, points: int) -> Row:
    random = np.random.default_rng(7)
    down, up = random.gamma(2.0, 600.0, points), random.gamma(2.0, 90.0, points)
    body = {"wanStats": {"fifteenMins": [_row(i, down[i], up[i]) for i in range(points)]}}
    read_ms, stats = _timed(lambda: parse_wan_stats(body))
    spent_ms, found = _timed(lambda: plume.analyze_wan_stats(stats))
    numpy_ms, beside = _timed(lambda: _by_numpy(down))
    ours = found["mean_download_mbps"] or 0.0
    return {
        "span": name,
        "points": points,
        "read ms": round(read_ms, 1),
        "analyse ms": round(spent_ms, 1),
        "numpy ms": round(numpy_ms, 2),
        "mean Mbit/s": round(ours, 3),
        "numpy's": round(beside["mean"], 3),
    }


def _row(number: int, down: float, up: float) -> dict[str, Any]:
    return {
        "timestamp": (_BEGIN + number * _QUARTER).isoformat(),
        "rxMbytes": float(down),
        "txMbytes": float(up),
        "rxMaxMbps": float(down) * 8 / 900 * 3,
        "txMaxMbps": float(up) * 8 / 900 * 3,
    }


def _by_numpy(megabytes: Any) -> dict[str, float]:
    """Mean, percentile and busiest hours, as compiled code finds them."""
    rates = megabytes * 8 / _QUARTER.total_seconds()
    hours = rates[: rates.size // 96 * 96].reshape(-1, 24, 4).mean(axis=(0, 2))
    return {
        "mean": float(rates.mean()),
        "p95": float(np.percentile(rates, 95)),
        "peak": float(rates.max()),
        "busiest": float(hours.max()),
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(REPEATS):
        began = time.process_time()
        result = work()
        times.append((time.process_time() - began) * 1000)
    return median(times), result
