"""The world as a whole: found by any id, deterministic, and large without cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from src.demo import world_ids as ids
from src.demo.world import MAX_IDLE_HOMES, World
from src.demo.world_clock import VirtualClock
from src.demo.world_history import QUARTER, floor_time
from src.demo.world_home import REMEMBERED_MOST
from src.demo.world_incidents import IncidentError
from src.demo.world_scenarios import parse_scenario
from tests.demo.plume_kit import START, STUDY, make_world

LOCATION = ids.DEMO_LOCATION_ID


def test_a_large_world_is_made_on_demand() -> None:
    world = World(clock=VirtualClock(START, speed=0), customers=100_000)
    last = 99_999
    home = world.home(ids.location_id(last, 0))

    assert home is not None
    assert len(world._homes) == 1  # nothing else was made
    assert world.node(home.plan.nodes[0].id) == (home, 0)
    for field, text in (
        ("name", home.plan.customer.name),
        ("email", home.plan.customer.email),
        ("accountId", home.plan.customer.account_id),
    ):
        partner = home.plan.customer.partner_id
        found = world.matching(field, text, exact=True, start=True, partner_id=partner)
        assert last in {plan.index for plan in found}
    assert (
        sum(len(world.customers_of(p)) for p in (ids.PARTNER_ID, ids.SECOND_PARTNER_ID)) == 100_000
    )


@pytest.mark.parametrize(
    "location",
    ["", "x", ids.location_id(40, 0), ids.location_id(0, 2), "f" * 24, ids.DEMO_CUSTOMER_ID],
)
def test_what_does_not_exist_is_none(location: str) -> None:
    world = make_world()

    assert world.home(location) is None
    assert world.customer(location) is None or location == ids.DEMO_CUSTOMER_ID
    assert world.node(location) is None


@pytest.mark.parametrize(
    "serial", [ids.node_id(0, 0, 4), ids.node_id(40, 0, 0), ids.node_id(5, 0, 0)]
)
def test_nodes_that_do_not_exist(serial: str) -> None:
    assert make_world().node(serial) is None


def test_customers_by_id() -> None:
    plan = make_world().customer(ids.DEMO_CUSTOMER_ID)

    assert plan is not None
    assert plan.name == "Nora Lindqvist"


def test_homes_are_forgotten_only_while_nothing_happened_to_them() -> None:
    world = make_world(customers=MAX_IDLE_HOMES + 100)
    world.apply("cut_line", LOCATION)
    kept = world.home(LOCATION)
    for index in range(1, MAX_IDLE_HOMES + 50):
        world.home(ids.location_id(index, 0))

    assert world.home(LOCATION) is kept
    assert kept is not None
    assert kept.state(world.now()).online is False
    assert len(world._homes) < MAX_IDLE_HOMES


def test_a_forgotten_home_is_made_again_as_it_was() -> None:
    world = make_world()
    one = world.home(ids.location_id(3, 0))
    assert one is not None
    before = one.state(world.now())
    world._homes.clear()
    two = world.home(ids.location_id(3, 0))

    assert two is not None
    assert two is not one
    assert two.state(world.now()) == before


def test_a_cured_trouble_stays_cured() -> None:
    world = make_world()
    dark = ids.location_id(2, 0)
    home = world.home(dark)
    assert home is not None
    before = home.state(world.now()).online
    world.restore(dark)

    assert (before, home.state(world.now()).online, home.touched) == (False, True, True)


def test_what_reports_remember_of_a_home_ends_with_what_happens_to_it() -> None:
    world = make_world()
    home = world.home(LOCATION)
    assert home is not None
    soon = floor_time(world.now(), QUARTER) + QUARTER

    def told() -> tuple[object, object]:
        return home.traffic(soon).rx_mb, home.online_word(soon, soon + QUARTER)

    calm = told()
    world.apply("cut_line", LOCATION)
    dark = told()
    world.restore(LOCATION)

    assert calm[1] == "online"
    assert dark == (None, "offline")
    assert told() == calm


def test_what_reports_remember_is_bounded() -> None:
    home = make_world().home(LOCATION)
    assert home is not None
    for second in range(REMEMBERED_MOST + 10):
        home.online_word(START, START + timedelta(seconds=second + 1))

    assert len(home._now.words) < REMEMBERED_MOST


def test_restoring_everything_keeps_what_the_kinds_have_wrong() -> None:
    world = make_world()
    dark = world.home(ids.location_id(2, 0))
    home = world.home(LOCATION)
    world.apply("cut_line", LOCATION)
    world.apply("plume_down")
    world.clock.advance(60)
    world.restore()

    assert dark is not None
    assert home is not None
    assert dark.state(world.now()).online is False
    assert home.state(world.now()).online is True
    assert world.cloud_mode == "ok"


def test_a_recording_replays_to_the_same_state() -> None:
    one = make_world()
    one.clock.advance(30)
    one.apply("unplug_pod", node=STUDY)
    one.clock.advance(600)
    one.apply("cut_line", LOCATION)
    one.clock.advance(600)
    one.restore(LOCATION)

    two = make_world()
    two.play(parse_scenario(one.recording()))
    two.clock.advance(1230)
    states = [world.home(LOCATION) for world in (one, two)]

    assert states[0] is not None
    assert states[1] is not None
    assert states[0].state(one.now()) == states[1].state(two.now())


def test_a_world_needs_somebody() -> None:
    with pytest.raises(ValueError, match="at least one"):
        World(customers=0)


def test_small_worlds_have_the_first_customers() -> None:
    world = make_world(customers=1)

    assert world.home(LOCATION) is not None
    assert world.home(ids.OTHER_LOCATION_ID) is None
    assert world.customers_of(ids.SECOND_PARTNER_ID) == []


def test_incident_history_is_bounded() -> None:
    world = make_world()
    home = world.home(LOCATION)
    for _ in range(300):
        world.apply("reboot", node=STUDY)
        world.clock.advance(200)

    assert home is not None
    assert len(home.incidents) == 200


def test_unknown_incidents_are_refused() -> None:
    with pytest.raises(IncidentError, match="no incident 'earthquake'"):
        make_world().apply("earthquake")
