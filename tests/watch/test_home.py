"""One home's incidents: hand-written timelines for every decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.watch.timeline import Story, at, dark, gone, home, minutes, pod, script


def test_a_home_offline_is_told_once_and_its_end_with_the_duration() -> None:
    story = script(
        Story(), [(0, 4, home()), (5, 18, dark(at(4.5))), (19, 30, home(since=at(18.5)))]
    )
    assert story.kinds() == ["opened home_offline", "closed home_offline"]
    opened, closed = story.events
    assert opened.incident.began_at == at(4.5)
    assert opened.incident.began_reported
    assert minutes(opened.at) <= 4.5 + 5
    assert closed.incident.ended_at == at(18.5)
    assert minutes(closed.at) <= 18.5 + 5
    assert closed.incident.ending == "recovered"
    assert {ref.name for ref in opened.incident.pods} == {"Study", "Attic"}
    assert opened.incident.cause == "Line or power at the home: all 3 pods vanished together."


def test_without_the_clouds_moments_the_looks_count() -> None:
    story = script(Story(), [(0, 4, home()), (5, 18, dark()), (19, 30, home())])
    opened, closed = story.events
    assert (opened.incident.began_at, closed.incident.ended_at) == (at(5), at(19))
    assert not opened.incident.began_reported
    assert minutes(opened.at) == 8


@pytest.mark.parametrize("since", [at(-9000), at(3), at(400)])
def test_a_moment_that_does_not_fit_is_not_believed(since: object) -> None:
    story = script(Story(), [(0, 4, home()), (5, 9, dark(since))])  # type: ignore[arg-type]
    assert story.events[0].incident.began_at == at(5)


def test_a_short_blip_is_not_told() -> None:
    story = script(Story(), [(0, 4, home()), (5, 6, dark(at(4.5))), (7, 30, home())])
    assert story.events == []


def test_unknown_neither_confirms_nor_clears() -> None:
    unsaid = home(pod("hall", connected=None), pod("study", connected=None), online=None)
    story = script(Story(), [(0, 4, home()), (5, 5, dark()), (6, 40, unsaid)])
    assert story.events == []
    story = script(Story(), [(0, 4, home()), (5, 6, dark()), (7, 40, unsaid)])
    assert story.events == []
    story = script(Story(), [(0, 4, home()), (5, 9, dark()), (10, 60, unsaid)])
    assert story.kinds() == ["opened home_offline"]
    story = script(Story(), [(0, 4, home()), (5, 9, dark()), (10, 11, home()), (12, 60, unsaid)])
    assert story.kinds() == ["opened home_offline"]
    story.look(61, home())
    assert story.kinds() == ["opened home_offline", "closed home_offline"]
    assert story.events[-1].incident.ended_at == at(10)


def test_a_pod_and_those_behind_it_are_one_incident() -> None:
    cut = home(gone("study", at(4.5)), gone("attic", at(4.6)))
    story = script(Story(), [(0, 4, home()), (5, 20, cut), (21, 40, home())])
    assert story.told() == [
        ("opened", "pod_offline", "study", 8),
        ("closed", "pod_offline", "study", 24),
    ]
    assert [ref.id for ref in story.events[0].incident.pods] == ["attic"]


def test_staggered_detection_is_one_incident() -> None:
    leaf_first = home(gone("attic", at(4.5)))
    both = home(gone("attic", at(4.5)), gone("study", at(6.5)))
    story = script(Story(), [(0, 4, home()), (5, 6, leaf_first), (7, 20, both)])
    assert story.told() == [("opened", "pod_offline", "study", 10)]
    assert [ref.id for ref in story.events[0].incident.pods] == ["attic"]
    story = script(Story(), [(0, 4, home()), (5, 6, both), (7, 20, dark(at(6.5)))])
    assert story.kinds() == ["opened home_offline"]


def test_a_leaf_that_was_told_is_swallowed_by_its_parent() -> None:
    leaf_first = home(gone("attic", at(4.5)))
    both = home(gone("attic", at(4.5)), gone("study", at(9.5)))
    story = script(Story(), [(0, 4, home()), (5, 9, leaf_first), (10, 20, both)])
    assert story.told() == [
        ("opened", "pod_offline", "attic", 8),
        ("opened", "pod_offline", "study", 13),
        ("closed", "pod_offline", "attic", 13),
    ]
    closed = story.events[-1].incident
    assert (closed.ending, closed.swallowed_by) == ("swallowed", story.events[1].incident.id)


def test_staggered_return_alarms_nobody_and_what_stays_away_is_told() -> None:
    waiting = home(gone("study", at(4.5)), gone("attic", at(4.5)), since=at(18.5))
    story = script(
        Story(), [(0, 4, home()), (5, 18, dark(at(4.5))), (19, 24, waiting), (25, 60, home())]
    )
    assert story.kinds() == ["opened home_offline", "closed home_offline"]
    story = script(Story(), [(0, 4, home()), (5, 18, dark(at(4.5))), (19, 60, waiting)])
    assert story.kinds() == ["opened home_offline", "closed home_offline", "opened pod_offline"]
    late = story.events[-1].incident
    assert late.began_at == at(4.5)
    assert 22 + 5 + 3 <= minutes(late.opened_at) <= 22 + 5 + 5


def test_an_old_pod_incident_outlasts_an_outage_of_the_home() -> None:
    lost = home(gone("attic", at(4.5)))
    story = script(
        Story(),
        [
            (0, 4, home()),
            (5, 60, lost),
            (61, 80, dark(at(60.5))),
            (81, 100, lost),
            (101, 120, home()),
        ],
    )
    assert story.told() == [
        ("opened", "pod_offline", "attic", 8),
        ("opened", "home_offline", "", 64),
        ("closed", "home_offline", "", 84),
        ("closed", "pod_offline", "attic", 104),
    ]


def test_a_flapping_home_is_one_unstable_incident_with_a_count() -> None:
    story = Story()
    story.looks(0, 4, home())
    for minute in range(5, 25, 2):
        story.look(minute, dark())
        story.look(minute + 1, home())
    story.looks(25, 70, home())
    kinds = story.kinds()
    assert kinds[0] == "opened home_offline"
    assert kinds[-1] == "closed home_offline"
    assert set(kinds[1:-1]) == {"grew home_offline"}
    first, last = story.events[0].incident, story.events[-1].incident
    assert first.unstable
    assert last.flips == 20
    assert minutes(story.events[-1].at) == 24 + 30


def test_an_open_incident_becomes_unstable() -> None:
    story = script(Story(), [(0, 4, home()), (5, 9, dark())])
    for minute in range(10, 18, 2):
        story.look(minute, home())
        story.look(minute + 1, dark())
    story.looks(18, 60, dark())
    assert story.kinds()[:2] == ["opened home_offline", "unstable home_offline"]
    assert story.kinds()[-1] == "grew home_offline"
    assert not story.events[-1].incident.unstable
    assert story.events[-1].incident.open


def test_a_leaf_that_stays_away_when_its_parent_is_back_is_told_after_a_while() -> None:
    cut = home(gone("study", at(4.5)), gone("attic", at(4.5)))
    leaf = home(pod("study", since=at(20.5)), gone("attic", at(4.5)))
    story = script(Story(), [(0, 4, home()), (5, 20, cut), (21, 60, leaf)])
    assert [one[:3] for one in story.told()] == [
        ("opened", "pod_offline", "study"),
        ("closed", "pod_offline", "study"),
        ("opened", "pod_offline", "attic"),
    ]
    assert story.events[-1].incident.began_at == at(4.5)
    assert minutes(story.events[-1].at) == pytest.approx(24 + 5 + 3, abs=1)


def test_a_leaf_that_goes_later_joins_its_parents_incident() -> None:
    first = home(gone("study", at(4.5)))
    both = home(gone("study", at(4.5)), gone("attic", at(9.5)))
    story = script(Story(), [(0, 4, home()), (5, 9, first), (10, 30, both)])
    assert [one[:3] for one in story.told()] == [
        ("opened", "pod_offline", "study"),
        ("grew", "pod_offline", "study"),
    ]
    assert [ref.id for ref in story.events[-1].incident.pods] == ["attic"]


def test_pods_that_go_later_join_the_homes_incident() -> None:
    first = home(gone("hall", at(4.5)), gone("study", at(4.5)), pod("attic", connected=None))
    first = replace(first, online=False)
    story = script(Story(), [(0, 4, home()), (5, 9, first), (10, 30, dark(at(4.5)))])
    assert story.kinds() == ["opened home_offline", "grew home_offline"]
    assert {ref.id for ref in story.events[-1].incident.pods} == {"study", "attic"}


def test_a_pod_that_hangs_elsewhere_by_then_is_an_incident_of_its_own() -> None:
    lost = home(gone("study", at(4.5)), pod("attic", parent="shed", hops=2), pod("shed"))
    later = home(gone("study", at(4.5)), gone("attic", at(99.5)), pod("shed"))
    story = script(Story(), [(0, 4, home(pod("shed"))), (5, 99, lost), (100, 110, later)])
    assert [one[:3] for one in story.told()] == [
        ("opened", "pod_offline", "study"),
        ("opened", "pod_offline", "attic"),
    ]


def test_a_gateway_that_is_gone_while_pods_are_connected_is_not_judged() -> None:
    odd = home(gone("hall", at(4.5)), online=None)
    story = script(Story(), [(0, 4, home()), (5, 60, odd)])
    assert story.events == []


def test_the_same_fault_again_is_an_incident_of_its_own() -> None:
    story = Story()
    story.looks(0, 4, home())
    for start in (5, 105, 205):
        story.looks(start, start + 15, dark(at(start - 0.5)))
        story.looks(start + 16, start + 99, home(since=at(start + 15.5)))
    assert story.kinds() == ["opened home_offline", "closed home_offline"] * 3
    assert len({event.incident.id for event in story.events}) == 3


def test_a_pod_that_was_told_and_is_still_away_when_the_home_is_back_is_told_again() -> None:
    lost = home(gone("attic", at(4.5)))
    story = script(Story(), [(0, 4, home()), (5, 9, lost), (10, 30, dark(at(9.5))), (31, 60, lost)])
    assert story.kinds() == [
        "opened pod_offline",
        "opened home_offline",
        "closed pod_offline",
        "closed home_offline",
        "opened pod_offline",
    ]
    first, again = story.events[0].incident, story.events[-1].incident
    assert first.began_at == again.began_at
    assert first.id != again.id
