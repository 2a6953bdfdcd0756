"""The life of the process: it waits for Telegram, and obeys a stop at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from telegram.error import InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

import panoptes_bot
from src.handlers.context import Timing
from src.service import runner
from src.service.webhook import Webhook
from src.settings import load_settings
from tests.e2e.bot_process import listening
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from src.handlers.context import PanoptesApplication

ME = {"id": 700000001, "is_bot": True, "first_name": "Panoptes", "username": "PanoptesBot"}
ANN = {"id": 5, "is_bot": False, "first_name": "Ann"}
HELP: dict[str, Any] = {
    "update_id": 71,
    "message": {
        "message_id": 1,
        "date": 1_770_000_000,
        "chat": {"id": 5, "type": "private", "first_name": "Ann"},
        "from": ANN,
        "text": "/help",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    },
}


def stop_now() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class Telegram:
    """A Bot API in memory. `plan` says, by method, what happens before the answer."""

    def __init__(self, **plan: Callable[[], Any]) -> None:
        self.plan = plan
        self.calls: list[str] = []
        self.updates: list[dict[str, Any]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        self.calls.append(method)
        outcome = self.plan.get(method, lambda: None)()
        if asyncio.iscoroutine(outcome):
            await outcome
        elif isinstance(outcome, httpx.Response):
            return outcome
        return httpx.Response(200, json={"ok": True, "result": await self._result(method)})

    async def _result(self, method: str) -> Any:
        if method == "getUpdates":
            given, self.updates = self.updates, []
            if not given:
                await asyncio.sleep(0.01)
            return given
        if method == "sendMessage":
            return {**HELP["message"], "from": ME, "message_id": 2}
        return ME if method == "getMe" else True


def refusal(code: int, text: str, **more: Any) -> httpx.Response:
    return httpx.Response(code, json={"ok": False, "error_code": code, "description": text, **more})


def forever() -> Any:
    return asyncio.sleep(3600)


def stop_and_hang() -> Any:
    stop_now()
    return forever()


@pytest.fixture
def bot(tmp_path: Path) -> Callable[[Telegram], PanoptesApplication]:
    """The application, its data in a folder of its own, talking to this Telegram."""

    def build(telegram: Telegram, **variables: str) -> PanoptesApplication:
        settings = load_settings(
            {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "PANOPTES_DATA_DIR": str(tmp_path / "data"),
                **variables,
            },
            dotenv=None,
        )
        timing = Timing(stop_grace_s=0.05, repeat_after_s=0.001)
        services = panoptes_bot.build_services(settings, timing=timing)
        transport = {"transport": httpx.MockTransport(telegram)}
        return panoptes_bot.build_application(
            services, HTTPXRequest(httpx_kwargs=transport), HTTPXRequest(httpx_kwargs=transport)
        )

    return build


def run(application: PanoptesApplication) -> int:
    return runner.run(application, panoptes_bot.ALLOWED_UPDATES)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "method", ["getMe", "setMyCommands", "deleteWebhook", "getUpdates", "sendMessage"]
)
@pytest.mark.parametrize("hangs", [False, True], ids=["answered", "hanging"])
def test_a_stop_is_obeyed_at_any_moment(  # noqa: PLR0917 - the matrix and what it needs
    bot: Any,
    method: str,
    number: int,
    hangs: bool,
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> None:
    def stop() -> Any:
        os.kill(os.getpid(), number)
        return forever() if hangs else None

    telegram = Telegram(**{method: stop})
    telegram.updates = [HELP]
    assert run(bot(telegram)) == 0
    assert method in telegram.calls
    assert [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info] == []
    assert not recwarn.list


@pytest.mark.parametrize("turns", [*range(1, 40, 3)])
async def test_a_stop_while_the_database_is_opened_leaves_nothing_half_run(
    bot: Any, turns: int, caplog: pytest.LogCaptureFixture
) -> None:
    telegram, stop = Telegram(), asyncio.Event()
    application = bot(telegram)
    serving = asyncio.create_task(runner.serve(application, stop, panoptes_bot.ALLOWED_UPDATES))
    for _ in range(turns):
        await asyncio.sleep(0.001 if turns % 2 else 0)
    stop.set()
    await asyncio.wait_for(serving, 5)
    assert caplog.records == [] or max(r.levelno for r in caplog.records) < logging.WARNING
    await application.services.state.open()  # nobody holds it any more
    await application.services.state.close()


@pytest.mark.parametrize("end", ["cancelled", "failed"])
async def test_what_is_done_at_the_same_time_ends_before_what_it_uses_is_closed(end: str) -> None:
    """The one that ends badly does not leave the other at work, nor cut its cleaning up short."""
    said: list[str] = []

    async def ends_badly() -> None:
        await asyncio.sleep(0.01)
        if end == "failed":
            raise OSError("refused")
        await asyncio.Event().wait()

    async def cleans_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            said.append("cleaned up")

    both = asyncio.create_task(runner._all([ends_badly(), cleans_up()]))
    await asyncio.sleep(0.02)
    both.cancel()
    with pytest.raises(asyncio.CancelledError if end == "cancelled" else OSError):
        await both
    assert said == ["cleaned up"]


def test_a_telegram_that_cannot_be_reached_is_waited_for(
    bot: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_PAUSES_S", (0.001,))
    # Each call is made four times before it fails.
    troubles = [*[refusal(502, "Bad Gateway")] * 4, *[refusal(500, "Internal")] * 4, None]
    telegram = Telegram(getMe=lambda: troubles.pop(0), getUpdates=stop_now)
    assert run(bot(telegram)) == 0
    lines = [m for m in caplog.messages if "cannot be reached" in m]
    assert len(lines) == 2
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("code", [401, 404])
def test_a_refused_token_ends_the_process_with_one_line(
    code: int, bot: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    telegram = Telegram(getMe=lambda: refusal(code, "Unauthorized"))
    assert run(bot(telegram)) == 78
    said = capsys.readouterr().err
    assert said == "TELEGRAM_BOT_TOKEN: Telegram refuses this token\n"


def test_a_storage_that_cannot_be_used_ends_the_process_with_one_line(
    bot: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("not a folder")
    telegram = Telegram()
    assert run(bot(telegram)) == 74
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert telegram.calls == []


async def test_the_pauses_grow_and_telegrams_own_wish_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as the application sets it
    errors: list[Exception | None] = [NetworkError("x")] * 3 + [RetryAfter(90), None]
    pauses: list[float] = []

    async def call() -> None:
        error = errors.pop(0)
        if error is not None:
            raise error

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    await runner.patiently(call, sleep)
    assert pauses == [1, 2, 4, 90]


async def test_a_refused_token_is_not_waited_for() -> None:
    async def call() -> None:
        raise InvalidToken

    with pytest.raises(InvalidToken):
        await runner.patiently(call)


def test_a_part_that_cannot_be_closed_does_not_keep_the_others_open(
    bot: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    application = bot(Telegram(getUpdates=stop_now))

    async def broken() -> None:
        raise OSError("stuck")

    monkeypatch.setattr(application.bot.request, "shutdown", broken)
    assert run(application) == 0
    assert "could not be closed" in caplog.text
    with pytest.raises(RuntimeError, match="not opened"):
        _ = application.services.state.store


async def test_who_was_left_waiting_by_a_kill_is_told_at_the_start(bot: Any) -> None:
    telegram = Telegram()
    before = bot(telegram)
    await before.services.state.open()
    await before.services.state.store.keep_fact("unanswered", "[5]")
    await before.services.state.close()
    async with served(bot(telegram)):
        await until(lambda: "sendMessage" in telegram.calls)
    async with served(application := bot(telegram)):
        await until(lambda: application.running and telegram.calls.count("getUpdates") > 4)
    assert telegram.calls.count("sendMessage") == 1


async def test_a_part_that_hangs_is_left_behind(bot: Any, caplog: pytest.LogCaptureFixture) -> None:
    stopped = []

    async def hang(_application: object) -> None:
        stopped.append(True)
        await asyncio.Event().wait()

    application = bot(Telegram())
    application.post_stop = hang
    async with served(application):
        await until(lambda: application.running)
    assert stopped == [True]
    assert "what runs beside them took too long to close" in caplog.text


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110 - the library has no event for it
            await asyncio.sleep(0.01)


@pytest.fixture
def leaving() -> Iterator[None]:
    """As the program is before its loop runs."""
    before = {number: signal.getsignal(number) for number in runner.STOP_SIGNALS}
    runner.leave_on_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("leaving")
def test_a_stop_before_the_loop_runs_is_obeyed_quietly() -> None:
    for number in runner.STOP_SIGNALS:
        with pytest.raises(SystemExit) as left:
            os.kill(os.getpid(), number)
        assert left.value.code == 0


@pytest.mark.usefixtures("leaving")
@pytest.mark.parametrize("number", runner.STOP_SIGNALS)
def test_a_stop_while_the_loop_is_made_leaves_none_half_made(
    bot: Any, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, make = [], asyncio.events.new_event_loop

    def interrupted() -> asyncio.AbstractEventLoop:
        os.kill(os.getpid(), number)
        made.append(make())
        return made[-1]

    monkeypatch.setattr("asyncio.events.new_event_loop", interrupted)
    telegram = Telegram()
    assert run(bot(telegram)) == 0
    assert made[0].is_closed()
    assert "getUpdates" not in telegram.calls


def test_what_the_settings_keep_secret_is_hidden() -> None:
    settings = load_settings(
        {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_WEBHOOK_SECRET": "hush-hush"}, dotenv=None
    )
    shown = runner.redactor(settings)(json.dumps(["hush-hush", TOKEN]))
    assert "hush" not in shown
    assert TOKEN not in shown


# -- with PANOPTES_LISTEN


@asynccontextmanager
async def served(application: PanoptesApplication) -> AsyncIterator[asyncio.Event]:
    """The bot serving, for as long as the block runs; afterwards it has ended by itself."""
    stop = asyncio.Event()
    serving = asyncio.create_task(
        runner.serve(application, stop, panoptes_bot.ALLOWED_UPDATES), name="serving"
    )
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(serving, 10)


async def ask(url: str, wanted: int, **post: Any) -> httpx.Response:
    """Ask until this status comes."""
    async with asyncio.timeout(10), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with contextlib.suppress(httpx.ConnectError):
                answer = await client.request("POST" if post else "GET", url, **post)
                if answer.status_code == wanted:
                    return answer
            await asyncio.sleep(0.01)


async def test_who_listens_is_alive_before_telegram_answers_and_ready_after(bot: Any) -> None:
    answers = asyncio.Event()
    environment = listening()
    url = f"http://{environment['PANOPTES_LISTEN']}"
    telegram = Telegram(getMe=answers.wait)
    async with served(bot(telegram, **environment)):
        assert (await ask(f"{url}/healthz", 200)).json()["status"] == "ok"
        items = (await ask(f"{url}/readyz", 503)).json()["items"]
        assert not items["telegram"]["ok"]
        answers.set()
        items = (await ask(f"{url}/readyz", 200)).json()["items"]
        assert items["telegram"]["by"] == "polling"
        assert b"panoptes_telegram_calls_total" in (await ask(f"{url}/metrics", 200)).content
    with pytest.raises(httpx.ConnectError):
        await ask_once(f"{url}/healthz")


async def ask_once(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(url)


async def test_by_webhook_telegram_is_told_where_and_each_update_is_answered_once(
    bot: Any,
) -> None:
    environment = listening(webhook=True)
    telegram = Telegram()
    application = bot(telegram, **environment)
    webhook = Webhook.of(application.services.settings)
    assert webhook is not None
    url = f"http://{environment['PANOPTES_LISTEN']}"
    secret = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret}
    async with served(application):
        await ask(f"{url}/readyz", 200)
        await ask(webhook.url, 403, json=HELP)
        await ask(webhook.url, 403, json=HELP, headers={**secret, **dict.fromkeys(secret, "no")})
        await ask(webhook.url, 413, content=b" " * 1_100_000, headers=secret)
        await ask(f"{url}/telegram/guess", 404, json=HELP, headers=secret)
        assert "sendMessage" not in telegram.calls
        for _ in range(2):  # the second is what comes again when our answer is lost
            await ask(webhook.url, 200, json=HELP, headers=secret)
        later = {**HELP, "update_id": HELP["update_id"] + 1}
        await ask(webhook.url, 200, json=later, headers=secret)
        await ask(f"{url}/readyz", 200)
    assert telegram.calls.count("sendMessage") == 2
    assert "setWebhook" in telegram.calls
    assert not {"getUpdates", "deleteWebhook"} & {*telegram.calls}
    assert webhook.secret not in application.services.redact(f"x {webhook.secret} x")


def test_an_address_that_is_taken_ends_the_process_with_one_line(
    bot: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        telegram = Telegram()
        assert run(bot(telegram, PANOPTES_LISTEN=address)) == 69
    said = capsys.readouterr().err
    assert said == f"PANOPTES_LISTEN: cannot listen on {address}: Address already in use\n"
    assert telegram.calls == []
