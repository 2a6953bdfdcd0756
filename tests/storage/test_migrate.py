"""From every earlier version to this one, and never back."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from src.storage import migrate, schema
from src.storage.database import DATABASE_FILE, Database, resolve_url
from src.storage.errors import NewerSchemaError, StorageError
from src.storage.store import Store
from tests.storage import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from tests.storage.conftest import Place

VERSIONS = Path(__file__).parent / "versions"


async def load(place: Place, version: str) -> None:
    """Put a database of that version where the bot will look."""
    kind = "sqlite" if place.url is None else "postgresql"
    script = (VERSIONS / f"{version}.{kind}.sql").read_text()
    if place.url is None:
        place.data_dir.mkdir(mode=0o700)
        connection = sqlite3.connect(place.data_dir / DATABASE_FILE)
        connection.executescript(script)
        connection.close()
        return
    engine = create_async_engine(place.url)
    async with engine.connect() as conn:
        driver: Any = (await conn.get_raw_connection()).driver_connection
        await driver.execute(script)  # the whole script at once, as only the driver can
    await engine.dispose()


def test_there_is_a_database_of_every_version() -> None:
    expected = {f"{v}.{k}.sql" for v in schema.VERSIONS for k in ("sqlite", "postgresql")}
    assert {path.name for path in VERSIONS.iterdir()} == expected


def test_the_versions_are_those_of_the_migrations() -> None:
    script = ScriptDirectory(str(migrate.MIGRATIONS))
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(revisions)) == schema.VERSIONS
    assert script.get_current_head() == schema.SCHEMA_VERSION


@pytest.mark.parametrize("version", schema.VERSIONS)
async def test_every_version_opens_with_everything_in_it(place: Place, version: str) -> None:
    await load(place, version)
    place.keys, place.clock.now = [sample.KEY], sample.TIME
    async with await place.open() as store:
        found = await sample.view(store)
        await store.record(1, "still counts")
        assert len(await store.audit()) == 2
    place.data_dir, place.url = place.data_dir / "fresh", None
    async with await place.open() as store:
        await sample.fill(store, version)
        assert found == await sample.view(store)


@pytest.mark.parametrize("way", ["at once", "by migrations"])
async def test_both_ways_to_the_newest_schema_agree(place: Place, way: str) -> None:
    database = Database(resolve_url(place.data_dir, place.url))
    await database.create_file()
    async with database.writing() as conn:
        await conn.run_sync(schema.metadata.create_all if way == "at once" else migrate.upgrade)
    async with database.reading() as conn:
        assert await conn.run_sync(differences) == []
    await database.close()


def differences(connection: Connection) -> list[Any]:
    """What Alembic would still change."""
    options: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    found = list(compare_metadata(context, schema.metadata))
    # Alembic keeps its own table out of the comparison, on one side.
    return [change for change in found if change[:2] != ("add_table", schema.version)]


SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

def upgrade():
    op.add_column("people", sa.Column("badge", sa.Text(), nullable=False, server_default="none"))
    with op.batch_alter_table("people") as people:
        people.alter_column("name", nullable=True)
    {then}
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """The code of a release with one more, invented migration; takes its last line."""
    location = tmp_path / "100 % migrations"
    shutil.copytree(migrate.MIGRATIONS, location)
    monkeypatch.setattr(migrate, "MIGRATIONS", location)
    monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, "0003"))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", "0003")
    file = location / "versions" / "v0003_badge.py"
    return lambda then: file.write_text(SECOND.format(then=then))


async def test_an_older_database_is_brought_up_with_its_contents(
    place: Place, next_version: Callable[[str], object]
) -> None:
    next_version("")
    await load(place, "0001")
    place.keys = [sample.KEY]
    for _ in range(2):
        async with await place.open() as store:
            assert [person.name for person in await store.people()] == ["Ann", "Bob"]
            async with store.database.reading() as conn:
                badges = await conn.scalars(text("SELECT badge FROM people"))
                assert badges.all() == ["none", "none"]
                assert await conn.scalar(text("SELECT version_num FROM alembic_version")) == "0003"


async def test_a_migration_that_fails_leaves_everything_as_it_was(
    place: Place, next_version: Callable[[str], object]
) -> None:
    next_version("raise RuntimeError('half-way')")
    await load(place, "0001")
    place.keys = [sample.KEY]
    before = await raw(place)
    with pytest.raises(RuntimeError, match="half-way"):
        await place.open()
    assert await raw(place) == before


async def test_two_bots_migrate_one_after_the_other(
    place: Place, next_version: Callable[[str], object]
) -> None:
    next_version("")
    await load(place, "0001")
    place.keys = [sample.KEY]
    stores = await asyncio.gather(*(patient(place) for _ in range(3)))
    for store in stores:
        assert len(await store.people()) == 2
        await store.close()


async def test_bots_that_start_at_once_on_nothing_agree(place: Place) -> None:
    stores = await asyncio.gather(*(patient(place) for _ in range(6)))
    await stores[0].save_credential(1, {"partner_id": "p"})
    for store in stores:
        assert await store.credential(1) == {"partner_id": "p"}
        await store.close()


async def patient(place: Place) -> Store:
    """A bot that waits for others as long as a real one."""
    return await Store.open(place.data_dir, place.url, place.keys)


async def raw(place: Place) -> str:
    """Every table as it is, whatever the version."""
    database, rows = Database(resolve_url(place.data_dir, place.url)), []
    async with database.reading() as conn:
        tables = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
        for table in sorted(tables):
            query = text(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - names of our own
            rows += [f"{table} {row}" for row in await conn.execute(query)]
    await database.close()
    return "\n".join(rows)


async def test_a_newer_schema_is_refused_and_untouched(place: Place) -> None:
    async with await place.open() as store:
        await store.upsert_person(1, "Ann")
        async with store.database.writing() as conn:
            await conn.execute(update(schema.version).values(version_num="0099"))
    before = await raw(place)
    with pytest.raises(NewerSchemaError, match="0099") as caught:
        await place.open()
    assert "\n" not in str(caught.value)
    assert await raw(place) == before


async def test_a_database_of_something_else_is_refused(place: Place) -> None:
    database = Database(resolve_url(place.data_dir, place.url))
    await database.create_file()
    async with database.writing() as conn:
        await conn.execute(text("CREATE TABLE people (shoe_size INTEGER)"))
    await database.close()
    with pytest.raises(StorageError, match="a database of its own"):
        await place.open()


def test_a_start_without_migration_does_not_load_alembic(tmp_path: Path) -> None:
    script = """
import asyncio, json, sys
from pathlib import Path
from src.storage import open_store
early = "sqlalchemy" in sys.modules
async def main():
    async with await open_store(Path(sys.argv[1])) as store:
        await store.upsert_person(1, "Ann")
for _ in range(2):  # a first start, and one that finds everything there
    asyncio.run(main())
unwanted = ("alembic", "asyncpg", "sqlalchemy.dialects.postgresql")
late = [name for name in unwanted if name in sys.modules]
print(json.dumps([early, late]))
"""
    command = [sys.executable, "-c", script, str(tmp_path / "data")]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False, []]
