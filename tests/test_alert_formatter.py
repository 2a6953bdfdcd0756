"""Alerts and recoveries as a technician at night reads them, and as Telegram takes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.models.watching import MOMENTARY, TRIGGERS, AffectedHome, HomeKey, Notice, PodRef, Trigger
from src.utils.alert_formatter import (
    FOR_GOOD,
    format_alert,
    format_escalation,
    format_recovery,
    format_reminder,
    format_test,
)
from tests.telegram_rules import NASTY, shown
from tests.watch.incidents import NIGHT, START, at, incident, over

BERLIN = "Europe/Berlin"


def test_an_alert_says_what_where_why_since_when_and_what_next() -> None:
    home = incident(
        evidence=("The gateway went at 12:00.", "Provider Ripple."),
        pods=tuple(PodRef(n, n) for n in ("Hall", "Kitchen")),
    )
    assert shown(format_alert(home, home.homes, zone=BERLIN)) == (
        "🔴 OFFLINE · Ann's home\n"
        "Line or power at the home: all 4 pods vanished together.\n"
        "Since 18 May 2026 12:00 CEST\n"
        "• The gateway went at 12:00.\n"
        "• Provider Ripple.\n"
        "With it: Hall and Kitchen\n"
        "Next: Ask the customer to check the power of the gateway and the cable to the modem; if "
        "both are fine, check the line."
    )


def test_the_pod_stands_in_the_first_line() -> None:
    what = incident("pod_offline")
    first, *_ = shown(format_alert(what, what.homes)).splitlines()
    assert first == "🟠 POD DOWN · Kitchen · Ann's home"


def test_who_has_it_and_who_snoozed_it() -> None:
    what = incident()
    notice = Notice(
        what.id,
        NIGHT,
        "told",
        acked_name="Bea",
        acked_at=at(5),
        snoozed_by="Carl",
        snoozed_until=at(60),
    )
    text = shown(format_alert(what, what.homes, zone=BERLIN, notice=notice))
    assert text.endswith("🙋 Bea has it since 12:05\n💤 Snoozed by Carl until 13:00")
    for_good = replace(notice, snoozed_until=FOR_GOOD, snoozed_by="", acked_name="")
    text = shown(format_alert(what, what.homes, zone=BERLIN, notice=for_good))
    assert text.endswith("🙋 Somebody has it since 12:05\n💤 Snoozed by somebody until it is over")
    ended = over(what, 14)
    text = shown(format_alert(ended, ended.homes, zone=BERLIN, notice=notice))
    assert text.endswith("🙋 Bea had it since 12:05")


def test_the_alert_of_what_is_over() -> None:
    ended = over(incident(frozen_s=420), 14)
    assert shown(format_alert(ended, ended.homes, zone=BERLIN)) == (
        "✅ RESOLVED after 14 min · Ann's home\n"
        "OFFLINE: Line or power at the home: all 4 pods vanished together.\n"
        "From 18 May 2026 12:00 CEST to 18 May 2026 12:14 CEST\n"
        "For 7 min of it I could not look, so it may have been shorter."
    )


@pytest.mark.parametrize(
    ("began_s", "ended_s", "said"),
    [(59, 7 * 60, "7 min"), (1, 7 * 60 + 58, "7 min"), (5, 50, "45 s")],
)
def test_how_long_it_lasted_fits_the_times_beside_it(began_s: int, ended_s: int, said: str) -> None:
    what = incident(began_at=at(began_s / 60), ended_at=at(ended_s / 60), closed_at=at(20))
    head = shown(format_alert(replace(what, ending="recovered"), what.homes)).splitlines()[0]
    assert head.startswith(f"✅ RESOLVED after {said} ·")


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("swallowed", "↪ PART OF A LARGER INCIDENT · Ann's home"),
        ("new normal", "☑ NOW USUAL · Ann's home"),
        ("unwatched", "☐ NOT WATCHED ANY MORE · Ann's home"),
    ],
)
def test_other_ends(ending: Any, said: str) -> None:
    ended = replace(over(incident(), 14, ending), ended_at=None)
    text = shown(format_alert(ended, ended.homes))
    assert text.startswith(said)
    assert "From 18 May 2026 10:00 UTC\n" in text


@pytest.mark.parametrize(
    ("trigger", "minutes", "said"),
    [
        ("home_offline", 14, "14 min offline. 🟢 Back since 10:14 · Ann's home"),
        ("home_offline", 135, "2 h 15 min offline. 🟢 Back since 12:15 · Ann's home"),
        ("pod_offline", 14, "14 min pod down. 🟢 Back since 10:14 · Kitchen · Ann's home"),
        ("poor_health", 14, "14 min poor health. 🟢 Better since 10:14 · Ann's home"),
        ("slow_speed", 14, "14 min slower than usual. 🟢 As usual since 10:14 · Ann's home"),
        ("unreadable", 14, "14 min unreadable. 🟢 Readable since 10:14 · Ann's home"),
    ],
)
def test_the_first_words_of_a_recovery_are_the_duration(
    trigger: Any, minutes: int, said: str
) -> None:
    ended = over(incident(trigger), minutes)
    first, second, *_ = shown(format_recovery(ended, ended.homes)).splitlines()
    assert first == said
    assert second.startswith("From 18 May 2026 10:00 UTC to 18 May 2026")


def test_the_end_of_blindness_promises_nothing_about_the_past() -> None:
    ended = over(incident("blind", homes=(), frozen_s=1800), 30)
    text = shown(format_recovery(ended, ()))
    assert text.startswith("30 min blind. 🟢 I see again since 10:30 · all watched homes")
    assert "came and went meanwhile is not" in text
    assert "may have been shorter" not in text


def _street(number: int, name: str = "Home") -> tuple[AffectedHome, ...]:
    return tuple(
        AffectedHome(
            HomeKey(0, "c", str(n)),
            f"{name} {n}",
            START,
            ended_at=START + timedelta(minutes=n) if n % 2 else None,
        )
        for n in range(number)
    )


def test_a_neighbourhood_says_what_the_homes_share_and_how_many_are_fine() -> None:
    what = incident(
        "neighbourhood", shared=("provider Ripple", "addresses 192.0.2.0/24"), unaffected=29
    )
    text = shown(format_alert(what, _street(11), elsewhere=3))
    assert text.startswith("🔴 OUTAGE · 11 homes\n")
    assert "They share: provider Ripple, addresses 192.0.2.0/24\n" in text
    assert "Not affected: 29 watched homes\n" in text
    assert "Also affected, not watched here: 3 homes\n" in text
    assert "Home 0, since 18 May 2026 10:00 UTC\nHome 1, 1 min, back 18 May 2026 10:01 UTC" in text


def test_two_hundred_homes_fit_and_are_counted() -> None:
    homes = _street(200, "🏠" * 80)
    for text in (
        format_alert(incident("neighbourhood"), homes),
        format_recovery(over(incident("neighbourhood"), 14), homes),
    ):
        assert "more" in shown(text)


def test_reminder_escalation_and_trial() -> None:
    what = incident("pod_offline")
    reminder = shown(format_reminder(what, what.homes, at(65)))
    assert reminder.startswith("⏰ STILL POD DOWN after 1 h 5 min · Kitchen · Ann's home\n")
    blind = incident("blind", homes=())
    assert shown(format_reminder(blind, (), at(65))).startswith("⏰ I STILL SEE NOTHING after 1 h")
    asked = shown(format_escalation(what, what.homes, after_s=1800))
    assert asked.startswith("⏫ NOBODY HAS IT for 30 min, so I tell you.\n🟠 POD DOWN")
    trial = shown(format_test("", START, zone=BERLIN))
    assert trial.startswith(
        "🔔 TEST ALERT: nothing is broken.\nsomebody asked for it on 18 May 2026"
    )


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_things_are_called_telegram_takes_it(trigger: Trigger, nasty: str) -> None:
    home = AffectedHome(HomeKey(0, "c", "l"), nasty, START)
    homes = () if trigger == "blind" else (home, home)
    what = incident(
        trigger,
        homes=homes,
        cause=nasty,
        evidence=(nasty,) * 9,
        pod=PodRef("p", nasty),
        pods=(PodRef("q", nasty),) * 9,
        shared=(nasty,) * 3,
        unaffected=0,
        flips=6,
        unstable=trigger == "pod_offline",
    )
    notice = Notice(what.id, NIGHT, "told", acked_name=nasty, acked_at=at(1))
    ended = over(what, 14)
    for text in (
        format_alert(what, homes, notice=notice, elsewhere=2),
        format_alert(ended, homes, notice=notice),
        format_recovery(ended, homes),
        format_reminder(what, homes, at(60)),
        format_escalation(what, homes, after_s=60),
        format_test(nasty, START),
    ):
        assert shown(text).strip()
    if trigger in MOMENTARY:
        assert "RESOLVED" not in format_alert(ended, homes)


@given(st.text(), st.text(), st.lists(st.text(), max_size=6), st.integers(0, 10**7))
def test_any_text_is_taken(name: str, cause: str, facts: list[str], seconds: int) -> None:
    homes = (AffectedHome(HomeKey(0, "c", "l"), name, START),)
    what = incident(
        "pod_offline", homes=homes, cause=cause, evidence=tuple(facts), pod=PodRef("p", name)
    )
    ended = replace(over(what, seconds / 60), frozen_s=seconds)
    for text in (
        format_alert(what, homes),
        format_alert(ended, homes),
        format_recovery(ended, homes),
        format_reminder(what, homes, at(60)),
    ):
        assert shown(text)
