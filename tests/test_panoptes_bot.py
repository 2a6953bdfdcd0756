"""The program around the handlers: starting, stopping, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import panoptes_bot
from src.handlers import texts
from src.handlers.context import PanoptesApplication, Timing
from src.settings import EXIT_BAD_SETTINGS, load_settings
from src.utils import status_formatter
from tests.bot_harness import Bot, Hold, invented_cloud, text_of
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run in an empty folder, with only these variables."""
    monkeypatch.chdir(tmp_path)

    def use(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return use


@pytest.fixture
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {n: logging.getLogger(n).level for n in ("telegram", "httpx", "asyncio", "hpack")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(capture=False)


def test_the_seeds_formatters_are_found_here() -> None:
    assert panoptes_bot.format_pod_details is status_formatter.format_pod_details
    assert panoptes_bot.format_speed_test is status_formatter.format_speed_test


def test_bad_settings_end_with_a_line_each_and_code_78(
    settings_from: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_from(PANOPTES_LOG_LEVEL="loud")
    assert panoptes_bot.main([]) == EXIT_BAD_SETTINGS == 78
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "TELEGRAM_BOT_TOKEN",
        "PANOPTES_LOG_LEVEL",
    ]


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        panoptes_bot.main(["--dmeo"])
    assert "--dmeo" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        (["--demo"], []),
        (["--demo", "--port", "0"], ["--port", "0"]),
        (["--demo-plume"], ["--demo-plume"]),
    ],
)
def test_the_demo_is_started_with_what_is_left(
    arguments: list[str], passed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def run_demo(argv: list[str]) -> int:
        seen.append(argv)
        return 7

    launcher = SimpleNamespace(run_demo=run_demo)
    monkeypatch.setitem(sys.modules, "src.demo.launch", launcher)
    assert panoptes_bot.main(arguments) == 7
    assert [word for word in seen[0] if word != "--demo"] == passed


@pytest.mark.usefixtures("_logging_as_before")
@pytest.mark.parametrize("closed", [False, True])
def test_an_open_bot_says_so_at_the_start(
    closed: bool,
    settings_from: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The real start, on a Bot API that is not there; the stop comes while it is waited for."""
    settings_from(
        TELEGRAM_BOT_TOKEN=TOKEN,
        TELEGRAM_API_BASE="http://127.0.0.1:9/bot",
        PANOPTES_ADMINS="1" if closed else "",
    )
    begin = PanoptesApplication.initialize

    async def initialize(application: PanoptesApplication) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await begin(application)

    monkeypatch.setattr(PanoptesApplication, "initialize", initialize)
    assert panoptes_bot.main([]) == 0
    said = capsys.readouterr().err
    assert ("open to everybody" in said) is not closed
    assert TOKEN not in said


def test_what_the_bot_wants_to_hear_of() -> None:
    assert {*panoptes_bot.ALLOWED_UPDATES} >= {"message", "callback_query", "my_chat_member"}


def test_requests_speak_to_the_configured_bot_api() -> None:
    base = {"TELEGRAM_BOT_TOKEN": "1:x" * 2, "TELEGRAM_API_BASE": "http://127.0.0.1:9/bot"}
    settings = load_settings({**base, "TELEGRAM_BOT_TOKEN": "1:xyz"}, dotenv=None)
    application = panoptes_bot.build_application(panoptes_bot.build_services(settings))
    assert application.bot.base_url == "http://127.0.0.1:9/bot1:xyz"
    assert application.bot.base_file_url == "http://127.0.0.1:9/file/bot1:xyz"
    assert application.concurrent_updates >= 256


async def test_the_menu_and_the_description_are_set() -> None:
    async with Bot() as bot:
        assert bot.telegram_calls("setMyShortDescription")[0]["short_description"]
        assert len(bot.telegram_calls("setMyCommands")) == 2


async def test_a_menu_that_cannot_be_set_does_not_stop_the_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bot = Bot()
    bot.telegram.faults.set("setMyCommands", kind="500")
    async with bot:
        assert "menu could not be set" in caplog.text
        assert "What I can do" in text_of(await bot.person("Ann").ask("/help"))


async def test_a_defect_while_starting_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Bot() as bot:
        monkeypatch.setattr("src.handlers.texts.COMMANDS", [object()])
        with pytest.raises(TypeError):
            await panoptes_bot.on_start(bot.application)


async def test_stopping_does_not_wait_for_a_slow_cloud() -> None:
    hold = Hold()
    timing = Timing(progress_after_s=60, stop_grace_s=0.05)
    async with Bot(cloud=invented_cloud(sleep=hold), timing=timing) as bot:
        ann = bot.person("Ann")
        await ann.ready()
        bot.cloud.faults.set("slow", seconds=60)
        ann.say("/status")
        ann.say("/wan")
        await bot.telegram.wait_for(lambda: bot.cloud.requests[-1].finished is None)
        updater = bot.application.updater
        assert updater is not None
        await updater.stop()
        await asyncio.wait_for(bot.application.stop(), 5)
        await updater.start_polling()
        await bot.application.start()


async def test_stopping_twice_is_the_librarys_error_and_not_ours() -> None:
    settings = load_settings({"TELEGRAM_BOT_TOKEN": TOKEN}, dotenv=None)
    application = panoptes_bot.build_application(panoptes_bot.build_services(settings))
    with pytest.raises(RuntimeError, match="not running"):
        await application.stop()


def test_the_file_is_a_program() -> None:
    source = (ROOT / "panoptes_bot.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 400
    assert importlib.util.find_spec("panoptes_bot") is not None


async def test_sigterm_ends_the_process_cleanly(tmp_path: Path) -> None:
    """The real program, on a Bot API that is not there: it retries, and obeys a stop."""
    environment = {
        "PATH": os.environ["PATH"],
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "PANOPTES_LOG_FORMAT": "json",
        "TELEGRAM_API_BASE": "http://127.0.0.1:9/bot",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "panoptes_bot.py"),
        cwd=tmp_path,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        first = await asyncio.wait_for(process.stderr.readline(), 20)
        process.send_signal(signal.SIGTERM)
        rest = await asyncio.wait_for(process.stderr.read(), 20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    assert b"open to everybody" in first
    assert TOKEN.encode() not in first + rest
    assert b"Traceback" not in rest, rest.decode()


async def test_who_is_cut_off_by_a_stop_is_told_so_once() -> None:
    hold = Hold()
    timing = Timing(stop_grace_s=0.05)
    async with Bot(cloud=invented_cloud(sleep=hold), timing=timing) as bot:
        ann, ben = bot.person("Ann"), bot.person("Ben")
        await ann.ready()
        report = await ben.ready()
        bot.cloud.faults.set("slow", seconds=60)
        asked = ann.say("/status")
        pressed = ben.press_now("Refresh", report)
        before = len(bot.cloud.requests)
        await bot.telegram.wait_for(lambda: len(bot.cloud.requests) > before)
        updater = bot.application.updater
        assert updater is not None
        await updater.stop()
        await asyncio.wait_for(bot.application.stop(), 5)
        assert [text_of(m) for m in ann.shown(asked)] == [texts.STOPPING]
        assert text_of(ben.last()) == texts.STOPPING
        assert bot.telegram.answer(pressed) is not None
        hold.let_go()
        await updater.start_polling()
        await bot.application.start()
