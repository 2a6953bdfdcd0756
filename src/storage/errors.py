"""What can be wrong with the storage, one class per thing that a person can do something about.

    StorageError
    +-- StorageFullError         no room left on the disk
    +-- StorageReadOnlyError     the file or its directory may not be written
    +-- StorageLockedError       somebody else holds the database for too long
    +-- StorageCorruptError      the file is damaged, or is not a database of ours
    +-- StorageUnavailableError  the server or the disk gives no answer, or a refusal
    +-- NewerSchemaError         written by a newer version of the bot
    +-- WrongKeyError            the secret keys are missing, malformed, or do not fit
    +-- UnsafeKeyFileError       others can read or replace the key file
    +-- BackupError              the file to write exists, or the file to read is no backup

Each text is one line of facts: a place, what happened, and what helps. It never holds a secret, a
password of a database URL, or a value from a row.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "BackupError",
    "NewerSchemaError",
    "StorageCorruptError",
    "StorageError",
    "StorageFullError",
    "StorageLockedError",
    "StorageReadOnlyError",
    "StorageUnavailableError",
    "UnsafeKeyFileError",
    "WrongKeyError",
    "exit_code",
]


class StorageError(Exception):
    """Root of everything that the storage raises on purpose."""


class StorageFullError(StorageError):
    """No room left; the write was undone."""


class StorageReadOnlyError(StorageError):
    """The file, or the directory it lies in, may not be written."""


class StorageLockedError(StorageError):
    """Another process held the database longer than we are willing to wait."""


class StorageCorruptError(StorageError):
    """The file is damaged or is not a database of ours; a backup helps."""


class StorageUnavailableError(StorageError):
    """The database server or the disk does not answer."""


class NewerSchemaError(StorageError):
    """The database was written by a newer version, and was left untouched."""


class WrongKeyError(StorageError):
    """The secret keys do not open this database, and nothing was touched."""


class UnsafeKeyFileError(StorageError):
    """Others can read the key file, or could put another in its place."""


class BackupError(StorageError):
    """A backup that cannot be written or read where it was asked for."""


# EX_CONFIG and EX_IOERR of sysexits.h.
_FOR_THE_OPERATOR: Final = 78
_FOR_THE_DISK: Final = 74


def exit_code(error: StorageError) -> int:
    """What a process that cannot go on ends with: 78 where a restart cannot help, else 74."""
    wrong = (WrongKeyError, UnsafeKeyFileError, NewerSchemaError, BackupError)
    return _FOR_THE_OPERATOR if isinstance(error, wrong) else _FOR_THE_DISK
