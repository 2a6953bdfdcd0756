"""What every part of the store stands on: the database, the vault and a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.storage.database import Database
    from src.storage.vault import Vault

__all__ = ["Part", "utc_now"]


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


class Part:
    """Base of the parts that `Store` is put together from, one per thing that is kept."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime]) -> None:
        self.database = database
        self._vault = vault
        self._now = now
