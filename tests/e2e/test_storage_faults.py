"""A disk or database in trouble: one clear line for the person and for the log, nothing half-done.

Trouble while running is made on the live connection; trouble at start is met by the real program.
"""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

import panoptes_bot
from src.storage import StorageError
from src.storage.database import DATABASE_FILE
from src.storage.vault import KEY_FILE
from tests.bot_harness import TOKEN, Bot, is_report, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]

# What the connection is told, what a person who wants something saved reads, and what is logged.
TROUBLE = {
    "full": ("PRAGMA max_page_count=1", "disk is full", "no room left"),
    "read-only": ("PRAGMA query_only=ON", "may not write to its own files", "may not be written"),
    "locked": ("PRAGMA busy_timeout=20", "database is busy", "held by another process"),
}


async def _break(bot: Bot, pragma: str) -> None:
    """Every connection from now on is told this."""
    engine = bot.application.services.state.store.database.engine

    def tell(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(pragma)
        cursor.close()

    await engine.dispose()
    event.listen(engine.sync_engine, "connect", tell)


@pytest.mark.parametrize("kind", TROUBLE)
async def test_trouble_while_running(kind: str, tmp_path: Path) -> None:
    pragma, words, logged = TROUBLE[kind]
    log, environment = io.StringIO(), {"PANOPTES_DATA_DIR": str(tmp_path / "data")}
    async with Bot(environment=environment, log=log) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        store = bot.application.services.state.store
        other = sqlite3.connect(tmp_path / "data" / DATABASE_FILE, isolation_level=None)
        if kind == "full":  # pages that a row could still go into are no full disk
            other.execute("DELETE FROM audit")
            other.execute("VACUUM")
        await _break(bot, pragma)
        if kind == "locked":
            other.execute("BEGIN IMMEDIATE")
        before = await store.dump()
        if kind == "full":
            with pytest.raises(StorageError):
                await store.record(1, "fills the page", detail="x" * 10_000)
        else:
            told = text_of(await ann.ask("/setup"))
            assert words in told
            assert "Nothing was changed" in told
            assert "Traceback" not in log.getvalue()
        assert is_report(await ann.ask("/status")), "what is known can still be read"
        assert await store.dump() == before or kind == "full"
        other.close()
        assert logged in log.getvalue() or kind == "full"


def _run(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PATH": os.environ["PATH"],
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE": "http://127.0.0.1:9/bot",
        "PANOPTES_DATA_DIR": str(data_dir),
        "PANOPTES_ADMINS": "1",
        **environment,
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "panoptes_bot.py"), *arguments],
        cwd=data_dir.parent, env=given, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


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
    spoil: Callable[[Path], dict[str, str]], code: int, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    assert _run(data_dir, "--rotate-keys").returncode == 0, "makes the database and its key"
    environment = spoil(data_dir)
    before = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    done = _run(data_dir, **environment)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "s3cret" not in done.stderr
    after = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    assert after == before, "nothing is touched"


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
