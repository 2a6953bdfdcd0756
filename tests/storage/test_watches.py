"""Who watches what, and what moves and goes with a chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from src.models.watching import ChatPolicy, HomeKey, Maintenance, Spot
from src.storage.records import Board
from tests.storage import watching
from tests.storage.watching import KEY, NOON, OTHER, SPOT

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock, Place

GROUP, SUPERGROUP, ANN, BOB = SPOT.chat_id, -1_001_234_567_890, 770_077_001, 880_088_002


async def test_a_home_is_watched_once_from_each_spot(place: Place) -> None:
    general = watching.watch(spot=Spot(GROUP))
    async with await place.open() as store:
        assert await store.watches() == []
        assert await store.add_watch(watching.watch()) is True
        assert await store.add_watch(replace(watching.watch(), name="Again")) is False
        assert await store.add_watch(general) is True
        assert await store.add_watch(watching.watch(OTHER)) is True
    async with await place.open() as store:
        assert await store.watches() == [general, watching.watch(), watching.watch(OTHER)]
        assert await store.remove_watch(OTHER, SPOT) is True
        assert await store.remove_watch(OTHER, SPOT) is False
        assert await store.watches() == [general, watching.watch()]
        assert await store.remove_watches(GROUP) == 2
        assert await store.watches() == []


async def test_a_policy_is_the_default_until_it_is_set(store: Store) -> None:
    assert await store.policy(SPOT) == ChatPolicy(SPOT)
    assert await store.policies() == {}
    policy = ChatPolicy(SPOT, {"reboot": "loud"}, escalate_to=Spot(ANN))
    await store.save_policy(ChatPolicy(SPOT, timezone="Europe/Oslo"))
    await store.save_policy(policy)
    assert await store.policy(SPOT) == policy
    assert await store.policies() == {SPOT: policy}


async def test_a_board_is_the_newest_message(store: Store) -> None:
    await store.save_board(Board(SPOT, 10))
    await store.save_board(Board(SPOT, 11, 2))
    assert await store.boards() == [Board(SPOT, 11, 2)]
    assert await store.forget_board(SPOT) is True
    assert await store.forget_board(SPOT) is False
    assert await store.boards() == []


async def fill(store: Store, spot: Spot) -> None:
    """Something of everything that stands under a spot."""
    await store.add_watch(watching.watch(spot=spot))
    await store.save_policy(ChatPolicy(spot, {"reboot": "off"}))
    await store.save_board(Board(spot, 10))
    await store.commit_watch(
        incidents=[watching.incident()],
        notices=[watching.notice(spot=spot)],
        outgoing=[watching.message(f"m{spot.thread_id}", spot=spot, incident_id="i1")],
        log=[watching.line("told", spot)],
    )


async def test_a_group_takes_its_watches_along(store: Store) -> None:
    for spot in (SPOT, Spot(GROUP)):
        await fill(store, spot)
    await store.save_policy(ChatPolicy(Spot(ANN), escalate_to=SPOT))
    before = (await store.dump()).replace(str(GROUP), "?")
    for _ in range(2):
        await store.migrate_chat(GROUP, SUPERGROUP)
        dump = await store.dump()
        assert str(GROUP) not in dump
        assert dump.replace(str(SUPERGROUP), "?") == before
    assert (await store.policy(Spot(ANN))).escalate_to == Spot(SUPERGROUP, SPOT.thread_id)
    assert [each.message.spot for each in await store.next_batch(NOON)] == [Spot(SUPERGROUP, 7)]


async def test_a_deleted_topic_leaves_its_watches_to_general(store: Store) -> None:
    general = Spot(GROUP)
    await fill(store, SPOT)
    await store.add_watch(watching.watch(OTHER))
    await store.add_watch(watching.watch(spot=general))
    await store.save_policy(ChatPolicy(general, timezone="Europe/Oslo"))
    assert await store.close_topic(SPOT) == 2
    assert {watch.spot for watch in await store.watches()} == {general}
    assert {watch.key for watch in await store.watches()} == {KEY, OTHER}
    assert (await store.policy(general)).timezone == "Europe/Oslo"
    assert [each.spot for each in await store.notices_of("i1")] == [general]
    assert [each.message.spot for each in await store.next_batch(NOON)] == [general]
    assert [each.spot for each in await store.why(general, NOON)] == [general]
    assert await store.close_topic(SPOT) == 0


async def test_what_was_escalated_to_a_deleted_topic_goes_to_general(store: Store) -> None:
    general, other = Spot(GROUP), Spot(GROUP, 99)
    for spot in (Spot(ANN), general):
        await store.save_policy(ChatPolicy(spot, escalate_to=SPOT))
    await store.save_policy(ChatPolicy(other, escalate_to=Spot(ANN)))
    await store.close_topic(SPOT)
    assert {spot: policy.escalate_to for spot, policy in (await store.policies()).items()} == {
        Spot(ANN): general,
        general: None,  # not to itself
        other: Spot(ANN),
    }


async def test_a_person_who_is_removed_watches_nothing_in_private(store: Store) -> None:
    await store.set_role(ANN, "operator", "Ann")
    await store.add_watch(watching.watch(spot=Spot(ANN), by=ANN))
    await store.add_watch(watching.watch(by=ANN))
    await store.remove_person(ANN)
    assert await store.watches() == [watching.watch(by=ANN)]


async def fill_person(store: Store, user_id: int, name: str) -> None:
    """Traces of somebody in everything that watching keeps."""
    own, private = HomeKey(user_id, "c", "l9"), Spot(user_id)
    await store.upsert_person(user_id, name)
    await store.add_watch(watching.watch(spot=private, by=user_id))
    await store.add_watch(watching.watch(own, by=user_id))
    await store.add_watch(watching.watch(OTHER, by=user_id))
    work = Maintenance("m", NOON, NOON, by=user_id)
    await store.save_policy(ChatPolicy(SPOT, maintenance=(work,), escalate_to=private))
    await store.save_policy(ChatPolicy(private))
    await store.save_board(Board(private, 10))
    acked = watching.notice(acked_by=user_id, acked_name=name, snoozed_by=name)
    said = f"Acknowledged by {name}; {name}x is no name."
    await store.commit_watch(
        homes={own: "{}"},
        scopes={user_id: "{}"},
        incidents=[watching.incident("own", own), watching.incident()],
        notices=[acked, watching.notice(spot=private), watching.notice("own")],
        outgoing=[
            watching.message("m1", spot=private),
            watching.message("m2", "edit", text=said, incident_id="i1"),
            watching.message("m3", incident_id="own"),
        ],
        log=[watching.line("x", private), watching.line(said), watching.line("no name here")],
    )


async def test_erasing_somebody_takes_them_out_of_watching(store: Store, clock: Clock) -> None:
    await fill_person(store, ANN, "Ann")
    assert (await store.what_is_stored(ANN))["watches"] == 3
    await store.erase(ANN)
    dump = await store.dump()
    assert str(ANN) not in dump
    assert '"Ann' not in dump
    assert "by Ann;" not in dump
    assert dump.count("Acknowledged by somebody; Annx is no name.") == 2
    assert not any((await store.what_is_stored(ANN)).values())
    assert [watch.created_by for watch in await store.watches()] == [0]
    [kept] = await store.notices_of("i1")
    assert (kept.acked_by, kept.acked_name, kept.snoozed_by) == (None, "somebody", "somebody")
    assert [each.id for each in await store.incidents()] == ["i1"]
    assert (await store.policy(SPOT)).escalate_to is None


async def test_erasing_somebody_nameless_leaves_others_alone(store: Store) -> None:
    await fill_person(store, BOB, "Bob")
    before = await store.dump()
    await store.erase(ANN)
    assert await store.dump() == before
