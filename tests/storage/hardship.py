"""A bot in trouble: `python -m tests.storage.hardship full|read-only DIR`.

A process of its own, which prints what a test wants to know as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import aiosqlite  # noqa: F401 - loaded while files are still readable: rights are given up below
from sqlalchemy.dialects import sqlite  # noqa: F401 - as above

from src.storage.errors import StorageError
from src.storage.store import Store

NOBODY = 65534


async def full(data_dir: Path) -> dict[str, object]:
    """Write until the disk is full, then open again and see what is there."""
    confirmed, error = [], ""
    async with await Store.open(data_dir) as store:
        for number in range(10_000):
            try:
                await store.record(1, "write", str(number), detail="x" * 2_000)
            except StorageError as err:
                error = f"{type(err).__name__}: {err}"
                break
            confirmed.append(str(number))
        still_reads = len(await store.audit(10_000))
    async with await Store.open(data_dir) as store:
        kept = [entry.object for entry in reversed(await store.audit(10_000))]
    return {
        "error": error,
        "confirmed": len(confirmed),
        "still_reads": still_reads,
        "intact": kept == confirmed,
    }


async def read_only(data_dir: Path) -> dict[str, object]:
    """Try to start where nothing may be written, with a database there and without."""
    with_database, empty = data_dir / "with", data_dir / "empty"
    empty.mkdir(parents=True)
    async with await Store.open(with_database) as store:
        await store.upsert_person(1, "Ann")
    if os.geteuid() == 0:
        for path in (data_dir, empty, with_database, *with_database.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        data_dir.parent.chmod(0o755)
        os.setresuid(NOBODY, NOBODY, NOBODY)  # root is never refused a write
    for path in with_database.iterdir():
        path.chmod(0o400)
    before = {path.name: path.read_bytes() for path in with_database.iterdir()}
    for path in (empty, with_database):
        path.chmod(0o500)
    found = {path.name: await _attempt(path) for path in (empty, with_database)}
    after = {path.name: path.read_bytes() for path in with_database.iterdir()}
    for path in (empty, with_database):
        path.chmod(0o700)
    return found | {"untouched": before == after}


async def _attempt(path: Path) -> str:
    try:
        async with await Store.open(path) as store:
            await store.upsert_person(2, "Bob")
    except StorageError as err:
        return f"{type(err).__name__}: {err}"
    return "no error"


if __name__ == "__main__":
    scenario = {"full": full, "read-only": read_only}[sys.argv[1]]
    sys.stdout.write(json.dumps(asyncio.run(scenario(Path(sys.argv[2])))))
