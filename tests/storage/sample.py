"""A little of everything that can be stored: what the databases of earlier versions hold.

`versions/NUMBER.sqlite.sql` and `versions/NUMBER.postgresql.sql` were written by that version after
`fill` (with `iterdump` of sqlite3, and `pg_dump --inserts --no-owner`, whose lines that begin with
a backslash are left out). They are never changed; a new schema version adds two files and, where it
keeps more, lines in a part of its own here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.models.watching import ChatPolicy, Spot
from src.storage.locations import put_recent
from src.storage.records import TEAM, Board, ChosenLocation
from src.storage.schema import SCHEMA_VERSION
from tests.storage import watching

if TYPE_CHECKING:
    from src.storage.store import Store

# 32 bytes that spell "fake-key-for-the-storage-samples": nobody's key.
KEY = "ZmFrZS1rZXktZm9yLXRoZS1zdG9yYWdlLXNhbXBsZXM="
TIME = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
HOME = ChosenLocation("cust-1", "loc-1", 'Zoë\'s <home> & "co"; -- 🏠', "Europe/Berlin")
ADMIN, VIEWER, STRANGER, GROUP = 11, 7_000_000_022, 33, -1_001_234_567_890


async def fill(store: Store, version: str = SCHEMA_VERSION) -> None:
    """Store one of each that this version can hold."""
    await _fill_1(store)
    if version >= "0002":
        await _fill_2(store)


async def view(store: Store) -> dict[str, object]:
    """Everything of `fill`, as the API shows it."""
    return await _view_1(store) | await _view_2(store)


async def _fill_1(store: Store) -> None:
    await store.set_role(ADMIN, "admin", "Ann")
    await store.request_join(VIEWER, "Bob")
    await store.decide_join(VIEWER, "viewer", ADMIN)
    await store.request_join(STRANGER, "Eve")
    await store.save_credential(TEAM, {"partner_id": "fake-team"})
    await store.save_credential(ADMIN, {"partner_id": "fake-own"})
    await store.set_setting(ADMIN, "timezone", "Europe/Berlin")
    await store.choose_location(GROUP, 4, VIEWER, HOME)
    async with store.database.writing() as conn:  # what a look leaves, but for its audit entry
        await put_recent(conn, ADMIN, HOME)
    await store.set_favourite(ADMIN, HOME, True)
    await store.begin_draft(VIEWER, VIEWER, "setup")
    await store.remember_chat(GROUP, "supergroup", "NOC 🛰")
    await store.chat_unreachable(STRANGER, "blocked")
    await store.record(ADMIN, "role", f"user:{VIEWER}", GROUP, "viewer", once="update:1")


async def _view_1(store: Store) -> dict[str, object]:
    return {
        "people": await store.people(),
        "joins": await store.pending_joins(),
        "decided": await store.decide_join(VIEWER, "deny", STRANGER),
        "team": await store.credential(TEAM),
        "own": await store.credential(ADMIN),
        "settings": await store.settings(ADMIN),
        "chosen": await store.chosen_location(GROUP, 4, ADMIN),
        "recents": await store.recents(ADMIN),
        "favourites": await store.favourites(ADMIN),
        "drafts": await store.interrupted_drafts(),
        "chats": await store.chats(),
        "audit": await store.audit(),
        "stored": await store.what_is_stored(ADMIN),
    }


async def _fill_2(store: Store) -> None:
    await store.add_watch(watching.watch())
    await store.save_board(Board(watching.SPOT, 10, 1))
    await store.remember_home("cust-1", "loc-1", {"parents": {"pod": None}})
    await store.commit_watch(
        homes={watching.KEY: '{"looked_at": null}'},
        scopes={TEAM: "{}"},
        incidents=[watching.incident()],
        notices=[watching.notice(acked_by=44, acked_name="Zoë")],
        outgoing=[watching.message("alert", incident_id="i1"), watching.message("digest")],
        log=[watching.line("It was confirmed.")],
        policies=[ChatPolicy(watching.SPOT, {"reboot": "loud"}, escalate_to=Spot(ADMIN))],
    )
    [alert] = await store.next_batch(TIME)
    await store.mark_sending(alert.number)
    await store.mark_sent(alert.number, 4711)


async def _view_2(store: Store) -> dict[str, object]:
    return {
        "watching": await store.watch_state(TIME),
        "why": await store.why(watching.SPOT, watching.NOON),
        "boards": await store.boards(),
        "memory": await store.home_memory("cust-1", "loc-1"),
        "outbox": await store.next_batch(TIME),
    }
