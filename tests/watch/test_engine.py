"""The engine as a whole: purity, the quick way, restarts, timers, the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.watch.engine import Engine
from src.watch.memory import dump_home, dump_scope, load_home, load_scope
from tests.watch.timeline import Story, at, blind, dark, gone, home, key, minutes, pod, script

if TYPE_CHECKING:
    from src.models.watching import Sight
    from src.watch.engine import HomeState


def test_a_look_changes_nothing_before_it_is_accepted() -> None:
    story = script(Story(), [(0, 4, home()), (5, 7, dark())])
    engine = story.engine
    first = engine.look(key(), dark(), at(8), interval_s=60, name="home-1")
    again = engine.look(key(), dark(), at(8), interval_s=60, name="home-1")
    assert first.events == again.events
    assert [event.incident.trigger for event in first.events] == ["home_offline"]
    assert engine.health(key()).incidents == ()
    engine.accept(first)
    assert engine.health(key()).incidents == (first.events[0].incident,)
    with pytest.raises(RuntimeError, match="another step"):
        engine.accept(again)


def test_the_same_sight_again_costs_nothing_and_needs_no_writing() -> None:
    story = Story()
    assert story.look(0, home(service_level="fullService")).changed
    quiet = story.look(0.5, home())
    assert not quiet.changed
    assert quiet.all_homes == {}
    alive = story.look(1, home())
    assert (alive.changed, alive.home_changed, alive.all_homes) == (True, False, {})
    assert alive.scope.looked_at == at(1)


def test_a_rename_is_written() -> None:
    story = script(Story(), [(0, 4, home())])
    step = story.engine.look(key(), home(), at(5), interval_s=60, name="Lindqvist")
    assert step.home_changed
    assert step.home.name == "Lindqvist"


def test_a_restart_loses_nothing_and_repeats_nothing() -> None:
    whole, cut = Story(), Story()
    looks = [home()] * 5 + [dark(at(4.5))] * 10 + [home(since=at(14.5))] * 10
    for minute, found in enumerate(looks):
        whole.look(minute, found)
        memory = load_home(dump_home(cut.engine.memory(key())))
        scope = load_scope(dump_scope(cut.engine.scope(7)))
        cut.engine = Engine(homes={key(): memory}, scopes={7: scope})
        cut.look(minute, found)
    assert cut.events == whole.events
    assert whole.kinds() == ["opened home_offline", "closed home_offline"]


def test_a_restart_knows_that_quiet_homes_were_looked_at() -> None:
    story = script(Story(), [(0, 120, home())])
    memory, scope = story.engine.memory(key()), story.engine.scope(7)
    assert memory.looked_at == at(0)
    story.engine = Engine(homes={key(): memory}, scopes={7: scope})
    story.looks(121, 124, home(gone("attic", at(3))))
    assert story.events[0].incident.began_at == at(121)


def test_forgetting_ends_what_is_open() -> None:
    story = script(Story(), [(0, 4, home()), (5, 9, dark())])
    story.forget(10)
    assert story.kinds() == ["opened home_offline", "closed home_offline"]
    assert story.events[-1].incident.ending == "unwatched"
    assert story.steps[-1].forgotten
    assert story.engine.homes() == []
    assert [one.ended_at for one in story.steps[-1].incidents[0].homes] == [at(10)]


def test_a_neighbourhood_of_three_is_decided_by_the_timer() -> None:
    story = Story()
    for number in (1, 2, 3):
        story.looks(0, 4, home(public_address=f"203.0.113.{number}"), key(number))
    for minute in range(5, 9):
        if minute == 7:
            story.look(6.9, dark(), key(3))
        story.look(minute, dark(at(4.5)), key(1))
        story.look(minute + 0.1, dark(at(4.5)), key(2))
    assert story.events == []
    assert story.engine.due(7, at(8.9)) == []
    story.tick(8.9)
    assert story.events == []
    assert story.engine.due(7, at(9.2)) == [key(1), key(2)]
    story.tick(9.2)
    assert story.kinds() == ["opened home_offline"] * 2
    story.tick(9.3)
    assert len(story.events) == 2


def test_the_board_has_a_word_for_each_state() -> None:
    story = Story()
    assert story.engine.health(key()).word == "waiting"
    state = _after(story, 0, home(pod("hall", since=at(-100)), since=at(-100)))
    assert (state.word, state.pods_up, state.pods_total, state.since) == ("online", 3, 3, at(-100))
    assert _after(story, 1, home(online=None)).word == "unknown"
    assert _after(story, 2, dark(at(1.5))).word == "offline"
    story.looks(3, 9, dark(at(1.5)))
    assert story.engine.health(key()).since == at(1.5)
    story.looks(10, 30, home(gone("attic")))
    state = story.engine.health(key())
    assert (state.word, state.pods_up, len(state.incidents)) == ("partial", 2, 1)
    story.looks(31, 40, blind())
    assert story.engine.health(key()).word == "blind"
    assert story.engine.health(key(9)).word == "blind"
    assert minutes(story.engine.health(key()).looked_at or at(0)) == 30
    other = script(Story(), [(0, 4, home()), (5, 9, blind("home"))])
    assert other.engine.health(key()).word == "unreadable"


def _after(story: Story, minute: int, found: Sight) -> HomeState:
    story.look(minute, found)
    return story.engine.health(key())
