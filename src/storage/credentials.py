"""Plume credentials, each sealed as one text; whose they are is sealed with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from src.storage import schema
from src.storage.database import upsert
from src.storage.errors import StorageCorruptError, WrongKeyError
from src.storage.part import Part

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Credentials"]

# A token lives for minutes and is fetched again at will: there is no reason to keep one.
_NOT_KEPT: Final = frozenset({"access_token", "expires_in", "token_expiry"})


class Credentials(Part):
    """Credentials of one person each, and one of the team under the owner `TEAM`."""

    async def save_credential(self, owner: int, auth_config: Mapping[str, Any]) -> None:
        """Keep `auth_config` (JSON values; tokens are left out) as the one of this owner.

        Raises WrongKeyError, StorageError; TypeError for a value that JSON cannot hold.
        """
        config = {name: value for name, value in auth_config.items() if name not in _NOT_KEPT}
        plain = json.dumps({"owner": owner, "config": config}).encode()
        async with self.database.writing() as conn:
            await self._check_keys(conn)
            row = {"owner": owner, "sealed": self._vault.seal(plain), "saved_at": self._now()}
            await conn.execute(upsert(conn, schema.credentials, row))

    async def credential(self, owner: int) -> dict[str, Any] | None:
        """The `auth_config` of this owner, None when there is none.

        Raises WrongKeyError, StorageError.
        """
        query = select(schema.credentials.c.sealed).where(schema.credentials.c.owner == owner)
        async with self.database.reading() as conn:
            sealed = await conn.scalar(query)
            if sealed is None:
                return None
            try:
                plain = self._vault.open(sealed)
            except WrongKeyError:
                await self._check_keys(conn)
                plain = self._vault.open(sealed)
        content = json.loads(plain)
        if content["owner"] != owner:
            # Somebody with write access to the database moved the row; the seal names its owner.
            raise StorageCorruptError(
                f"{self.database.place}: a credential is filed under a wrong owner."
            )
        config: dict[str, Any] = content["config"]
        return config

    async def credential_owners(self, among: Collection[int] | None = None) -> list[int]:
        """Whose credentials are kept, of these or of all, newest first. Raises StorageError."""
        table = schema.credentials
        query = select(table.c.owner).order_by(table.c.saved_at.desc())
        if among is not None:
            query = query.where(table.c.owner.in_(among))
        async with self.database.reading() as conn:
            return [*await conn.scalars(query)]

    async def delete_credential(self, owner: int) -> bool:
        """Forget the credential of this owner; False when there was none. Raises StorageError."""
        query = schema.credentials.delete().where(schema.credentials.c.owner == owner)
        async with self.database.writing() as conn:
            return (await conn.execute(query)).rowcount > 0

    async def rotate_keys(self) -> int:
        """Seal every credential with the newest key, and return how many.

        With a key file the newest key is made here and the older ones are dropped at the end;
        killed half-way, both are in the file and everything opens. With `PANOPTES_SECRET_KEYS` the
        first one is the newest, and the others may be removed afterwards. A bot that runs meanwhile
        follows by itself when it uses the key file. Raises WrongKeyError when a credential opens
        with none of the keys (nothing is changed), StorageError.
        """
        vault = self._vault.with_new_key() if self._vault.file else self._vault
        vault.write_file()
        async with self.database.writing() as conn:
            count = await _reseal(conn, vault)
        vault.write_file(vault.newest_only())
        self._vault = vault
        return count

    async def _check_keys(self, conn: AsyncConnection) -> None:
        # Without this, a bot that runs during --rotate-keys would seal with a key that is about to
        # be dropped.
        query = select(schema.vault.c.value).where(schema.vault.c.name == "canary")
        self._vault.check((await conn.scalars(query.with_for_update(read=True))).one())


async def _reseal(conn: AsyncConnection, vault: Any) -> int:
    query = select(schema.vault.c.value).where(schema.vault.c.name == "canary").with_for_update()
    vault.check((await conn.scalars(query)).one())
    canary = update(schema.vault).where(schema.vault.c.name == "canary")
    await conn.execute(canary.values(value=vault.canary()))
    table = schema.credentials
    rows = (await conn.execute(select(table.c.owner, table.c.sealed))).all()
    for owner, sealed in rows:
        new = update(table).where(table.c.owner == owner)
        await conn.execute(new.values(sealed=vault.reseal(sealed)))
    return len(rows)
