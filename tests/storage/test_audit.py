"""The audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from src.storage.audit import AUDIT_KEPT_FOR
from src.storage.records import AuditEntry

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock

ANN, BOB, GROUP = 1, 2, -55


async def test_the_newest_entries_come_first(store: Store, clock: Clock) -> None:
    assert await store.record(ANN, "status", "location:l1", GROUP, "took 0.2 s") is True
    clock.pass_by(seconds=1)
    await store.record(BOB, "reboot", "node:n1")
    await store.record(None, "start")  # at the same moment: the later one is newer
    entries = await store.audit()
    assert [entry.action for entry in entries] == ["start", "reboot", "status"]
    begin = clock.now - timedelta(seconds=1)
    assert entries[-1] == AuditEntry(begin, ANN, "status", "location:l1", GROUP, "took 0.2 s")
    assert [entry.action for entry in await store.audit(2)] == ["start", "reboot"]
    assert [entry.action for entry in await store.audit(user=ANN)] == ["status"]


async def test_an_update_delivered_again_is_recorded_once(store: Store) -> None:
    assert await store.record(ANN, "reboot", once="update:77") is True
    assert await store.record(ANN, "reboot", once="update:77") is False
    assert await store.record(ANN, "reboot", once="update:78") is True
    assert len(await store.audit()) == 2


async def test_entries_are_kept_for_their_time(store: Store, clock: Clock) -> None:
    await store.record(ANN, "old")
    clock.pass_by(microseconds=1)
    await store.record(ANN, "edge")
    clock.now += AUDIT_KEPT_FOR
    await store.record(ANN, "new")
    assert await store.prune_audit() == 1
    assert [entry.action for entry in await store.audit()] == ["new", "edge"]
    assert await store.prune_audit(clock.now + timedelta(days=1)) == 1
    assert await store.prune_audit() == 0
