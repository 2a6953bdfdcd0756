"""People and their roles, and strangers who ask to be let in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, delete, select, update

from src.storage import schema
from src.storage.database import insert_new
from src.storage.part import Part
from src.storage.records import JoinAnswer, JoinDecision, JoinRequest, Person, Role

if TYPE_CHECKING:
    from sqlalchemy import Row

__all__ = ["ASK_AGAIN_AFTER", "People"]

# Long enough that a denied stranger cannot pester the admins, short enough to undo a slip of the
# thumb.
ASK_AGAIN_AFTER: Final = timedelta(days=1)

_people, _joins = schema.people, schema.joins


class People(Part):
    """Who may use the bot, as what, and who would like to."""

    async def person(self, user_id: int) -> Person | None:
        """What is known of this person, None for somebody never seen. Raises StorageError."""
        async with self.database.reading() as conn:
            row = (await conn.execute(_select_people().where(_people.c.user_id == user_id))).first()
        return None if row is None else _person(row)

    async def people(self) -> list[Person]:
        """Everyone known, by id; those without a role included. Raises StorageError."""
        async with self.database.reading() as conn:
            rows = (await conn.execute(_select_people().order_by(_people.c.user_id))).all()
        return [_person(row) for row in rows]

    async def upsert_person(self, user_id: int, name: str) -> Person:
        """Note that this person exists and is called so; role and the rest stay.

        Raises StorageError.
        """
        known = await self.person(user_id)
        if known is not None and known.name == name:
            return known  # called for every update, so the usual case costs one read
        async with self.database.writing() as conn:
            await conn.execute(insert_new(conn, _people, self._new_person(user_id, name)))
            await conn.execute(
                update(_people).where(_people.c.user_id == user_id).values(name=name)
            )
            query = _select_people().where(_people.c.user_id == user_id)
            return _person((await conn.execute(query)).one())

    async def set_role(self, user_id: int, role: Role, name: str = "") -> Person:
        """Give this person a role, also before they ever wrote to the bot. Raises StorageError."""
        async with self.database.writing() as conn:
            await conn.execute(insert_new(conn, _people, self._new_person(user_id, name)))
            await conn.execute(
                update(_people).where(_people.c.user_id == user_id).values(role=role)
            )
            query = _select_people().where(_people.c.user_id == user_id)
            return _person((await conn.execute(query)).one())

    async def remove_person(self, user_id: int) -> bool:
        """Take the role away at once; False when there was none.

        Their private watches end. They may ask to join again, and what they kept for themselves
        stays until they ask for it to be erased. Raises StorageError.
        """
        query = update(_people).where(_people.c.user_id == user_id, _people.c.role.is_not(None))
        async with self.database.writing() as conn:
            await conn.execute(delete(_joins).where(_joins.c.user_id == user_id))
            await conn.execute(delete(schema.watches).where(schema.watches.c.chat_id == user_id))
            return (await conn.execute(query.values(role=None))).rowcount > 0

    async def request_join(self, user_id: int, name: str) -> bool:
        """Ask to be let in; True when that is news, False while an earlier request counts.

        It counts while it waits, for `ASK_AGAIN_AFTER` after it was denied, and as long as the role
        lasts after it was granted. Raises StorageError.
        """
        now = self._now()
        stale = (_joins.c.decision == "deny") & (_joins.c.decided_at <= now - ASK_AGAIN_AFTER)
        row = {"user_id": user_id, "name": name, "asked_at": now}
        async with self.database.writing() as conn:
            await conn.execute(delete(_joins).where(_joins.c.user_id == user_id, stale))
            return (await conn.execute(insert_new(conn, _joins, row))).rowcount > 0

    async def pending_joins(self) -> list[JoinRequest]:
        """Requests that wait for an admin, oldest first. Raises StorageError."""
        query = select(_joins.c.user_id, _joins.c.name, _joins.c.asked_at)
        query = query.where(_joins.c.decision.is_(None))
        async with self.database.reading() as conn:
            rows = (await conn.execute(query.order_by(_joins.c.asked_at, _joins.c.user_id))).all()
        return [JoinRequest(*row) for row in rows]

    async def decide_join(self, user_id: int, decision: JoinAnswer, by: int) -> JoinDecision | None:
        """Answer a request; a later answer gets the first one back, with `first=False`.

        Granting gives the role in the same transaction. None when there is no request. Raises
        StorageError.
        """
        answer = update(_joins).where(_joins.c.user_id == user_id, _joins.c.decision.is_(None))
        answer = answer.values(decision=decision, decided_by=by, decided_at=self._now())
        async with self.database.writing() as conn:
            first = (await conn.execute(answer)).rowcount > 0
            row = (await conn.execute(select(_joins).where(_joins.c.user_id == user_id))).first()
            if row is None:
                return None
            if first and decision != "deny":
                person = self._new_person(user_id, row.name) | {"role": decision}
                await conn.execute(insert_new(conn, _people, person))
                role = update(_people).where(_people.c.user_id == user_id)
                await conn.execute(role.values(role=decision))
        return JoinDecision(user_id, row.decision, row.decided_by, row.decided_at, first)

    async def untold_joins(self) -> list[JoinDecision]:
        """Decisions that the person behind the request has not heard of, oldest first.

        Raises StorageError.
        """
        untold = _joins.c.decision.is_not(None) & _joins.c.told_at.is_(None)
        async with self.database.reading() as conn:
            rows = await conn.execute(select(_joins).where(untold).order_by(_joins.c.decided_at))
            return [
                JoinDecision(row.user_id, row.decision, row.decided_by, row.decided_at, first=True)
                for row in rows
            ]

    async def join_told(self, user_id: int) -> None:
        """This person has heard of the decision, or never can. Raises StorageError."""
        query = update(_joins).where(_joins.c.user_id == user_id)
        async with self.database.writing() as conn:
            await conn.execute(query.values(told_at=self._now()))

    def _new_person(self, user_id: int, name: str) -> dict[str, object]:
        # `blocked` is of the first schema; that a chat refuses messages is said in `chats`.
        return {"user_id": user_id, "name": name, "blocked": False, "created_at": self._now()}


def _select_people() -> Select[Any]:
    return select(_people)


def _person(row: Row[Any]) -> Person:
    return Person(
        user_id=row.user_id,
        name=row.name,
        role=row.role,
        created_at=row.created_at,
    )
