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
    "boards",
    "chats",
    "chosen",
    "credentials",
    "drafts",
    "home_memory",
    "incidents",
    "joins",
    "metadata",
    "notices",
    "outbox",
    "people",
    "places",
    "settings",
    "updates",
    "vault",
    "version",
    "watch_homes",
    "watch_policies",
    "watch_scopes",
    "watches",
    "why",
]

# Every schema there has been, oldest first. Anything else found in a database is newer than this
# code.
VERSIONS: Final = ("0001", "0002")
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


def _numbered() -> Column[int]:
    # SQLite hands out row numbers only to a column of exactly this type; PostgreSQL needs the room.
    number = BigInteger().with_variant(Integer, "sqlite")
    return Column("id", number, primary_key=True, autoincrement=True)


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
    Column("told_at", UtcDateTime),  # when the person behind it heard of the decision
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
    _numbered(),
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

# Updates of Telegram that were handled: one that is delivered again after a crash is not answered
# twice.
updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_updates_at", "at"),
)

# What reports remember of a home between two starts, as JSON.
home_memory = Table(
    "home_memory",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("location_id", Text, primary_key=True),
    Column("memory", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_home_memory_updated_at", "updated_at"),
)

# One row for each chat or topic that watches a home; `thread_id` 0 is no topic.
watches = Table(
    "watches",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Text, primary_key=True),
    Column("location_id", Text, primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("timezone", Text),
    Column("created_by", BigInteger, nullable=False),  # 0: somebody who was erased
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_watches_chat_id", "chat_id"),
)

# How a chat or topic wants to be told, as JSON.
watch_policies = Table(
    "watch_policies",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("policy", Text, nullable=False),
)

# What the watching engine remembers, as JSON: of a watched home, and of all homes of an owner.
watch_homes = Table(
    "watch_homes",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Text, primary_key=True),
    Column("location_id", Text, primary_key=True),
    Column("memory", Text, nullable=False),
)
watch_scopes = Table(
    "watch_scopes",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("memory", Text, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("content", Text, nullable=False),
    Index("ix_incidents_closed_at", "closed_at"),
)

# What a chat was told of an incident. `message_id` is the sender's; the rest is delivery's.
notices = Table(
    "notices",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger),
    Column("content", Text, nullable=False),
    Index("ix_notices_chat_id", "chat_id"),
)

# Messages to be sent, and for a while those that were: `once` makes each unique. `begun_at` is set
# before the call to Telegram, so that a crash in the middle is known; `done_at` ends a message, and
# `failed` says why when it did not arrive.
outbox = Table(
    "outbox",
    metadata,
    _numbered(),
    Column("once", Text, nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", Integer, nullable=False),  # the smaller the earlier, within a chat
    Column("incident_id", Text),
    Column("content", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime),
    Column("tries", Integer, nullable=False),
    Column("begun_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("message_id", BigInteger),
    Column("failed", Text),
    Index("ix_outbox_done_at", "done_at"),
    Index("ix_outbox_chat_id", "chat_id"),
)

# The message that shows the board of a chat or topic, edited in place.
boards = Table(
    "boards",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
    Column("page", Integer, nullable=False),
)

# Why something was or was not said, for /why.
why = Table(
    "why",
    metadata,
    _numbered(),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("content", Text, nullable=False),
    Index("ix_why_at", "at"),
    Index("ix_why_chat_id", "chat_id"),
)
