"""Acknowledge, snooze, take back; begin and stop watching while something is open."""

from __future__ import annotations

from src.models.watching import QuietHours
from src.utils.markup import plain
from src.watch import delivery
from tests.watch.incidents import (
    ANNS,
    BOBS,
    BOSS,
    NIGHT,
    TEAM_TOPIC,
    Chats,
    at,
    incident,
    kinds,
    over,
    watch,
)


def _told_twice() -> Chats:
    chats = Chats([watch(ANNS, NIGHT), watch(ANNS, TEAM_TOPIC)])
    chats.opens(incident())
    return chats


def _acked(chats: Chats, minutes: float = 10, name: str = "Bea") -> list[str]:
    verdict = delivery.acknowledge(chats.desk(minutes), incident(), by=5, name=name)
    return kinds(chats.take(verdict))


def test_everybody_sees_who_has_it() -> None:
    chats = _told_twice()
    assert _acked(chats) == ["edit", "edit"]
    for message in chats.sent[-2:]:
        assert "🙋 Bea has it since" in plain(message.text)
        assert message.buttons == "acked"
    assert chats.notice(incident(), TEAM_TOPIC).acked_by == 5
    assert _acked(chats, 11, "Carl") == []
    chats.ends(incident(), 30)
    assert any("🙋 Bea had it since" in plain(m.text) for m in chats.sent[-4:])


def test_an_acknowledgement_reaches_chats_that_sleep() -> None:
    chats, kitchen = Chats([watch(ANNS), watch(ANNS, BOSS)]), incident("pod_offline")
    chats.set(BOSS, quiet=QuietHours(9 * 60, 12 * 60))
    chats.opens(kitchen)
    edits = chats.take(delivery.acknowledge(chats.desk(10), kitchen, by=5, name="Bea"))
    assert [m.spot for m in edits] == [NIGHT]
    assert chats.notice(kitchen, BOSS).acked_name == "Bea"


def test_a_snooze_is_for_one_chat() -> None:
    chats = _told_twice()
    snoozed = delivery.snooze(chats.desk(10), incident(), NIGHT, at(70), name="Bea")
    (edit,) = chats.take(snoozed)
    assert (edit.spot, edit.buttons) == (NIGHT, "snoozed")
    assert "💤 Snoozed by Bea until 11:10" in plain(edit.text)
    assert chats.notice(incident(), TEAM_TOPIC).snoozed_until is None
    # Over within the hour of peace: told without a sound there.
    ended = chats.ends(incident(), 30)
    assert kinds(ended) == ["edit", "recovery (silent)", "edit", "recovery"]


def test_a_snooze_until_it_recovers_asks_for_the_recovery() -> None:
    chats = _told_twice()
    chats.take(delivery.snooze(chats.desk(10), incident(), NIGHT, None, name="Bea"))
    assert "until it is over" in plain(chats.sent[-1].text)
    assert [m.kind for m in chats.tick(3 * 24 * 60) if m.spot == NIGHT] == []
    assert kinds(chats.ends(incident(), 5000))[:2] == ["edit", "recovery"]


def test_both_can_be_taken_back_for_five_minutes() -> None:
    chats = _told_twice()
    _acked(chats, 10)
    chats.take(delivery.snooze(chats.desk(12), incident(), NIGHT, at(70), name="Bea"))
    notice = chats.notice(incident())
    assert delivery.undoable(notice, at(14)) == "snoozed"
    back = chats.take(delivery.undo(chats.desk(14), incident(), NIGHT, name="Carl"))
    assert [(m.spot, m.buttons) for m in back] == [(NIGHT, "acked")]
    assert delivery.undoable(chats.notice(incident()), at(14)) == "acked"
    back = chats.take(delivery.undo(chats.desk(15), incident(), NIGHT, name="Carl"))
    assert [(m.spot, m.buttons) for m in back] == [(NIGHT, "open"), (TEAM_TOPIC, "open")]
    assert chats.notice(incident()).acked_by is None
    assert kinds(chats.tick(63))[:1] == ["reminder"]


def test_too_late_to_take_back() -> None:
    chats = _told_twice()
    _acked(chats, 10)
    assert delivery.undoable(chats.notice(incident()), at(15)) == "acked"
    assert delivery.undoable(chats.notice(incident()), at(15.1)) == ""
    assert delivery.undoable(None, at(15)) == ""
    assert not delivery.undo(chats.desk(15.1), incident(), NIGHT, name="Carl")


def test_what_is_over_cannot_be_taken() -> None:
    chats = _told_twice()
    chats.ends(incident(), 30)
    ended, desk = over(incident(), 30), chats.desk(40)
    assert not delivery.acknowledge(desk, ended, by=5, name="Bea")
    assert not delivery.snooze(desk, ended, NIGHT, None, name="Bea")
    assert not delivery.undo(desk, ended, NIGHT, name="Bea")


def test_who_begins_to_watch_is_told_what_is_open() -> None:
    chats, home = _told_twice(), incident()
    chats.watches.append(watch(ANNS, BOSS))
    things = [home, over(incident("pod_offline"), 5), incident("home_offline", BOBS)]
    told = chats.take(delivery.follow(chats.desk(20), ANNS, BOSS, things))
    assert [(m.kind, m.spot, m.incident_id) for m in told] == [("alert", BOSS, home.id)]
    assert not delivery.follow(chats.desk(20), ANNS, BOSS, things)
    assert ("recovery", BOSS) in [(m.kind, m.spot) for m in chats.ends(home, 30)]


def test_who_stops_watching_hears_no_more() -> None:
    chats, home = _told_twice(), incident()
    chats.watches = [watch(ANNS, TEAM_TOPIC)]
    chats.take(delivery.leave(chats.desk(20), ANNS, NIGHT, [home]))
    assert {m.spot for m in chats.ends(home, 30)} == {TEAM_TOPIC}


def test_an_alert_that_is_left_says_so_and_has_no_say_any_more() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.watches = []
    (edit,) = chats.take(delivery.leave(chats.desk(20), ANNS, NIGHT, [home]))
    assert edit.buttons == "closed"
    assert plain(edit.text).endswith(
        "👁 Not watched from here any more: this message does not change any more."
    )
    assert chats.happens("grew", home, 25) == []


def test_who_comes_back_to_a_home_that_is_still_down_is_told_so() -> None:
    chats, home = Chats(), incident()
    chats.opens(home)
    chats.watches = []
    chats.take(delivery.leave(chats.desk(20), ANNS, NIGHT, [home]))
    chats.watches = [watch()]
    edit, reminder = chats.take(delivery.follow(chats.desk(30), ANNS, NIGHT, [home]))
    assert (edit.kind, edit.buttons, reminder.kind) == ("edit", "open", "reminder")
    assert "STILL OFFLINE after 30 min" in reminder.text
    assert kinds(chats.ends(home, 40)) == ["edit", "recovery"]


def test_what_was_never_told_is_not_told_again() -> None:
    chats, home = Chats(), incident()
    chats.set(modes={"home_offline": "off"})
    chats.opens(home)
    chats.watches = []
    chats.take(delivery.leave(chats.desk(20), ANNS, NIGHT, [home]))
    chats.watches = [watch()]
    again = delivery.follow(chats.desk(30), ANNS, NIGHT, [home])
    assert [line.decision for line in again.log] == ["withheld"]
    assert again.outgoing == ()


def test_other_homes_of_the_same_incident_go_on() -> None:
    chats = Chats([watch(ANNS), watch(BOBS)])
    street = incident("neighbourhood", ANNS, BOBS)
    blind = incident("blind", homes=())
    chats.opens(street)
    chats.opens(blind)
    chats.watches = [watch(BOBS)]
    chats.take(delivery.leave(chats.desk(20), ANNS, NIGHT, [street, blind]))
    assert chats.notice(street).state == chats.notice(blind).state == "told"


def test_a_trial_alert_is_marked() -> None:
    verdict = delivery.trial_alert(NIGHT, at(0), by="Bea <3")
    (message,) = verdict.outgoing
    assert message.kind == "alert"
    assert message.incident_id is None
    assert plain(message.text).startswith("🔔 TEST ALERT: nothing is broken.\nBea <3 asked for it")
