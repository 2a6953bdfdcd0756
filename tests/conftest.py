"""What every test shares."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Machines are noisy: no deadlines; the same examples every time, so that a red run can be repeated.
settings.register_profile(
    "panoptes",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("panoptes")

# A developer's own .env or environment must not reach the tests.
for _name in list(os.environ):
    if _name.startswith(("PANOPTES_", "PLUME_", "TELEGRAM_")) and "_TEST_" not in _name:
        del os.environ[_name]
