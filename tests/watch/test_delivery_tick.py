"""What time alone brings: reminders, escalations, the morning, the end of work and of snoozes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.models.watching import Digest, Maintenance, QuietHours
from src.utils.markup import plain
from src.watch import delivery
from tests.watch.incidents import (
    ANNS,
    BOBS,
    BOSS,
    CATHS,
    NIGHT,
    Chats,
    at,
    incident,
    kinds,
    over,
    watch,
)

if TYPE_CHECKING:
    from src.models.watching import Incident

HOUR = 60
DAY = 24 * HOUR
QUIET = QuietHours(9 * 60, 12 * 60)  # 09:00 to 12:00 UTC; the tests begin at 10:00


def _reminded_at(chats: Chats, until: int, step: int = 5) -> list[int]:
    return [minute for minute in range(0, until, step) if "reminder" in kinds(chats.tick(minute))]


def test_reminders_after_one_hour_after_four_then_daily() -> None:
    chats = Chats()
    chats.opens(incident(), 5)
    hours = [round(m / HOUR, 1) for m in _reminded_at(chats, 4 * DAY)]
    assert hours == [1.1, 4.1, 28.1, 52.1, 76.1]
    reminder = next(m for m in chats.sent if m.kind == "reminder")
    assert plain(reminder.text).startswith("⏰ STILL OFFLINE after 1 h 5 min · Ann's home")
    assert len({m.once for m in chats.sent}) == len(chats.sent)


def test_no_reminders_when_somebody_has_it_or_it_is_silent_or_over() -> None:
    for change in ("acked", "silent", "over"):
        chats, home = Chats(), incident()
        if change == "silent":
            chats.set(modes={"home_offline": "silent"})
        chats.opens(home)
        if change == "acked":
            chats.take(delivery.acknowledge(chats.desk(10), home, by=5, name="Bea"))
        if change == "over":
            chats.ends(home, 30)
        assert _reminded_at(chats, 2 * DAY) == [], change


def test_several_reminders_are_one_message() -> None:
    chats = Chats([watch(ANNS), watch(BOBS)])
    chats.opens(incident("home_offline", ANNS))
    chats.opens(incident("home_offline", BOBS))
    (summary,) = chats.tick(63)
    assert summary.kind == "summary"
    text = plain(summary.text)
    assert text.startswith("⏰ Reminder: 2 still open.")
    assert text.count("OFFLINE") == 2
    assert chats.tick(64) == []
    assert kinds(chats.tick(4 * HOUR + 3)) == ["summary"]


def test_nobody_is_reminded_of_what_cannot_be_seen() -> None:
    """Still down would be a guess; it is said as soon as somebody can look again."""
    for dark in (incident("blind", ANNS, id="b", homes=()), incident("unreadable")):
        chats, home = _escalating(), incident()
        chats.opens(home)
        chats.opens(dark, 10)
        told = [m for minute in range(11, 69, 5) for m in chats.tick(minute)]
        assert not [m for m in told if m.incident_id == home.id], dark.trigger
        chats.ends(dark, 80)
        told = chats.tick(84)
        assert [m.kind for m in told if m.incident_id == home.id] == ["escalation", "reminder"]


# ------------------------------------------------------------------------------ escalation


def _escalating() -> Chats:
    chats = Chats()
    chats.set(escalate_to=BOSS, escalate_after_s=1800)
    return chats


def test_what_nobody_acknowledged_goes_to_another_chat_with_its_end() -> None:
    chats, home = _escalating(), incident()
    chats.opens(home)
    assert chats.tick(32) == []
    (passed_on,) = chats.tick(33)
    assert (passed_on.kind, passed_on.spot, passed_on.buttons) == ("escalation", BOSS, "open")
    assert plain(passed_on.text).startswith("⏫ NOBODY HAS IT for 30 min, so I tell you.")
    assert chats.tick(40) == []
    ended = chats.ends(home, 50)
    assert [(m.kind, m.spot) for m in ended if m.kind == "recovery"] == [
        ("recovery", NIGHT),
        ("recovery", BOSS),
    ]


def test_who_takes_it_stops_the_escalation() -> None:
    chats, home = _escalating(), incident()
    chats.opens(home)
    chats.take(delivery.acknowledge(chats.desk(10), home, by=5, name="Bea"))
    assert chats.tick(33) == []


def test_a_chat_that_watches_too_is_asked_all_the_same() -> None:
    chats, home = _escalating(), incident()
    chats.watches.append(watch(ANNS, BOSS))
    chats.opens(home)
    assert [(m.kind, m.spot) for m in chats.tick(33)] == [("escalation", BOSS)]
    before = chats.notices[home.id, BOSS]
    assert before.told_at == at(3)


def test_nobody_to_ask_any_more() -> None:
    chats, home = _escalating(), incident()
    chats.opens(home)
    chats.set(escalate_to=None)
    assert chats.tick(40) == []
    assert chats.notice(home).escalate_at is None


def test_an_escalation_at_night_has_no_sound_below_the_floor() -> None:
    chats, kitchen = _escalating(), incident("pod_offline")
    chats.set(BOSS, quiet=QUIET)
    chats.opens(kitchen)
    assert kinds(chats.tick(33)) == ["escalation (silent)"]


# ------------------------------------------------------------------------------ the morning


def _held(chats: Chats, *things: Incident) -> None:
    chats.set(quiet=QUIET)
    for thing in things:
        assert chats.opens(thing) == []


def test_the_night_in_one_summary() -> None:
    chats = Chats([watch(ANNS), watch(BOBS), watch(CATHS)])
    kitchen, slow, reboot = (
        incident("pod_offline", ANNS),
        incident("slow_speed", BOBS),
        over(incident("reboot", CATHS), 0),
    )
    _held(chats, kitchen, slow, reboot)
    assert chats.ends(slow, 40) == []
    assert chats.tick(119) == []
    (summary,) = chats.tick(120)
    assert (summary.kind, summary.silent, summary.buttons) == ("summary", False, "summary")
    text = plain(summary.text)
    assert text.startswith("☀️ 3 alerts in the quiet hours: 1 still open.")
    assert "POD DOWN Kitchen · Ann's home, since" in text
    assert "40 min slower than usual · Bob's home" in text
    assert "RESTARTED · Cath's home" in text
    assert chats.tick(121) == []
    assert kinds(chats.ends(kitchen, 150)) == ["recovery"]  # no alert of its own to be edited


def test_what_a_summary_told_is_passed_on_like_any_alert() -> None:
    chats = Chats([watch(ANNS), watch(BOBS)])
    chats.set(escalate_to=BOSS, escalate_after_s=1800)
    _held(chats, incident("pod_offline", ANNS), incident("pod_offline", BOBS))
    assert kinds(chats.tick(120)) == ["summary"]
    assert [(m.kind, m.spot) for m in chats.tick(150)] == [("escalation", BOSS)] * 2


def test_one_thing_that_is_still_so_is_an_ordinary_alert() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    _held(chats, kitchen)
    assert kinds(chats.tick(120)) == ["alert"]
    assert kinds(chats.ends(kitchen, 150)) == ["edit", "recovery"]


def test_a_summary_has_the_worst_first_and_the_oldest_of_equal_ones() -> None:
    chats = Chats([watch(ANNS), watch(BOBS), watch(CATHS)])
    chats.opens(incident("pod_offline", CATHS))
    chats.opens(incident("home_offline", BOBS, began_at=at(1)))
    chats.opens(incident("home_offline", ANNS))
    (summary,) = chats.tick(64)
    text = plain(summary.text)
    places = [text.index(name) for name in ("Ann's home", "Bob's home", "Cath's home")]
    assert places == sorted(places), text


def test_one_thing_that_came_and_went_is_a_summary() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    _held(chats, kitchen)
    chats.ends(kitchen, 30)
    (summary,) = chats.tick(120)
    assert "1 alert in the quiet hours: All of it is over." in plain(summary.text)
    assert chats.notice(kitchen).state == "done"


def test_quiet_hours_that_are_switched_off_hold_nothing_back() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    _held(chats, kitchen)
    chats.set(quiet=None)
    assert kinds(chats.tick(10)) == ["alert"]


def test_reminders_wait_for_the_morning() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.opens(kitchen, -90)  # 08:30, before the quiet hours
    chats.set(quiet=QUIET)
    assert chats.tick(30) == []
    assert kinds(chats.tick(120)) == ["reminder"]


def test_the_summary_takes_reminders_along() -> None:
    chats = Chats([watch(ANNS), watch(BOBS)])
    chats.opens(incident("pod_offline", ANNS), -90)
    _held(chats, incident("pod_offline", BOBS))
    (summary,) = chats.tick(120)
    text = plain(summary.text)
    assert "1 alert in the quiet hours: 2 still open." in text
    assert text.index("Bob's home") < text.index("Open since before") < text.index("Ann's home")


# ------------------------------------------------------------------------------ maintenance


def test_what_is_still_broken_when_the_work_is_over_is_told_then() -> None:
    chats, home = Chats(), incident()
    chats.set(maintenance=(Maintenance("m", at(-10), at(60)),))
    chats.opens(home)
    assert chats.tick(65) == []
    (alert,) = chats.tick(66)
    assert alert.kind == "alert"
    assert chats.policies[NIGHT].maintenance  # dropped when nothing waits for it
    chats.tick(67)
    assert chats.policies[NIGHT].maintenance == ()
    assert kinds(chats.ends(home, 80)) == ["edit", "recovery"]


def test_work_that_is_called_off_holds_nothing_back() -> None:
    chats, home = Chats(), incident()
    chats.set(maintenance=(Maintenance("m", at(-10), at(60)),))
    chats.opens(home)
    chats.set(maintenance=())
    assert kinds(chats.tick(10)) == ["alert"]


def test_after_the_work_comes_the_night() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    chats.set(maintenance=(Maintenance("m", at(-10), at(30)),), quiet=QUIET)
    chats.opens(kitchen)
    assert chats.tick(40) == []
    assert chats.notice(kitchen).state == "held"
    assert kinds(chats.tick(120)) == ["alert"]


def test_after_the_night_comes_the_work() -> None:
    chats, kitchen = Chats(), incident("pod_offline")
    _held(chats, kitchen)
    chats.set(maintenance=(Maintenance("m", at(100), at(180)),))
    assert chats.tick(120) == []
    assert chats.notice(kitchen).state == "withheld"
    assert kinds(chats.tick(186)) == ["alert"]


def test_no_reminders_and_no_escalation_during_work() -> None:
    chats, home = _escalating(), incident()
    chats.opens(home)
    chats.set(maintenance=(Maintenance("m", at(20), at(240)),))
    assert chats.tick(33) == chats.tick(63) == []
    assert sorted(kinds(chats.tick(241))) == ["escalation", "reminder"]


# ------------------------------------------------------------------------------ the rest


def test_a_snooze_ends_with_a_word_when_it_is_not_over() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.take(delivery.snooze(chats.desk(10), home, NIGHT, at(70), name="Bea"))
    assert chats.tick(63) == []
    edit, reminder = chats.tick(70)
    assert (edit.kind, edit.buttons, reminder.kind) == ("edit", "open", "reminder")
    assert "Snoozed" not in edit.text


def test_notices_of_what_nobody_knows_any_more_are_done() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.incidents.clear()
    assert chats.tick(63) == []
    assert chats.notice(home).state == "done"


def test_a_silent_tick_changes_nothing() -> None:
    chats, home = Chats(), incident()
    chats.set(digest=Digest(7), digest_sent_at=at(0))
    chats.opens(home)
    quiet = delivery.tick(
        at(20),
        incidents=chats.incidents,
        watches=chats.watches,
        policies=chats.policies,
        notices=chats.notices,
    )
    assert not quiet


def test_the_end_that_was_seen_before_the_reminder_wins() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.incidents[home.id] = over(home, 30)
    assert chats.tick(63) == []
