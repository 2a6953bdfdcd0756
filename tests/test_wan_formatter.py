"""The usage message: totals, means and peaks in people's units, gaps and zone stated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from src.analysis.wan import analyze_wan_stats
from src.utils.markup import clean
from src.utils.wan_formatter import format_wan_analysis
from tests.samples import NOW, Body, wan_point
from tests.telegram_rules import NASTY, shown


def message(points: list[Body] | None, name: str | None = "Home", **options: Any) -> str:
    body = {"fifteenMins": points} if points is not None else None
    return shown(format_wan_analysis(analyze_wan_stats(body, **options), name))


def test_a_day_with_a_busy_evening() -> None:
    points = [wan_point(15 * i) for i in range(1, 97) if i != 60]
    for point in points:
        hour = datetime.fromisoformat(point["timestamp"]).hour
        point["rxMbytes"] = {18: 2250.0, 19: 450.0}.get(hour, 112.5)
    points[3]["rxMaxMbps"] = 486.2
    assert message(points, timezone="Europe/Stockholm") == (
        "📊 Internet usage · Home\n"
        "17 May 2026 08:42 CEST to 18 May 2026 08:42 CEST\n"
        "\n"
        "↓ Download: 20.6 GB in total\n"
        "    mean 1.9 Mbit/s, 95% of the time at most 4 Mbit/s\n"
        "    peak 486 Mbit/s on 18 May 2026 07:42 CEST\n"
        "↑ Upload: 1.1 GB in total\n"
        "    mean 0.1 Mbit/s, 95% of the time at most 0.1 Mbit/s\n"
        "    peak 5 Mbit/s on 17 May 2026 08:42 CEST\n"
        "\n"
        "Busiest hours (the home's time)\n"
        "• 20:00–21:00 very busy: 20.1 Mbit/s, 9.9 times the mean\n"
        "• 21:00–22:00 very busy: 4.1 Mbit/s, 2.0 times the mean\n"
        "\n"
        "⚠️ Figures cover 98.9% of the period: 1 of 96 intervals has no data, "
        "as when a home is offline."
    )


def test_without_a_zone_hours_are_utc_and_say_so() -> None:
    points = [
        {
            "timestamp": (NOW - timedelta(hours=i)).isoformat(),
            "rxMbytes": 100.0 if i == 7 else 10.0,
        }
        for i in range(24)
    ]
    text = message(points)
    assert "Busiest hours (UTC, the home's zone is unknown)\n• 23:00–00:00 very busy" in text
    assert (
        "↑ Upload: – in total\n    mean –, 95% of the time at most –\n    peak not reported" in text
    )


def test_an_even_line_has_no_busy_hours_and_no_gap_line() -> None:
    text = message([wan_point(15), wan_point(30)])
    assert text.endswith("No hour of the day stands out.")


def test_many_gaps() -> None:
    text = message([wan_point(15), wan_point(30), wan_point(75)])
    assert "2 of 5 intervals have no data" in text


@pytest.mark.parametrize("points", [None, [], [{"timestamp": NOW.isoformat(), "rxMbytes": None}]])
def test_no_data(points: list[Body] | None) -> None:
    assert message(points) == (
        "⚪ No usage data · Home\n"
        "The cloud sent no figures for this line; that does not say whether it works.\n"
        "Next: look at the status of the home, or ask again in 15 minutes."
    )


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    assert clean(name) in message([wan_point(15)], name)
    assert clean(name) in message(None, name)


def test_without_a_name() -> None:
    assert message([wan_point(15)], None).startswith("📊 Internet usage\n18 May")
