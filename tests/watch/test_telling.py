"""What a look changed, as chats are told of it: loud, silent, kept, or not at all, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from src.models.watching import AffectedHome, Maintenance, PodRef, QuietHours
from src.utils.markup import plain
from tests.watch.incidents import (
    ANNS,
    BOBS,
    BOSS,
    CATHS,
    NIGHT,
    TEAM_TOPIC,
    Chats,
    at,
    incident,
    kinds,
    over,
    watch,
)

QUIET = QuietHours(9 * 60, 12 * 60)  # around the start of the tests, 10:00 UTC


def test_an_alert_then_its_recovery_as_a_reply() -> None:
    chats, home = Chats(), incident()
    (alert,) = chats.opens(home)
    assert (alert.kind, alert.silent, alert.buttons) == ("alert", False, "open")
    assert plain(alert.text).startswith("🔴 OFFLINE · Ann's home")
    assert alert.incident_id == home.id
    assert (alert.customer_id, alert.location_id) == ("c", "ann")
    edit, recovery = chats.ends(home, 14)
    assert (edit.kind, edit.buttons) == ("edit", "closed")
    assert "RESOLVED after 14 min" in edit.text
    assert (recovery.kind, recovery.incident_id) == ("recovery", home.id)
    assert plain(recovery.text).startswith("14 min offline. 🟢 Back since")
    assert chats.notice(home).state == "done"
    assert chats.tick(24 * 60) == []


def test_a_repeated_look_says_nothing_twice() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    assert kinds(chats.opens(home)) == ["edit"]
    chats.ends(home, 14)
    assert chats.ends(home, 14) == []
    assert chats.opens(home) == []


def test_each_chat_is_told_by_the_name_that_it_uses() -> None:
    named = replace(watch(ANNS, BOSS), name="The boss's mother")
    chats = Chats([watch(), named, watch(BOBS, TEAM_TOPIC)])
    told = chats.opens()
    assert [message.spot for message in told] == [NIGHT, BOSS]
    assert "The boss&#39;s mother" in told[1].text


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("loud", ["alert"]), ("silent", ["alert (silent)"]), ("off", [])],
)
def test_modes(mode: Any, expected: list[str]) -> None:
    chats = Chats()
    chats.set(modes={"home_offline": mode})
    assert kinds(chats.opens()) == expected
    recovered = [m.replace("alert", "recovery") for m in expected]
    assert [k for k in kinds(chats.ends(incident(), 9)) if k != "edit"] == recovered
    if mode == "off":
        assert chats.why[0] == "Not sent, because “Home offline” is off here: OFFLINE, Ann's home."


def test_what_happens_and_is_over_is_one_message() -> None:
    chats, reboot = Chats(), over(incident("reboot", cause="The gateway restarted."), 0)
    (told,) = chats.opens(reboot)
    assert (told.silent, told.buttons) == (True, "closed")
    assert "RESTARTED" in told.text
    assert "RESOLVED" not in told.text
    assert chats.notice(reboot).state == "done"
    assert chats.happens("closed", reboot, 5) == []


def test_growing_changes_the_same_message() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.opens(kitchen)
    (edit,) = chats.happens("grew", replace(kitchen, pods=(PodRef("h", "Hall"),)), 6)
    assert edit.kind == "edit"
    assert "With it: Hall" in edit.text
    (edit,) = chats.happens("unstable", replace(kitchen, unstable=True, flips=5), 20)
    assert "UNSTABLE" in edit.text
    assert "5 changes" in edit.text
    assert len(chats.ends(kitchen, 60)) == 2


def test_a_neighbourhood_is_one_message_for_each_chat() -> None:
    chats = Chats([watch(ANNS), watch(BOBS), watch(CATHS, TEAM_TOPIC)])
    street = incident("neighbourhood", ANNS, BOBS, shared=("provider Ripple",), unaffected=1)
    (told,) = chats.opens(street)
    assert "2 homes" in told.text
    assert "provider Ripple" in told.text
    assert told.location_id is None
    homes = (*street.homes, AffectedHome(CATHS, "Cath's home", at(5)))
    grown = replace(street, homes=homes)
    edit, news = chats.happens("grew", grown, 8)
    assert (edit.kind, edit.spot) == ("edit", NIGHT)
    assert "not watched here: 1 home" in edit.text
    assert (news.kind, news.spot) == ("alert", TEAM_TOPIC)
    ended = chats.ends(grown, 40)
    assert [message.spot for message in ended] == [NIGHT, NIGHT, TEAM_TOPIC, TEAM_TOPIC]
    assert kinds(ended) == ["edit", "recovery"] * 2


def test_a_chat_hears_when_its_own_homes_of_an_outage_are_back_or_gone_again() -> None:
    chats = Chats([watch(ANNS), watch(BOBS, TEAM_TOPIC), watch(CATHS, TEAM_TOPIC)])
    street = incident("neighbourhood", ANNS, BOBS, CATHS)
    chats.opens(street)
    anns, *rest = street.homes
    partly = replace(street, homes=(replace(anns, ended_at=at(20)), *rest))
    told = chats.happens("grew", partly, 23)
    assert [(m.kind, m.spot) for m in told] == [
        ("edit", NIGHT),
        ("recovery", NIGHT),
        ("edit", TEAM_TOPIC),
    ]
    assert told[0].buttons == "closed"
    assert "Over for what is watched here" in told[0].text
    assert plain(told[1].text).startswith("20 min outage. 🟢 Back since 10:20 · Ann's home")
    assert [m.spot for m in chats.happens("grew", partly, 24)] == [TEAM_TOPIC]
    again = chats.happens("grew", street, 30)
    assert [(m.kind, m.spot) for m in again] == [
        ("edit", NIGHT),
        ("reminder", NIGHT),
        ("edit", TEAM_TOPIC),
    ]
    ended = over(partly, 50)
    homes = (replace(anns, ended_at=at(40)), *(replace(h, ended_at=at(50)) for h in rest))
    told = chats.happens("closed", replace(ended, homes=homes), 53)
    recoveries = {m.spot: plain(m.text) for m in told if m.kind == "recovery"}
    assert recoveries[NIGHT].startswith("40 min outage. 🟢 Back since 10:40")
    assert recoveries[TEAM_TOPIC].startswith("50 min outage. 🟢 All back since 10:50 · 2 homes")


def test_what_concerns_a_chat_again_at_night_waits_with_its_sound() -> None:
    chats = Chats([watch(ANNS), watch(BOBS, TEAM_TOPIC)])
    street = incident("neighbourhood", ANNS, BOBS, level="warning")
    chats.opens(street)
    anns, bobs = street.homes
    chats.happens("grew", replace(street, homes=(replace(anns, ended_at=at(20)), bobs)), 23)
    chats.set(quiet=QUIET)
    told = chats.happens("grew", street, 30)
    assert [(m.kind, m.spot) for m in told] == [("edit", NIGHT), ("edit", TEAM_TOPIC)]


def test_blind_goes_once_to_each_chat_of_the_owner() -> None:
    chats = Chats([watch(ANNS), watch(BOBS), watch(CATHS, TEAM_TOPIC)])
    chats.watches.append(replace(watch(ANNS, BOSS), key=replace_owner(9)))
    blind = incident("blind", homes=(), subject="plume", cause="Plume does not answer.")
    assert [message.spot for message in chats.opens(blind)] == [NIGHT, TEAM_TOPIC]
    ended = chats.ends(blind, 30)
    assert kinds(ended) == ["edit", "recovery"] * 2
    assert plain(ended[1].text).startswith("30 min blind. 🟢 I see again since")


def replace_owner(owner: int) -> Any:
    return ANNS._replace(owner=owner)


@pytest.mark.parametrize("ending", ["swallowed", "new normal", "unwatched"])
def test_ends_that_are_no_recovery_are_an_edit_only(ending: Any) -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.opens(kitchen)
    assert kinds(chats.ends(kitchen, 10, ending)) == ["edit"]
    assert chats.notice(kitchen).state == "done"


# ---------------------------------------------------------------------------- quiet hours


def test_in_quiet_hours_a_warning_waits_and_critical_does_not() -> None:
    chats = Chats()
    chats.set(quiet=QUIET)
    assert chats.opens(incident("pod_offline")) == []
    (why,) = chats.why
    until = "Kept for the end of the quiet hours until Mon 12:00 UTC"
    assert why == f"{until}: POD DOWN Kitchen, Ann's home."
    assert kinds(chats.opens(incident())) == ["alert"]
    assert "because critical breaks through the quiet hours" in chats.why[-1]
    assert kinds(chats.ends(incident(), 30)) == ["edit", "recovery (silent)"]


def test_what_was_told_before_the_night_ends_in_the_summary() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.opens(kitchen)
    chats.set(quiet=QUIET)
    assert kinds(chats.ends(kitchen, 30)) == ["edit"]
    assert chats.notice(kitchen).state == "held"


def test_what_a_larger_incident_explains_leaves_the_summary() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.set(quiet=QUIET)
    chats.opens(kitchen)
    assert chats.ends(kitchen, 5, "swallowed") == []
    assert chats.notice(kitchen).state == "done"


# ---------------------------------------------------------------------------- maintenance

WORK = Maintenance("m", at(-10), at(60), reason="new modem")


def test_nothing_of_what_happens_inside_is_told() -> None:
    chats, home = Chats(), incident()
    chats.set(maintenance=(WORK,))
    assert chats.opens(home) == []
    assert chats.why == [
        "Not sent, because of maintenance until Mon 11:00 UTC (new modem): OFFLINE, Ann's home."
    ]
    assert chats.ends(home, 30) == []
    assert chats.tick(70) == []
    assert chats.notice(home).state == "done"


def test_what_was_down_before_and_comes_back_inside_is_only_edited() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.set(maintenance=(WORK,))
    assert kinds(chats.ends(home, 59)) == ["edit"]
    assert "Its end is not sent, because of maintenance" in chats.why[-1]


def test_what_comes_back_while_the_window_ends_is_no_echo() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.set(maintenance=(WORK,))
    # Back at 10:59, inside; confirmed at 11:02, outside.
    assert kinds(chats.ends(home, 59)) == ["edit"]


def test_what_began_inside_and_is_confirmed_after_it_waits() -> None:
    chats, home = Chats(), incident(began_at=at(59), opened_at=at(62))
    chats.set(maintenance=(WORK,))
    assert chats.opens(home, 62) == []
    assert chats.tick(65) == []
    (alert,) = chats.tick(66)
    assert alert.kind == "alert"


def test_what_begins_after_it_is_told_at_once() -> None:
    chats, home = Chats(), incident(began_at=at(61), opened_at=at(64))
    chats.set(maintenance=(WORK,))
    assert kinds(chats.opens(home, 64)) == ["alert"]


def test_work_on_one_home_leaves_the_others_alone() -> None:
    chats = Chats([watch(ANNS), watch(BOBS)])
    chats.set(maintenance=(replace(WORK, location_id="ann"),))
    assert chats.opens(incident("home_offline", ANNS)) == []
    assert kinds(chats.opens(incident("home_offline", BOBS))) == ["alert"]


def test_a_momentary_thing_inside_is_never_told() -> None:
    chats, reboot = Chats(), over(incident("reboot"), 0)
    chats.set(maintenance=(WORK,))
    assert chats.opens(reboot) == []
    assert chats.notice(reboot).next_reminder_at is None
    assert chats.tick(100) == []
