"""The first schema: people, secrets, places, chats and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of version 1."""
    _secrets()
    _people()
    _places()
    _chats()
    _audit()


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=True)


def _secrets() -> None:
    op.create_table("vault", _key("name"), _text("value"))
    op.create_table("credentials", _id("owner"), _text("sealed"), _time("saved_at"))


def _people() -> None:
    op.create_table(
        "people",
        _id("user_id"),
        _text("name"),
        _text("role", nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        _time("created_at"),
    )
    op.create_table(
        "joins",
        _id("user_id"),
        _text("name"),
        _time("asked_at"),
        _text("decision", nullable=True),
        sa.Column("decided_by", sa.BigInteger()),
        _time("decided_at", nullable=True),
    )
    op.create_table("settings", _id("scope"), _key("name"), _text("value"))


def _places() -> None:
    op.create_table(
        "chosen",
        _id("chat_id"),
        _id("thread_id"),
        _text("customer_id"),
        _text("location_id"),
        _text("name"),
        _text("timezone", nullable=True),
        sa.Column("chosen_by", sa.BigInteger()),
        _time("chosen_at"),
    )
    op.create_table(
        "places",
        _id("user_id"),
        _key("shelf"),
        _key("customer_id"),
        _key("location_id"),
        _text("name"),
        _text("timezone", nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )


def _chats() -> None:
    op.create_table("drafts", _id("user_id"), _id("chat_id"), _text("kind"), _time("begun_at"))
    op.create_table(
        "chats",
        _id("chat_id"),
        _text("type"),
        _text("title", nullable=True),
        _text("unreachable", nullable=True),
        _time("unreachable_since", nullable=True),
    )


def _audit() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        _time("at"),
        sa.Column("user_id", sa.BigInteger()),
        _text("action"),
        _text("object", nullable=True),
        sa.Column("chat_id", sa.BigInteger()),
        _text("detail", nullable=True),
        sa.Column("once", sa.Text(), unique=True),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_user_id", "audit", ["user_id"])
