"""Logging for the whole process: one root handler, and a filter that lets no secret through.

The filter rewrites the finished message, the traceback with its chained exceptions and the stack,
so a secret is caught wherever it came from: text, arguments or an exception of a library.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from collections import OrderedDict
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "JsonFormatter",
    "RedactingFilter",
    "Redactor",
    "TextFormatter",
    "reference",
    "request_id",
    "setup_logging",
]

# The request that is being dealt with: set once, it is in every line that its work logs.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def reference() -> str:
    """A number to search the log for: the request's own, or a new one outside of any."""
    return request_id.get() or secrets.token_hex(4)


_HIDDEN = "[hidden]"
_SHORTEST_SECRET = 6  # a shorter one would black out ordinary words
_MOST_SECRETS = 10_000

# What a secret looks like when nobody told us its value.
_PATTERNS: Final = (
    # A bot token: in Bot API addresses, and bare in the library's own errors.
    (re.compile(r"\b\d{3,20}:[A-Za-z0-9_-]{16,}"), _HIDDEN),
    (re.compile(r"(?i)(/bot)\d+:[A-Za-z0-9_-]+"), rf"\1{_HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic):?\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {_HIDDEN}"),
    # A JSON Web Token without its header word.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), _HIDDEN),
    # key=value, "key": "value" and 'key': 'value' of things that are secret by name.
    (
        re.compile(
            r"(?i)(\b(?:access_?token|refresh_?token|id_?token|client_?secret|auth_?header|"
            r"authorization|password|passphrase|psk|encryption_?key|pre_?shared_?key|secret)"
            r"[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}\)]+)"
        ),
        rf"\1{_HIDDEN}",
    ),
    # user:password@ inside an address.
    (re.compile(r"(://[^/\s:@]+:)[^/\s@]+@"), rf"\1{_HIDDEN}@"),
)

# These print requests, statements or whole updates, in which people paste their credentials.
_QUIET: Final = {
    "aiosqlite": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.INFO,
    "hpack": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "httpx_retries": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "telegram": logging.INFO,
    "tzlocal": logging.WARNING,
    "uvicorn": logging.WARNING,
}


class Redactor:
    """Hides secrets in text: those it was told, and those that look like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Start with the secrets that are known from the configuration."""
        self._known: OrderedDict[str, None] = OrderedDict()
        for secret in secrets:
            self.learn(secret)

    def __repr__(self) -> str:
        """Say how many, never which."""
        return f"Redactor({len(self._known)} secrets)"

    def learn(self, secret: str) -> None:
        """Hide this exact text from now on; the oldest are forgotten beyond 10,000."""
        if len(secret) >= _SHORTEST_SECRET:
            self._known[secret] = None
            self._known.move_to_end(secret)
            if len(self._known) > _MOST_SECRETS:
                self._known.popitem(last=False)

    def __call__(self, text: str) -> str:
        """The text with every secret hidden."""
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


class RedactingFilter(logging.Filter):
    """Rewrites each record of a handler so that no formatter can print a secret.

    It also notes the request here, where the record is made: a formatter may run elsewhere.
    """

    def __init__(self, redact: Redactor) -> None:
        """Share the process's redactor."""
        super().__init__()
        self._redact = redact
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without its secrets."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit: still say it
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = self._redact(message), None
        record.request = request_id.get()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        return True


class TextFormatter(logging.Formatter):
    """Lines for people; the request in brackets where there is one."""

    def __init__(self) -> None:
        """Time, level, where, request, message."""
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(request_tag)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, and the traceback below it."""
        request = getattr(record, "request", None)
        record.request_tag = f"[{request}] " if request else ""
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line.

    A record's `facts`, a flat mapping given as `extra={"facts": ...}`, become fields of their own;
    the message says them as well, for the text format.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; the traceback, if any, as one string."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = getattr(record, "request", None)
        if request:
            line["request"] = request
        line |= getattr(record, "facts", {})
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False)


def setup_logging(
    level: str,
    style: Literal["text", "json"],
    redact: Redactor,
    stream: TextIO | None = None,
) -> logging.Handler:
    """Install the one root handler (on stderr), replacing what was there; returns it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    handler.addFilter(RedactingFilter(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)
    return handler
