"""Uploads: what is a photo, what is too big, and what is forgotten first."""

from __future__ import annotations

import pytest

from src.demo.telegram_errors import ApiError
from src.demo.telegram_files import FileStore, image_size
from src.demo.telegram_params import Upload
from tests.demo.telegram_kit import jpeg_header, png


def upload(content: bytes, name: str = "chart.png", mime: str = "image/png") -> Upload:
    return Upload(name, content, mime)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png(1000, 500), (1000, 500)),
        (jpeg_header(640, 480), (640, 480)),
        (b"GIF89a", None),
        (b"\xff\xd8\x00\x00" + b"\0" * 20, None),
        (b"\xff\xd8\xff\xe0\x00\x04ab", None),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
        (b"", None),
    ],
)
def test_sizes_come_from_the_header(content: bytes, size: tuple[int, int] | None) -> None:
    assert image_size(content) == size


def test_a_photo_tells_its_size_and_can_be_found_again() -> None:
    store = FileStore()
    photo = store.add("photo", upload(png(30, 20)))
    [size] = photo.photo_sizes()
    assert (size["width"], size["height"]) == (30, 20)
    assert size["file_size"] == len(png(30, 20))
    assert store.find("photo", photo.file_id) is photo
    assert store.get(photo.file_id) is photo
    assert store.at(photo.described()["file_path"]) is photo
    assert photo.path == "photos/file_1.png"


def test_the_same_bytes_share_a_unique_id_but_not_a_file_id() -> None:
    store = FileStore()
    one, two = store.add("photo", upload(png(9, 9))), store.add("photo", upload(png(9, 9)))
    assert one.unique_id == two.unique_id
    assert one.file_id != two.file_id


def test_a_document_keeps_its_name() -> None:
    stored = FileStore().add("document", Upload("export", b"a;b", ""))
    assert stored.document()["file_name"] == "export"
    assert stored.document()["mime_type"] == "application/octet-stream"
    assert stored.path == "documents/file_1.dat"


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("photo", b"", "file must be non-empty"),
        ("document", b"", "file must be non-empty"),
        ("photo", b"no picture", "IMAGE_PROCESS_FAILED"),
        ("photo", png(50, 50)[:-20], "IMAGE_PROCESS_FAILED"),
        ("photo", jpeg_header(0, 10), "IMAGE_PROCESS_FAILED"),
        ("photo", jpeg_header(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        ("photo", jpeg_header(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        ("photo", png(1, 1) + b"\0" * 10_485_760, "is too big for a photo"),
    ],
)
def test_bad_uploads_are_refused(kind: str, content: bytes, words: str) -> None:
    with pytest.raises(ApiError, match=words):
        FileStore().add(kind, upload(content))


def test_ids_are_checked() -> None:
    store = FileStore()
    photo = store.add("photo", upload(png(9, 9)))
    with pytest.raises(ApiError, match="can't use file of type Photo as Document"):
        store.find("document", photo.file_id)
    with pytest.raises(ApiError, match="wrong file identifier/HTTP URL specified"):
        store.find("photo", "AgAC-unknown")


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    store = FileStore(max_bytes=250)
    kept = [store.add("document", Upload(f"{n}.txt", b"x" * 100, "text/plain")) for n in range(3)]
    assert store.get(kept[0].file_id) is None
    assert store.get(kept[1].file_id) is kept[1]
    big = store.add("document", Upload("big.txt", b"x" * 999, "text/plain"))
    assert store.get(big.file_id) is big
    assert store.get(kept[2].file_id) is None
