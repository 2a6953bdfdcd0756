"""The online history message: verdict in words first, a strip that needs no colour."""

from __future__ import annotations

from typing import Any

import pytest

from src.utils.markup import clean
from src.utils.stats_formatter import format_online_stats_message, period_words
from src.utils.stats_processor import process_online_stats
from tests.samples import NOW, history
from tests.telegram_rules import NASTY, shown


def message(
    body: Any, granularity: str = "hours", limit: int = 3, name: str | None = "Home", **options: Any
) -> str:
    stats = process_online_stats(body, granularity, limit, now=NOW)
    return shown(format_online_stats_message(name, stats, **options))


def test_a_day_with_outages() -> None:
    text = message(history("o" * 40 + "xx" + "o" * 30 + "x" + "o" * 20 + "p--"), "hours", 24)
    assert text == (
        "🟠 Poor: online 94.7% of the time · Home\n"
        "Last 24 hours: 17 May 2026 06:42 UTC to 18 May 2026 06:42 UTC\n"
        "Offline 45 min in 2 outages, the longest 30 min\n"
        "Partly online 30 min, not counted as online\n"
        "No data for 15 min; percentages are of the known 98.9%\n"
        "Trend: getting worse, -2.2 points in the second half\n"
        "\n"
        "Outages\n"
        "❌ 18 May 2026 00:42 UTC: 15 min\n"
        "❌ 17 May 2026 16:42 UTC: 30 min\n"
        "\n"
        "One sign is 1 h, oldest first\n"
        "06:42 🟩🟩🟩🟩🟩🟩🟩🟩🟩🟩❌🟩\n"
        "18:42 🟩🟩🟩🟩🟩🟩❌🟩🟩🟩🟩🔶\n"
        "🟩 online · 🔶 partly online at some point · ❌ offline at some point"
    )


def test_a_good_three_hours_is_short_and_in_the_homes_time() -> None:
    assert message(history("o" * 12), timezone="Europe/Stockholm") == (
        "🟢 Excellent: online 100% of the time · Home\n"
        "Last 3 hours: 18 May 2026 05:42 CEST to 18 May 2026 08:42 CEST\n"
        "No outage\n"
        "Trend: steady\n"
        "\n"
        "One sign is 15 min, oldest first\n"
        "05:42 🟩🟩🟩🟩🟩🟩🟩🟩🟩🟩🟩🟩\n"
        "🟩 online"
    )


def test_an_ongoing_outage_is_the_verdict() -> None:
    text = message(history("o" * 10 + "xx"))
    assert text.startswith(
        "🔴 Offline now · Home\nSince 18 May 2026 06:12 UTC, 30 min so far\n"
        "Critical: online 83.3% of the time\n"
    )
    assert "❌ 18 May 2026 06:12 UTC: 30 min so far" in text


def test_a_week_has_a_row_per_day() -> None:
    text = message(history("o" * 672), "days", 7)
    rows = [line for line in text.splitlines() if line.endswith("🟩" * 4)]
    assert [row[:3] for row in rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert "One sign is 6 h, oldest first" in text


def test_signs_differ_in_shape_and_the_legend_names_those_in_use() -> None:
    text = message(history("ooxxpp------"))
    strip, legend = text.splitlines()[-2:]
    assert strip == "03:42 🟩🟩❌❌🔶🔶🔶➖➖➖➖➖"
    assert legend == (
        "🟩 online · 🔶 partly online at some point · ❌ offline at some point · ➖ no data"
    )


@pytest.mark.parametrize("body", [None, history("-" * 12), {"locationState": []}])
def test_no_data_is_not_offline(body: Any) -> None:
    assert message(body) == (
        "⚪ No online history · Home\n"
        "Last 3 hours: the cloud sent no states that can be read. That does not mean offline.\n"
        "Next: look at the status of the home, or try a longer period."
    )


def test_values_that_nobody_can_read_are_quoted() -> None:
    body = history("o????")
    body["locationState"][2]["value"] = "<b>"
    assert "Values that cannot be read: “purple”, “<b>”" in message(body)
    assert "Values that cannot be read: “purple”" in message(history("????"))


@pytest.mark.parametrize(
    ("states", "line"),
    [
        ("xxxooooooooo", "Trend: getting better, +50.0 points in the second half"),
        ("oooooooooxxo", "Trend: getting worse, -33.3 points in the second half"),
    ],
)
def test_trend(states: str, line: str) -> None:
    assert line in message(history(states)).splitlines()


def test_no_trend_without_both_halves() -> None:
    assert "Trend" not in message(history("------oooooo"))


def test_many_outages_show_the_newest_and_count_the_rest() -> None:
    text = message(history("ox" * 40 + "o" * 16), "hours", 24)
    assert text.count("❌ 1") == 5
    assert "… and 35 earlier" in text
    assert "Offline 10 h in 40 outages, the longest 15 min" in text


@pytest.mark.parametrize(
    ("granularity", "limit", "words"),
    [
        ("hours", 3, "Last 3 hours"),
        ("hours", 1, "Last hour"),
        ("days", 7, "Last 7 days"),
        ("<b>", 2, "Last 2 &lt;b&gt;s"),
    ],
)
def test_period_words(granularity: str, limit: int, words: str) -> None:
    assert period_words(granularity, limit) == words


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    assert clean(name) in message(history("oxxo"), name=name)
    assert clean(name) in message(None, name=name)


def test_without_a_name() -> None:
    assert message(history("oooo"), name=None).startswith("🟢 Excellent: online 100% of the time\n")
