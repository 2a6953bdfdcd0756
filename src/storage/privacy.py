"""What is stored about one person, and its erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, update

from src.storage import schema
from src.storage.incidents import forget_told
from src.storage.part import Part
from src.storage.watches import forget_watcher

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from src.storage.records import StoredSummary

__all__ = ["Privacy"]

_watches = schema.watches
_chosen, _places, _audit, _joins = schema.chosen, schema.places, schema.audit, schema.joins


class Privacy(Part):
    """The right to know and the right to be forgotten."""

    async def what_is_stored(self, user_id: int) -> StoredSummary:
        """What is kept about this person: own words and counts, never a secret.

        Raises StorageError.
        """
        people, settings = schema.people, schema.settings
        async with self.database.reading(snapshot=True) as conn:
            query = select(people).where(people.c.user_id == user_id)
            person = (await conn.execute(query)).first()
            own = select(settings.c.name, settings.c.value).where(settings.c.scope == user_id)
            counts = {name: await _count(conn, where) for name, where in _holdings(user_id).items()}
            return {
                "name": person.name if person else None,
                "role": person.role if person else None,
                "known_since": person.created_at if person else None,
                "credential": counts["credential"] > 0,
                "chosen_locations": counts["chosen_locations"],
                "recents": counts["recents"],
                "favourites": counts["favourites"],
                "settings": dict((await conn.execute(own)).all()),
                "join_request": counts["join_request"] > 0,
                "drafts": counts["drafts"],
                "watches": counts["watches"],
                "private_chat": counts["private_chat"] > 0,
                "audit_entries": counts["audit_entries"],
            }

    async def erase(self, user_id: int) -> None:
        """Erase this person; what they did stays in the audit log, without who.

        One transaction. A group keeps the location that they chose for it. Raises StorageError.
        """
        async with self.database.writing() as conn:
            name = await conn.scalar(
                select(schema.people.c.name).where(schema.people.c.user_id == user_id)
            )
            await forget_told(conn, user_id, name)
            await forget_watcher(conn, user_id)
            for owned in _owned(user_id):
                await conn.execute(delete(owned.left.table).where(owned))
            await _anonymise(conn, user_id)


def _owned(user_id: int) -> tuple[Any, ...]:
    return (
        schema.people.c.user_id == user_id,
        schema.credentials.c.owner == user_id,
        _joins.c.user_id == user_id,
        schema.settings.c.scope == user_id,
        _chosen.c.chat_id == user_id,  # a private chat has its user's id
        _places.c.user_id == user_id,
        schema.drafts.c.user_id == user_id,
        schema.chats.c.chat_id == user_id,
    )


def _holdings(user_id: int) -> dict[str, ColumnElement[bool]]:
    mine = _places.c.user_id == user_id
    return {
        "credential": schema.credentials.c.owner == user_id,
        "chosen_locations": or_(_chosen.c.chat_id == user_id, _chosen.c.chosen_by == user_id),
        "recents": mine & (_places.c.shelf == "recent"),
        "favourites": mine & (_places.c.shelf == "favourite"),
        "join_request": _joins.c.user_id == user_id,
        "drafts": schema.drafts.c.user_id == user_id,
        "watches": or_(_watches.c.chat_id == user_id, _watches.c.created_by == user_id),
        "private_chat": schema.chats.c.chat_id == user_id,
        "audit_entries": or_(_audit.c.user_id == user_id, _audit.c.object == f"user:{user_id}"),
    }


async def _count(conn: AsyncConnection, where: ColumnElement[bool]) -> int:
    return await conn.scalar(select(func.count()).where(where)) or 0


async def _anonymise(conn: AsyncConnection, user_id: int) -> None:
    # The details are free text and a private chat has its user's id, so both go with the name.
    theirs = update(_audit).where(_audit.c.user_id == user_id)
    await conn.execute(theirs.values(user_id=None, detail=None))
    private = update(_audit).where(_audit.c.chat_id == user_id)
    await conn.execute(private.values(chat_id=None))
    about = update(_audit).where(_audit.c.object == f"user:{user_id}")
    await conn.execute(about.values(object="user:erased", detail=None))
    decided = update(_joins).where(_joins.c.decided_by == user_id)
    await conn.execute(decided.values(decided_by=None))
    chose = update(_chosen).where(_chosen.c.chosen_by == user_id)
    await conn.execute(chose.values(chosen_by=None))
