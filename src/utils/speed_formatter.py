"""The /speed report: newest test against usual, trend, failures. Sentences, no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.finding_formatter import format_usual
from src.utils.markup import DASH, bold, escape
from src.utils.when import since_text, when
from src.utils.wording import count, number, rate

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.findings import Comparison, Usual
    from src.models.history import SpeedFigures, SpeedHistory

__all__ = ["format_speed_history"]

_TITLES = {
    "usual": "🟢 <b>As fast as usual</b>",
    "faster": "🟢 <b>Faster than usual</b>",
    "slower": "🟡 <b>Slower than usual</b>",
    "unknown": "⚪ <b>No usual speed yet</b>",
}


def format_speed_history(
    location_name: str | None,
    history: SpeedHistory | None,
    *,
    node_name: str | None = None,
    now: datetime | None = None,
) -> str:
    """Verdict, evidence, next step; None when the tests could not be read."""
    name = "".join(f" · {bold(part)}" for part in (location_name, node_name) if part)
    if history is None:
        return (
            f"⚪ <b>Speed tests could not be read</b>{name}\n"
            "Next: refresh, or ask again in a minute."
        )
    newest = history["newest"]
    if newest is None:
        return _without_result(name, history, now)
    lines = [
        f"{_TITLES[history['verdict']]}{name}",
        *_last_failed(history, now),
        "",
        *_newest(newest, history, now),
        _trend(history),
        _tests(history),
        "",
        _step(history),
    ]
    return "\n".join(lines).rstrip()


def _without_result(name: str, history: SpeedHistory, now: datetime | None) -> str:
    if not history["failed"]:
        return (
            f"⚪ <b>No speed tests in this period</b>{name}\nNext: run one while the home is quiet."
        )
    last = since_text(history["last_failed_at"], now, history["timezone"])
    return (
        f"🟠 <b>No speed test gave a result</b>{name}\n"
        f"{count(history['failed'], 'test')} failed, the last one {last}\n"
        "Next: look at /status: is the home online?"
    )


def _last_failed(history: SpeedHistory, now: datetime | None) -> list[str]:
    failed_at = history["last_failed_at"]
    if failed_at is None:
        return []
    return [f"⚠️ The very last test failed, {since_text(failed_at, now, history['timezone'])}"]


def _newest(newest: SpeedFigures, history: SpeedHistory, now: datetime | None) -> list[str]:
    ping = f"{number(newest['rtt_ms'])} ms" if newest["rtt_ms"] is not None else DASH
    return [
        f"<b>Newest</b>, {since_text(newest['at'], now, history['timezone'])}",
        f"↓ {_figure(newest['download_mbps'], history['usual_download'], history['download'])}",
        f"↑ {_figure(newest['upload_mbps'], history['usual_upload'], history['upload'])}",
        f"Ping {ping}",
    ]


def _figure(value: float | None, normal: Usual | None, beside: Comparison | None) -> str:
    if normal is None or beside is None:
        return escape(rate(value))
    return format_usual(value, normal, beside)


def _trend(history: SpeedHistory) -> str:
    trend, by = history["trend"], history["trend_pct"]
    if trend is None or by is None:
        return "<b>Trend</b>: too few tests to tell"
    if trend == "steady":
        return "<b>Trend</b>: download steady over the period"
    return f"<b>Trend</b>: download {abs(by):.0f}% {trend} in the later half of the period"


def _tests(history: SpeedHistory) -> str:
    zone = history["timezone"]
    total = history["tests"] + history["failed"]
    failed = f"{history['failed']} of them failed" if history["failed"] else "none failed"
    span = f"{when(history['start'], zone)} to {when(history['end'], zone)}"
    return f"<b>Tests</b>: {total}, {failed} ({span})"


def _step(history: SpeedHistory) -> str:
    if history["last_failed_at"] is not None:
        return "Next: look at /status: is the home online?"
    if history["verdict"] == "slower":
        return (
            "Next: run a test now; if it is slow as well, compare it with what the line is sold as."
        )
    if history["trend"] == "slower":
        return "Next: watch it, and look at /wan for what fills the line."
    return ""
