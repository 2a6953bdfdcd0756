"""What survives a restart: SQL storage with encrypted credentials.

Importing this package is cheap: SQLAlchemy (about 170 ms) is loaded by `open_store`, when a
database is really wanted, so that `--help`, a bad setting or a script that only imports the client
never pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.storage.errors import (
    BackupError,
    NewerSchemaError,
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
    StorageReadOnlyError,
    StorageUnavailableError,
    UnsafeKeyFileError,
    WrongKeyError,
    exit_code,
)
from src.storage.records import (
    TEAM,
    AuditEntry,
    Chat,
    ChosenLocation,
    Draft,
    JoinDecision,
    JoinRequest,
    Person,
    Settings,
    StoredSummary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from src.storage.store import Store

__all__ = [
    "TEAM",
    "AuditEntry",
    "BackupError",
    "Chat",
    "ChosenLocation",
    "Draft",
    "JoinDecision",
    "JoinRequest",
    "NewerSchemaError",
    "Person",
    "Settings",
    "StorageCorruptError",
    "StorageError",
    "StorageFullError",
    "StorageLockedError",
    "StorageReadOnlyError",
    "StorageUnavailableError",
    "StoredSummary",
    "UnsafeKeyFileError",
    "WrongKeyError",
    "exit_code",
    "open_store",
]


async def open_store(
    data_dir: Path, database_url: str | None = None, secret_keys: Sequence[str] = ()
) -> Store:
    """Open the store (see `Store.open`), loading SQLAlchemy only now.

    Raises StorageError, one clear line, when the database or its keys cannot be used.
    """
    from src.storage.store import Store  # noqa: PLC0415 - the heavy import, wanted only here

    return await Store.open(data_dir, database_url, secret_keys)
