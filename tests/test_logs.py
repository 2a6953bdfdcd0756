"""No secret reaches a log line, whichever way it comes."""

from __future__ import annotations

import io
import json
import logging
import warnings
from typing import TYPE_CHECKING, Any, Literal

import pytest

from src.logs import _QUIET, RedactingFilter, Redactor, request_id, setup_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "planted-secret-value"
BOT_TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeF"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJmYWtlIn0.c2lnbmF0dXJl"
BASE64 = "MG9hZmFrZTpub3QtYS1zZWNyZXQ="


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in _QUIET}
    yield
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def _log(style: Literal["text", "json"] = "text", level: str = "DEBUG") -> io.StringIO:
    stream = io.StringIO()
    setup_logging(level, style, Redactor([SECRET]), stream)
    return stream


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"told: {SECRET}!", "told: [hidden]!"),
        (f"POST https://api.telegram.org/bot{BOT_TOKEN}/getMe",
         "POST https://api.telegram.org/bot[hidden]/getMe"),
        ("http://127.0.0.1:80/bot1:short/getMe", "http://127.0.0.1:80/bot[hidden]/getMe"),
        (f"The token `{BOT_TOKEN}` was rejected", "The token `[hidden]` was rejected"),
        (f"Authorization: Bearer {JWT}", "Authorization: [hidden] [hidden]"),
        (f"sent bearer {BASE64}", "sent bearer [hidden]"),
        (f"Basic: {BASE64} it was", "Basic [hidden] it was"),
        (f"a bare {JWT} here", "a bare [hidden] here"),
        ('{"access_token": "abc", "n": 1}', '{"access_token": [hidden], "n": 1}'),
        ("client_secret=abc&grant=x", "client_secret=[hidden]&grant=x"),
        ("{'encryptionKey': 'wifi pass'}", "{'encryptionKey': [hidden]}"),
        ("postgresql://ann:pass@host/db", "postgresql://ann:[hidden]@host/db"),
        ("12:30 basic facts at http://a.example:80/x", "12:30 basic facts at http://a.example:80/x"),
    ],
)  # fmt: skip
def test_what_is_or_looks_like_a_secret_is_hidden(text: str, left: str) -> None:
    assert Redactor([SECRET])(text) == left


def test_a_learned_secret_is_hidden_and_not_shown_by_the_redactor() -> None:
    redact = Redactor()
    redact.learn("learned-later")
    redact.learn("abc")  # too short: it would black out words
    assert redact("abc learned-later") == "abc [hidden]"
    assert repr(redact) == "Redactor(1 secrets)"


def test_the_oldest_secrets_make_room() -> None:
    redact = Redactor(f"secret-{n:06}" for n in range(10_001))
    assert redact("secret-000000 secret-010000") == "secret-000000 [hidden]"


def _raise_inner() -> None:
    raise ValueError(f"inner {SECRET}")


def _raise_chained() -> None:
    try:
        _raise_inner()
    except ValueError as error:
        raise RuntimeError(f"outer Bearer {BASE64}") from error


@pytest.mark.parametrize("style", ["text", "json"])
def test_arguments_tracebacks_and_stacks_are_redacted(style: Literal["text", "json"]) -> None:
    stream = _log(style)
    logger = logging.getLogger("some.package")
    logger.info("value %s and %r", SECRET, {"key": SECRET})
    try:
        _raise_chained()
    except RuntimeError:
        logger.exception("failed", stack_info=True)
    out = stream.getvalue()
    assert "outer" in out
    assert "inner" in out
    assert "test_arguments_tracebacks" in out
    assert SECRET not in out
    assert BASE64 not in out


def test_json_lines_are_objects() -> None:
    stream = _log("json")
    logging.getLogger("a").warning("two\nlines %d", 1)
    logging.getLogger("b").error("x", exc_info=(ValueError, ValueError("y"), None))
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("WARNING", "a", "two\nlines 1")
    assert first["time"].endswith("+00:00")
    assert second["exception"] == "ValueError: y"
    assert "stack" not in second


def test_json_formats_a_traceback_that_no_filter_has_seen() -> None:
    handler = setup_logging("DEBUG", "json", Redactor(), io.StringIO())
    record = logging.LogRecord("a", logging.ERROR, "", 1, "m", None, None)
    record.exc_info = (ValueError, ValueError("y"), None)
    assert handler.formatter is not None
    assert json.loads(handler.formatter.format(record))["exception"] == "ValueError: y"


def test_arguments_that_do_not_fit_lose_neither_the_line_nor_the_filter() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 1, "only %d", (SECRET,), None)
    assert RedactingFilter(Redactor([SECRET])).filter(record)
    assert record.getMessage() == "only %d ('[hidden]',)"


@pytest.mark.parametrize(
    "name",
    [
        "httpx",
        "httpx_retries",
        "httpcore",
        "apscheduler",
        "telegram.ext",
        "aiosqlite",
        "uvicorn.error",
    ],
)
def test_libraries_that_print_requests_are_quiet_even_at_debug(name: str) -> None:
    stream = _log()
    logging.getLogger(name).debug("request with %s", "something")
    assert not stream.getvalue()


def test_a_higher_level_holds_for_libraries_too() -> None:
    stream = _log(level="ERROR")
    logging.getLogger("httpx").warning("not now")
    logging.getLogger("ours").warning("not now")
    assert not stream.getvalue()


def test_there_is_one_handler_and_warnings_go_through_it() -> None:
    stream = _log()
    _log()
    handlers: list[Any] = logging.getLogger().handlers
    assert len(handlers) == 1
    stream = _log()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"careful with {SECRET}", UserWarning, stacklevel=1)
    assert "careful with [hidden]" in stream.getvalue()


def test_a_line_carries_its_request_and_its_facts() -> None:
    styles: tuple[Literal["text", "json"], ...] = ("text", "json")
    outputs = {}
    for style in styles:
        outputs[style] = _log(style)
        mark = request_id.set("1a2b3c4d")
        logging.getLogger("a").info("done", extra={"facts": {"chat": 5, "outcome": "ok"}})
        request_id.reset(mark)
        logging.getLogger("a").info("between requests")
    during, between = outputs["text"].getvalue().splitlines()
    assert during.endswith("INFO    a: [1a2b3c4d] done")
    assert between.endswith("INFO    a: between requests")
    first, second = (json.loads(line) for line in outputs["json"].getvalue().splitlines())
    assert (first["request"], first["chat"], first["outcome"]) == ("1a2b3c4d", 5, "ok")
    assert "request" not in second
