"""Messages on their way: in which order, how often, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.models.watching import Outgoing, Spot
from src.storage.outbox import UPDATES_KEPT_FOR, URGENCY
from tests.storage import watching
from tests.storage.watching import MINUTE, NOON, SPOT, message

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock, Place

ELSEWHERE = Spot(-66)


async def send_all(store: Store) -> list[str]:
    """What arrives, in which order, when every call succeeds."""
    arrived: list[str] = []
    while batch := await store.next_batch(NOON):
        for pending in batch:
            await store.mark_sending(pending.number)
            await store.mark_sent(pending.number, 100 + len(arrived))
            arrived.append(pending.message.once)
    return arrived


async def test_the_urgent_goes_first_and_the_rest_in_order(store: Store) -> None:
    kinds = sorted(URGENCY, key=lambda kind: -URGENCY[kind])
    await store.write_messages([message(kind, kind, incident_id=kind) for kind in kinds])
    arrived = await send_all(store)
    assert arrived == sorted(kinds, key=lambda kind: URGENCY[kind])
    assert set(arrived[:3]) == {"alert", "recovery", "escalation"}


async def test_each_chat_has_a_line_of_its_own(store: Store) -> None:
    await store.write_messages(
        [
            message("digest", "digest"),
            message("second", spot=ELSEWHERE),
            message("third", spot=ELSEWHERE),
            message("first in topic", spot=SPOT),
            message("same chat", spot=Spot(SPOT.chat_id)),
        ]
    )
    batch = await store.next_batch(NOON)
    assert [each.message.once for each in batch] == ["second", "first in topic"]
    assert [each.message.once for each in await store.next_batch(NOON, limit=1)] == ["second"]
    assert await send_all(store) == ["second", "first in topic", "third", "same chat", "digest"]


async def test_a_message_is_written_once_however_often(store: Store) -> None:
    for text in ("first", "second"):
        await store.write_messages([message("m", text=text)])
    [pending] = await store.next_batch(NOON)
    assert pending.message.text == "first"
    await store.mark_sent(pending.number, 1)
    await store.write_messages([message("m")])
    assert await store.next_batch(NOON) == []


async def test_a_message_waits_for_its_hour(store: Store) -> None:
    assert await store.next_due(NOON) is None
    await store.write_messages([message("later", not_before=NOON + MINUTE), message("now")])
    assert [each.message.once for each in await store.next_batch(NOON)] == ["now"]
    assert await store.next_due(NOON) == NOON + MINUTE
    assert await store.next_due(NOON + MINUTE) is None
    assert await store.outbox_depth(NOON) == (1, 0.0)
    assert await store.outbox_depth(NOON + 2 * MINUTE) == (2, 120.0)
    after = await store.next_batch(NOON + MINUTE)
    assert [each.message.once for each in after] == ["later"]


async def test_an_attempt_that_a_crash_cut_off_is_known(place: Place) -> None:
    async with await place.open() as store:
        await store.write_messages([message("m1"), message("m2", spot=ELSEWHERE)])
        first, second = await store.next_batch(NOON)
        assert (first.begun, first.tries) == (False, 0)
        await store.mark_sending(first.number)
        await store.mark_sending(second.number)
        await store.mark_failed(second.number, may_have_arrived=False)
    async with await place.open() as store:
        first, second = await store.next_batch(NOON)
        assert (first.message.once, first.begun, first.tries) == ("m1", True, 1)
        assert (second.message.once, second.begun, second.tries) == ("m2", False, 1)
        await store.mark_failed(first.number, may_have_arrived=True)
        assert (await store.next_batch(NOON))[0].begun


REPLACED: list[tuple[Outgoing, Outgoing, bool]] = [
    (message("1", "edit", incident_id="i"), message("2", "edit", incident_id="i"), True),
    (message("1", "edit", incident_id="i"), message("2", "edit", incident_id="j"), False),
    (
        message("1", "edit", incident_id="i"),
        message("2", "edit", spot=Spot(-55), incident_id="i"),
        False,
    ),
    (message("1", "alert", incident_id="i"), message("2", "edit", incident_id="i"), False),
    (message("1", "board", message_id=5), message("2", "board", message_id=5), True),
    (message("1", "board", message_id=5), message("2", "board", message_id=6), False),
    (message("1", "board"), message("2", "board"), True),
    (message("1", "reminder", incident_id="i"), message("2", "recovery", incident_id="i"), True),
    (message("1", "reminder", incident_id="i"), message("2", "recovery", incident_id="j"), False),
    (message("1", "escalation", incident_id="i"), message("2", "recovery", incident_id="i"), False),
    (message("1", "reminder", incident_id="i"), message("2", "reminder", incident_id="i"), False),
]


@pytest.mark.parametrize(("first", "second", "replaced"), REPLACED)
async def test_what_is_outdated_is_not_sent(
    store: Store, first: Outgoing, second: Outgoing, replaced: bool
) -> None:
    await store.write_messages([first, second])
    assert sorted(await send_all(store)) == (["2"] if replaced else ["1", "2"])


async def test_a_reply_knows_what_it_answers(store: Store) -> None:
    await store.commit_watch(
        incidents=[watching.incident()],
        notices=[watching.notice()],
        outgoing=[message("a", incident_id="i1"), message("r", "recovery", incident_id="i1")],
    )
    [alert] = await store.next_batch(NOON)
    assert alert.alert_id is None
    await store.mark_sent(alert.number, 10)
    [recovery] = await store.next_batch(NOON)
    assert (recovery.message.once, recovery.alert_id) == ("r", 10)
    await store.mark_sent(recovery.number, 11)
    assert [each.message_id for each in await store.notices_of("i1")] == [10]


async def test_what_cannot_be_sent_is_dropped(store: Store) -> None:
    names = [message(str(n)) for n in range(3)]
    await store.write_messages([*names, message("other", spot=ELSEWHERE)])
    first = (await store.next_batch(NOON))[0]
    await store.drop_message(first.number, "no such message")
    assert await store.drop_chat(SPOT.chat_id, "kicked") == 2
    assert await store.drop_chat(SPOT.chat_id, "kicked") == 0
    await store.mark_sent(999_999, 1)  # erased meanwhile
    assert await send_all(store) == ["other"]
    assert await store.outbox_depth(NOON) == (0, 0.0)


async def test_what_was_sent_is_not_kept_in_words(store: Store) -> None:
    await store.write_messages([message("m", text="Zoë is offline")])
    await send_all(store)
    assert "Zoë" not in await store.dump()


async def test_an_update_is_handled_once(store: Store, clock: Clock) -> None:
    assert await store.handled_update(5) is True
    assert await store.handled_update(5) is False
    clock.now += UPDATES_KEPT_FOR + MINUTE
    assert await store.handled_update(6) is True
    assert await store.prune_updates() == 1
    assert await store.handled_update(6) is False
    assert await store.handled_update(5) is True


async def test_of_many_updates_only_the_new_ones_are_handled(store: Store) -> None:
    assert await store.new_updates([7]) == {7}
    assert await store.new_updates([7]) == set()
    assert await store.new_updates([6, 7, 8]) == {6, 8}
    assert await store.new_updates([8, 6]) == set()
    assert await store.new_updates([]) == set()
    assert await store.handled_update(8) is False
