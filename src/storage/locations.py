"""Locations as people pick them: the chosen one of a chat, and everyone's shelves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select

from src.storage import schema
from src.storage.database import upsert
from src.storage.part import Part
from src.storage.records import ChosenLocation, FavouriteChange

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["MAX_FAVOURITES", "MAX_RECENTS", "Locations", "put_recent"]

MAX_RECENTS: Final = 10
MAX_FAVOURITES: Final = 50

_chosen, _places = schema.chosen, schema.places


class Locations(Part):
    """One chosen location per private chat, group or topic; recents and favourites per person."""

    async def choose_location(
        self, chat_id: int, thread_id: int | None, user_id: int, location: ChosenLocation
    ) -> None:
        """Make this the location of the chat (and topic, in groups).

        It is the newest of the recent ones of whoever chose it, too. Raises StorageError.
        """
        row = _fields(location) | {
            "chat_id": chat_id,
            "thread_id": _thread(chat_id, thread_id),
            "chosen_by": user_id,
            "chosen_at": self._now(),
        }
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _chosen, row))
            await put_recent(conn, user_id, location)

    async def chosen_location(
        self, chat_id: int, thread_id: int | None, user_id: int
    ) -> ChosenLocation | None:
        """The location of this chat and topic, None when none is chosen. Raises StorageError.

        In a private chat it is the user's own, whatever the topic.
        """
        del user_id  # a private chat has its user's id, so the chat says it all
        columns = (_chosen.c.customer_id, _chosen.c.location_id, _chosen.c.name, _chosen.c.timezone)
        async with self.database.reading() as conn:
            query = select(*columns).where(_is_chosen(chat_id, thread_id))
            row = (await conn.execute(query)).first()
        return None if row is None else ChosenLocation(*row)

    async def forget_location(self, chat_id: int, thread_id: int | None, user_id: int) -> bool:
        """Choose nothing; False when nothing was chosen. Raises StorageError."""
        del user_id  # as above
        async with self.database.writing() as conn:
            query = delete(_chosen).where(_is_chosen(chat_id, thread_id))
            return (await conn.execute(query)).rowcount > 0

    async def recents(self, user_id: int) -> list[ChosenLocation]:
        """Locations this person looked at, newest first. Raises StorageError."""
        return (await self._shelf(user_id, "recent"))[::-1]

    async def set_favourite(
        self, user_id: int, location: ChosenLocation, wanted: bool
    ) -> FavouriteChange:
        """Make the location a favourite or not, however often it is said.

        "full" when there are `MAX_FAVOURITES`. Raises StorageError.
        """
        async with self.database.writing() as conn:
            if not wanted:
                await _drop(conn, user_id, location)
                return "removed"
            return await _add_favourite(conn, user_id, location)

    async def favourites(self, user_id: int) -> list[ChosenLocation]:
        """This person's favourites in the order they were added. Raises StorageError."""
        return await self._shelf(user_id, "favourite")

    async def _shelf(self, user_id: int, shelf: str) -> list[ChosenLocation]:
        columns = (_places.c.customer_id, _places.c.location_id, _places.c.name, _places.c.timezone)
        query = select(*columns).where(_on_shelf(user_id, shelf)).order_by(_places.c.position)
        async with self.database.reading() as conn:
            return [ChosenLocation(*row) for row in await conn.execute(query)]


async def put_recent(conn: AsyncConnection, user_id: int, location: ChosenLocation) -> None:
    """Put it first among the recent ones; those beyond the newest `MAX_RECENTS` go."""
    await _put(conn, user_id, "recent", location)
    tenth = select(_places.c.position).where(_on_shelf(user_id, "recent"))
    tenth = tenth.order_by(_places.c.position.desc()).limit(1).offset(MAX_RECENTS - 1)
    old = _places.c.position < tenth.scalar_subquery()
    await conn.execute(delete(_places).where(_on_shelf(user_id, "recent"), old))


async def _add_favourite(
    conn: AsyncConnection, user_id: int, location: ChosenLocation
) -> FavouriteChange:
    count = select(func.count()).select_from(_places).where(_on_shelf(user_id, "favourite"))
    held = count.where(_is_place(location))
    if not await conn.scalar(held):
        if (await conn.scalar(count) or 0) >= MAX_FAVOURITES:
            return "full"
        await _put(conn, user_id, "favourite", location)
    return "added"


async def _drop(conn: AsyncConnection, user_id: int, location: ChosenLocation) -> None:
    query = delete(_places).where(_on_shelf(user_id, "favourite"), _is_place(location))
    await conn.execute(query)


async def _put(conn: AsyncConnection, user_id: int, shelf: str, location: ChosenLocation) -> None:
    last = select(func.max(_places.c.position)).where(_on_shelf(user_id, shelf))
    position = (await conn.scalar(last) or 0) + 1
    row = _fields(location) | {"user_id": user_id, "shelf": shelf, "position": position}
    await conn.execute(upsert(conn, _places, row))


def _fields(location: ChosenLocation) -> dict[str, object]:
    return {
        "customer_id": location.customer_id,
        "location_id": location.location_id,
        "name": location.name,
        "timezone": location.timezone,
    }


def _thread(chat_id: int, thread_id: int | None) -> int:
    # Topics of a private chat share one choice: it is the person's, not the topic's.
    return 0 if chat_id > 0 or thread_id is None else thread_id


def _is_chosen(chat_id: int, thread_id: int | None) -> ColumnElement[bool]:
    return (_chosen.c.chat_id == chat_id) & (_chosen.c.thread_id == _thread(chat_id, thread_id))


def _on_shelf(user_id: int, shelf: str) -> ColumnElement[bool]:
    return (_places.c.user_id == user_id) & (_places.c.shelf == shelf)


def _is_place(location: ChosenLocation) -> ColumnElement[bool]:
    same_customer = _places.c.customer_id == location.customer_id
    return same_customer & (_places.c.location_id == location.location_id)
