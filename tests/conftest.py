"""What every test shares."""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Machines are noisy: no deadlines; the same examples every time, so that a red run can be repeated.
settings.register_profile(
    "panoptes",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("panoptes")

# Tracing doubles the time of a test. These run the bot as a process of its own, or walk through
# code that the others have measured, or test src/demo, which is not counted.
UNMEASURED = (
    "tests/e2e/",
    "tests/browser/",
    "tests/demo/",
    "tests/watch/test_service.py",
    "tests/watch/test_simulator.py",
    "tests/test_authorisation.py",
    "tests/test_docker_layout.py",
    "tests/test_fifteen_complaints.py",
    "tests/test_names.py",
    "tests/test_report.py",
)
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """No tracing where it would measure nothing new."""
    many = is_hypothesis_test(getattr(item, "obj", None)) or item.get_closest_marker("many")
    if not many and not item.nodeid.startswith(UNMEASURED):
        return (yield)
    with _untraced():
        return (yield)


@contextmanager
def _untraced() -> Iterator[None]:
    """Without what coverage has set; its own pause leaves a tracer behind in workers of xdist."""
    here, elsewhere = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(elsewhere)


def _place(item: pytest.Item) -> int:
    return next((n for n, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST))


def pytest_configure(config: pytest.Config) -> None:
    """Watch the whole session for secrets."""
    from tests.secret_watch import WATCH, SecretPlugin  # noqa: PLC0415 - after the profile above

    config.pluginmanager.register(SecretPlugin(WATCH), "secret-watch")


# A developer's own .env or environment must not reach the tests.
for _name in list(os.environ):
    if _name.startswith(("PANOPTES_", "PLUME_", "TELEGRAM_")) and "_TEST_" not in _name:
        del os.environ[_name]
