"""What is stored about a person, and its erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.storage.records import TEAM, ChosenLocation

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock

# Ids that occur nowhere else in a dump, so that looking for them means something.
ANN, BOB, GROUP = 770_077_001, 880_088_002, -55
HOME = ChosenLocation("c", "l", "Home")


async def fill(store: Store, user_id: int) -> None:
    """Leave a trace everywhere that a person can."""
    await store.upsert_person(user_id, "Name")
    await store.save_credential(user_id, {"auth_header": "Basic ZmFrZTpmYWtl"})
    await store.request_join(user_id, "Name")
    await store.set_setting(user_id, "theme", "dark")
    await store.choose_location(user_id, None, user_id, HOME)
    await store.choose_location(GROUP, None, user_id, HOME)
    await store.set_favourite(user_id, HOME, True)
    await store.begin_draft(user_id, GROUP, "setup")
    await store.remember_chat(user_id, "private", "Name")
    await store.record(user_id, "status", "location:l", user_id, "by Name")
    await store.record(None, "role", f"user:{user_id}", GROUP, "Name is admin")
    await store.request_join(user_id + 1, "Other")
    await store.decide_join(user_id + 1, "deny", user_id)


async def test_a_stranger_has_nothing_stored(store: Store) -> None:
    summary = await store.what_is_stored(ANN)
    assert not any(summary.values())
    await store.erase(ANN)


async def test_the_summary_counts_everything(store: Store, clock: Clock) -> None:
    await fill(store, ANN)
    await store.set_role(ANN, "operator")
    assert await store.what_is_stored(ANN) == {
        "name": "Name",
        "role": "operator",
        "known_since": clock.now,
        "credential": True,
        "chosen_locations": 2,
        "recents": 1,
        "favourites": 1,
        "settings": {"theme": "dark"},
        "join_request": True,
        "drafts": 1,
        "watches": 0,
        "private_chat": True,
        "audit_entries": 2,
    }


async def test_erasing_leaves_no_trace_of_the_person(store: Store) -> None:
    await store.save_credential(TEAM, {"partner_id": "p"})
    await fill(store, ANN)
    assert str(ANN) in await store.dump()
    await store.erase(ANN)
    dump = await store.dump()
    assert not [line for line in dump.splitlines() if f"{ANN}," in line or f"{ANN}]" in line]
    assert f'"user:{ANN}"' not in dump
    assert "Name" not in dump
    assert not any((await store.what_is_stored(ANN)).values())


async def test_what_they_did_stays_without_who(store: Store) -> None:
    await fill(store, ANN)
    await store.erase(ANN)
    entries = [(e.user_id, e.action, e.object, e.chat_id, e.detail) for e in await store.audit()]
    assert entries == [
        (None, "role", "user:erased", GROUP, None),
        (None, "status", "location:l", None, None),
    ]
    assert await store.chosen_location(GROUP, None, BOB) == HOME
    decided = await store.decide_join(ANN + 1, "viewer", BOB)
    assert decided is not None
    assert (decided.decision, decided.by, decided.first) == ("deny", None, False)


async def test_others_and_the_team_keep_everything(store: Store) -> None:
    await store.save_credential(TEAM, {"partner_id": "p"})
    await fill(store, BOB)
    await store.choose_location(GROUP, None, BOB, HOME)
    before = await store.dump()
    await fill(store, ANN)
    await store.choose_location(GROUP, None, BOB, HOME)
    await store.erase(ANN)
    assert await store.credential(TEAM) == {"partner_id": "p"}
    after = await store.dump()
    # What BOB chose again has moved on the shelf, and is looked at below.
    lines = [line for line in before.splitlines() if not line.startswith("places ")]
    assert [line for line in lines if line not in after] == []
    assert await store.recents(BOB) == await store.favourites(BOB) == [HOME]
