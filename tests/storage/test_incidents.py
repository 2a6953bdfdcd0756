"""What watching goes on from, and that it is written as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.models.watching import ChatPolicy, Spot
from src.storage.errors import StorageError
from src.storage.incidents import INCIDENTS_KEPT_FOR, WHY_KEPT_FOR
from tests.storage import watching
from tests.storage.watching import KEY, MINUTE, NOON, OTHER, SPOT

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Place


async def test_a_restart_goes_on_from_what_was_written(place: Place) -> None:
    told = watching.notice(message_id=10)
    over = watching.incident("i0", OTHER, closed_at=NOON - 3 * MINUTE, ending="recovered")
    async with await place.open() as store:
        await store.add_watch(watching.watch())
        await store.commit_watch(
            homes={KEY: '{"a": 1}', OTHER: "{}"},
            scopes={0: "{}"},
            incidents=[watching.incident(), over],
            notices=[told, watching.notice("i0")],
            outgoing=[watching.message("m1", incident_id="i1")],
            log=[watching.line("because")],
            policies=[ChatPolicy(SPOT, {"reboot": "off"})],
        )
        [pending] = await store.next_batch(NOON)
        await store.mark_sent(pending.number, 10)
        await store.commit_watch(homes={KEY: '{"a": 2}', OTHER: None}, scopes={0: "[]"})
    async with await place.open() as store:
        state = await store.watch_state(closed_since=NOON)
        assert state.homes == {KEY: '{"a": 2}'}
        assert state.scopes == {0: "[]"}
        assert state.incidents == [watching.incident()]
        assert state.notices == {("i1", SPOT): told}
        assert state.watches == [watching.watch()]
        assert state.policies == {SPOT: ChatPolicy(SPOT, {"reboot": "off"})}
        earlier = await store.watch_state(closed_since=NOON - 5 * MINUTE)
        assert [each.id for each in earlier.incidents] == ["i0", "i1"]
        assert set(earlier.notices) == {("i0", SPOT), ("i1", SPOT)}


async def test_delivery_never_takes_the_message_of_an_alert_away(store: Store) -> None:
    notices = [watching.notice()]
    outgoing = [watching.message("m1", incident_id="i1")]
    await store.commit_watch(incidents=[watching.incident()], notices=notices, outgoing=outgoing)
    [pending] = await store.next_batch(NOON)
    await store.mark_sent(pending.number, 10)
    await store.commit_watch(notices=[watching.notice(acked_by=44)])
    assert await store.notices_of("i1") == [watching.notice(acked_by=44, message_id=10)]


async def test_incidents_are_found_by_state_and_by_name(store: Store) -> None:
    over = watching.incident("i0", closed_at=NOON + MINUTE, ending="recovered")
    await store.commit_watch(incidents=[watching.incident(), watching.incident("i0")])
    await store.commit_watch(incidents=[over])
    assert await store.incidents() == [watching.incident()]
    assert await store.incidents(since=NOON) == [over, watching.incident()]
    assert await store.incidents(since=NOON + 2 * MINUTE) == [watching.incident()]
    assert await store.incident("i0") == over
    assert await store.incident("none") is None


async def test_why_tells_the_newest_first_and_only_of_this_spot(store: Store) -> None:
    lines = [watching.line(str(n), at=NOON + n * MINUTE) for n in range(4)]
    await store.commit_watch(log=[*lines, watching.line("elsewhere", Spot(SPOT.chat_id))])
    assert await store.why(SPOT, NOON + MINUTE) == lines[:0:-1]
    assert await store.why(SPOT, NOON, limit=2) == lines[:1:-1]


BROKEN: list[dict[str, Any]] = [
    {"outgoing": [watching.message("m2", created_at=NOON.replace(tzinfo=None))]},
    {"log": [watching.line("x", at=None)]},
]


@pytest.mark.parametrize("broken", BROKEN, ids=["outgoing", "log"])
async def test_half_of_a_look_is_never_written(store: Store, broken: dict[str, Any]) -> None:
    before = await store.dump()
    whole: dict[str, Any] = {
        "homes": {KEY: "{}"},
        "incidents": [watching.incident()],
        "notices": [watching.notice()],
    }
    with pytest.raises((StorageError, ValueError)):
        await store.commit_watch(**whole, **broken)
    assert await store.dump() == before


async def test_what_is_old_goes(store: Store) -> None:
    old, new = NOON - timedelta(days=100), NOON
    await store.commit_watch(
        incidents=[
            watching.incident("open", opened_at=old),
            watching.incident("old", closed_at=old),
            watching.incident("new", closed_at=new),
        ],
        notices=[watching.notice(name) for name in ("open", "old", "new")],
        outgoing=[watching.message("sent"), watching.message("waits", created_at=old)],
        log=[watching.line("old", at=old), watching.line("new")],
    )
    [pending] = await store.next_batch(NOON)
    await store.mark_sent(pending.number, 1)  # at the store's noon
    assert await store.prune_watching(NOON) == 3
    assert [each.id for each in await store.incidents(since=old)] == ["open", "new"]
    assert [each.text for each in await store.why(SPOT, old)] == ["new"]
    assert await store.notices_of("old") == []
    assert await store.prune_watching(NOON + WHY_KEPT_FOR + MINUTE) == 2  # a line, a message
    assert await store.prune_watching(NOON + INCIDENTS_KEPT_FOR + MINUTE) == 2
    assert [each.message.once for each in await store.next_batch(NOON)] == ["waits"]
    assert await store.prune_watching() == 0
