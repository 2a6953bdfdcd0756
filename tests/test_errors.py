"""Each error has a sentence and a next step, and none has details."""

from __future__ import annotations

import inspect
import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, TimedOut

import plume_api_client as plume
from src.handlers.context import PanoptesContext
from src.handlers.errors import describe, on_error, why
from src.net import errors
from tests.bot_harness import Bot, text_of

ALL = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, plume.PlumeAPIError)
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_of_the_client_has_its_words(kind: type[plume.PlumeAPIError]) -> None:
    error = kind("secret detail", status=418, path="/secret", request_id="r1")
    text = describe(error)
    assert text.startswith("❌ ")
    assert why(error) in text
    assert "/" in text or "again" in text, "a next step"
    assert not [word for word in ("secret", "418", "r1", kind.__name__) if word in text]


def test_the_words_tell_the_errors_apart() -> None:
    # Not-visible is a kind of not-found, and the root has the words for "something else".
    assert len({why(kind()) for kind in ALL}) == len(ALL) - 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "in a few minutes"), (0, "in a few minutes"), (0.4, "in 1 s"), (12.2, "in 12 s"),
     (61, "in 2 min"), (300, "in 5 min")],
)  # fmt: skip
def test_a_block_says_how_long_it_lasts_and_that_credentials_are_fine(
    seconds: float | None, words: str
) -> None:
    error = plume.PlumeRateLimitedError(blocked_for_s=seconds, firewall=True)
    assert f"Try again {words}." in describe(error)
    assert "credentials are fine" in describe(error)
    assert "blocks this bot" in why(error)


def test_our_own_deadline_has_words_too() -> None:
    assert "did not answer in time" in describe(TimeoutError())


@pytest.mark.parametrize(
    "error",
    [Forbidden("blocked"), NetworkError("down"), TimedOut(), Conflict("other poller")],
)
async def test_telegrams_own_troubles_are_a_line_in_the_log(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    context = cast("Any", SimpleNamespace(error=error))
    await on_error(None, context)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is None


async def test_what_nobody_expected_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Bot() as bot:
        context = PanoptesContext(bot.application)
        for error in (ZeroDivisionError("x"), BadRequest("odd"), None):
            context.error = error
            await on_error("an event of our own", context)
    unexpected = [record for record in caplog.records if "unexpected error" in record.message]
    assert [record.levelno for record in unexpected] == [logging.ERROR] * 3
    assert all(record.exc_info for record in unexpected)


async def test_a_handler_that_breaks_tells_the_person_once_and_answers_the_press(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        shown = await ann.ready()

        async def explode(_: object) -> bool:
            raise ZeroDivisionError

        monkeypatch.setattr(bot.application.services.state, "is_connected", explode)
        assert await ann.press("WAN", shown) is not None
        assert "went wrong on my side" in text_of(await ann.answered(shown["message_id"]))


async def test_a_person_who_cannot_be_told_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")

        async def explode(_: object) -> bool:
            raise ZeroDivisionError

        monkeypatch.setattr(bot.application.services.state, "is_connected", explode)
        bot.telegram.faults.set("sendMessage", kind="forbidden", times=1)
        ann.say("/wan")
        await ann.quiet()
        assert "could not be told" in caplog.text
