"""A PostgreSQL server for the tests: the one offered, else a throw-away one, else why not."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFERED = "PANOPTES_TEST_DATABASE_URL"


def binaries() -> Path | None:
    """Where the newest installed server is, None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    return found[-1].parent if found else None


@contextmanager
def server() -> Iterator[URL | str]:
    """The address of a server to make databases on, or the sentence that says why there is none."""
    if importlib.util.find_spec("asyncpg") is None:
        yield "asyncpg is not installed (requirements-postgres.txt)"
    elif offered := os.environ.get(OFFERED):
        yield make_url(offered).set(drivername="postgresql+asyncpg")
    elif (programs := binaries()) is None:
        yield f"no PostgreSQL is installed and {OFFERED} is not set"
    else:
        with throw_away(programs) as url:
            yield url


@contextmanager
def throw_away(programs: Path) -> Iterator[URL]:
    """A server of our own on a Unix socket in a directory of its own: no port, no network."""
    # Short, because a socket's path may have 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="pg"))
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user is not None:
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    data = home / "data"
    make = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
    make += ["-E", "UTF8", "--locale=C"]
    subprocess.run(make, check=True, user=user, cwd=home, capture_output=True)
    options = {"listen_addresses": "", "unix_socket_directories": str(home), "fsync": "off"}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *settings],
            user=user,
            cwd=home,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, home)
        yield URL.create(
            "postgresql+asyncpg", "postgres", database="postgres", query={"host": str(home)}
        )
    finally:
        process.send_signal(signal.SIGINT)  # "fast": ends sessions, then itself
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    # Starting takes about 0.1 s; the server says when it is done in no other way that is as cheap.
    socket, log = home / ".s.PGSQL.5432", home / "log"
    for _ in range(600):
        if socket.exists() and b"ready to accept" in log.read_bytes():
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(log.read_text())


@contextmanager
def database(server_url: URL) -> Iterator[URL]:
    """A new database on the server, dropped afterwards; others are not touched."""
    name = f"panoptes_test_{secrets.token_hex(6)}"
    asyncio.run(execute(server_url, f"CREATE DATABASE {name}"))
    yield server_url.set(database=name)
    asyncio.run(execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(url: URL, *statements: str) -> None:
    """Run statements that may not stand in a transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        for statement in statements:
            await conn.execute(text(statement))
    await engine.dispose()


async def contents(url: URL) -> str:
    """Every row of every table, as text."""
    tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    engine = create_async_engine(url)
    try:
        async with engine.connect() as conn:
            rows: list[str] = []
            for name in (await conn.scalars(tables)).all():
                found = await conn.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - its own
                rows += [str(row) for row in found]
    finally:
        await engine.dispose()
    return "\n".join(rows)
