"""Chats the bot has been in, settings of people and chats, and conversations under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from src.storage import schema
from src.storage.database import insert_new, upsert
from src.storage.part import Part
from src.storage.records import Chat, Draft, SettingName, Settings
from src.storage.watches import carry_spots

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Chats"]

_chats, _drafts, _settings = schema.chats, schema.drafts, schema.settings

# Where a chat id is part of the primary key, and what else is: there the new chat may have a row
# already.
_KEYED_BY_CHAT: Final[tuple[tuple[Table, tuple[str, str | None]], ...]] = (
    (schema.chosen, ("chat_id", "thread_id")),
    (_settings, ("scope", "name")),
    (_drafts, ("chat_id", "user_id")),
    (_chats, ("chat_id", None)),
)


class Chats(Part):
    """What belongs to a chat rather than to a person."""

    async def remember_chat(self, chat_id: int, chat_type: str, title: str | None = None) -> bool:
        """Note that the bot can talk in this chat; True when something was new.

        Raises StorageError.
        """
        wanted = Chat(chat_id, chat_type, title, unreachable=None, unreachable_since=None)
        if await self.chat(chat_id) == wanted:
            return False  # called for every update, so the usual case costs one read
        row = {
            "chat_id": chat_id,
            "type": chat_type,
            "title": title,
            "unreachable": None,
            "unreachable_since": None,
        }
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _chats, row))
        return True

    async def chat(self, chat_id: int) -> Chat | None:
        """What is known of a chat, None when the bot was never there. Raises StorageError."""
        async with self.database.reading() as conn:
            row = (await conn.execute(select(_chats).where(_chats.c.chat_id == chat_id))).first()
        return None if row is None else Chat(*row)

    async def chats(self) -> list[Chat]:
        """Every chat known, by id. Raises StorageError."""
        async with self.database.reading() as conn:
            rows = await conn.execute(select(_chats).order_by(_chats.c.chat_id))
            return [Chat(*row) for row in rows]

    async def chat_unreachable(self, chat_id: int, reason: str) -> bool:
        """Remember that Telegram refuses messages to this chat; False when that was known.

        The first refusal sets reason and time; `remember_chat` lifts it. Raises StorageError.
        """
        new = {"chat_id": chat_id, "type": "private" if chat_id > 0 else "group"}
        mark = update(_chats).where(_chats.c.chat_id == chat_id, _chats.c.unreachable.is_(None))
        async with self.database.writing() as conn:
            await conn.execute(insert_new(conn, _chats, new))
            result = await conn.execute(
                mark.values(unreachable=reason, unreachable_since=self._now())
            )
            return result.rowcount > 0

    async def migrate_chat(self, old_id: int, new_id: int) -> None:
        """Carry everything of a group over to the supergroup it became. Raises StorageError.

        Telegram announces this twice, once from each side; the second time finds nothing left to
        do. Where the new chat has a value already, that one is newer and stays.
        """
        audit = update(schema.audit).where(schema.audit.c.chat_id == old_id)
        async with self.database.writing() as conn:
            for table, keys in _KEYED_BY_CHAT:
                await _carry_over(conn, table, keys, (old_id, new_id))
            await conn.execute(audit.values(chat_id=new_id))
            await carry_spots(conn, old_id, new_id)

    async def settings(self, scope: int) -> Settings:
        """Settings of a user or chat id; what is not set is None. Raises StorageError."""
        query = select(_settings.c.name, _settings.c.value).where(_settings.c.scope == scope)
        async with self.database.reading() as conn:
            found = dict((await conn.execute(query)).all())
        return Settings(found.get("timezone"), found.get("theme"))

    async def set_setting(self, scope: int, name: SettingName, value: str | None) -> None:
        """Set one setting of a user or chat id; None goes back to the default.

        Raises StorageError.
        """
        mine = (_settings.c.scope == scope) & (_settings.c.name == name)
        async with self.database.writing() as conn:
            if value is None:
                await conn.execute(delete(_settings).where(mine))
            else:
                row = {"scope": scope, "name": name, "value": value}
                await conn.execute(upsert(conn, _settings, row))

    async def begin_draft(self, user_id: int, chat_id: int, kind: str) -> None:
        """Note that a conversation of this kind began; nothing said in it is kept.

        Raises StorageError.
        """
        row = {"user_id": user_id, "chat_id": chat_id, "kind": kind, "begun_at": self._now()}
        async with self.database.writing() as conn:
            await conn.execute(upsert(conn, _drafts, row))

    async def end_draft(self, user_id: int, chat_id: int) -> bool:
        """Note that it ended, or that its interruption was told; False when none was open."""
        mine = (_drafts.c.user_id == user_id) & (_drafts.c.chat_id == chat_id)
        async with self.database.writing() as conn:
            return (await conn.execute(delete(_drafts).where(mine))).rowcount > 0

    async def interrupted_drafts(self) -> list[Draft]:
        """Conversations that are open; asked at start, those that the restart cut off.

        Raises StorageError.
        """
        async with self.database.reading() as conn:
            rows = await conn.execute(select(_drafts).order_by(_drafts.c.begun_at))
            return [Draft(*row) for row in rows]


async def _carry_over(
    conn: AsyncConnection, table: Table, keys: tuple[str, str | None], ids: tuple[int, int]
) -> None:
    (chat, rest), (old_id, new_id) = keys, ids
    other = table.alias()
    taken = select(other.c[chat]).where(other.c[chat] == new_id)
    if rest is not None:
        taken = taken.where(other.c[rest] == table.c[rest])
    old = table.c[chat] == old_id
    await conn.execute(delete(table).where(old, taken.exists()))
    await conn.execute(update(table).where(old).values({chat: new_id}))
