"""Looks for planted secrets in everything that the whole test session lets out.

Watched in every test: what is logged at DEBUG, as production would write it; what any bot sends to
an embedded Telegram server, files included; the `repr` of what lives. When the session ends: every
database and log file that was made, those of whole processes among them. A finding fails the test
in which it was seen (the last one, for files) and names the secret, never showing it.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import logging
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

import plume_api_client as plume
from src.demo.telegram_params import read_request
from src.logs import RedactingFilter, Redactor, setup_logging
from tests.planted import PLANTED, PRINTED_BY_LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from pathlib import Path

    from starlette.requests import Request

__all__ = ["WATCH", "SecretPlugin", "Watch", "live_reprs"]

SQLITE: Final = b"SQLite format 3\x00"
LOOKED_AT: Final = (".log", "-wal", "-journal")
# With the library: while a question is open, it keeps the update that the question waits on.
OURS: Final = ("src.", "panoptes_bot", "plume_api_client", "sqlalchemy.engine", "telegram", "httpx")
NOT_OURS: Final = ("src.demo",)  # the other side of the wire knows the secrets of course
# Looking at everything that lives takes a while; the session has more than enough bots.
LIVE_EVERY: Final = 15
LIVE_SECONDS: Final = 1.0


class Watch:
    """Collects what is seen, and what of it is secret."""

    def __init__(self, planted: Mapping[str, str] = PLANTED) -> None:
        self._texts = dict(planted)
        self._bytes = {name: value.encode() for name, value in planted.items()}
        self._redactors: list[Redactor] = []
        self._bots = 0
        self._spent = 0.0
        self.findings: list[str] = []

    def look(self, where: str, seen: str | bytes, pardoned: Iterable[str] = ()) -> None:
        """Remember each secret that is in it."""
        values: Mapping[str, Any] = self._texts if isinstance(seen, str) else self._bytes
        found = [name for name, value in values.items() if value in seen and name not in pardoned]
        self.findings += [f"{name}, in {where}" for name in found]

    def take(self) -> list[str]:
        """What was found since this was asked last, each once."""
        found, self.findings = list(dict.fromkeys(self.findings)), []
        return found

    def redact(self, text: str) -> str:
        """As the bots that run now would; without one, as a process that was told no secret."""
        for redact in self._redactors or [Redactor()]:
            text = redact(text)
        return text

    @contextlib.contextmanager
    def bot(self, redact: Redactor) -> Iterator[None]:
        """A bot runs in this process. What it logs goes through its own filter."""
        self._redactors.append(redact)
        try:
            yield
            self._look_at_what_lives_now_and_then()
        finally:
            self._redactors.remove(redact)

    def _look_at_what_lives_now_and_then(self) -> None:
        self._bots += 1
        if self._bots % LIVE_EVERY == 1 and self._spent < LIVE_SECONDS:
            self.look_at_what_lives()

    def look_at_what_lives(self) -> None:
        """The `repr` of every object of ours and of the libraries that talk."""
        begun = time.perf_counter()
        reprs = live_reprs()
        everything = "\n".join(text for _, text in reprs)
        if any(value in everything for value in self._texts.values()):
            for kind, text in reprs:
                self.look(f"the repr of a live {kind}", text, PRINTED_BY_LIBRARIES)
        self._spent += time.perf_counter() - begun

    def look_at_files(self, folder: Path) -> None:
        """Databases, and logs of processes. The key file is the one secret that has to be there."""
        for path in _files(folder):
            with contextlib.suppress(OSError), path.open("rb") as file:  # gone, or not for reading
                head = file.read(len(SQLITE))
                if head == SQLITE or path.name.endswith(LOOKED_AT):
                    self.look(f"the file {path}", head + file.read())


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and not path.is_symlink():
                yield path


def live_reprs() -> list[tuple[str, str]]:
    """Type and `repr` of everything that lives and is ours, and of what the client keeps."""
    found = []
    for thing in gc.get_objects():
        module = str(type(thing).__module__)
        if module.startswith(OURS) and not module.startswith(NOT_OURS):
            try:
                found.append((type(thing).__qualname__, repr(thing)))
            except Exception as error:  # noqa: BLE001 - half-built objects of libraries
                found.append((type(thing).__qualname__, type(error).__name__))
    kept = plume.user_auth
    return [*found, ("user_auth", repr(kept)), ("user_auth", repr(dict(kept)))]


class _AsTheBotsWould(Redactor):
    """The redactors of all bots that run now."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def __call__(self, text: str) -> str:
        return self._watch.redact(text)


class _Ear(logging.Handler):
    """Hears every record, and writes it as production would."""

    def __init__(self, watch: Watch, formatter: logging.Formatter) -> None:
        super().__init__(logging.DEBUG)
        self._watch = watch
        self._filter = RedactingFilter(_AsTheBotsWould(watch))
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        own = copy.copy(record)  # the filter rewrites it, and others read it after us
        self._filter.filter(own)
        self._watch.look(f"the log of {record.name}", self.format(own))


class SecretPlugin:
    """Puts the watch around every test of the session."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._ear: logging.Handler | None = None
        self._patch = pytest.MonkeyPatch()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Listen, also when the test before has cleared away all handlers."""
        root = logging.getLogger()
        if self._ear is None:
            self._ear = _begin(self._watch, self._patch)
        if self._ear not in root.handlers:
            root.addHandler(self._ear)
        root.setLevel(logging.DEBUG)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, None, None]:
        """Fail the test that let a secret out; after the last one, look at what remains."""
        yield
        if nextitem is None:
            self._watch.look_at_files(item.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]  # pytest's own place for it
            self._watch.look_at_what_lives()
        if found := self._watch.take():
            raise AssertionError("Secrets were let out: " + "; ".join(found))

    def pytest_unconfigure(self) -> None:
        """Leave nothing behind."""
        self._patch.undo()
        if self._ear is not None:
            logging.getLogger().removeHandler(self._ear)


def _begin(watch: Watch, patch: pytest.MonkeyPatch) -> logging.Handler:
    patch.setattr("src.demo.telegram_server.read_request", _overheard(watch, read_request))
    root = logging.getLogger()
    handlers = root.handlers[:]
    # For the levels of the libraries, and the format, of production.
    formatter = setup_logging("DEBUG", "text", Redactor(), io.StringIO()).formatter
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)
    return _Ear(watch, formatter or logging.Formatter())


def _overheard(watch: Watch, read: Callable[..., Any]) -> Callable[..., Any]:
    async def read_and_look(request: Request) -> Any:
        values, uploads = await read(request)
        method = request.path_params.get("method", "")
        if method.lower() != "setwebhook":  # there Telegram has to be told a secret
            watch.look(f"a call of {method}", str(values))
            for upload in uploads.values():
                watch.look(f"a file of {method}", upload.content)
        return values, uploads

    return read_and_look


WATCH: Final = Watch()
