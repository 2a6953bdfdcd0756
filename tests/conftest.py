"""What every test shares."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import tempfile
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are noisy: no deadlines; the same examples every time, so that a red run can be repeated.
settings.register_profile(
    "panoptes",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("panoptes")

TESTS = Path(__file__).resolve().parent
# What is imported stays: until all of it is there, there is nothing to look for.
gc.disable()

# Each takes a minute or more, and begins with one of the four workers.
LONG = (
    "tests/watch/test_simulator.py",
    "tests/e2e/test_soak.py",
    "tests/e2e/test_crawler.py",
    "tests/test_properties.py",
)
# These wait for processes and browsers: between those that compute, the processor has work all the
# time.
WAITING = ("tests/e2e/", "tests/browser/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Each worker begins with another test, so that it finds compiled what others began with.

    Collected in the same order by all at the same time, each of them would compile everything.
    """
    worker = getattr(session.config, "workerinput", None)
    everything = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if worker is None or not everything:
        return
    files = sorted(TESTS.rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in files[first:] + files[:first]:
        # What is wrong with one is told when it is collected.
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files at the beginning of each worker's part, waiting ones between the others."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    # Between 0 and 1; a file stays in one piece, for what its tests share.
    places = {file: n / len(LONG) + 0.01 for n, file in enumerate(LONG) if file in files}
    for waiting in (True, False):
        group = [f for f in files if f not in LONG and f.startswith(WAITING) is waiting]
        tests = list(accumulate((len(files[file]) for file in group), initial=0))
        places |= {file: before / tests[-1] for file, before in zip(group, tests, strict=False)}
    items[:] = [item for file in sorted(places, key=places.__getitem__) for item in files[file]]


def pytest_collection_finish() -> None:
    """Garbage is looked for among what tests leave behind, not among all that was imported."""
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Watch the whole session for secrets."""
    from tests.secret_watch import WATCH, SecretPlugin  # noqa: PLC0415 - after the profile above

    config.pluginmanager.register(SecretPlugin(WATCH), "secret-watch")


# Thousands of small databases are written and thrown away: in memory, where there is room for them
# and programs may lie there.
_MEMORY = "/dev/shm"  # noqa: S108 - files there get names of their own from tempfile
if (
    os.access(_MEMORY, os.W_OK)
    and shutil.disk_usage(_MEMORY).free > 2**30
    and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
):
    os.environ["TMPDIR"] = _MEMORY
    tempfile.tempdir = None  # it was asked for already, for what pytest captures

# A developer's own .env or environment must not reach the tests.
for _name in list(os.environ):
    if _name.startswith(("PANOPTES_", "PLUME_", "TELEGRAM_")) and "_TEST_" not in _name:
        del os.environ[_name]
