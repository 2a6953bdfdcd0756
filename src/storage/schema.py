"""The tables, as of the newest migration.

A fresh database is made from these at once (importing Alembic would cost a first start another 250
ms); older ones are brought here by `src/storage/migrations`. A test holds the two to be the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

__all__ = [
    "SCHEMA_VERSION",
    "VERSIONS",
    "UtcDateTime",
    "audit",
    "chats",
    "chosen",
    "credentials",
    "drafts",
    "joins",
    "metadata",
    "people",
    "places",
    "settings",
    "vault",
    "version",
]

# Every schema there has been, oldest first. Anything else found in a database is newer than this
# code.
VERSIONS: Final = ("0001",)
SCHEMA_VERSION: Final = VERSIONS[-1]


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC on our side; SQLite, which has no time zones, keeps the UTC wall time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the database keeps. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database keeps into aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData()

# Alembic's own table, declared so that a fresh database can be stamped without importing Alembic.
version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), primary_key=True),
)

# Small facts about the secrets themselves; for now only the canary that tells a wrong key.
vault = Table(
    "vault",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("blocked", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

joins = Table(
    "joins",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decision", Text),
    Column("decided_by", BigInteger),
    Column("decided_at", UtcDateTime),
)

# A private chat has its person's id, and groups have negative ids, so one number is scope enough.
settings = Table(
    "settings",
    metadata,
    Column("scope", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

chosen = Table(
    "chosen",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Text, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("timezone", Text),
    Column("chosen_by", BigInteger),
    Column("chosen_at", UtcDateTime, nullable=False),
)

# Recents and favourites. `position` grows with each touch: clocks tie and step back, a counter does
# not.
places = Table(
    "places",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("shelf", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("location_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", Text),
    Column("position", BigInteger, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
)

chats = Table(
    "chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("title", Text),
    Column("unreachable", Text),
    Column("unreachable_since", UtcDateTime),
)

# `once` names what was recorded, so that an update delivered again after a crash is not recorded
# again.
audit = Table(
    "audit",
    metadata,
    # SQLite hands out row numbers only to a column of exactly this type; PostgreSQL needs the room.
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", BigInteger),
    Column("action", Text, nullable=False),
    Column("object", Text),
    Column("chat_id", BigInteger),
    Column("detail", Text),
    Column("once", Text, unique=True),
    Index("ix_audit_at", "at"),
    Index("ix_audit_user_id", "user_id"),
)
