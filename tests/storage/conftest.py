"""A place to store things, on each database, and a clock that stands until it is told to move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from src.storage.store import Store
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

    async def open(self) -> Store:
        """The store, as after a restart."""
        return await Store.open(
            self.data_dir, self.url, self.keys, busy_timeout=0.1, now=self.clock
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL | str]:
    """One server for the session."""
    with postgres.server() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest_asyncio.fixture
async def postgres_url(postgres_server: URL | str) -> AsyncIterator[str]:
    """A fresh PostgreSQL database."""
    if isinstance(postgres_server, str):
        pytest.skip(postgres_server)
    async for url in postgres.fresh_database(postgres_server):
        yield url


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
