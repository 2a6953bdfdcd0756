"""People, roles and join requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from src.storage.people import ASK_AGAIN_AFTER
from src.storage.records import JoinRequest

if TYPE_CHECKING:
    from src.storage.records import JoinAnswer
    from src.storage.store import Store
    from tests.storage.conftest import Clock, Place

ANN, BOB, EVE, ADMIN = 7_000_000_001, 2, 3, 9


async def test_a_stranger_is_nobody(store: Store) -> None:
    assert await store.person(ANN) is None
    assert await store.people() == []
    assert await store.remove_person(ANN) is False


async def test_a_person_is_noted_once_and_renamed(store: Store, clock: Clock) -> None:
    first = await store.upsert_person(ANN, "Ann")
    clock.pass_by(hours=1)
    assert await store.upsert_person(ANN, "Ann") == first
    renamed = await store.upsert_person(ANN, "Ann_B <&>")
    assert (renamed.name, renamed.role) == ("Ann_B <&>", None)
    assert renamed.created_at == first.created_at == await _created(store, ANN)
    assert renamed.created_at.tzinfo is not None


async def _created(store: Store, user_id: int) -> object:
    person = await store.person(user_id)
    return person and person.created_at


async def test_a_role_survives_a_new_name(store: Store) -> None:
    await store.set_role(ANN, "operator")
    await store.upsert_person(ANN, "Ann")
    person = await store.person(ANN)
    assert person is not None
    assert (person.name, person.role) == ("Ann", "operator")
    assert (await store.set_role(ANN, "admin")).role == "admin"


async def test_everyone_is_listed_by_id(store: Store) -> None:
    await store.upsert_person(BOB, "Bob")
    await store.set_role(ANN, "viewer", "Ann")
    await store.upsert_person(EVE, "Eve")
    listed = [(person.user_id, person.role) for person in await store.people()]
    assert listed == [(BOB, None), (EVE, None), (ANN, "viewer")]


async def test_removal_takes_the_role_and_allows_a_new_request(store: Store) -> None:
    assert await store.request_join(ANN, "Ann")
    await store.decide_join(ANN, "viewer", ADMIN)
    assert await store.request_join(ANN, "Ann") is False
    assert await store.remove_person(ANN) is True
    assert await store.remove_person(ANN) is False
    person = await store.person(ANN)
    assert person is not None
    assert person.role is None
    assert await store.request_join(ANN, "Ann") is True


async def test_requests_wait_oldest_first_and_count_once(store: Store, clock: Clock) -> None:
    assert await store.request_join(EVE, "Eve") is True
    asked = clock.now
    clock.pass_by(minutes=5)
    assert await store.request_join(BOB, "Bob") is True
    assert await store.request_join(EVE, "Eve again") is False
    assert await store.pending_joins() == [
        JoinRequest(EVE, "Eve", asked),
        JoinRequest(BOB, "Bob", clock.now),
    ]


@pytest.mark.parametrize(("decision", "role"), [("viewer", "viewer"), ("operator", "operator")])
async def test_granting_gives_the_role(store: Store, decision: str, role: str) -> None:
    await store.request_join(EVE, "Eve")
    answer = await store.decide_join(EVE, decision, ADMIN)  # type: ignore[arg-type]  # from the table
    assert answer is not None
    assert (answer.decision, answer.by, answer.first) == (decision, ADMIN, True)
    person = await store.person(EVE)
    assert person is not None
    assert (person.name, person.role) == ("Eve", role)
    assert await store.pending_joins() == []


async def test_the_second_admin_hears_what_the_first_decided(store: Store, clock: Clock) -> None:
    await store.request_join(EVE, "Eve")
    first = await store.decide_join(EVE, "deny", ADMIN)
    clock.pass_by(seconds=3)
    second = await store.decide_join(EVE, "operator", BOB)
    assert first is not None
    assert second is not None
    assert (second.decision, second.by, second.at, second.first) == ("deny", ADMIN, first.at, False)
    assert await store.person(EVE) is None


async def test_two_admins_at_once_decide_once(store: Store) -> None:
    await store.request_join(EVE, "Eve")
    answers = await asyncio.gather(
        *(store.decide_join(EVE, "viewer" if by % 2 else "deny", by) for by in range(1, 9))
    )
    assert [answer.first for answer in answers if answer].count(True) == 1
    assert len({(answer.decision, answer.by) for answer in answers if answer}) == 1


async def test_nothing_to_decide(store: Store) -> None:
    assert await store.decide_join(EVE, "viewer", ADMIN) is None
    assert await store.person(EVE) is None


async def test_a_denied_stranger_may_ask_again_later(store: Store, clock: Clock) -> None:
    await store.request_join(EVE, "Eve")
    await store.decide_join(EVE, "deny", ADMIN)
    clock.now += ASK_AGAIN_AFTER / 2
    assert await store.request_join(EVE, "Eve") is False
    clock.now += ASK_AGAIN_AFTER / 2
    assert await store.request_join(EVE, "Eve") is True
    assert [request.user_id for request in await store.pending_joins()] == [EVE]


async def test_people_survive_a_restart(place: Place) -> None:
    async with await place.open() as store:
        await store.set_role(ANN, "admin", "Ann")
        await store.request_join(EVE, "Eve")
    async with await place.open() as store:
        person = await store.person(ANN)
        assert person is not None
        assert person.role == "admin"
        assert [request.name for request in await store.pending_joins()] == ["Eve"]


async def test_a_decision_is_untold_until_it_is_told(store: Store, clock: Clock) -> None:
    answers: dict[int, JoinAnswer] = {ANN: "viewer", BOB: "deny"}
    for number, answer in answers.items():
        await store.request_join(number, "Somebody")
        assert await store.untold_joins() == []
        await store.decide_join(number, answer, EVE)
        clock.pass_by(minutes=1)
        assert [each.user_id for each in await store.untold_joins()] == [number]
        await store.join_told(number)
    assert await store.untold_joins() == []
