"""Homes that go together are one incident."""

from __future__ import annotations

from src.watch.engine import Engine
from src.watch.memory import HomeMemory, Track, dump_home, dump_scope, load_home, load_scope
from src.watch.neighbours import traits
from tests.watch.timeline import Story, at, dark, home, key, minutes


def _street(count: int, story: Story, last: int = 4, **words: str) -> None:
    for number in range(1, count + 1):
        story.looks(
            0, last, home(isp="Northwind", public_address=f"203.0.113.{number}"), key(number)
        )


def _rest(story: Story, first: int, count: int, at_block: str = "198.51.100") -> None:
    for number in range(first, first + count):
        story.looks(0, 4, home(isp="Other", public_address=f"{at_block}.{number}"), key(number))


def test_homes_that_go_together_are_one_incident_with_what_they_share() -> None:
    story = Story()
    _street(5, story)
    _rest(story, 10, 20)
    for minute in range(5, 21):
        for number in range(1, 5):
            story.look(minute + number / 10, dark(at(4.5)), key(number))
        story.tick(minute + 0.9)
    assert story.kinds() == ["opened neighbourhood"]
    opened = story.events[0].incident
    assert minutes(story.events[0].at) <= 4.5 + 5
    assert opened.shared == ("the address block 203.0.113.0/24", "the provider Northwind")
    assert opened.unaffected == 21
    assert len(opened.homes) == 4
    assert opened.cause.startswith("4 homes went offline within 1 minute.")
    for minute in range(21, 60):
        for number in range(1, 5):
            back = minute >= 20 + 5 * number
            found = home(since=at(20 + 5 * number - 0.5)) if back else dark(at(4.5))
            story.look(minute + number / 10, found, key(number))
    assert story.kinds() == [
        "opened neighbourhood",
        *["grew neighbourhood"] * 3,
        "closed neighbourhood",
    ]
    closed = story.events[-1].incident
    assert [home.ended_at for home in closed.homes] == [at(24.5), at(29.5), at(34.5), at(39.5)]
    assert closed.ended_at == at(39.5)


def test_late_ones_join_without_a_message_of_their_own() -> None:
    story = Story()
    _street(6, story)
    for minute in range(5, 30):
        for number in range(1, 6):
            found = home() if number == 5 and minute < 12 else dark()
            story.look(minute + number / 10, found, key(number))
        story.tick(minute + 0.9)
    assert story.kinds() == ["opened neighbourhood", "grew neighbourhood"]
    assert len(story.events[-1].incident.homes) == 5
    assert story.events[-1].incident.unaffected == 1


def test_two_homes_or_a_small_share_are_no_neighbourhood() -> None:
    story = Story()
    _street(5, story)
    for minute in range(5, 12):
        for number in (1, 2):
            story.look(minute + number / 10, dark(at(4.5)), key(number))
    assert story.kinds() == ["opened home_offline"] * 2
    story = Story()
    _street(20, story)
    for minute in range(5, 12):
        for number in (1, 2, 3):
            story.look(minute + number / 10, dark(at(4.5)), key(number))
    assert story.kinds() == ["opened home_offline"] * 3


def test_homes_that_were_told_alone_become_part_of_it() -> None:
    story = Story()
    _street(5, story)
    for minute in range(5, 25):
        for number in (1, 2, 3):
            late = number == 3 and minute < 10
            story.look(minute + number / 10, home() if late else dark(), key(number))
        story.tick(minute + 0.9)
    assert story.kinds() == [
        "opened home_offline",
        "opened home_offline",
        "opened neighbourhood",
        "closed home_offline",
        "closed home_offline",
    ]
    assert {one.incident.ending for one in story.events[-2:]} == {"swallowed"}


def test_a_blip_of_a_neighbour_delays_by_one_look_at_most() -> None:
    story = Story()
    _street(5, story)
    for minute in range(5, 12):
        story.look(minute + 0.1, dark(at(4.5)), key(1))
        for number in (2, 3):
            blip = minute in {6, 7}
            story.look(minute + number / 10, dark() if blip else home(), key(number))
        story.tick(minute + 0.9)
    assert story.kinds() == ["opened home_offline"]
    assert minutes(story.events[0].at) <= 4.5 + 5


def test_a_home_that_nobody_watches_any_more_leaves_the_neighbourhood() -> None:
    story = Story()
    _street(3, story)
    for minute in range(5, 10):
        for number in (1, 2, 3):
            story.look(minute + number / 10, dark(at(4.5)), key(number))
    for number in (1, 2, 3):
        story.forget(20 + number, key(number))
    assert story.kinds() == [
        "opened neighbourhood",
        "grew neighbourhood",
        "grew neighbourhood",
        "closed neighbourhood",
    ]
    assert story.events[-1].incident.ending == "unwatched"


def test_a_home_that_goes_again_is_in_the_neighbourhood_again() -> None:
    story = Story()
    _street(4, story)
    for minute in range(5, 40):
        for number in (1, 2, 3):
            away = number != 1 or minute < 10 or minute >= 16
            story.look(minute + number / 10, dark() if away else home(), key(number))
        story.tick(minute + 0.9)
    assert story.kinds() == ["opened neighbourhood", "grew neighbourhood", "grew neighbourhood"]
    assert all(one.ended_at is None for one in story.last("neighbourhood").homes)


def test_old_pod_incidents_and_restarts_do_not_disturb_a_neighbourhood() -> None:
    story = Story()
    _street(3, story)
    for minute in range(5, 30):
        for number in (1, 2, 3):
            story.look(minute + number / 10, dark(at(4.5)), key(number))
        memories = {k: load_home(dump_home(story.engine.memory(k))) for k in story.engine.homes()}
        scopes = {7: load_scope(dump_scope(story.engine.scope(7)))}
        story.engine = Engine(homes=memories, scopes=scopes)
        story.tick(minute + 0.9)
    assert story.kinds() == ["opened neighbourhood"]


def test_odd_addresses_share_nothing() -> None:
    assert traits(HomeMemory(address=Track("not an address"))) == ()
    assert traits(HomeMemory(address=Track("2001:db8:40:17::1"), isp="N", hardware="PP 6")) == (
        "block 2001:db8:40::/56",
        "isp N",
        "hardware PP 6",
    )
