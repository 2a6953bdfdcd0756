"""Secrets at rest: Fernet keys, the file they live in, and the canary that tells a wrong key."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from src.storage.errors import UnsafeKeyFileError, WrongKeyError
from src.storage.faults import storage_faults

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["KEY_FILE", "Vault", "create_key_file", "new_key", "read_key_file", "write_key_file"]

KEY_FILE: Final = "secret.key"

_CANARY: Final = b"panoptes"


class Vault:
    """Seals with the newest key, opens with any; knows the key file, to follow a rotation.

    `file` is None when the keys came from the environment.
    """

    def __init__(self, keys: Sequence[str], file: Path | None = None) -> None:
        """Take Fernet keys, newest first.

        Raises WrongKeyError for a malformed one, without repeating it.
        """
        self.file = file
        self._keys = tuple(keys)
        self._fernet = _fernet(self._keys, file)

    def __repr__(self) -> str:
        """Where the keys are from and how many, never which."""
        return f"Vault({len(self._keys)} keys from {self.file or 'PANOPTES_SECRET_KEYS'})"

    def seal(self, plain: bytes) -> str:
        """Encrypt with the newest key."""
        return self._fernet.encrypt(plain).decode()

    def open(self, sealed: str) -> bytes:
        """Decrypt with whichever key fits. Raises WrongKeyError when none does."""
        try:
            return self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            # Not chained: InvalidToken says nothing more.
            raise WrongKeyError(_wrong_keys(self.file)) from None

    def reseal(self, sealed: str) -> str:
        """Encrypt again with the newest key. Raises WrongKeyError when no key opens it."""
        return self.seal(self.open(sealed))

    def canary(self) -> str:
        """A sealed constant to keep beside the secrets."""
        return self.seal(_CANARY)

    def check(self, canary: str) -> None:
        """Raise WrongKeyError unless these keys open `canary`.

        A key file is read once more first: `--rotate-keys` may have run beside us since we read it.
        """
        try:
            self.open(canary)
        except WrongKeyError:
            if self.file is None:
                raise
            keys = read_key_file(self.file)
            self._keys, self._fernet = keys, _fernet(keys, self.file)
            self.open(canary)

    def with_new_key(self) -> Vault:
        """The same keys behind a new one."""
        return Vault((new_key(), *self._keys), self.file)

    def newest_only(self) -> tuple[str, ...]:
        """What is left of the keys once everything is sealed with the newest."""
        return self._keys[:1]

    def write_file(self, keys: Sequence[str] | None = None) -> None:
        """Write these keys, ours by default, to the key file; a no-op without one."""
        if self.file is not None:
            write_key_file(self.file, self._keys if keys is None else keys)


def new_key() -> str:
    """A fresh Fernet key."""
    return Fernet.generate_key().decode()


def read_key_file(path: Path) -> tuple[str, ...]:
    """The keys of the file, newest first; none when there is no file.

    Raises UnsafeKeyFileError when others can read it or replace it, StorageError when it cannot be
    read.
    """
    with storage_faults(str(path)):
        if not path.exists():
            return ()
        _refuse_unsafe(path)
        lines = path.read_text("ascii", errors="replace").splitlines()
    return tuple(key for line in lines if (key := line.strip()) and not key.startswith("#"))


def create_key_file(path: Path) -> tuple[str, ...]:
    """Make a key file with one new key, in a directory closed to others, and return what it holds.

    When somebody else makes it at the same moment, theirs is used. Raises StorageError.
    """
    with storage_faults(str(path)):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Closed to others, but not opened to ourselves: a directory made read-only is meant so.
        path.parent.chmod(path.parent.stat().st_mode & 0o700)
        draft = _write_draft(path, (new_key(),))
        try:
            path.hardlink_to(draft)  # unlike a rename, a link never replaces a file
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_directory(path.parent)
    return read_key_file(path)


def write_key_file(path: Path, keys: Sequence[str]) -> None:
    """Replace the keys of the file: either the old or the new ones are there, at any moment.

    Raises StorageError.
    """
    with storage_faults(str(path)):
        _write_draft(path, keys).replace(path)
        _sync_directory(path.parent)


def _fernet(keys: Sequence[str], file: Path | None) -> MultiFernet:
    if not keys:
        raise WrongKeyError(f"{file or 'PANOPTES_SECRET_KEYS'}: holds no key.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        # Not chained: nothing of a key, not even its length, belongs into a log.
        raise WrongKeyError(
            f"{file or 'PANOPTES_SECRET_KEYS'}: takes Fernet keys, 44 characters of base64 each."
        ) from None


def _wrong_keys(file: Path | None) -> str:
    source = file or "PANOPTES_SECRET_KEYS"
    return (
        f"{source}: not the keys that the stored credentials were encrypted with; put those back."
    )


def _refuse_unsafe(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise UnsafeKeyFileError(f"{path}: other users may read the key file; run chmod 600 {path}")
    if path.parent.stat().st_mode & 0o022:
        raise UnsafeKeyFileError(
            f"{path}: other users may replace the key file; run chmod 700 {path.parent}"
        )


def _write_draft(path: Path, keys: Sequence[str]) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(handle)
    return draft


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
