"""What every test shares."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, is_hypothesis_test, settings

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

# Tracing doubles the time of a test. These run the bot as a process of its own, or walk through
# code that the others have measured, or test src/demo, which is not counted.
UNMEASURED = (
    "tests/e2e/",
    "tests/browser/",
    "tests/demo/",
    "tests/watch/test_simulator.py",
    "tests/test_authorisation.py",
    "tests/test_docker_layout.py",
    "tests/test_fifteen_complaints.py",
    "tests/test_names.py",
)
# Those that wait for processes begin at once: others compute meanwhile, nobody waits at the end.
FIRST = ("tests/e2e/test_soak.py", "tests/e2e/", "tests/browser/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; no tracing where it would measure nothing new."""
    items.sort(key=_place)
    for item in items:
        examples = is_hypothesis_test(getattr(item, "obj", None))  # the same lines, many times
        if examples or item.nodeid.startswith(UNMEASURED):
            item.add_marker("no_cover")


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
