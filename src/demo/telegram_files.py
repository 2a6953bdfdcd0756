"""Files that bots and people sent, in memory and bounded."""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from src.demo.telegram_errors import bad_request, invalid

if TYPE_CHECKING:
    from src.demo.telegram_params import Upload

__all__ = ["FileStore", "StoredFile", "image_size"]

MAX_STORE_BYTES = 96 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_SIDES = 10_000  # width + height of a photo
MAX_ASPECT = 20

_PREFIXES = {"photo": "AgACAgIAAxkDAAI", "document": "BQACAgIAAxkDAAI"}
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes with what Telegram tells about them."""

    file_id: str
    unique_id: str
    path: str
    """As ``getFile`` gives it, below ``/file/bot<token>/``."""
    kind: str
    """``photo`` or ``document``."""
    name: str
    mime: str
    content: bytes
    width: int = 0
    height: int = 0

    def photo_sizes(self) -> list[dict[str, Any]]:
        """The ``photo`` field. One size: nothing is scaled here."""
        return [{**self._common(), "width": self.width, "height": self.height}]

    def document(self) -> dict[str, Any]:
        """The ``document`` field."""
        return {"file_name": self.name, "mime_type": self.mime, **self._common()}

    def described(self) -> dict[str, Any]:
        """The answer to ``getFile``."""
        return {**self._common(), "file_path": self.path}

    def _common(self) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }


class FileStore:
    """Keeps files by id; the oldest go when ``max_bytes`` is passed."""

    def __init__(self, max_bytes: int = MAX_STORE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0
        self._numbers = itertools.count(1)

    def add(self, kind: str, upload: Upload) -> StoredFile:
        """Check and keep one upload. Raises ``ApiError`` for what Telegram refuses."""
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > MAX_FILE_BYTES:
            raise bad_request("file is too big")
        width, height = _checked_photo(upload.content) if kind == "photo" else (0, 0)
        number = next(self._numbers)
        digest = hashlib.sha256(upload.content).hexdigest()
        extension = upload.name.rpartition(".")[2] if "." in upload.name else "dat"
        folder = "photos" if kind == "photo" else "documents"
        stored = StoredFile(
            file_id=f"{_PREFIXES[kind]}{number:06d}{digest[:24]}",
            unique_id=f"AQAD{digest[:12]}",
            path=f"{folder}/file_{number}.{extension}",
            kind=kind,
            name=upload.name,
            mime=upload.mime or "application/octet-stream",
            content=upload.content,
            width=width,
            height=height,
        )
        self._keep(stored)
        return stored

    def find(self, kind: str, file_id: str) -> StoredFile:
        """A file to be sent again by its id."""
        stored = self._kept.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """A file by id, or None."""
        return self._kept.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """A file by its path, or None."""
        return next((stored for stored in self._kept.values() if stored.path == path), None)

    def _keep(self, stored: StoredFile) -> None:
        self._kept[stored.file_id] = stored
        self._bytes += len(stored.content)
        while self._bytes > self._max_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.content)


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from a PNG or JPEG header; None for anything else."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None


def _checked_photo(content: bytes) -> tuple[int, int]:
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; "
            f"the maximum size is {MAX_PHOTO_BYTES} bytes"
        )
    size = image_size(content)
    cut = content.startswith(_PNG) and not content.endswith(_PNG_END)
    if size is None or 0 in size or cut:
        raise invalid("IMAGE_PROCESS_FAILED")
    if sum(size) > MAX_SIDES or max(size) > MAX_ASPECT * min(size):
        raise invalid("PHOTO_INVALID_DIMENSIONS")
    return size
