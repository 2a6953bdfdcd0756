"""From what a driver or the system raises to the StorageError that says it in one line."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from src import telemetry
from src.storage.errors import (
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
    StorageReadOnlyError,
    StorageUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["storage_fault", "storage_faults"]

_TEXTS: Final[dict[type[StorageError], str]] = {
    StorageFullError: "{place}: no room left on the disk; nothing was changed. Free some space.",
    StorageReadOnlyError: "{place}: may not be written; check the rights of it and its directory.",
    StorageLockedError: "{place}: held by another process; nothing was changed. Try again.",
    StorageCorruptError: "{place}: damaged or not a database; restore a backup.",
    StorageUnavailableError: "{place}: cannot be reached or used ({reason}).",
    StorageError: "{place}: refused a statement ({reason}); nothing was changed.",
}

# Primary result codes of SQLite (sqlite.org/rescode.html).
_SQLITE: Final[dict[int, type[StorageError]]] = {
    sqlite3.SQLITE_FULL: StorageFullError,
    sqlite3.SQLITE_READONLY: StorageReadOnlyError,
    sqlite3.SQLITE_PERM: StorageReadOnlyError,
    # "Unable to open": the file was made by us a moment ago, so what is missing is the right to
    # write beside it.
    sqlite3.SQLITE_CANTOPEN: StorageReadOnlyError,
    sqlite3.SQLITE_BUSY: StorageLockedError,
    sqlite3.SQLITE_LOCKED: StorageLockedError,
    sqlite3.SQLITE_CORRUPT: StorageCorruptError,
    sqlite3.SQLITE_NOTADB: StorageCorruptError,
    sqlite3.SQLITE_IOERR: StorageUnavailableError,
}

# SQLSTATE codes and classes of PostgreSQL (its manual, appendix A); the longest match wins.
_POSTGRES: Final[dict[str, type[StorageError]]] = {
    "53100": StorageFullError,
    "25006": StorageReadOnlyError,
    "42501": StorageReadOnlyError,
    "55P03": StorageLockedError,
    "40": StorageLockedError,
    "57014": StorageLockedError,
    "XX001": StorageCorruptError,
    "XX002": StorageCorruptError,
    "08": StorageUnavailableError,
    "28": StorageUnavailableError,
    "3D": StorageUnavailableError,
    "53": StorageUnavailableError,
    "57": StorageUnavailableError,
}

_ERRNO: Final[dict[int, type[StorageError]]] = {
    errno.ENOSPC: StorageFullError,
    errno.EDQUOT: StorageFullError,
    errno.EFBIG: StorageFullError,
    errno.EROFS: StorageReadOnlyError,
    errno.EACCES: StorageReadOnlyError,
    errno.EPERM: StorageReadOnlyError,
}


def storage_fault(err: BaseException, place: str) -> StorageError:
    """Name what went wrong at `place`; the result is to be raised `from` the error itself."""
    kind, cause = _kind(err), _cause(err)
    # A code or a class, never the text: texts repeat statements, values and addresses.
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    reason = code or type(cause).__name__
    return kind(_TEXTS[kind].format(place=place, reason=reason))


@contextmanager
def storage_faults(place: str) -> Iterator[None]:
    """Raise what a driver or the system raises inside as a StorageError about `place`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as err:
        fault = storage_fault(err, place)
        telemetry.report(telemetry.DatabaseFault(type(fault).__name__))
        raise fault from err


def _cause(err: BaseException) -> BaseException:
    return err.orig if isinstance(err, StatementError) and err.orig is not None else err


def _kind(err: BaseException) -> type[StorageError]:
    cause = _cause(err)
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return _SQLITE.get(code & 0xFF, StorageError)
    if isinstance(cause, sqlite3.DatabaseError) and "not a database" in str(cause):
        return StorageCorruptError
    if state := getattr(cause, "sqlstate", None):
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2], StorageError)
    if isinstance(cause, OSError):  # TimeoutError, refused connections and unknown hosts included
        return _ERRNO.get(cause.errno or 0, StorageUnavailableError)
    lost = isinstance(err, DBAPIError) and err.connection_invalidated
    # The pool gives out no connection in time: the database does not keep up.
    return StorageUnavailableError if lost or isinstance(err, PoolTimeoutError) else StorageError
