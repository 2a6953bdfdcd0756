"""What the watching engine remembers, the incidents that it made, and who was told what of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, or_, select, update

from src.models.watching import HomeKey, Incident, Notice, Outgoing, Spot, WhyLine
from src.storage import schema
from src.storage.codec import pack, unpack
from src.storage.database import upsert_all
from src.storage.outbox import write_outgoing
from src.storage.part import Part
from src.storage.records import WatchState
from src.storage.watches import is_home, read_policies, read_watches, write_policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from src.models.watching import ChatPolicy

__all__ = ["INCIDENTS_KEPT_FOR", "WHY_KEPT_FOR", "Incidents", "forget_told"]

INCIDENTS_KEPT_FOR: Final = timedelta(days=90)
WHY_KEPT_FOR: Final = timedelta(days=30)
# Sent messages stay for as long as the same one could be written again.
_OUTBOX_KEPT_FOR: Final = timedelta(days=7)

_SOMEBODY: Final = "somebody"

_homes, _scopes = schema.watch_homes, schema.watch_scopes
_incidents, _notices, _why, _outbox = (
    schema.incidents,
    schema.notices,
    schema.why,
    schema.outbox,
)


class Incidents(Part):
    """The memory of watching: written in one transaction for each look, tick or press."""

    async def commit_watch(
        self,
        *,
        homes: Mapping[HomeKey, str | None] | None = None,
        scopes: Mapping[int, str] | None = None,
        incidents: Sequence[Incident] = (),
        notices: Sequence[Notice] = (),
        outgoing: Sequence[Outgoing] = (),
        log: Sequence[WhyLine] = (),
        policies: Sequence[ChatPolicy] = (),
    ) -> None:
        """Write all of it, or nothing. A home's memory of None is dropped. Raises StorageError."""
        async with self.database.writing() as conn:
            await _write_memories(conn, homes or {}, scopes or {})
            await upsert_all(conn, _incidents, [_incident_row(each) for each in incidents])
            await upsert_all(conn, _notices, [_notice_row(each) for each in notices])
            await write_outgoing(conn, outgoing)
            if log:
                await conn.execute(_why.insert(), [_why_row(line) for line in log])
            for policy in policies:
                await write_policy(conn, policy)

    async def watch_state(self, closed_since: datetime, *, memories: bool = True) -> WatchState:
        """What watching goes on from: incidents open or closed since, and what was told of them.

        Without `memories` the engine's are left out. Raises StorageError.
        """
        async with self.database.reading(snapshot=True) as conn:
            recent = _open_or_closed_since(closed_since)
            incidents = await _read_incidents(conn, recent)
            known = select(_incidents.c.id).where(recent)
            notices = await _read_notices(conn, _notices.c.incident_id.in_(known))
            homes = (await conn.execute(select(_homes))).all() if memories else ()
            scopes = (await conn.execute(select(_scopes))).all() if memories else ()
            return WatchState(
                homes={HomeKey(*row[:3]): row[3] for row in homes},
                scopes={row[0]: row[1] for row in scopes},
                incidents=incidents,
                notices={(each.incident_id, each.spot): each for each in notices},
                watches=await read_watches(conn),
                policies=await read_policies(conn),
            )

    async def incidents(self, since: datetime | None = None) -> list[Incident]:
        """Those that are open, and those closed since then if it is given; oldest first.

        Raises StorageError.
        """
        where = _open_or_closed_since(since) if since else _incidents.c.closed_at.is_(None)
        async with self.database.reading() as conn:
            return await _read_incidents(conn, where)

    async def incident(self, incident_id: str) -> Incident | None:
        """One of them, None when it is not known any more. Raises StorageError."""
        async with self.database.reading() as conn:
            found = await _read_incidents(conn, _incidents.c.id == incident_id)
        return found[0] if found else None

    async def notices_of(self, incident_id: str) -> list[Notice]:
        """What every chat was told of an incident. Raises StorageError."""
        async with self.database.reading() as conn:
            return await _read_notices(conn, _notices.c.incident_id == incident_id)

    async def why(self, spot: Spot, since: datetime, limit: int = 200) -> list[WhyLine]:
        """What was decided for this chat or topic since then, newest first. Raises StorageError."""
        mine = (_why.c.chat_id == spot.chat_id) & (_why.c.thread_id == spot.thread_id)
        query = select(_why.c.content).where(mine, _why.c.at >= since)
        query = query.order_by(_why.c.at.desc(), _why.c.id.desc()).limit(limit)
        async with self.database.reading() as conn:
            return [unpack(WhyLine, content, spot) for content in await conn.scalars(query)]

    async def prune_watching(self, now: datetime | None = None) -> int:
        """Drop what is too old to be asked for, and return how many rows. Raises StorageError."""
        now = now or self._now()
        known = select(_incidents.c.id)
        old = (
            delete(_incidents).where(_incidents.c.closed_at < now - INCIDENTS_KEPT_FOR),
            delete(_notices).where(_notices.c.incident_id.not_in(known)),
            delete(_why).where(_why.c.at < now - WHY_KEPT_FOR),
            delete(_outbox).where(_outbox.c.done_at < now - _OUTBOX_KEPT_FOR),
        )
        async with self.database.writing() as conn:
            return sum([(await conn.execute(statement)).rowcount for statement in old])


async def forget_told(conn: AsyncConnection, user_id: int, name: str | None) -> None:
    """Erase a person from all that was told, and all that their own credentials watched."""
    mine = select(_incidents.c.id).where(_incidents.c.owner == user_id)
    for table in (_notices, _outbox):
        about_mine = table.c.incident_id.in_(mine)
        await conn.execute(delete(table).where((table.c.chat_id == user_id) | about_mine))
    for table in (_homes, _scopes, _incidents):
        await conn.execute(delete(table).where(table.c.owner == user_id))
    await conn.execute(delete(_why).where(_why.c.chat_id == user_id))
    await _unsign(conn, user_id, name)
    if name:
        await _unname(conn, name)


async def _unsign(conn: AsyncConnection, user_id: int, name: str | None) -> None:
    for notice in await _read_notices(conn, _notices.c.content.contains("by")):
        acked, snoozed = notice.acked_by == user_id, notice.snoozed_by == name and name
        if acked:
            notice = replace(notice, acked_by=None, acked_name=_SOMEBODY)  # noqa: PLW2901 - step by step
        if snoozed:
            notice = replace(notice, snoozed_by=_SOMEBODY)  # noqa: PLW2901 - as above
        if acked or snoozed:
            await upsert_all(conn, _notices, [_notice_row(notice)])


async def _unname(conn: AsyncConnection, name: str) -> None:
    # As texts have it: the log plain, messages escaped. Whole words only, or "Al" would go from
    # "Also".
    texts: tuple[tuple[Table, type[WhyLine | Outgoing], str], ...] = (
        (_why, WhyLine, name),
        (_outbox, Outgoing, escape(name)),
    )
    for table, kind, spelled in texts:
        word = re.compile(rf"(?<!\w){re.escape(spelled)}(?!\w)")
        has_words = table.c.content.contains(_in_json(spelled), autoescape=True)
        rows = (await conn.execute(select(table.c.id, table.c.content).where(has_words))).all()
        for number, content in rows:
            line = unpack(kind, content, Spot(0))
            without = replace(line, text=word.sub(_SOMEBODY, line.text))
            row = update(table).where(table.c.id == number)
            await conn.execute(row.values(content=pack(without)))


def _in_json(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)[1:-1]


async def _write_memories(
    conn: AsyncConnection, homes: Mapping[HomeKey, str | None], scopes: Mapping[int, str]
) -> None:
    kept = [{**key._asdict(), "memory": text} for key, text in homes.items() if text is not None]
    await upsert_all(conn, _homes, kept)
    for key in (key for key, text in homes.items() if text is None):
        await conn.execute(delete(_homes).where(is_home(_homes, key)))
    await upsert_all(conn, _scopes, [{"owner": o, "memory": m} for o, m in scopes.items()])


def _open_or_closed_since(since: datetime) -> ColumnElement[bool]:
    return or_(_incidents.c.closed_at.is_(None), _incidents.c.closed_at >= since)


async def _read_incidents(conn: AsyncConnection, where: ColumnElement[bool]) -> list[Incident]:
    query = select(_incidents.c.content).where(where)
    query = query.order_by(_incidents.c.opened_at, _incidents.c.id)
    return [unpack(Incident, content) for content in await conn.scalars(query)]


async def _read_notices(conn: AsyncConnection, where: ColumnElement[bool]) -> list[Notice]:
    query = select(_notices).where(where).order_by(*_notices.primary_key)
    found = []
    for row in await conn.execute(query):
        notice = unpack(Notice, row.content, Spot(row.chat_id, row.thread_id))
        sent = row.message_id is not None
        found.append(replace(notice, message_id=row.message_id) if sent else notice)
    return found


def _incident_row(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        "owner": incident.owner,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "content": pack(incident),
    }


def _notice_row(notice: Notice) -> dict[str, object]:
    # Without the message id: the sender writes that, perhaps while delivery decides anew.
    content = pack(replace(notice, message_id=None))
    return {"incident_id": notice.incident_id, **notice.spot._asdict(), "content": content}


def _why_row(line: WhyLine) -> dict[str, object]:
    return {**line.spot._asdict(), "at": line.at, "content": pack(line)}
