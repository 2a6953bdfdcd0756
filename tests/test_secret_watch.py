"""The watch over all tests finds what is planted on purpose, wherever it is planted."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.planted import PLANTED
from tests.secret_watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
# They are about what secrets look like, or about people who are not the bot.
ABOUT_SECRETS = {"tests/test_logs.py", "tests/planted.py", "tests/test_secret_watch.py"}
TYPED = re.compile(r"Basic:? ([A-Za-z0-9+/]{8,}=*)|\b\d{6,}:([A-Za-z0-9_-]{16,})")

LEAKS = """
import logging
import sqlite3

import pytest

from src.handlers.context import UserState
from tests.bot_harness import Bot
from tests.planted import BOT_TOKEN, PLANTED

SECRET = PLANTED["client secret of 0oademo1northwind"]
KEPT = []


def test_nothing_is_let_out():
    logging.getLogger("x").debug("sent Basic %s", PLANTED["header of 0oademo1northwind"])


def test_in_a_log_line():
    logging.getLogger("x").debug("planted %s", SECRET)


def test_in_a_traceback():
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("x").exception("failed")


async def test_in_a_message():
    async with Bot() as bot:
        await bot.application.bot.send_message(bot.person("Ann").chat_id, f"planted {SECRET}")


async def test_in_a_file():
    async with Bot() as bot:
        await bot.application.bot.send_document(bot.person("Ann").chat_id, SECRET.encode())


async def test_in_the_database_of_a_bot():
    async with Bot() as bot:
        await bot.application.services.state.store.record(1, "planted", detail=SECRET)


def test_in_what_remains(tmp_path):
    (tmp_path / "bot.log").write_text(f"planted {PLANTED['bot token']}")
    KEPT.append(UserState(header=SECRET))
"""
CONFTEST = """
from tests.secret_watch import WATCH, SecretPlugin

def pytest_configure(config):
    config.pluginmanager.register(SecretPlugin(WATCH))
"""


@pytest.fixture
def aside() -> Iterator[Path]:
    """A folder that the watch over this session does not look into."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_session_with_leaks_fails_where_they_are(aside: Path) -> None:
    """In a worker of its own, as in `make test`."""
    (aside / "test_leaks.py").write_text(LEAKS)
    (aside / "conftest.py").write_text(CONFTEST)
    (aside / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    command = [sys.executable, "-m", "pytest", "-n", "1", "-rE", "--tb=line"]
    done = subprocess.run(
        [*command, f"--rootdir={aside}", f"--basetemp={aside / 'made'}", str(aside)],
        cwd=aside,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = {
        found[1]: found[2]
        for found in re.finditer(
            r"^ERROR \S+::(\w+) - .*?let out: (.*)$", done.stdout, re.MULTILINE
        )
    }
    assert done.returncode == 1, done.stdout + done.stderr
    assert set(told) == {
        "test_in_a_log_line",
        "test_in_a_traceback",
        "test_in_a_message",
        "test_in_a_file",
        "test_in_the_database_of_a_bot",
        "test_in_what_remains",
    }
    assert "the log of x" in told["test_in_a_log_line"]
    assert "a call of sendMessage" in told["test_in_a_message"]
    assert not [name for name, value in PLANTED.items() if value in " ".join(told.values())]


@pytest.mark.parametrize("name", PLANTED)
def test_every_secret_is_found_and_none_is_shown(name: str, aside: Path) -> None:
    watch, value = Watch(), PLANTED[name]
    watch.look("a text", f"before{value}after")
    watch.look("bytes", b"\x00\xff" + value.encode())
    with sqlite3.connect(aside / "kept") as connection:
        connection.execute("CREATE TABLE notes (note TEXT)")
        connection.execute("INSERT INTO notes VALUES (?)", (value,))
    connection.close()
    (aside / "secret.key").write_text(value)
    watch.look_at_files(aside)
    expected = [f"{name}, in a text", f"{name}, in bytes", f"{name}, in the file {aside}/kept"]
    found = watch.take()
    assert [each for each in found if each.startswith(f"{name},")] == expected
    assert value not in str(found)
    assert watch.take() == []


def test_what_a_library_prints_is_pardoned_by_name() -> None:
    watch = Watch({"a": "secret-a", "b": "secret-b"})
    watch.look("here", "secret-a secret-b", pardoned={"a"})
    assert watch.take() == ["b, in here"]


def test_no_secret_is_typed_where_nobody_looks_for_it() -> None:
    strange = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name in ABOUT_SECRETS or name.startswith("tests/demo/"):
            continue
        strange += [
            f"{name}: {found[0]}"
            for found in TYPED.finditer(path.read_text(encoding="utf-8"))
            if (found[1] or found[2]) not in PLANTED.values()
        ]
    assert not strange, "put it into tests/planted.py"
