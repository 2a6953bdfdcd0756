"""Chosen locations, recents and favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.storage.locations import MAX_FAVOURITES, MAX_RECENTS
from src.storage.records import ChosenLocation

if TYPE_CHECKING:
    from src.storage.store import Store

ANN, BOB, GROUP = 1, 2, -1_001_234_567_890


def home(name: str, customer: str = "c1") -> ChosenLocation:
    return ChosenLocation(customer, f"loc-{name}", f"Home {name} <_*&>", "Europe/Berlin")


async def look_up(store: Store, user_id: int, location: ChosenLocation) -> None:
    """In the private chat, where the home then is the chosen one."""
    await store.choose_location(user_id, None, user_id, location)


def names(locations: list[ChosenLocation]) -> list[str]:
    return [location.location_id.removeprefix("loc-") for location in locations]


@pytest.mark.parametrize(
    ("chosen_in", "asked_in", "found"),
    [
        ((ANN, None), (ANN, None), True),
        ((ANN, 5), (ANN, None), True),  # a person's topics share one choice
        ((ANN, None), (BOB, None), False),
        ((GROUP, None), (GROUP, None), True),
        ((GROUP, 4), (GROUP, 4), True),
        ((GROUP, 4), (GROUP, 5), False),
        ((GROUP, 4), (GROUP, None), False),
        ((GROUP, None), (ANN, None), False),
    ],
)
async def test_a_choice_belongs_to_its_chat_and_topic(
    store: Store, chosen_in: tuple[int, int | None], asked_in: tuple[int, int | None], found: bool
) -> None:
    await store.choose_location(*chosen_in, ANN, home("a"))
    assert await store.chosen_location(*asked_in, BOB) == (home("a") if found else None)


async def test_a_new_choice_replaces_the_old(store: Store) -> None:
    await store.choose_location(GROUP, 4, ANN, home("a"))
    bare = ChosenLocation("c2", "loc-b", "B")
    await store.choose_location(GROUP, 4, BOB, bare)
    assert await store.chosen_location(GROUP, 4, ANN) == bare


async def test_a_choice_can_be_forgotten(store: Store) -> None:
    await store.choose_location(ANN, None, ANN, home("a"))
    assert await store.forget_location(ANN, None, ANN) is True
    assert await store.forget_location(ANN, None, ANN) is False
    assert await store.chosen_location(ANN, None, ANN) is None


async def test_recents_are_newest_first_without_doubles(store: Store) -> None:
    for name in "abcab":
        await look_up(store, ANN, home(name))
    await look_up(store, BOB, home("z"))
    assert names(await store.recents(ANN)) == ["b", "a", "c"]


async def test_the_oldest_recents_fall_off(store: Store) -> None:
    for number in range(MAX_RECENTS + 3):
        await look_up(store, ANN, home(str(number)))
    expected = [str(number) for number in range(3, MAX_RECENTS + 3)]
    assert names(await store.recents(ANN)) == expected[::-1]


async def test_a_recent_takes_the_newest_name(store: Store) -> None:
    await look_up(store, ANN, ChosenLocation("c", "l", "Old", "UTC"))
    await look_up(store, ANN, ChosenLocation("c", "l", "New"))
    assert await store.recents(ANN) == [ChosenLocation("c", "l", "New", None)]


async def test_the_same_location_id_of_two_customers_is_two_places(store: Store) -> None:
    await look_up(store, ANN, home("a", "c1"))
    await look_up(store, ANN, home("a", "c2"))
    assert [place.customer_id for place in await store.recents(ANN)] == ["c2", "c1"]


async def test_what_is_chosen_is_recent_at_once(store: Store) -> None:
    await store.choose_location(-5, None, ANN, home("a"))
    await store.choose_location(ANN, None, ANN, home("b"))
    assert names(await store.recents(ANN)) == ["b", "a"]
    assert await store.recents(BOB) == []


async def test_favourites_come_and_go(store: Store) -> None:
    assert await store.set_favourite(ANN, home("a"), True) == "added"
    assert await store.set_favourite(ANN, home("b"), True) == "added"
    await look_up(store, ANN, home("r"))
    assert names(await store.favourites(ANN)) == ["a", "b"]
    assert await store.set_favourite(ANN, home("a"), False) == "removed"
    assert names(await store.favourites(ANN)) == ["b"]
    assert await store.favourites(BOB) == []


async def test_a_favourite_set_twice_is_there_once(store: Store) -> None:
    for _ in range(2):
        assert await store.set_favourite(ANN, home("a"), True) == "added"
    assert names(await store.favourites(ANN)) == ["a"]
    for _ in range(2):
        assert await store.set_favourite(ANN, home("a"), False) == "removed"
    assert await store.favourites(ANN) == []


async def test_favourites_are_full_at_their_cap(store: Store) -> None:
    for number in range(MAX_FAVOURITES):
        assert await store.set_favourite(ANN, home(str(number)), True) == "added"
    assert await store.set_favourite(ANN, home("one more"), True) == "full"
    assert await store.set_favourite(ANN, home("0"), True) == "added"  # it is one already
    assert len(await store.favourites(ANN)) == MAX_FAVOURITES
