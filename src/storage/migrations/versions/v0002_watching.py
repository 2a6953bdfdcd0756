"""The second schema: watching, the outbox, what reports remember of homes, handled updates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of version 2; everybody who was decided about counts as told.

    The language, which nothing ever read, is no setting any more.
    """
    op.execute("DELETE FROM settings WHERE name = 'language'")
    op.add_column("joins", _time("told_at", nullable=True))
    op.execute("UPDATE joins SET told_at = decided_at")
    _small()
    _watches()
    _engine()
    _incidents()
    _outbox()
    _why()


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)


def _numbered() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, primary_key=True, autoincrement=True)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _small_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=True)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _small() -> None:
    op.create_table("updates", _id("update_id"), _time("at"))
    _index("updates", "at")
    op.create_table(
        "home_memory",
        _key("customer_id"),
        _key("location_id"),
        _text("memory"),
        _time("updated_at"),
    )
    _index("home_memory", "updated_at")


def _watches() -> None:
    op.create_table(
        "watches",
        _id("owner"),
        _key("customer_id"),
        _key("location_id"),
        _id("chat_id"),
        _id("thread_id"),
        _text("name"),
        _text("timezone", nullable=True),
        _number("created_by"),
        _time("created_at"),
    )
    _index("watches", "chat_id")
    op.create_table("watch_policies", _id("chat_id"), _id("thread_id"), _text("policy"))
    op.create_table(
        "boards",
        _id("chat_id"),
        _id("thread_id"),
        _number("message_id"),
        _small_number("page"),
    )


def _engine() -> None:
    op.create_table(
        "watch_homes", _id("owner"), _key("customer_id"), _key("location_id"), _text("memory")
    )
    op.create_table("watch_scopes", _id("owner"), _text("memory"))


def _incidents() -> None:
    op.create_table(
        "incidents",
        _key("id"),
        _number("owner"),
        _time("opened_at"),
        _time("closed_at", nullable=True),
        _text("content"),
    )
    _index("incidents", "closed_at")
    op.create_table(
        "notices",
        _key("incident_id"),
        _id("chat_id"),
        _id("thread_id"),
        _number("message_id", nullable=True),
        _text("content"),
    )
    _index("notices", "chat_id")


def _outbox() -> None:
    op.create_table(
        "outbox",
        _numbered(),
        sa.Column("once", sa.Text(), nullable=False, unique=True),
        _number("chat_id"),
        _number("thread_id"),
        _text("kind"),
        _small_number("urgency"),
        _text("incident_id", nullable=True),
        _text("content"),
        _time("created_at"),
        _time("not_before", nullable=True),
        _small_number("tries"),
        _time("begun_at", nullable=True),
        _time("done_at", nullable=True),
        _number("message_id", nullable=True),
        _text("failed", nullable=True),
    )
    _index("outbox", "done_at")
    _index("outbox", "chat_id")


def _why() -> None:
    op.create_table(
        "why",
        _numbered(),
        _number("chat_id"),
        _number("thread_id"),
        _time("at"),
        _text("content"),
    )
    _index("why", "at")
    _index("why", "chat_id")
