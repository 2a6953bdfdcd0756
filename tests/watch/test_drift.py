"""What pods say of themselves, and what changes for good: places, cables, boots, speeds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from src.models.watching import SpeedSight
from src.watch.memory import dump_home, load_home
from tests.watch.timeline import START, Story, at, dark, gone, home, key, minutes, pod, script


def test_poor_health_is_told_and_cleared_and_fair_is_not_poor() -> None:
    poor, fair = home(pod("study", health="poor")), home(pod("study", health="fair"))
    story = script(Story(), [(0, 4, home()), (5, 15, poor), (16, 40, fair), (41, 60, home())])
    assert story.told() == [
        ("opened", "poor_health", "study", 8),
        ("closed", "poor_health", "study", 19),
        ("opened", "fair_health", "study", 19),
        ("closed", "fair_health", "study", 44),
    ]


def test_fair_that_becomes_poor_is_one_open_incident() -> None:
    poor, fair = home(pod("study", health="poor")), home(pod("study", health="fair"))
    story = script(Story(), [(0, 4, home()), (5, 90, fair), (91, 99, poor)])
    assert story.kinds() == ["opened fair_health", "opened poor_health", "closed fair_health"]
    assert story.events[-1].incident.ending == "swallowed"


@pytest.mark.parametrize("health", [None, "splendid"])
def test_unknown_health_is_not_judged(health: str | None) -> None:
    odd = home(pod("study", health=health))
    story = script(Story(), [(0, 4, home()), (5, 40, odd)])
    assert story.events == []
    story = script(Story(), [(0, 4, home(pod("study", health="poor"))), (5, 40, odd)])
    assert story.kinds() == ["opened poor_health"] or story.kinds() == []


def test_the_health_alert_counts_where_no_word_is_given() -> None:
    alerted = home(pod("study", health=None, alerts=("poorHealth",)))
    story = script(Story(), [(0, 4, home()), (5, 20, alerted)])
    assert story.kinds() == ["opened poor_health"]
    assert script(Story(), [(0, 20, home(pod("study", alerts=("poorHealth",))))]).events == []


def test_poor_health_behind_a_poor_pod_is_a_part_of_it() -> None:
    both = home(pod("study", health="poor"), pod("attic", parent="study", hops=2, health="poor"))
    story = script(Story(), [(0, 4, home()), (5, 30, both), (31, 60, home())])
    assert story.kinds() == ["opened poor_health", "grew poor_health", "closed poor_health"]
    weak_root = home(pod("hall", health="poor"), pod("study", health="poor"))
    story = script(Story(), [(0, 4, home()), (5, 30, weak_root)])
    assert story.kinds() == ["opened poor_health", "opened poor_health"]


def test_an_alert_of_plumes_own() -> None:
    hot = home(pod("study", alerts=("overheating",)))
    story = script(Story(), [(0, 4, home()), (5, 20, hot), (21, 40, home())])
    assert story.told() == [
        ("opened", "plume_alert", "study overheating", 8),
        ("closed", "plume_alert", "study overheating", 24),
    ]
    assert story.events[0].incident.cause == "Plume reports an alert on Study: overheating."


def test_what_a_pod_says_ends_in_its_own_outage() -> None:
    poor = home(pod("study", health="poor"), pod("attic", parent="study", hops=2))
    cut = home(gone("study"), gone("attic"))
    story = script(Story(), [(0, 4, home()), (5, 12, poor), (13, 30, cut)])
    assert story.kinds() == ["opened poor_health", "opened pod_offline", "closed poor_health"]
    assert story.events[-1].incident.swallowed_by == story.events[1].incident.id


def test_the_backhaul_falls_from_a_cable_that_was_normal() -> None:
    wired = home(pod("study", backhaul="ethernet"))
    story = script(Story(), [(0, 90, wired), (91, 120, home()), (121, 140, wired)])
    assert story.told() == [
        ("opened", "backhaul_fallback", "study", 94),
        ("closed", "backhaul_fallback", "study", 124),
    ]
    assert "from cable to Wi-Fi" in story.events[0].incident.cause
    assert script(Story(), [(0, 5, wired), (6, 300, home())]).events == []


def test_a_pod_that_has_been_connected_for_long_had_its_cable_for_as_long() -> None:
    wired = home(pod("study", backhaul="ethernet", since=START - timedelta(hours=2)))
    story = Story()
    story.looks(0, 5, wired)
    story.looks(6, 15, home(pod("study", since=at(6))))
    assert story.told() == [("opened", "backhaul_fallback", "study", 9)]


def test_a_cable_that_is_not_used_for_a_week_is_not_normal_any_more() -> None:
    wired = home(pod("study", backhaul="ethernet"))
    story = Story(interval_s=3600)
    for hour in range(24 * 9):
        story.look(hour * 60, wired if hour < 3 else home())
    assert story.kinds() == ["opened backhaul_fallback", "closed backhaul_fallback"]
    assert story.events[-1].incident.ending == "new normal"


def test_a_longer_way_to_the_gateway_is_told_a_shorter_one_is_not() -> None:
    longer = home(pod("attic", parent="shed", hops=3), pod("shed", parent="study", hops=2))
    story = script(Story(), [(0, 60, home()), (61, 90, longer), (91, 120, home())])
    assert story.told() == [("opened", "parent_change", "attic", 64)]
    change = story.events[0].incident
    assert not change.open
    assert change.cause == "Attic is 3 hops from the gateway now, not 2."


def test_a_way_around_a_lost_pod_is_no_news_of_its_own() -> None:
    around = home(gone("study"), pod("shed", parent="hall"), pod("attic", parent="shed", hops=3))
    story = script(Story(), [(0, 60, home()), (61, 90, around)])
    assert story.kinds() == ["opened pod_offline"]


def test_the_way_back_behind_a_pod_that_was_lost_is_no_news_either() -> None:
    around = home(gone("study", START + timedelta(minutes=60)), pod("attic"))
    back = home(pod("study", since=START + timedelta(minutes=200)))
    story = script(Story(), [(0, 60, home()), (61, 199, around), (200, 230, back)])
    assert story.kinds() == ["opened pod_offline", "closed pod_offline"]
    long_ago = home(pod("study", since=START + timedelta(minutes=200)), pod("attic"))
    story = script(
        Story(), [(0, 60, home()), (61, 199, around), (200, 400, long_ago), (401, 410, back)]
    )
    assert story.kinds() == ["opened pod_offline", "closed pod_offline", "opened parent_change"]


def test_service_level_and_address_change_for_good() -> None:
    before = home(service_level="fullService", public_address="203.0.113.4")
    after = home(service_level="noService", public_address="203.0.113.9")
    unasked = home()
    story = script(Story(), [(0, 20, before), (21, 21, after), (22, 30, before)])
    assert story.events == []
    story = script(Story(), [(0, 2, before), (3, 9, unasked), (10, 10, after), (11, 19, unasked)])
    assert story.events == []
    story.looks(20, 20, after)
    assert [one.incident.cause for one in story.events] == [
        "The service level changed from fullService to noService.",
        "The public address changed from 203.0.113.4 to 203.0.113.9.",
    ]
    assert story.events[0].incident.began_at == at(10)


def test_a_reboot_is_told_once_with_all_that_booted_together() -> None:
    booted = home(
        pod("study", booted_at=at(59.5)), pod("attic", parent="study", hops=2, booted_at=at(60))
    )
    story = script(Story(), [(0, 60, home()), (61, 90, booted)])
    assert story.kinds() == ["opened reboot", "grew reboot"]
    assert [ref.id for ref in story.events[-1].incident.pods] == ["attic"]
    assert not story.events[-1].incident.open
    jittered = home(pod("study", booted_at=START - timedelta(days=3) + timedelta(seconds=40)))
    assert script(Story(), [(0, 3, home()), (4, 9, jittered)]).events == []
    old = home(pod("study", booted_at=at(-600)))
    assert script(Story(), [(0, 3, home()), (4, 9, old)]).events == []


def test_a_reboot_inside_an_outage_is_a_part_of_it() -> None:
    back = home(*(pod(n, booted_at=at(18)) for n in ("hall", "study")), since=at(18.5))
    story = script(Story(), [(0, 4, home()), (5, 18, dark(at(4.5))), (19, 60, back)])
    assert story.kinds() == ["opened home_offline", "closed home_offline"]
    back = home(pod("study", booted_at=at(18), since=at(18.5)))
    story = script(Story(), [(0, 4, home()), (5, 18, home(gone("study"))), (19, 60, back)])
    assert story.kinds() == ["opened pod_offline", "grew pod_offline", "closed pod_offline"]
    assert "Study has restarted" in story.events[-1].incident.evidence


def test_three_boots_in_an_hour_are_a_loop() -> None:
    story = Story()
    story.looks(0, 9, home())
    for minute in (10, 25, 40, 55):
        story.looks(minute, minute + 14, home(pod("study", booted_at=at(minute - 0.5))))
    story.looks(70, 130, home(pod("study", booted_at=at(54.5))))
    assert story.kinds() == [
        "opened reboot",
        "opened reboot",
        "opened reboot_loop",
        "grew reboot_loop",
        "closed reboot_loop",
    ]
    loop = story.last("reboot_loop")
    assert (loop.began_at, loop.ended_at, loop.flips) == (at(9.5), at(54.5), 4)
    assert minutes(story.events[-1].at) == 115


def test_a_pod_in_a_loop_is_told_as_gone_only_when_it_stays_away() -> None:
    story = Story()
    story.looks(0, 9, home())
    for minute in (10, 25, 40):
        story.look(minute, home(gone("study")))
        story.looks(minute + 1, minute + 14, home(pod("study", booted_at=at(minute + 0.5))))
    story.looks(55, 60, home(gone("study")))
    story.looks(61, 70, home(pod("study", booted_at=at(60.5))))
    assert story.kinds()[-2:] == ["opened reboot_loop", "grew reboot_loop"]
    story.looks(71, 90, home(gone("study")))
    assert story.told()[-1] == ("opened", "pod_offline", "study", 86)


def test_two_slow_tests_in_a_row_are_told_with_the_usual_beside_them() -> None:
    story = Story(interval_s=3600)
    tests = [SpeedSight(START + timedelta(days=d), 480 + d % 3, 90) for d in range(10)]
    for test in tests:
        story.look(minutes(test.at) + 5, home(speed=test, timezone="UTC"))
    for day, mbps in ((10, 200), (11, 470), (12, 210), (13, 190), (14, 180), (15, 465)):
        test = SpeedSight(START + timedelta(days=day), mbps, 88)
        story.look(minutes(test.at) + 5, home(speed=test, timezone="UTC"))
        story.look(minutes(test.at) + 65, home(speed=test, timezone="UTC"))
    assert story.kinds() == ["opened slow_speed", "closed slow_speed"]
    slow = story.last("slow_speed")
    assert slow.began_at == START + timedelta(days=12)
    assert slow.ended_at == START + timedelta(days=15)
    assert slow.evidence == ("the last one: 190 Mbit/s, usually 480 Mbit/s",)
    assert slow.cause == "Two speed tests in a row are 60% below this home's usual."


def test_a_home_whose_past_is_known_is_slow_from_its_second_slow_test_on() -> None:
    """On its first day: its usual comes from before it was watched, and so do no alerts."""
    past = [SpeedSight(START - timedelta(days=d), 480 + d % 3, 90) for d in range(1, 11)]
    older = SpeedSight(START - timedelta(hours=1), 150, 90)  # slow, but nobody watched then
    story = Story(interval_s=3600)
    story.look(1, home(speed=older, timezone="UTC"))
    story.recall(2, [*past, older, SpeedSight(at(1.5), 140, 90)])  # the last one is the next look's
    for minute, mbps in ((30, 200), (60, 190)):
        assert story.events == []
        story.look(minute + 1, home(speed=SpeedSight(at(minute), mbps, 90), timezone="UTC"))
    assert story.kinds() == ["opened slow_speed"]
    assert story.last("slow_speed").began_at == at(30)


def test_the_past_is_kept_with_the_rest_and_never_grows_beyond_it() -> None:
    story = Story()
    story.look(1, home())
    assert story.engine.memory(key()).recalled is False
    story.recall(2, ())
    memory = story.engine.memory(key())
    assert (memory.recalled, memory.speeds) == (True, ())
    story.recall(3, [SpeedSight(START - timedelta(hours=n), 480) for n in range(400)])
    speeds = load_home(dump_home(story.engine.memory(key()))).speeds
    assert len(speeds) == story.engine.rules.speeds_kept
    assert speeds[-1].at == START
    assert list(speeds) == sorted(speeds, key=lambda one: one.at)


def test_without_a_usual_no_test_is_slow() -> None:
    story = Story()
    for minute, mbps in ((5, 480), (10, 100), (15, 90), (20, 80)):
        story.look(minute, home(speed=SpeedSight(at(minute - 1), mbps)))
    assert story.events == []


def test_a_pod_that_is_taken_away_is_not_missed_for_ever() -> None:
    here = home(gone("study"), gone("attic"))
    without = home()
    without = type(without)(at=without.at, online=True, pods=without.pods[:1])
    story = Story(interval_s=600)
    story.look(-10, home())
    for minute in range(0, 60, 10):
        story.look(minute, here)
    for minute in range(60, 26 * 60, 10):
        story.look(minute, without)
    assert story.kinds() == ["opened pod_offline", "closed pod_offline"]
    closed = story.events[-1].incident
    assert (closed.ending, closed.ended_at) == ("new normal", at(50))


def test_another_parent_at_the_same_distance_is_no_news() -> None:
    shed = pod("shed")
    one = home(shed)
    other = home(shed, pod("attic", parent="shed", hops=2))
    story = script(Story(), [(0, 60, one), (61, 90, other), (91, 120, one)])
    assert story.events == []


def test_a_test_slower_than_usual_for_ever_becomes_usual() -> None:
    story = Story(interval_s=3600)
    for day in range(40):
        mbps = 480 if day < 10 else 200
        test = SpeedSight(START + timedelta(days=day), mbps)
        story.look(minutes(test.at) + 5, home(speed=test, timezone="UTC"))
    assert story.kinds() == ["opened slow_speed", "closed slow_speed"]
