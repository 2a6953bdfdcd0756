"""Our blindness is not their outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.watch.timeline import Story, at, blind, dark, gone, home, key, minutes, pod, script

if TYPE_CHECKING:
    from datetime import datetime


@pytest.mark.parametrize("fault", ["plume", "network", "credential"])
def test_blindness_is_said_once_and_only_what_is_still_wrong_is_told(fault: str) -> None:
    story = Story()
    for number in (1, 2, 3, 4):
        story.looks(0, 4, home(), key(number))
    for minute in range(5, 41):
        for number in (1, 2, 3, 4):
            story.look(minute + number / 10, blind(fault), key(number))  # type: ignore[arg-type]
    story.look(41, dark(at(20)), key(1))
    story.looks(42, 60, dark(at(20)), key(1))
    for number in (2, 3, 4):
        story.looks(41, 60, home(since=at(30)), key(number))
    assert story.kinds() == ["opened blind", "closed blind", "opened home_offline"]
    opened, closed, still = story.events
    assert opened.incident.subject == fault
    assert minutes(opened.at) == pytest.approx(8.1)
    assert closed.incident.ended_at == at(41)
    assert still.incident.began_at == at(20)


@pytest.mark.parametrize(
    ("since", "ended", "frozen_s"), [(at(40), at(40), 0), (None, at(75), 60 * 60)]
)
def test_an_open_incident_that_ended_meanwhile_ends_with_what_is_known(
    since: datetime | None, ended: datetime, frozen_s: float
) -> None:
    story = script(Story(), [(0, 4, home()), (5, 14, dark(at(4.5))), (15, 74, blind())])
    story.looks(75, 90, home(since=since))
    assert story.kinds() == [
        "opened home_offline",
        "opened blind",
        "closed blind",
        "closed home_offline",
    ]
    closed = story.last("home_offline")
    assert closed.ended_at == ended
    assert closed.frozen_s == frozen_s


def test_an_incident_that_goes_on_says_how_long_nobody_looked() -> None:
    story = script(Story(), [(0, 4, home()), (5, 14, dark(at(4.5))), (15, 74, blind())])
    story.looks(75, 80, dark(at(4.5)))
    story.looks(81, 90, home(since=at(80.5)))
    assert story.last("home_offline").frozen_s == 60 * 60


def test_a_single_home_needs_its_own_three_failed_looks() -> None:
    story = script(Story(), [(0, 4, home()), (5, 6, blind()), (7, 9, home()), (10, 12, blind())])
    assert story.events == []
    story.looks(13, 13, blind())
    assert story.kinds() == ["opened blind"]


def test_one_good_look_among_bad_ones_is_no_return() -> None:
    story = script(Story(), [(0, 4, home()), (5, 9, blind()), (10, 10, home())])
    story.looks(11, 13, blind())
    story.looks(14, 20, home())
    assert story.kinds() == ["opened blind", "closed blind"]
    assert story.last("blind").ended_at == at(14)


def test_failures_here_and_there_are_no_blindness() -> None:
    story = Story()
    for minute in range(60):
        story.look(minute, home(), key(1))
        story.look(minute + 0.5, blind() if minute % 3 else home(), key(2))
    assert story.events == []


def test_a_home_that_is_refused_is_unreadable_and_the_others_go_on() -> None:
    story = Story()
    story.looks(0, 4, home(), key(1))
    story.looks(0, 4, home(), key(2))
    for minute in range(5, 30):
        story.look(minute, blind("home"), key(1))
        story.look(minute + 0.5, home(gone("attic")), key(2))
    story.looks(30, 40, home(), key(1))
    assert story.kinds() == ["opened unreadable", "opened pod_offline", "closed unreadable"]
    assert story.last("unreadable").began_at == at(5)
    assert story.last("unreadable").ended_at == at(30)


def test_a_home_that_alone_fails_for_long_is_unreadable() -> None:
    story = Story()
    for minute in range(40):
        story.look(minute, home(), key(2))
        story.look(minute + 0.5, home() if minute < 5 else blind("plume"), key(1))
    assert story.kinds() == ["opened unreadable"]
    assert minutes(story.events[0].at) <= 5.5 + 15 + 2


def test_a_pause_of_our_own_is_blindness_without_a_word() -> None:
    story = script(Story(), [(0, 4, home()), (5, 6, home(gone("attic", at(4.5))))])
    story.looks(60, 61, home(gone("attic", at(4.5))))
    assert story.events == []
    story.looks(62, 70, home(gone("attic", at(4.5))))
    assert story.told() == [("opened", "pod_offline", "attic", 63)]
    assert story.events[0].incident.began_at == at(4.5)


def test_what_began_and_ended_while_nobody_looked_is_not_told() -> None:
    booted = home(pod("study", booted_at=at(30), since=at(31)))
    story = script(Story(), [(0, 4, home()), (60, 90, booted)])
    assert story.events == []
