"""Keys: where they are from, who else can read them, and whether they are the right ones."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from src.storage.errors import (
    StorageError,
    StorageReadOnlyError,
    UnsafeKeyFileError,
    WrongKeyError,
)
from src.storage.vault import (
    KEY_FILE,
    Vault,
    create_key_file,
    new_key,
    read_key_file,
    write_key_file,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.conftest import Place


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_sealed_opens_with_any_of_the_keys() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(b"text")
    assert Vault([new, old]).open(sealed) == b"text"
    assert Vault([new]).open(Vault([new, old]).reseal(sealed)) == b"text"
    with pytest.raises(WrongKeyError):
        Vault([new]).open(sealed)


@pytest.mark.parametrize("keys", [[], ["short"], ["ö" * 44], [new_key(), "x" * 44], [""]])
def test_malformed_keys_are_refused_without_being_repeated(keys: list[str]) -> None:
    with pytest.raises(WrongKeyError) as caught:
        Vault(keys)
    text = str(caught.value)
    assert "PANOPTES_SECRET_KEYS" in text
    assert not [key for key in keys if key and key in text]
    assert caught.value.__cause__ is None


def test_no_key_is_in_a_repr(tmp_path: Path) -> None:
    key = new_key()
    for vault in (Vault([key]), Vault([key], tmp_path / KEY_FILE)):
        assert key not in repr(vault)
    assert repr(Vault([key])) == "Vault(1 keys from PANOPTES_SECRET_KEYS)"


def test_the_key_file_is_made_for_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "new" / KEY_FILE
    assert read_key_file(file) == ()
    keys = create_key_file(file)
    assert len(keys) == 1
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert read_key_file(file) == keys
    assert [path.name for path in file.parent.iterdir()] == [KEY_FILE]


def test_an_open_directory_is_closed_when_a_key_moves_in(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    create_key_file(tmp_path / KEY_FILE)
    assert mode(tmp_path) == 0o700


def test_a_key_file_is_never_made_twice(tmp_path: Path) -> None:
    file = tmp_path / KEY_FILE
    found: list[tuple[str, ...]] = []
    threads = [
        threading.Thread(target=lambda: found.append(create_key_file(file))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {read_key_file(file)}
    assert len(found) == 8
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_comments_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / KEY_FILE
    write_key_file(file, ["# newest first", "", "  a  ", "b"])
    assert read_key_file(file) == ("a", "b")


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_key_file_that_others_can_use_is_refused(tmp_path: Path, bits: int) -> None:
    file = tmp_path / KEY_FILE
    create_key_file(file)
    file.chmod(bits)
    with pytest.raises(UnsafeKeyFileError, match="chmod 600"):
        read_key_file(file)


@pytest.mark.parametrize("bits", [0o720, 0o702, 0o777])
def test_a_key_file_that_others_can_replace_is_refused(tmp_path: Path, bits: int) -> None:
    file = tmp_path / KEY_FILE
    create_key_file(file)
    tmp_path.chmod(bits)
    with pytest.raises(UnsafeKeyFileError, match="chmod 700"):
        read_key_file(file)


def test_a_key_file_that_is_a_directory_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir(mode=0o700)
    with pytest.raises(StorageError) as caught:
        read_key_file(tmp_path / KEY_FILE)
    assert "\n" not in str(caught.value)


async def test_an_unsafe_key_file_stops_the_start(sqlite_place: Place) -> None:
    async with await sqlite_place.open():
        pass
    (sqlite_place.data_dir / KEY_FILE).chmod(0o644)
    with pytest.raises(UnsafeKeyFileError):
        await sqlite_place.open()
    sqlite_place.keys = [new_key()]  # another way to the wrong keys: the file no longer matters
    with pytest.raises(WrongKeyError):
        await sqlite_place.open()


async def test_a_wrong_key_stops_the_start_and_touches_nothing(place: Place, key: str) -> None:
    async with await place.open() as store:
        await store.save_credential(1, {"partner_id": "p"})
        before = await store.dump()
    files = {path.name: path.read_bytes() for path in place.data_dir.iterdir()}
    right, place.keys = place.keys, [key]
    with pytest.raises(WrongKeyError, match="PANOPTES_SECRET_KEYS: not the keys") as caught:
        await place.open()
    assert key not in str(caught.value)
    assert {path.name: path.read_bytes() for path in place.data_dir.iterdir()} == files
    place.keys = right
    async with await place.open() as store:
        assert await store.dump() == before


async def test_another_key_file_stops_the_start(place: Place) -> None:
    async with await place.open():
        pass
    write_key_file(place.data_dir / KEY_FILE, [new_key()])
    with pytest.raises(WrongKeyError, match="put those back"):
        await place.open()


@pytest.mark.parametrize("content", ["", "# no key\n"])
async def test_an_emptied_key_file_is_not_replaced(place: Place, content: str) -> None:
    async with await place.open():
        pass
    file = place.data_dir / KEY_FILE
    file.write_text(content)
    with pytest.raises(WrongKeyError, match="missing"):
        await place.open()
    assert file.read_text() == content


async def test_a_lost_key_file_is_not_replaced(place: Place) -> None:
    async with await place.open():
        pass
    (place.data_dir / KEY_FILE).unlink()
    with pytest.raises(WrongKeyError, match="missing"):
        await place.open()
    assert not (place.data_dir / KEY_FILE).exists()


def test_a_key_file_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StorageError) as caught:
        create_key_file(blocked / KEY_FILE)
    assert not isinstance(caught.value, StorageReadOnlyError)
    assert "\n" not in str(caught.value)
