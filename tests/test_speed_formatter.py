"""The /speed report: verdict first, figures beside their usual, failures counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.speed_history import analyze_speed_history
from src.models.plume import SpeedTest
from src.utils.markup import clean
from src.utils.speed_formatter import format_speed_history
from tests.telegram_rules import NASTY, shown
from tests.texts import texts

NOW = datetime(2026, 5, 18, 18, 0, tzinfo=UTC)
ZONE = "Europe/Stockholm"


def speed(
    days: float, down: float | None = 480, up: float | None = 95, status: str = "succeeded"
) -> SpeedTest:
    return SpeedTest(status=status, download=down, upload=up, started_at=NOW - timedelta(days=days))


def text(*tests: SpeedTest, zone: str | None = ZONE) -> str:
    history = analyze_speed_history(tests, zone)
    now = NOW + timedelta(hours=2)
    return shown(format_speed_history("Home", history, node_name="Hallway", now=now))


USUAL = [speed(day) for day in range(1, 11)]


def test_as_usual() -> None:
    assert text(*USUAL, speed(0, 486).model_copy(update={"rtt": 6.8})) == (
        "🟢 As fast as usual · Home · Hallway\n"
        "\n"
        "Newest, 18 May 2026 20:00 CEST, 2 h ago\n"
        "↓ 486 Mbit/s (usual 432 to 528)\n"
        "↑ 95 Mbit/s (usual 85.5 to 104)\n"
        "Ping 6.8 ms\n"
        "Trend: download steady over the period\n"
        "Tests: 11, none failed (8 May 2026 20:00 CEST to 18 May 2026 20:00 CEST)"
    )


def test_slower_says_what_to_do() -> None:
    shown_text = text(*USUAL, speed(0, 120), speed(3.1, status="failed"))
    assert shown_text.startswith("🟡 Slower than usual · Home · Hallway\n\nNewest")
    assert "↓ 120 Mbit/s (below usual by 75%: 432 to 528)" in shown_text
    assert "Tests: 12, 1 of them failed" in shown_text
    assert shown_text.endswith(
        "\n\nNext: run a test now; if it is slow as well, compare it with what the line is sold as."
    )


@pytest.mark.parametrize(
    ("tests", "lines"),
    [
        (
            [*USUAL, speed(0, 900)],
            [
                "🟢 Faster than usual · Home · Hallway",
                "↓ 900 Mbit/s (above usual by 88%: 432 to 528)",
            ],
        ),
        (
            [speed(0)],
            [
                "⚪ No usual speed yet · Home · Hallway",
                "↓ 480 Mbit/s (no usual yet: needs 5 more days)",
                "Ping –",
                "Trend: too few tests to tell",
            ],
        ),
        (
            [*USUAL, speed(0, None, None)],
            ["⚪ No usual speed yet · Home · Hallway", "↓ –", "↑ –"],
        ),
        (
            [*USUAL, speed(-0.05, status="failed")],
            [
                "⚠️ The very last test failed, 18 May 2026 21:12 CEST, 48 min ago",
                "Next: look at /status: is the home online?",
            ],
        ),
        (
            [speed(9 - n, 500 if n < 5 else 400, 95) for n in range(9)] + [speed(0.01, 470)],
            [
                "Trend: download 20% slower in the later half of the period",
                "Next: watch it, and look at /wan for what fills the line.",
            ],
        ),
        (
            [speed(9 - n, 400 if n < 5 else 500, 95) for n in range(10)],
            ["Trend: download 25% faster in the later half of the period"],
        ),
    ],
)
def test_lines(tests: list[SpeedTest], lines: list[str]) -> None:
    found = text(*tests).splitlines()
    assert [line for line in lines if line not in found] == []


def test_without_a_result() -> None:
    assert text(speed(1, status="failed"), speed(0, status="failed")) == (
        "🟠 No speed test gave a result · Home · Hallway\n"
        "2 tests failed, the last one 18 May 2026 20:00 CEST, 2 h ago\n"
        "Next: look at /status: is the home online?"
    )
    assert text() == (
        "⚪ No speed tests in this period · Home · Hallway\nNext: run one while the home is quiet."
    )
    assert shown(format_speed_history("Home", None)) == (
        "⚪ Speed tests could not be read · Home\nNext: refresh, or ask again in a minute."
    )


def test_figures_without_a_usual_stand_alone() -> None:
    history = analyze_speed_history([speed(0)], ZONE)
    history["usual_download"] = history["upload"] = None
    found = shown(format_speed_history("Home", history)).splitlines()
    assert "↓ 480 Mbit/s" in found
    assert "↑ 95 Mbit/s" in found


def test_a_home_without_a_zone_is_told_in_utc() -> None:
    assert "18 May 2026 18:00 UTC" in text(*USUAL, speed(0), zone=None)


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    for history in (None, analyze_speed_history([]), analyze_speed_history(USUAL)):
        shown_text = shown(format_speed_history(name, history, node_name=name))
        assert shown_text.count(clean(name)) == 2


@settings(max_examples=300)
@given(
    tests=st.lists(
        st.builds(
            speed,
            st.floats(-1, 20),
            st.none() | st.floats(0, 1e9),
            st.none() | st.floats(0, 1e9),
            st.sampled_from(["succeeded", "failed", "running"]),
        ),
        max_size=20,
    ),
    name=st.none() | texts(max_size=320) | st.sampled_from(NASTY),
    now=st.sampled_from([None, NOW]),
)
def test_any_history_is_taken(
    tests: list[SpeedTest], name: str | None, now: datetime | None
) -> None:
    history = analyze_speed_history(tests, ZONE)
    shown(format_speed_history(name, history, node_name=name, now=now))
