"""What every test shares."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# Machines are noisy: no deadlines; the same examples every time, so that a red run can be repeated.
settings.register_profile(
    "panoptes",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("panoptes")

# What takes longest begins at once, and those that wait for processes: others compute meanwhile,
# nobody waits at the end.
FIRST = (
    "tests/watch/test_simulator.py",
    "tests/e2e/test_soak.py",
    "tests/test_properties.py",
    "tests/e2e/",
    "tests/browser/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """Garbage is looked for among what tests leave behind, not among all that was imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _place(item: pytest.Item) -> int:
    return next((n for n, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST))


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
