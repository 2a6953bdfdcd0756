"""Who watches which home, how each chat wants to be told, and the boards that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, select, tuple_, update

from src.models.watching import ChatPolicy, HomeKey, Spot, Watch
from src.storage import schema
from src.storage.codec import pack, unpack
from src.storage.database import insert_new, upsert
from src.storage.part import Part
from src.storage.records import Board

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = [
    "Watches",
    "carry_spots",
    "forget_watcher",
    "is_home",
    "read_policies",
    "read_watches",
    "write_policy",
]

_watches, _policies, _boards = schema.watches, schema.watch_policies, schema.boards

# Tables with a row for each spot, and what else is in their keys.
_BY_SPOT = (
    (_watches, ("owner", "customer_id", "location_id")),
    (_policies, ()),
    (schema.notices, ("incident_id",)),
    (_boards, ()),
)


class Watches(Part):
    """Watches, policies and boards, by chat and topic."""

    async def add_watch(self, watch: Watch) -> bool:
        """Watch the home from there; False when that was so already. Raises StorageError."""
        row = {
            **watch.key._asdict(),
            **watch.spot._asdict(),
            "name": watch.name,
            "timezone": watch.timezone,
            "created_by": watch.created_by,
            "created_at": watch.created_at,
        }
        async with self.database.writing() as conn:
            return (await conn.execute(insert_new(conn, _watches, row))).rowcount > 0

    async def remove_watch(self, key: HomeKey, spot: Spot) -> bool:
        """Do not watch it from there any more; False when nothing did. Raises StorageError."""
        async with self.database.writing() as conn:
            gone = delete(_watches).where(is_home(_watches, key), _is_spot(_watches, spot))
            return (await conn.execute(gone)).rowcount > 0

    async def remove_watches(self, chat_id: int) -> int:
        """End every watch of a chat, all its topics included. Raises StorageError."""
        async with self.database.writing() as conn:
            gone = delete(_watches).where(_watches.c.chat_id == chat_id)
            return (await conn.execute(gone)).rowcount

    async def watches(self) -> list[Watch]:
        """All of them, oldest first. Raises StorageError."""
        async with self.database.reading() as conn:
            return await read_watches(conn)

    async def policy(self, spot: Spot) -> ChatPolicy:
        """How this chat or topic wants to be told; the default until it said so."""
        query = select(_policies.c.policy).where(_is_spot(_policies, spot))
        async with self.database.reading() as conn:
            kept = await conn.scalar(query)
        return ChatPolicy(spot) if kept is None else unpack(ChatPolicy, kept, spot)

    async def policies(self) -> dict[Spot, ChatPolicy]:
        """Those that were ever set. Raises StorageError."""
        async with self.database.reading() as conn:
            return await read_policies(conn)

    async def save_policy(self, policy: ChatPolicy) -> None:
        """Keep it in place of the one before. Raises StorageError."""
        async with self.database.writing() as conn:
            await write_policy(conn, policy)

    async def boards(self) -> list[Board]:
        """The messages that show boards. Raises StorageError."""
        async with self.database.reading() as conn:
            rows = await conn.execute(select(_boards).order_by(*_boards.primary_key))
            return [Board(Spot(*row[:2]), *row[2:]) for row in rows]

    async def save_board(self, board: Board) -> None:
        """Remember it in place of the one before, at the same spot. Raises StorageError."""
        shown = {"message_id": board.message_id, "page": board.page}
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _boards, {**board.spot._asdict(), **shown}))

    async def forget_board(self, spot: Spot) -> bool:
        """It is not kept up any more; False when none was. Raises StorageError."""
        async with self.database.writing() as conn:
            gone = delete(_boards).where(_is_spot(_boards, spot))
            return (await conn.execute(gone)).rowcount > 0

    async def close_topic(self, spot: Spot) -> int:
        """The topic was deleted: its group's General takes over. The number of watches moved.

        What was escalated to it goes to General, too, but for General's own.

        Raises StorageError.
        """
        if not spot.thread_id:
            return 0
        async with self.database.writing() as conn:
            mine = select(func.count()).where(_is_spot(_watches, spot))
            count = await conn.scalar(mine) or 0
            general = Spot(spot.chat_id)
            await _carry(conn, spot, general)
            for policy in (await read_policies(conn)).values():
                if policy.escalate_to == spot:
                    target = general if policy.spot != general else None
                    await write_policy(conn, replace(policy, escalate_to=target))
            return count


async def read_watches(conn: AsyncConnection) -> list[Watch]:
    """All watches, within a transaction."""
    query = select(_watches).order_by(_watches.c.created_at, *_watches.primary_key)
    return [_watch(row) for row in await conn.execute(query)]


async def read_policies(conn: AsyncConnection) -> dict[Spot, ChatPolicy]:
    """All policies, within a transaction."""
    rows = await conn.execute(select(_policies))
    found = (unpack(ChatPolicy, row.policy, Spot(row.chat_id, row.thread_id)) for row in rows)
    return {policy.spot: policy for policy in found}


async def write_policy(conn: AsyncConnection, policy: ChatPolicy) -> None:
    """One policy, within a transaction."""
    row = {**policy.spot._asdict(), "policy": pack(policy)}
    await conn.execute(upsert(conn, _policies, row))


async def carry_spots(conn: AsyncConnection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: everything of watching moves along, escalations included."""
    found: set[int] = set()
    for table in (*(table for table, _ in _BY_SPOT), schema.outbox, schema.why):
        found |= set(await conn.scalars(select(table.c.thread_id).where(table.c.chat_id == old_id)))
    for thread_id in found:
        await _carry(conn, Spot(old_id, thread_id), Spot(new_id, thread_id))
    for policy in (await read_policies(conn)).values():
        if policy.escalate_to is not None and policy.escalate_to.chat_id == old_id:
            target = policy.escalate_to._replace(chat_id=new_id)
            await write_policy(conn, replace(policy, escalate_to=target))


async def forget_watcher(conn: AsyncConnection, user_id: int) -> None:
    """Erase a person from the watches: theirs end, those that they made for groups stay."""
    theirs = (_watches.c.chat_id == user_id) | (_watches.c.owner == user_id)
    await conn.execute(delete(_watches).where(theirs))
    made = update(_watches).where(_watches.c.created_by == user_id)
    await conn.execute(made.values(created_by=0))
    for table in (_policies, _boards):
        await conn.execute(delete(table).where(table.c.chat_id == user_id))
    for policy in (await read_policies(conn)).values():
        kept = tuple(
            replace(work, by=None) if work.by == user_id else work for work in policy.maintenance
        )
        target = policy.escalate_to
        if target is not None and target.chat_id == user_id:
            target = None
        if (kept, target) != (policy.maintenance, policy.escalate_to):
            await write_policy(conn, replace(policy, maintenance=kept, escalate_to=target))


async def _carry(conn: AsyncConnection, old: Spot, new: Spot) -> None:
    """Move what belongs to one spot to another; what is there already is newer and stays."""
    for table, rest in _BY_SPOT:
        other = table.alias()
        same = [other.c[name] == table.c[name] for name in rest]
        taken = select(other.c.chat_id).where(_is_spot(other, new), *same)
        await conn.execute(delete(table).where(_is_spot(table, old), taken.exists()))
    for table in (*(table for table, _ in _BY_SPOT), schema.outbox, schema.why):
        await conn.execute(update(table).where(_is_spot(table, old)).values(new._asdict()))


def _is_spot(table: Any, spot: Spot) -> ColumnElement[bool]:
    return and_(table.c.chat_id == spot.chat_id, table.c.thread_id == spot.thread_id)


def is_home(table: Table, key: HomeKey) -> ColumnElement[bool]:
    """Which rows of a table are about this home."""
    columns = tuple_(table.c.owner, table.c.customer_id, table.c.location_id)
    return columns == tuple_(*key)


def _watch(row: Row[Any]) -> Watch:
    key = HomeKey(row.owner, row.customer_id, row.location_id)
    spot = Spot(row.chat_id, row.thread_id)
    return Watch(key, spot, row.name, row.created_by, row.created_at, row.timezone)
