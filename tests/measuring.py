"""Branch coverage of the product, gathered in every process of the tests and added up in the first.

`make test` loads this with `-p`, before anything of ours is imported: SlipCover puts its probes
into modules as they are loaded, and each takes itself out when it is met for the first time. The
run fails below 95 percent of lines and branches.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import slipcover

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT: Final = Path(__file__).resolve().parent.parent
LEAST_PCT: Final = 95.0
NOT_RUN: Final = ["if TYPE_CHECKING:", "@overload", r"^\s*\.\.\.$"]
# src/demo stands in for others' servers.
OMIT: Final = ["src/demo/*"]
KEY: Final = "coverage"


class _Product:
    """Which files are measured."""

    def __init__(self) -> None:
        source, demo = ROOT / "src", ROOT / "src" / "demo"
        self._files = {str(ROOT / name) for name in ("panoptes_bot.py", "plume_api_client.py")}
        self._files |= {str(f) for f in source.rglob("*.py") if not f.is_relative_to(demo)}

    def matches(self, filename: object) -> bool:
        """What SlipCover asks about each module."""
        return str(filename) in self._files


class _Measure:
    """The probes of this process, and in the first one the sum of all."""

    def __init__(self) -> None:
        # Else all functions of all modules are looked through whenever 50 probes were met again:
        # a tenth of all tests.
        self._cover = _cover(immediate=True)
        slipcover.ImportManager(self._cover, _Product()).__enter__()
        self._workers: list[dict[str, Any]] = []
        self._found: dict[str, Any] = {}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker hands its part over."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[KEY] = json.dumps(self._cover.get_coverage())

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker's part arrives."""
        part = getattr(node, "workeroutput", {}).get(KEY)
        if part is not None:
            self._workers.append(json.loads(part))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """When all have ended: too little is a failure."""
        result = yield
        if not hasattr(session.config, "workerinput"):
            self._found = _sum([self._cover.get_coverage(), *self._workers])
            session.testsfailed += self._percent < LEAST_PCT
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The files that were not covered in full, and the sum."""
        if self._found:
            slipcover.print_coverage(self._found, outfile=sys.stdout, skip_covered=True)
            verdict = "below" if self._percent < LEAST_PCT else "of at least"
            line = f"Coverage, branches included: {self._percent:.2f} %, {verdict} {LEAST_PCT:g} %"
            terminalreporter.write_line(line)

    @property
    def _percent(self) -> float:
        return float(self._found["summary"]["percent_covered"])


def _sum(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """All parts as one, with the files that nobody has imported."""
    whole, *others = parts
    for part in others:
        slipcover.merge_coverage(whole, part)
    unseen = _cover(source=[str(ROOT / "src")], omit=[*OMIT, *whole["files"]])
    return dict(slipcover.merge_coverage(whole, unseen.get_coverage()))


def _cover(**options: Any) -> slipcover.Slipcover:
    return slipcover.Slipcover(**{"branch": True, "omit": OMIT, "exclude_also": NOT_RUN} | options)


MEASURE: Final = _Measure()


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the session."""
    config.pluginmanager.register(MEASURE, "measure")
