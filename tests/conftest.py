"""What every test shares."""

from __future__ import annotations

import os
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


def pytest_configure(config: pytest.Config) -> None:
    """Watch the whole session for secrets."""
    from tests.secret_watch import WATCH, SecretPlugin  # noqa: PLC0415 - after the profile above

    config.pluginmanager.register(SecretPlugin(WATCH), "secret-watch")


# A developer's own .env or environment must not reach the tests.
for _name in list(os.environ):
    if _name.startswith(("PANOPTES_", "PLUME_", "TELEGRAM_")) and "_TEST_" not in _name:
        del os.environ[_name]
