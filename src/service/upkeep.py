"""Command line: work on the database instead of running the bot."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from src.storage import StorageError, exit_code

if TYPE_CHECKING:
    from pathlib import Path

    from src.settings import Settings

__all__ = ["maintain", "storage_stops"]


def maintain(settings: Settings, backup: Path | None, restore: Path | None) -> int:
    """Back up, restore, or with neither re-encrypt with the newest key; returns the exit code."""
    from src.storage import upkeep  # noqa: PLC0415 - SQLAlchemy is loaded for this only

    try:
        sys.stdout.write(f"{upkeep.perform(settings, backup, restore)}\n")
    except StorageError as error:
        return storage_stops(error)
    return 0


def storage_stops(error: StorageError) -> int:
    """Say in one line why the storage cannot be used; returns the exit code."""
    sys.stderr.write(f"{error}\n")
    return exit_code(error)
