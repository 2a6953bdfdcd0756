"""`--check`: a line for each thing, the right exit code, and nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from telegram.request import HTTPXRequest

import panoptes_bot
import plume_api_client as plume
from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.plume_cloud import TOKEN_PATH
from src.demo.telegram_server import TelegramServer
from src.service.check import check_all
from src.settings import load_settings
from src.storage import TEAM, open_store
from tests.bot_harness import PLUME, Shared, invented_cloud
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from src.settings import Settings

AUTH = {
    "auth_header": DEMO_CREDENTIALS[0].header,
    "partner_id": DEMO_CREDENTIALS[0].partner_id,
}
WRONG = {**AUTH, "auth_header": "Basic " + "bm9ib2R5OndhbnRzLXRoaXM="}
OTHER_KEY = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMDE="


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    def build(**variables: str) -> Settings:
        given = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "PANOPTES_DATA_DIR": str(tmp_path / "data"),
            "PLUME_SSO_URL": f"{PLUME}{TOKEN_PATH}",
            "PANOPTES_ADMINS": "1",
        }
        return load_settings({**given, **variables}, dotenv=None)

    return build


async def checked(settings: Settings, telegram: Any = None) -> tuple[int, list[str]]:
    """The exit code and the lines, as verdict and first word."""
    plume.configure(transport=Shared(invented_cloud().app))
    transport = telegram or Shared(TelegramServer(token=TOKEN).app)
    lines: list[str] = []
    request = HTTPXRequest(httpx_kwargs={"transport": transport})
    code = await check_all(settings, lines.append, request)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    return code, [line.strip() for line in lines]


def verdicts(lines: list[str]) -> list[str]:
    return [" ".join(line.partition(":")[0].split()) for line in lines]


async def keep(settings: Settings, *credentials: tuple[int, dict[str, str]]) -> None:
    async with await open_store(settings.data_dir) as store:
        for owner, config in credentials:
            await store.save_credential(owner, config)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


async def test_before_the_first_start_nothing_is_made(settings: Any, tmp_path: Path) -> None:
    code, lines = await checked(settings())
    assert code == 0
    assert verdicts(lines) == [
        "OK settings",
        "OK people",
        "OK keys",
        "OK database",
        "OK Telegram",
        "NOTE Plume",
    ]
    assert not contents(tmp_path)


async def test_stored_credentials_are_tried_and_nothing_is_changed(
    settings: Any, tmp_path: Path
) -> None:
    own = settings()
    await keep(own, (TEAM, AUTH), (7, AUTH))
    before = contents(tmp_path)
    code, lines = await checked(own)
    assert code == 0
    assert lines[-2:] == [
        "OK    Plume: gives a token for the team's credentials",
        "OK    Plume: gives a token for the credentials of user 7",
    ]
    assert contents(tmp_path) == before


async def test_what_a_person_has_to_change_is_78(settings: Any) -> None:
    own = settings()
    await keep(own, (7, WRONG))
    code, lines = await checked(own)
    assert code == 78
    assert "refuses the credentials of user 7; send /setup" in lines[-1]
    code, lines = await checked(settings(PANOPTES_SECRET_KEYS=OTHER_KEY))
    assert code == 78
    assert "FAIL database" in verdicts(lines)
    assert verdicts(lines)[-2:] == ["OK Telegram", "NOTE Plume"], "the others are still looked at"


async def test_a_refused_token_is_78(settings: Any) -> None:
    code, lines = await checked(settings(TELEGRAM_BOT_TOKEN="1:another-token-than-the-servers"))
    assert code == 78
    assert "FAIL Telegram" in verdicts(lines)


async def test_what_may_pass_by_itself_is_69(settings: Any) -> None:
    def gone(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    own = settings(PANOPTES_ADMINS="")
    await keep(own, (7, AUTH))
    code, lines = await checked(own, httpx.MockTransport(gone))
    assert code == 69
    assert {"NOTE people", "FAIL Telegram", "OK Plume"} <= {*verdicts(lines)}


async def test_a_plume_that_does_not_answer_is_69(settings: Any) -> None:
    own = settings()
    await keep(own, (7, AUTH))
    plume.configure(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    request = HTTPXRequest(httpx_kwargs={"transport": Shared(TelegramServer(token=TOKEN).app)})
    lines: list[str] = []
    assert await check_all(own, lines.append, request) == 69
    assert "gives no token for the credentials of user 7" in lines[-1]


async def test_a_folder_that_cannot_be_written_is_told(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    code, lines = await checked(settings(PANOPTES_DATA_DIR=str(tmp_path / "data" / "below")))
    assert code in {69, 78}
    assert any(line.startswith("FAIL") for line in lines)


def test_the_option_starts_nothing_and_says_which_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert panoptes_bot.main(["--check"]) == 78
    assert "TELEGRAM_BOT_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_BASE", "http://127.0.0.1:9/bot")
    monkeypatch.setattr("src.service.check.setup_logging", lambda *_: None)
    assert panoptes_bot.main(["--check"]) == 69
    said = capsys.readouterr().out
    assert "FAIL  Telegram" in said
    assert TOKEN not in said
    assert not contents(tmp_path)
