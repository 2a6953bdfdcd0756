"""The command line's work on the database: one line and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.service.upkeep import maintain
from src.settings import load_settings
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_each_task_says_in_one_line_what_was_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_DATA_DIR": str(tmp_path / "data")}
    settings = load_settings(given, dotenv=None)
    copy = tmp_path / "copy.db"
    for backup, restore, words in (
        (None, None, "0 credentials use a new key now."),
        (copy, None, "rows saved"),
        (None, copy, "rows restored"),
    ):
        assert maintain(settings, backup, restore) == 0
        said = capsys.readouterr()
        assert words in said.out
        assert said.out.count("\n") == 1
        assert said.err == ""


def test_what_cannot_be_done_is_one_line_and_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_DATA_DIR": str(tmp_path / "data")}
    settings = load_settings(given, dotenv=None)
    assert maintain(settings, None, tmp_path / "missing.db") == 78
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "missing.db" in said.err
    assert said.out == ""
