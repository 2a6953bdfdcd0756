"""What the bot says about watching beside alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from src.handlers import watch_texts
from src.handlers.state import Home
from src.models.watching import ChatPolicy, HomeKey, Maintenance, QuietHours, Spot, WhyLine
from src.watch.engine import HomeState
from src.watch.schedule import Pace
from tests.telegram_rules import NASTY, shown
from tests.watch.incidents import NIGHT, START, at, incident

KEY = HomeKey(0, "c", "l")
HOME = Home("c", "l", "Home")
PACE = Pace(60.0, 10, stretched=False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"word": "blind"}, "Plume cannot be read now."),
        ({"word": "unreadable"}, "Plume cannot be read now."),
        ({"word": "unknown"}, "Plume does not say how the pods are."),
        ({"word": "offline", "pods_up": 0, "pods_total": 0}, "does not say how the pods are."),
        ({"word": "offline", "pods_up": 0, "pods_total": 4}, "none of 4 pods connected."),
        ({"word": "partial", "pods_up": 3, "pods_total": 4}, "3 of 4 pods connected."),
        ({"word": "online", "pods_up": 1, "pods_total": 1}, "1 pod connected, none missing."),
        (
            {"word": "offline", "pods_up": 4, "pods_total": 4, "incidents": (incident(),)},
            "4 pods connected, none missing. What stays well for 3 minutes is told as over.",
        ),
        (
            {
                "word": "online",
                "pods_up": 4,
                "pods_total": 4,
                "incidents": (incident("backhaul_fallback"),),
            },
            "none missing. Still open: Cable lost. What stays well for 3 minutes is told as over.",
        ),
    ],
)
def test_what_a_look_on_demand_saw(fields: dict[str, Any], said: str) -> None:
    text = watch_texts.looked(HomeState(KEY, "Home", **fields))
    assert text.startswith("🔄 Looked just now: ")
    assert text.endswith(said)


@pytest.mark.parametrize(
    ("topic", "private", "whom"),
    [(False, True, "you"), (True, False, "this topic"), (False, False, "this chat")],
)
def test_who_is_told(topic: bool, private: bool, whom: str) -> None:
    text = watch_texts.watching(HOME, PACE, new=True, topic=topic, private=private)
    assert f"I tell {whom} when something breaks" in shown(text)


@pytest.mark.parametrize("name", NASTY)
def test_names_of_any_kind(name: str) -> None:
    home = Home("c", "l", name)
    line = WhyLine(START, NIGHT, "told", name)
    for text in (
        watch_texts.watching(home, PACE, new=True, topic=False, private=True),
        watch_texts.not_watching(home, was=True),
        watch_texts.not_watching(home, was=False),
        watch_texts.why(name, [line] * 15, None, 7),
        watch_texts.why(name, [], None, 7),
        watch_texts.taken(name, START, None),
    ):
        assert shown(text)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (None, "none"),
        (QuietHours(1320, 420), "22:00 to 07:00, every night; critical breaks through"),
        (
            QuietHours(1320, 425, days=(0,), floor="info"),
            "22:00 to 07:05, 1 night a week; all breaks through",
        ),
    ],
)
def test_quiet_hours_in_words(hours: QuietHours | None, said: str) -> None:
    assert watch_texts.quiet(hours) == said


def test_maintenance_in_words() -> None:
    work = Maintenance("m", START, at(120))
    assert watch_texts.work(work, "Europe/Berlin", "All homes", at(60)) == (
        "All homes until Mon 14:00 (1 h more)"
    )
    weekly = replace(work, weekly=True)
    said = watch_texts.work(weekly, None, "<b>", at(60) + timedelta(days=30))
    assert said == "&lt;b&gt; every Monday 10:00 to 12:00"
    planned = replace(work, reason="new <modem>")
    assert watch_texts.work(planned, None, "Home", START - timedelta(days=1)) == (
        "Home from Mon 18 May 10:00 to Mon 12:00: new &lt;modem&gt;"
    )


def test_the_panels_say_how_to_type_times() -> None:
    assert "\n\n1. a\n2. b\n\n" in watch_texts.section("w", ["a", "b"], None)
    assert watch_texts.section("q", ["a"], "Europe/Oslo").endswith("those of Europe/Oslo.")
    assert watch_texts.section("m", ["a"], None) == watch_texts.SECTIONS["m"]


def test_whose_time_it_is_and_why() -> None:
    words = [
        shown(watch_texts.time_zone(chosen, used, START))
        for chosen, used in (
            ("Asia/Tokyo", "Asia/Tokyo"),
            ("Asia/Tokyo", None),
            (None, "Europe/Oslo"),
            (None, None),
        )
    ]
    assert words == [
        "Asia/Tokyo, 19:00 now",
        "Asia/Tokyo, 19:00 now",
        "Europe/Oslo, 12:00 now: none is set, so it is that of the first home watched here",
        "UTC, 10:00 now: none is set, and no home watched here tells one",
    ]


def test_nothing_but_off() -> None:
    policy = ChatPolicy(Spot(1), modes={"home_offline": "off"})
    text = shown(watch_texts.policy(policy, [], "UTC"))
    assert "✖ Off: Home offline, Fair health" in text


def test_the_same_reason_again_and_again_is_one_line() -> None:
    lines = [WhyLine(at(n), NIGHT, "updated", "Again.") for n in range(9, 0, -1)]
    lines.append(WhyLine(START, NIGHT, "told", "Sent."))
    text = shown(watch_texts.why("Home", lines, None, 7))
    assert text.splitlines()[1:] == ["Mon 10:09 Again. (9 times)", "Mon 10:00 Sent."]


def test_who_is_asked_next() -> None:
    policy = ChatPolicy(Spot(1), escalate_to=Spot(7))
    assert "goes to Bea &amp; Co" in watch_texts.policy(policy, [], "UTC", "Bea & Co")
    assert "goes to chat 7" in watch_texts.policy(policy, [], "UTC")
