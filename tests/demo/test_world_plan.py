"""What each customer has: the same for the same seed, and never impossible."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.demo import world_ids as ids
from src.demo.world_kinds import PLACES, SPECIAL_CUSTOMERS
from src.demo.world_plan import home_count, partner_name, plan_customer, plan_home

KINDS = {
    "healthy",
    "pod_offline",
    "dark",
    "poor_pod",
    "bridge",
    "not_onboarded",
    "single_gateway",
    "no_service",
    "many_locations",
    "unicode",
    "markup",
}


def test_the_eleven_kinds_of_home_are_all_there() -> None:
    homes = [plan_home(7, index, 0) for index in range(40)]

    assert {home.kind for home in homes} >= KINDS
    assert Counter(home.kind for home in homes)["ordinary"] == 40 - len(SPECIAL_CUSTOMERS)


def test_homes_are_in_many_time_zones_and_one_in_none() -> None:
    zones = {plan_home(7, index, 0).place.zone for index in range(40)}

    assert zones == {place.zone for place in PLACES.values()}
    assert None in zones
    assert all(ZoneInfo(zone) for zone in zones if zone)


@given(seed=st.integers(0, 99), index=st.integers(0, 5_000))
def test_plans_are_repeatable_and_sound(seed: int, index: int) -> None:
    plan = plan_home(seed, index, 0)

    assert plan == plan_home(seed, index, 0)
    assert plan.customer == plan_customer(index)
    assert plan.id == ids.location_id(index, 0)
    for number, node in enumerate(plan.nodes):
        assert node.ordinal == number
        assert node.id == ids.node_id(index, 0, number)
        assert (node.parent is None) == (number == 0)
        assert node.parent is None or node.parent < number
        assert node.medium in {"wifi", "ethernet"}
    assert len({device.mac for device in plan.devices}) == len(plan.devices)
    assert all(device.node < len(plan.nodes) for device in plan.devices)
    assert all(len(network.ssid) <= 32 for network in plan.networks)


def test_other_seeds_give_other_homes() -> None:
    ones, twos = ([plan_home(seed, index, 0) for index in range(20, 40)] for seed in (1, 2))

    assert sum(one != two for one, two in zip(ones, twos, strict=True)) > 15


def test_both_partners_have_customers_and_names() -> None:
    owners = Counter(plan_customer(index).partner_id for index in range(40))

    assert owners[ids.PARTNER_ID] > owners[ids.SECOND_PARTNER_ID] > 5
    assert {partner_name(owner) for owner in owners} == {"Northwind Fibre", "Fjordlink"}
    assert plan_customer(0).partner_id == ids.PARTNER_ID
    assert plan_customer(15).partner_id == ids.SECOND_PARTNER_ID


def test_customers_can_be_told_apart() -> None:
    plans = [plan_customer(index) for index in range(3_000)]

    assert len({plan.account_id for plan in plans}) == len(plans)
    assert len({plan.email for plan in plans}) == len(plans)
    assert len({plan.name for plan in plans}) > 1_000
    assert any("-" in plan.account_id and len(plan.account_id) == 36 for plan in plans)


@pytest.mark.parametrize(
    ("index", "number"), [(0, 2), (1, 1), (8, 24), (13, 300), (18, 2), (19, 1)]
)
def test_how_many_homes(index: int, number: int) -> None:
    assert home_count(index) == number


def test_copied_homes_have_numbers() -> None:
    names = [plan_home(7, 8, ordinal).name for ordinal in (0, 1, 23)]

    assert names == ["Flat 1", "Flat 2", "Flat 24"]
    assert plan_home(7, 18, 1).name == "Cabin"
