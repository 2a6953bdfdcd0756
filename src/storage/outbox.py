"""Messages on their way: written with what they tell of, sent from here, at least once.

Each chat has its own line: the most urgent first, then in the order of writing. An attempt is
marked before it is made, so that after a crash the one message that may have arrived is known.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, or_, select, update

from src.models.watching import MessageKind, Outgoing, Spot
from src.storage import schema
from src.storage.codec import pack, unpack
from src.storage.database import insert_new
from src.storage.part import Part
from src.storage.records import Pending

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["UPDATES_KEPT_FOR", "URGENCY", "Outbox", "write_outgoing"]

# Within a chat the smaller goes first: alerts before digests before refreshed boards.
URGENCY: Final[dict[MessageKind, int]] = {
    "alert": 0,
    "recovery": 0,
    "escalation": 0,
    "reminder": 1,
    "summary": 1,
    "note": 1,
    "digest": 2,
    "edit": 3,
    "board": 4,
}
# Telegram keeps updates for 24 hours.
UPDATES_KEPT_FOR: Final = timedelta(days=2)

_outbox, _notices = schema.outbox, schema.notices
_waiting = _outbox.c.done_at.is_(None)


class Outbox(Part):
    """What is to be sent, and what became of it."""

    async def write_messages(self, outgoing: Sequence[Outgoing]) -> None:
        """Put messages in line; those that were written before change nothing.

        Raises StorageError.
        """
        async with self.database.writing() as conn:
            await write_outgoing(conn, outgoing)

    async def next_batch(self, now: datetime, limit: int = 100) -> list[Pending]:
        """The next message of each chat that has one due, the most urgent first.

        Raises StorageError.
        """
        place = func.row_number().over(
            partition_by=_outbox.c.chat_id, order_by=(_outbox.c.urgency, _outbox.c.id)
        )
        due = select(_outbox.c.id, place.label("place")).where(_waiting, _is_due(now)).subquery()
        told = and_(
            _notices.c.incident_id == _outbox.c.incident_id,
            _notices.c.chat_id == _outbox.c.chat_id,
            _notices.c.thread_id == _outbox.c.thread_id,
        )
        query = select(_outbox, _notices.c.message_id.label("alert_id"))
        query = query.outerjoin(_notices, told).join(due, due.c.id == _outbox.c.id)
        query = query.where(due.c.place == 1).order_by(_outbox.c.urgency, _outbox.c.id)
        async with self.database.reading() as conn:
            return [_pending(row) for row in await conn.execute(query.limit(limit))]

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next message may go that waits for its hour. Raises StorageError."""
        query = select(func.min(_outbox.c.not_before)).where(_waiting, _outbox.c.not_before > now)
        async with self.database.reading() as conn:
            moment: datetime | None = await conn.scalar(query)
        return moment

    async def mark_sending(self, number: int) -> None:
        """An attempt begins. Raises StorageError; then it must not begin."""
        values = {"begun_at": self._now(), "tries": _outbox.c.tries + 1}
        await self._change(_outbox.c.id == number, values)

    async def mark_sent(self, number: int, message_id: int | None) -> None:
        """It arrived, as this message. Raises StorageError."""
        arrived = {"done_at": self._now(), "message_id": message_id, "content": ""}
        async with self.database.writing() as conn:
            query = select(_outbox).where(_outbox.c.id == number)
            row = (await conn.execute(query)).one_or_none()
            if row is None:
                return  # erased meanwhile, with the person behind it
            await conn.execute(update(_outbox).where(_outbox.c.id == number).values(**arrived))
            if row.kind in {"alert", "escalation"} and row.incident_id is not None:
                told = update(_notices).where(
                    _notices.c.incident_id == row.incident_id,
                    _notices.c.chat_id == row.chat_id,
                    _notices.c.thread_id == row.thread_id,
                    _notices.c.message_id.is_(None),
                )
                await conn.execute(told.values(message_id=message_id))

    async def mark_failed(self, number: int, *, may_have_arrived: bool) -> None:
        """The attempt failed and will be made again. Raises StorageError."""
        if not may_have_arrived:
            await self._change(_outbox.c.id == number, {"begun_at": None})

    async def drop_message(self, number: int, reason: str) -> None:
        """It will never be sent. Raises StorageError."""
        await self._drop(_outbox.c.id == number, reason)

    async def drop_chat(self, chat_id: int, reason: str) -> int:
        """Nothing that waits for this chat will be sent. Raises StorageError."""
        return await self._drop(_outbox.c.chat_id == chat_id, reason)

    async def outbox_depth(self, now: datetime) -> tuple[int, float]:
        """How many messages are due, and for how many seconds the oldest. Raises StorageError."""
        since = func.min(func.coalesce(_outbox.c.not_before, _outbox.c.created_at))
        query = select(func.count(), since).where(_waiting, _is_due(now))
        async with self.database.reading() as conn:
            count, oldest = (await conn.execute(query)).one()
        return count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0

    async def handled_update(self, update_id: int) -> bool:
        """Note that this update of Telegram is being handled; False when it was before.

        Raises StorageError.
        """
        row = {"update_id": update_id, "at": self._now()}
        async with self.database.writing() as conn:
            return (await conn.execute(insert_new(conn, schema.updates, row))).rowcount > 0

    async def new_updates(self, update_ids: Collection[int]) -> set[int]:
        """Note that these updates are being handled, and return those that were not before.

        Raises StorageError.
        """
        if len(update_ids) == 1:  # the usual case, in one statement
            return {each for each in update_ids if await self.handled_update(each)}
        seen, at = schema.updates.c.update_id, self._now()
        async with self.database.writing() as conn:
            known = await conn.scalars(select(seen).where(seen.in_(update_ids)))
            new = {*update_ids}.difference(known)
            if new:
                rows = [{"update_id": each, "at": at} for each in sorted(new)]
                await conn.execute(insert(schema.updates), rows)
        return new

    async def prune_updates(self, now: datetime | None = None) -> int:
        """Forget updates that Telegram has forgotten. Raises StorageError."""
        old = schema.updates.c.at < (now or self._now()) - UPDATES_KEPT_FOR
        async with self.database.writing() as conn:
            return (await conn.execute(delete(schema.updates).where(old))).rowcount

    async def _drop(self, which: ColumnElement[bool], reason: str) -> int:
        return await self._change(
            and_(which, _waiting), {"done_at": self._now(), "failed": reason, "content": ""}
        )

    async def _change(self, which: ColumnElement[bool], values: dict[str, Any]) -> int:
        async with self.database.writing() as conn:
            return (await conn.execute(update(_outbox).where(which).values(**values))).rowcount


async def write_outgoing(conn: AsyncConnection, outgoing: Iterable[Outgoing]) -> None:
    """Put messages in line, within the transaction that made what they tell of."""
    for message in outgoing:
        if (outdated := _outdated_by(message)) is not None:
            await conn.execute(delete(_outbox).where(_waiting, outdated))
        row = {
            "once": message.once,
            **message.spot._asdict(),
            "kind": message.kind,
            "urgency": URGENCY[message.kind],
            "incident_id": message.incident_id,
            "content": pack(message),
            "created_at": message.created_at,
            "not_before": message.not_before,
            "tries": 0,
            "message_id": message.message_id,
        }
        await conn.execute(insert_new(conn, _outbox, row))


def _outdated_by(message: Outgoing) -> ColumnElement[bool] | None:
    """What need not be sent any more when this is: older states, and reminders of what is over."""
    here = and_(
        _outbox.c.chat_id == message.spot.chat_id, _outbox.c.thread_id == message.spot.thread_id
    )
    if message.kind == "board":
        same = _outbox.c.message_id.is_not_distinct_from(message.message_id)
        return and_(here, _outbox.c.kind == "board", same)
    about = and_(here, _outbox.c.incident_id == message.incident_id)
    if message.kind == "edit":
        return and_(about, _outbox.c.kind == "edit")
    if message.kind == "recovery":
        return and_(about, _outbox.c.kind == "reminder", _outbox.c.begun_at.is_(None))
    return None


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(_outbox.c.not_before.is_(None), _outbox.c.not_before <= now)


def _pending(row: Row[Any]) -> Pending:
    message = unpack(Outgoing, row.content, Spot(row.chat_id, row.thread_id))
    return Pending(row.id, message, row.begun_at is not None, row.tries, row.alert_id)
