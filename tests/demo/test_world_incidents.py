"""Each incident changes what it should, keeps the rest, and can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from src.demo import world_ids as ids
from src.demo.world_home import Link
from src.demo.world_incidents import INCIDENT_KINDS, IncidentError, make_incident
from tests.demo.plume_kit import BEDROOM, GARAGE, START, STUDY, make_world

if TYPE_CHECKING:
    from src.demo.world import World
    from src.demo.world_home import Home, HomeState, NodeState

LOCATION = ids.DEMO_LOCATION_ID
GATEWAY = ids.DEMO_GATEWAY_ID


@pytest.fixture
def world() -> World:
    return make_world()


def home_of(world: World, location: str = LOCATION) -> Home:
    home = world.home(location)
    assert home is not None
    return home


def look(world: World, location: str = LOCATION) -> HomeState:
    return home_of(world, location).state(world.now())


def nodes(world: World) -> dict[str, NodeState]:
    return {node.plan.id: node for node in look(world).nodes}


def connected(world: World) -> set[str]:
    return {key for key, node in nodes(world).items() if node.connected}


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_unplugging_a_pod_moves_its_children(world: World) -> None:
    before = nodes(world)[BEDROOM]
    world.apply("unplug_pod", node=STUDY)
    found = nodes(world)

    assert connected(world) == {GATEWAY, BEDROOM, GARAGE}
    assert found[STUDY].score is None
    assert found[STUDY].changed_at == START
    assert found[STUDY].devices == 0
    assert found[BEDROOM].path == (0,)
    assert found[BEDROOM].link == Link(0, "wifi", penalty=1)
    assert (before.score, found[BEDROOM].score) == (5.0, 3.5)
    assert found[BEDROOM].changed_at == before.changed_at


@pytest.mark.parametrize(("medium", "can_roam"), [("ethernet", False), ("wifi", False)])
def test_a_child_that_cannot_move_is_lost_with_its_parent(
    world: World, medium: str, can_roam: bool
) -> None:
    home, child = next(
        (home, node)
        for index in range(16, 40)
        for home in world.homes_of(index)
        for node in home.plan.nodes
        if node.parent and (node.medium, node.can_roam) == (medium, can_roam)
    )
    assert child.parent is not None
    world.apply("unplug_pod", node=home.plan.nodes[child.parent].id)

    states = home.state(world.now()).nodes

    assert not states[child.ordinal].connected
    assert states[child.ordinal].changed_at == START
    assert states[0].connected


def test_a_cable_that_fell_out_can_move_over_wifi(world: World) -> None:
    home, child = next(
        (home, node)
        for index in range(16, 40)
        for home in world.homes_of(index)
        for node in home.plan.nodes
        if node.parent and node.medium == "ethernet"
    )
    assert child.parent is not None
    world.apply("backhaul_to_wifi", node=child.id)
    world.apply("unplug_pod", node=home.plan.nodes[child.parent].id)

    assert home.state(world.now()).nodes[child.ordinal].connected


def test_devices_on_wifi_move_and_wired_ones_are_lost(world: World) -> None:
    home = home_of(world)
    before = {d.plan.mac: d.node for d in home.device_states(world.now())}
    world.apply("unplug_pod", node=STUDY)
    after_ = {d.plan.mac: d.node for d in home.device_states(world.now())}
    moved = [d for d in home.plan.devices if before[d.mac] == 1]

    assert moved
    for device in moved:
        assert after_[device.mac] == (0 if device.medium == "wifi" else None)


def test_plugging_it_in_again_gives_a_new_boot(world: World) -> None:
    world.apply("unplug_pod", node=STUDY)
    world.clock.advance(600)
    world.restore(LOCATION)
    world.clock.advance(60)
    study = nodes(world)[STUDY]

    assert study.connected
    assert study.changed_at == after(10)
    assert study.booted_at is not None
    assert START <= study.booted_at <= after(10)
    assert study.path == (0,)


def test_unplugging_the_gateway_darkens_the_home(world: World) -> None:
    world.apply("unplug_pod", node=GATEWAY)
    state = look(world)

    assert (state.online, state.since, state.device_count) == (False, START, 0)
    assert connected(world) == set()


def test_weakening_changes_health_only(world: World) -> None:
    before = connected(world)
    world.apply("weaken_pod", node=STUDY)

    assert connected(world) == before
    assert nodes(world)[STUDY].score == 2.0
    assert nodes(world)[STUDY].weak


def test_a_cut_line_boots_nothing(world: World) -> None:
    before = nodes(world)[GATEWAY].booted_at
    world.apply("cut_line", LOCATION)
    world.clock.advance(1200)
    dark = look(world)
    world.restore(LOCATION)

    assert (dark.online, dark.since) == (False, START)
    assert (look(world).online, look(world).since) == (True, after(20))
    assert nodes(world)[GATEWAY].booted_at == before
    assert nodes(world)[GATEWAY].changed_at == after(20)


def test_after_a_power_cut_everything_has_booted(world: World) -> None:
    world.apply("power_cut", LOCATION)
    world.clock.advance(1200)
    world.restore(LOCATION)

    assert all(
        node.booted_at is not None and START <= node.booted_at <= after(20)
        for node in nodes(world).values()
    )


def test_flapping_comes_and_goes_and_ends(world: World) -> None:
    world.apply("flap", LOCATION)
    seen = []
    for _ in range(9 * 5):
        seen.append(look(world).online)
        world.clock.advance(60)

    changes = sum(one != two for one, two in pairwise(seen))
    assert (seen[0], seen[-1], changes) == (False, True, 15)
    assert home_of(world).active_incidents(world.now()) == []


def test_restoring_a_flapping_line_stops_what_was_to_come(world: World) -> None:
    world.apply("flap", LOCATION)
    world.clock.advance(30)
    world.restore(LOCATION)
    world.clock.advance(300)

    assert look(world).online
    assert home_of(world).dark_spans(START, world.now()) == [(START, after(0.5))]


def test_a_slow_speed_test_is_there_at_once(world: World) -> None:
    home = home_of(world)
    before = home.latest_speed_test(0, world.now())
    world.apply("slow_speed_test", LOCATION)
    slow = home.latest_speed_test(0, world.now())
    world.restore(LOCATION)
    world.clock.advance(4 * 3600)
    later = home.latest_speed_test(0, world.now())

    assert before is not None
    assert slow is not None
    assert later is not None
    assert before.sample is not None
    assert slow.sample is not None
    assert later.sample is not None
    assert slow.sample.ended_at == START
    assert slow.sample.download_mbps < before.sample.download_mbps / 5
    assert later.sample.download_mbps > slow.sample.download_mbps * 5


def test_backhaul_falls_to_wifi_and_back(world: World) -> None:
    world.apply("backhaul_to_wifi", node=GARAGE)
    loose = nodes(world)[GARAGE]
    with pytest.raises(IncidentError, match="no cable in use"):
        world.apply("backhaul_to_wifi", node=GARAGE)
    world.restore(LOCATION)

    assert loose.connected
    assert loose.link is not None
    assert (loose.link.medium, loose.score) == ("wifi", 3.5)
    back = nodes(world)[GARAGE].link
    assert back is not None
    assert back.medium == "ethernet"


def test_a_reboot_ends_by_itself(world: World) -> None:
    world.apply("reboot", node=STUDY)
    states = []
    for seconds in (2, 100, 100):
        world.clock.advance(seconds)
        states.append(nodes(world)[STUDY].connected)

    assert states == [False, False, True]


def test_a_neighbourhood_is_one_isp_in_one_place(world: World) -> None:
    incident = world.apply("neighbourhood_outage", LOCATION)
    struck = world.active_homes()

    assert incident is not None
    assert "Stockholm" in incident.label
    assert len(struck) > 3
    assert ids.DEMO_COTTAGE_ID in {home.plan.id for home in struck}
    assert {home.plan.place.city for home in struck} == {"Stockholm"}
    assert {home.plan.customer.partner_id for home in struck} == {ids.PARTNER_ID}
    assert {home.state(world.now()).online for home in struck} == {False}
    assert look(world, ids.location_id(2, 0)).since != START


@pytest.mark.parametrize("kind", [k.kind for k in INCIDENT_KINDS.values() if k.needs != "cloud"])
def test_every_incident_can_be_undone(world: World, kind: str) -> None:
    before = look(world)
    node = GARAGE if INCIDENT_KINDS[kind].needs == "node" else None
    world.apply(kind, None if node else LOCATION, node)
    world.clock.advance(5)
    world.restore(LOCATION)
    now = look(world)

    assert now.online
    assert [(n.state, n.path, n.score, n.devices) for n in now.nodes] == [
        (n.state, n.path, n.score, n.devices) for n in before.nodes
    ]
    assert home_of(world).active_incidents(world.now()) == []


@pytest.mark.parametrize("kind", ["restore", "plume_down", "nonsense"])
def test_not_every_name_is_an_incident_of_a_home(world: World, kind: str) -> None:
    with pytest.raises(IncidentError, match="no incident"):
        make_incident(kind, home_of(world), 1, START)


def test_an_incident_of_a_node_needs_one(world: World) -> None:
    with pytest.raises(IncidentError, match="needs a node"):
        make_incident("unplug_pod", home_of(world), None, START)


def test_the_gateway_has_no_backhaul_to_lose(world: World) -> None:
    with pytest.raises(IncidentError, match="no backhaul to lose"):
        world.apply("backhaul_to_wifi", node=GATEWAY)
