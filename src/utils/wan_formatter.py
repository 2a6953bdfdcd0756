"""The WAN report as a message: what the line carried, when it was busiest, how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from src.utils.markup import bold, escape
from src.utils.when import when
from src.utils.wording import amount, percent, rate

if TYPE_CHECKING:
    from src.models.results import BusyHour, WanAnalysis, WanPeak

__all__ = ["format_wan_analysis"]

_LEVEL_WORDS = {"moderate": "busy", "high": "very busy"}


def format_wan_analysis(analysis: WanAnalysis, location_name: str | None = None) -> str:
    """Telegram HTML of `analyze_wan_stats`; one message, well below the limit."""
    name = f" · {bold(location_name)}" if location_name else ""
    if not analysis["has_data"]:
        return "\n".join(
            [
                f"⚪ <b>No usage data</b>{name}",
                "The cloud sent no figures for this line; that does not say whether it works.",
                "Next: look at the status of the home, or ask again in 15 minutes.",
            ]
        )
    return "\n".join(
        [
            f"📊 <b>Internet usage</b>{name}",
            _period(analysis),
            "",
            *_direction("Download", "↓", analysis),
            *_direction("Upload", "↑", analysis),
            "",
            *_busy(analysis),
            *_coverage(analysis),
        ]
    )


def _period(analysis: WanAnalysis) -> str:
    zone = analysis["timezone"]
    return f"{when(analysis['start'], zone)} to {when(analysis['end'], zone)}"


def _direction(word: str, arrow: str, analysis: WanAnalysis) -> list[str]:
    down = word == "Download"
    total = analysis["total_download_mb" if down else "total_upload_mb"]
    mean = analysis["mean_download_mbps" if down else "mean_upload_mbps"]
    p95 = analysis["p95_download_mbps" if down else "p95_upload_mbps"]
    peak = analysis["peak_download" if down else "peak_upload"]
    return [
        f"{arrow} <b>{word}</b>: {escape(amount(total))} in total",
        f"    mean {escape(rate(mean))}, 95% of the time at most {escape(rate(p95))}",
        f"    peak {_peak(peak, analysis['timezone'])}",
    ]


def _peak(peak: WanPeak | None, zone: str) -> str:
    if peak is None:
        return "not reported"
    return f"{escape(rate(peak['mbps']))} on {when(peak['at'], zone)}"


def _busy(analysis: WanAnalysis) -> list[str]:
    hours = analysis["busy_hours"]
    if not hours:
        return ["No hour of the day stands out."]
    zone = "the home's time" if analysis["timezone_known"] else "UTC, the home's zone is unknown"
    return [f"<b>Busiest hours</b> ({zone})", *(_busy_line(hour) for hour in hours)]


def _busy_line(entry: BusyHour) -> str:
    hour = entry["hour"]
    # Cut, not rounded: what is shown as 2.0 times is never less.
    times = f"{math.floor(entry['times_mean'] * 10) / 10} times the mean"
    return (
        f"• {hour:02}:00–{(hour + 1) % 24:02}:00 {_LEVEL_WORDS[entry['level']]}: "
        f"{escape(rate(entry['mean_mbps']))}, {times}"
    )


def _coverage(analysis: WanAnalysis) -> list[str]:
    """Gaps are stated, since totals and means only cover what was reported."""
    missing = analysis["intervals"] - analysis["intervals_with_data"]
    if not missing:
        return []
    share = percent(analysis["coverage_pct"])
    verb = "has" if missing == 1 else "have"
    gaps = f"{missing} of {analysis['intervals']} intervals {verb} no data"
    return ["", f"⚠️ Figures cover {share} of the period: {gaps}, as when a home is offline."]
