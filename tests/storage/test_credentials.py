"""Credentials: sealed, owned, and carried through a change of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from src.storage import schema
from src.storage.errors import StorageCorruptError, WrongKeyError
from src.storage.records import TEAM
from src.storage.vault import KEY_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from src.storage.store import Store
    from tests.storage.conftest import Place

ANN, BOB = 1, 2
CONFIG = {
    "sso_url": "https://sso.example/token",
    "auth_header": "Basic ZmFrZS1pZDpmYWtlLXNlY3JldA==",
    "partner_id": "fake-partner-123",
    "plume_api_base": "https://api.example",
    "plume_reports_base": "https://reports.example",
}
IN_THE_OPEN = "cGxhbnRlZC1vbi1wdXJwb3Nl"
TOKEN = {"access_token": "fake-bearer-456", "expires_in": 3600, "token_expiry": object()}


async def test_a_credential_comes_back_without_its_token(store: Store) -> None:
    assert await store.credential(ANN) is None
    await store.save_credential(ANN, CONFIG | TOKEN)
    await store.save_credential(TEAM, {"partner_id": "team"})
    assert await store.credential(ANN) == CONFIG
    assert await store.credential(TEAM) == {"partner_id": "team"}
    await store.save_credential(ANN, {"partner_id": "new"})
    assert await store.credential(ANN) == {"partner_id": "new"}


async def test_a_deleted_credential_is_gone(store: Store) -> None:
    await store.save_credential(ANN, CONFIG)
    assert await store.delete_credential(ANN) is True
    assert await store.delete_credential(ANN) is False
    assert await store.credential(ANN) is None


def secret_traces(text: str) -> list[str]:
    """Which of the planted secrets the text holds."""
    planted = (
        "ZmFrZS1pZDpmYWtlLXNlY3JldA",
        "fake-partner-123",
        "fake-bearer-456",
        "fake-secret",
        IN_THE_OPEN,
    )
    return [secret for secret in planted if secret in text]


async def test_no_secret_is_in_the_database(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with await place.open() as store:
        await store.save_credential(ANN, CONFIG | TOKEN)
        await store.credential(ANN)
        dump = await store.dump()
        files = "".join(f.read_bytes().decode("latin-1") for f in place.data_dir.iterdir())
        assert f"credentials [{ANN}," in dump
        assert secret_traces(dump + files + caplog.text + repr(vars(store))) == []
    # The scan itself works: a secret that is kept in the open is found.
    async with await place.open() as store:
        await store.upsert_person(ANN, f"Basic {IN_THE_OPEN}")
        assert secret_traces(await store.dump()) == [IN_THE_OPEN]


async def test_names_stay_out_of_the_log(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await store.upsert_person(ANN, "Ann-in-the-log")
    assert "Ann-in-the-log" not in caplog.text


async def test_a_moved_credential_is_not_handed_out(store: Store) -> None:
    await store.save_credential(ANN, CONFIG)
    async with store.database.writing() as conn:
        await conn.execute(update(schema.credentials).values(owner=BOB))
    with pytest.raises(StorageCorruptError, match="wrong owner"):
        await store.credential(BOB)


async def test_a_damaged_seal_is_a_wrong_key(store: Store) -> None:
    await store.save_credential(ANN, CONFIG)
    async with store.database.writing() as conn:
        await conn.execute(update(schema.credentials).values(sealed="gAAAA-not-a-token"))
    with pytest.raises(WrongKeyError, match="not the keys"):
        await store.credential(ANN)


async def test_rotation_changes_key_and_seals_and_keeps_contents(place: Place) -> None:
    file = place.data_dir / KEY_FILE
    async with await place.open() as store:
        await store.save_credential(ANN, CONFIG)
        await store.save_credential(TEAM, {"partner_id": "team"})
        old_key, before = file.read_text(), await store.dump()
        assert await store.rotate_keys() == 2
        assert await store.credential(ANN) == CONFIG
    assert file.read_text() != old_key
    assert len(file.read_text().split()) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    async with await place.open() as store:
        assert await store.credential(TEAM) == {"partner_id": "team"}
        sealed = [line for line in before.splitlines() if line.startswith(("credentials", "vault"))]
        assert [line for line in sealed if line in await store.dump()] == []


async def test_rotation_with_keys_of_the_environment(place: Place, key: str) -> None:
    place.keys = [key]
    async with await place.open() as store:
        await store.save_credential(ANN, CONFIG)
    newer = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    place.keys = [newer, key]
    async with await place.open() as store:
        assert await store.rotate_keys() == 1
    place.keys = [newer]
    async with await place.open() as store:
        assert await store.credential(ANN) == CONFIG
    assert not (place.data_dir / KEY_FILE).exists()
    place.keys = [key]
    with pytest.raises(WrongKeyError):
        await place.open()


async def test_a_running_bot_follows_a_rotation(place: Place) -> None:
    async with await place.open() as bot, await place.open() as tool:
        await bot.save_credential(ANN, CONFIG)
        await tool.rotate_keys()
        assert await bot.credential(ANN) == CONFIG
        await tool.rotate_keys()
        await bot.save_credential(BOB, CONFIG)  # must not use the key that is gone
    async with await place.open() as store:
        assert await store.credential(ANN) == await store.credential(BOB) == CONFIG


async def test_a_running_bot_with_fixed_keys_refuses_after_a_rotation(
    place: Place, key: str
) -> None:
    place.keys = [key]
    async with await place.open() as bot:
        await bot.save_credential(ANN, CONFIG)
        place.keys = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", key]
        async with await place.open() as tool:
            await tool.rotate_keys()
        before = await bot.dump()
        with pytest.raises(WrongKeyError, match="PANOPTES_SECRET_KEYS"):
            await bot.save_credential(BOB, CONFIG)
        with pytest.raises(WrongKeyError):
            await bot.credential(ANN)
        assert await bot.dump() == before


async def test_a_rotation_that_fails_changes_nothing(place: Place, tmp_path: Path) -> None:
    async with await place.open() as store:
        await store.save_credential(ANN, CONFIG)
        await store.save_credential(BOB, CONFIG)
        async with store.database.writing() as conn:
            spoiled = update(schema.credentials).where(schema.credentials.c.owner == BOB)
            await conn.execute(spoiled.values(sealed="gAAAA-not-a-token"))
        before = await store.dump()
        with pytest.raises(WrongKeyError):
            await store.rotate_keys()
        assert await store.dump() == before
    async with await place.open() as store:  # the old key is still in the file
        assert await store.credential(ANN) == CONFIG
