"""What drivers and systems raise, and the one line that comes of it."""

from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from src.storage.errors import (
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
    StorageReadOnlyError,
    StorageUnavailableError,
)
from src.storage.faults import storage_fault, storage_faults

SECRET = "postgresql://bot:fake-password@db/panoptes"


def lite(code: int, text: str = SECRET) -> DBAPIError:
    """What SQLAlchemy makes of an error of SQLite."""
    cause = sqlite3.OperationalError(text)
    cause.sqlite_errorcode = code
    return OperationalError("SELECT secret", {"value": SECRET}, cause)


def postgres(state: str | None, invalidated: bool = False) -> DBAPIError:
    """What SQLAlchemy makes of an error of PostgreSQL."""
    cause = type("FakeServerError", (Exception,), {"sqlstate": state})(SECRET)
    return DBAPIError("SELECT secret", {}, cause, connection_invalidated=invalidated)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (lite(sqlite3.SQLITE_FULL), StorageFullError),
        (lite(sqlite3.SQLITE_READONLY), StorageReadOnlyError),
        (lite(sqlite3.SQLITE_READONLY_DIRECTORY), StorageReadOnlyError),
        (lite(sqlite3.SQLITE_CANTOPEN), StorageReadOnlyError),
        (lite(sqlite3.SQLITE_PERM), StorageReadOnlyError),
        (lite(sqlite3.SQLITE_BUSY), StorageLockedError),
        (lite(sqlite3.SQLITE_BUSY_SNAPSHOT), StorageLockedError),
        (lite(sqlite3.SQLITE_LOCKED), StorageLockedError),
        (lite(sqlite3.SQLITE_CORRUPT), StorageCorruptError),
        (lite(sqlite3.SQLITE_NOTADB), StorageCorruptError),
        (lite(sqlite3.SQLITE_IOERR_WRITE), StorageUnavailableError),
        (lite(sqlite3.SQLITE_ERROR), StorageError),
        (sqlite3.DatabaseError("file is not a database"), StorageCorruptError),
        (sqlite3.DatabaseError("something"), StorageError),
        (postgres("53100"), StorageFullError),
        (postgres("53300"), StorageUnavailableError),
        (postgres("25006"), StorageReadOnlyError),
        (postgres("42501"), StorageReadOnlyError),
        (postgres("55P03"), StorageLockedError),
        (postgres("40P01"), StorageLockedError),
        (postgres("XX001"), StorageCorruptError),
        (postgres("08006"), StorageUnavailableError),
        (postgres("28P01"), StorageUnavailableError),
        (postgres("3D000"), StorageUnavailableError),
        (postgres("57P01"), StorageUnavailableError),
        (postgres("42P07"), StorageError),
        (postgres(None), StorageError),
        (postgres(None, invalidated=True), StorageUnavailableError),
        (OSError(errno.ENOSPC, SECRET), StorageFullError),
        (OSError(errno.EDQUOT, SECRET), StorageFullError),
        (OSError(errno.EROFS, SECRET), StorageReadOnlyError),
        (PermissionError(errno.EACCES, SECRET), StorageReadOnlyError),
        (ConnectionRefusedError(errno.ECONNREFUSED, SECRET), StorageUnavailableError),
        (TimeoutError(), StorageUnavailableError),
        (PoolTimeoutError("all connections are in use"), StorageUnavailableError),
        (SQLAlchemyError(SECRET), StorageError),
    ],
)
def test_each_fault_has_its_name_and_one_line_of_facts(
    error: Exception, kind: type[StorageError]
) -> None:
    fault = storage_fault(error, "the-place")
    assert type(fault) is kind
    text = str(fault)
    assert text.startswith("the-place: ")
    assert "\n" not in text
    assert "fake-password" not in text
    assert "SELECT" not in text


def test_the_cause_is_kept_for_the_log() -> None:
    cause = OSError(errno.ENOSPC, "no space")
    with pytest.raises(StorageFullError) as caught, storage_faults("here"):
        raise cause
    assert caught.value.__cause__ is cause


def test_what_is_no_fault_of_the_storage_passes() -> None:
    with pytest.raises(StorageLockedError, match="as it was"), storage_faults("here"):
        raise StorageLockedError("as it was")
    with pytest.raises(ValueError, match="ours"), storage_faults("here"):
        raise ValueError("ours")
