"""Who saw, who did, and when, for 90 days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from src.storage import schema
from src.storage.database import insert_new
from src.storage.part import Part
from src.storage.records import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["AUDIT_KEPT_FOR", "Audit"]

AUDIT_KEPT_FOR: Final = timedelta(days=90)

_audit = schema.audit


class Audit(Part):
    """The log of what people did with the bot; it names objects by id and never holds secrets."""

    async def record(
        self,
        user_id: int | None,
        action: str,
        object: str | None = None,  # noqa: A002 - the word that audit logs use
        chat_id: int | None = None,
        detail: str | None = None,
        *,
        once: str | None = None,
    ) -> bool:
        """Add an entry; False when one named `once` is there already. Raises StorageError.

        Telegram delivers an update again when the bot dies before it is confirmed: name the entry
        after the update (`f"update:{update_id}"`) and it is not counted twice. `object` is an id
        such as `location:5f...` or `user:12`.
        """
        row = {
            "at": self._now(),
            "user_id": user_id,
            "action": action,
            "object": object,
            "chat_id": chat_id,
            "detail": detail,
            "once": once,
        }
        async with self.database.writing() as conn:
            return (await conn.execute(insert_new(conn, _audit, row))).rowcount > 0

    async def audit(self, limit: int = 20, user: int | None = None) -> list[AuditEntry]:
        """The newest entries first, of everyone or of one person. Raises StorageError."""
        columns = (_audit.c.at, _audit.c.user_id, _audit.c.action)
        query = select(*columns, _audit.c.object, _audit.c.chat_id, _audit.c.detail)
        if user is not None:
            query = query.where(_audit.c.user_id == user)
        query = query.order_by(_audit.c.at.desc(), _audit.c.id.desc()).limit(limit)
        async with self.database.reading() as conn:
            return [AuditEntry(*row) for row in await conn.execute(query)]

    async def prune_audit(self, now: datetime | None = None) -> int:
        """Drop what is older than `AUDIT_KEPT_FOR`, and return how many entries that were.

        Raises StorageError.
        """
        limit = (now or self._now()) - AUDIT_KEPT_FOR
        async with self.database.writing() as conn:
            return (await conn.execute(delete(_audit).where(_audit.c.at < limit))).rowcount
