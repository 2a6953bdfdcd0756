"""A place to store things, on each database, and a clock that stands until it is told to move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from src.storage.store import Store
from tests.secret_watch import WATCH
from tests.storage import postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy.engine import URL


@dataclass
class Clock:
    """Time as the test sets it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def pass_by(self, **duration: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**duration)


@dataclass
class Place:
    """Where a bot keeps its things; opened as often as a test wants to restart it."""

    data_dir: Path
    url: str | None
    clock: Clock
    keys: Sequence[str] = ()
    patience_s: float = 5.0  # as in production; what waits for a lock in vain gives less

    async def open(self) -> Store:
        """The store, as after a restart."""
        return await Store.open(
            self.data_dir, self.url, self.keys, busy_timeout=self.patience_s, now=self.clock
        )


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[URL | str]:
    """One database for the session, or why there is none."""
    with postgres.server() as server:
        if isinstance(server, str):
            yield server
        else:
            with postgres.database(server) as database:
                yield database


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest_asyncio.fixture
async def postgres_url(postgres_database: URL | str) -> AsyncIterator[str]:
    """An empty PostgreSQL database; what is in it afterwards must hold no secret."""
    if isinstance(postgres_database, str):
        pytest.skip(postgres_database)
    # Several times faster than a new database for each test.
    empty = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    await postgres.execute(postgres_database, *empty)
    yield postgres_database.render_as_string(hide_password=False)
    WATCH.look("a PostgreSQL database", await postgres.contents(postgres_database))


@pytest.fixture
def sqlite_place(tmp_path: Path, clock: Clock) -> Place:
    """A fresh place on SQLite."""
    return Place(tmp_path / "data", None, clock)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, sqlite_place: Place) -> Place:
    """A fresh place on each database."""
    if request.param == "postgresql":
        sqlite_place.url = request.getfixturevalue("postgres_url")
    return sqlite_place


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    """An open store on each database."""
    async with await place.open() as opened:
        yield opened


@pytest.fixture
def key() -> str:
    """A secret key that is nobody's."""
    return Fernet.generate_key().decode()
