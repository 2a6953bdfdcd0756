"""A disk or database in trouble: one clear line for the person and for the log, nothing half-done.

Trouble while running is made on the live connection; trouble at start is met by the real program.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

import panoptes_bot
from src.storage import StorageFullError
from src.storage.database import DATABASE_FILE
from src.storage.vault import KEY_FILE
from tests.bot_harness import TOKEN, Bot, Person, is_report, soon, text_of
from tests.e2e.warm_start import run_warm

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.storage.store import Store

pytestmark = pytest.mark.e2e

FILLERS = 900_000_000  # ids of people that nobody is
ROOT = Path(__file__).resolve().parents[2]

# What the connection is told, what a person who wants something saved reads, and what is logged.
TROUBLE = {
    "full": ("PRAGMA max_page_count=1", "disk is full", "no room left"),
    "read-only": ("PRAGMA query_only=ON", "may not write to its own files", "may not be written"),
    "locked": ("PRAGMA busy_timeout=20", "database is busy", "held by another process"),
}


def _break(bot: Bot, pragma: str) -> None:
    """Every connection is told this whenever it is used, those that are open included."""
    engine = bot.application.services.state.store.database.engine

    def tell(connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "checkout", tell)


async def _close_connections(store: Store) -> None:
    """All of them: one that is in use would be closed by nobody."""
    engine = store.database.engine
    while engine.pool.checkedout():
        await soon()
    await engine.dispose()


def _storage_lines(log: io.StringIO) -> list[str]:
    return [line for line in log.getvalue().splitlines() if "storage:" in line]


async def _refused(ann: Person, words: str, log: io.StringIO, logged: str) -> None:
    """Something that wants to be saved is answered once, and logged once."""
    before = len(ann.shown())
    told = text_of(await ann.ask("/setup"))
    assert words in told
    assert "Nothing was changed" in told
    await ann.quiet()
    assert len(ann.shown()) == before + 2, "one message, and the help that ended the wait"
    (line,) = _storage_lines(log)
    assert logged in line
    _, _, traceback = log.getvalue().partition("Traceback")
    assert not traceback


async def _fill(store: Store) -> None:
    """Write rows smaller than any real one until not even they find a place."""
    for number in range(10_000):
        try:
            await store.begin_draft(FILLERS + number, 0, "")
        except StorageFullError:
            return
    raise AssertionError("the disk does not get full")


@pytest.mark.parametrize("kind", TROUBLE)
async def test_trouble_while_running(kind: str, tmp_path: Path) -> None:
    pragma, words, logged = TROUBLE[kind]
    log, environment = io.StringIO(), {"PANOPTES_DATA_DIR": str(tmp_path / "data")}
    async with Bot(environment=environment, log=log) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        store = bot.application.services.state.store
        await store.settle()
        file = tmp_path / "data" / DATABASE_FILE
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)

        async def tell(statement: str) -> None:
            """In a thread: the bot's own writes can only end while the loop is free."""
            await asyncio.to_thread(other.execute, statement)

        await tell("VACUUM")  # free pages that a row could still go into are no full disk
        _break(bot, pragma)
        if kind == "full":
            await _fill(store)
        elif kind == "locked":
            await tell("BEGIN IMMEDIATE")
        before = await store.dump()
        await _refused(ann, words, log, logged)
        assert await store.dump() == before, "nothing half-written"
        assert is_report(await ann.ask("/status")), "what is known can still be read"
        if kind == "read-only":
            other.close()
            return
        await store.settle()
        await tell("DELETE FROM drafts" if kind == "full" else "ROLLBACK")
        other.close()
        assert "step 1" in text_of(await ann.ask("/setup")), "and it goes on without a restart"


async def test_a_database_that_is_damaged_while_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "data" / DATABASE_FILE
    log, environment = io.StringIO(), {"PANOPTES_DATA_DIR": str(file.parent)}
    async with Bot(environment=environment, log=log) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        store = bot.application.services.state.store
        await store.settle()
        await _close_connections(store)
        with contextlib.closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = file.read_bytes()
        page = int.from_bytes(whole[16:18], "big")  # sqlite.org/fileformat2.html, section 1.3
        file.write_bytes(whole[:page] + b"\xa5" * (len(whole) - page))
        before = _files(file.parent)
        await _refused(ann, "database is damaged", log, "restore a backup")
        assert _files(file.parent) == before, "nothing is written over what could be saved"


def _files(folder: Path) -> dict[str, bytes]:
    """What is kept there; the index of SQLite's journal is made anew by whoever opens it."""
    files = (path for path in folder.iterdir() if not path.name.endswith("-shm"))
    return {path.name: content for path in files if (content := path.read_bytes())}


def _run(
    data_dir: Path,
    *arguments: str,
    before: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The program, run to its end; `before` is the command that starts it."""
    given = {
        "PATH": os.environ["PATH"],
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE": "http://127.0.0.1:9/bot",
        "PANOPTES_DATA_DIR": str(data_dir),
        "PANOPTES_ADMINS": "1",
        **(environment or {}),
    }
    if not before:
        return run_warm(arguments, given, data_dir.parent, timeout_s=60)
    return subprocess.run(
        [*before, sys.executable, str(ROOT / "panoptes_bot.py"), *arguments],
        cwd=data_dir.parent, env=given, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database and its key, as the program makes them; to be copied."""
    data_dir = tmp_path_factory.mktemp("kept") / "data"
    assert _run(data_dir, "--rotate-keys").returncode == 0
    return data_dir


def _corrupt(data_dir: Path) -> dict[str, str]:
    (data_dir / DATABASE_FILE).write_bytes(b"this was a database once" * 500)
    return {}


def _other_key(_data_dir: Path) -> dict[str, str]:
    return {"PANOPTES_SECRET_KEYS": Fernet.generate_key().decode()}


def _readable_key(data_dir: Path) -> dict[str, str]:
    (data_dir / KEY_FILE).chmod(0o644)
    return {}


def _lost_key(data_dir: Path) -> dict[str, str]:
    (data_dir / KEY_FILE).unlink()
    return {}


def _newer(data_dir: Path) -> dict[str, str]:
    with sqlite3.connect(data_dir / DATABASE_FILE) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    return {}


def _no_server(_data_dir: Path) -> dict[str, str]:
    return {"PANOPTES_DATABASE_URL": "postgresql+asyncpg://nobody:s3cret@127.0.0.1:9/none"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_corrupt, 74),
        (_other_key, 78),
        (_readable_key, 78),
        (_lost_key, 78),
        (_newer, 78),
        (_no_server, 74),
    ],
)
def test_a_start_that_cannot_be(
    spoil: Callable[[Path], dict[str, str]], code: int, kept: Path, tmp_path: Path
) -> None:
    data_dir = shutil.copytree(kept, tmp_path / "data")
    environment = spoil(data_dir)
    before = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    done = _run(data_dir, environment=environment)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "s3cret" not in done.stderr
    after = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    assert after == before, "nothing is touched"


# Root is never refused a write, unless it has laid this right down.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


@pytest.mark.parametrize("used", [True, False])
def test_a_read_only_directory_stops_the_start(used: bool, kept: Path, tmp_path: Path) -> None:
    before_it: tuple[str, ...] = AS_ANYBODY if os.geteuid() == 0 else ()
    if before_it and shutil.which(before_it[0]) is None:
        pytest.skip("root needs setpriv (util-linux) to try this")
    data_dir = tmp_path / "data"
    if used:
        shutil.copytree(kept, data_dir)
    else:
        data_dir.mkdir(mode=0o700)
    before = _files(data_dir)
    for path in (*data_dir.iterdir(), data_dir):
        path.chmod(0o500 if path.is_dir() else 0o400)
    done = _run(data_dir, before=before_it)
    data_dir.chmod(0o700)
    assert done.returncode == 74, done.stderr
    (line,) = done.stderr.splitlines()
    assert "may not be written" in line
    assert _files(data_dir) == before


def test_backup_and_restore_from_the_command_line(tmp_path: Path) -> None:
    data_dir, copy = tmp_path / "data", tmp_path / "copy.db"
    made = _run(data_dir, "--backup", str(copy))
    assert made.returncode == 0, made.stderr
    assert "rows saved" in made.stdout
    again = _run(data_dir, "--backup", str(copy))
    assert again.returncode == 78
    assert "not overwritten" in again.stderr
    restored = _run(data_dir, "--restore", str(copy))
    assert restored.returncode == 0, restored.stderr
    assert "rows restored" in restored.stdout


def test_upkeep_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert panoptes_bot.main(["--rotate-keys"]) == 0
    assert panoptes_bot.main(["--backup", "copy.db"]) == 0
    assert panoptes_bot.main(["--restore", "copy.db"]) == 0
    assert panoptes_bot.main(["--restore", "missing.db"]) == 78
    monkeypatch.setenv("PANOPTES_SECRET_KEYS", Fernet.generate_key().decode())
    monkeypatch.setenv("PANOPTES_DATA_DIR", "elsewhere")
    assert panoptes_bot.main(["--rotate-keys"]) == 0
    said = capsys.readouterr()
    assert "use a new key now" in said.out
    assert "the others can be taken out" in said.out
    assert "no such file" in said.err
