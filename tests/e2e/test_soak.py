"""A busy bot between two servers that fail at random: everybody is answered, and nothing grows.

SOAK_SECONDS sets how long; `make soak` runs it for two hours.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.bot_process import Surroundings, listening
from tests.e2e.soak import Soak

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
LONG = SECONDS > 60
# What a minute of noise may look like; a leak of one thing per command would be hundreds.
MORE_TASKS, MORE_THREADS, MORE_SOCKETS, MORE_MB = 5, 6, 40, 25.0


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


async def test_everybody_is_answered_and_nothing_grows(tmp_path: Path) -> None:
    environment = {"PANOPTES_LOG_LEVEL": "INFO", "PLUME_WINDOW_CALLS": "1990", **listening()}
    async with Surroundings(tmp_path, extra_env=environment) as surroundings:
        metrics = f"http://{environment['PANOPTES_LISTEN']}/metrics"
        people = 80 if LONG else 20  # in a long run some wait for the hung, and others must ask on
        soak = Soak(surroundings, metrics, people_count=people, hangs=LONG, tell=_tell)
        await soak.prepare()
        before = await soak.at_rest()
        await soak.run(SECONDS)
        after = await soak.at_rest()
        _tell(soak.summary(before, after))
        assert soak.unanswered == []
        assert sum(soak.answered.values()) > SECONDS * soak.per_second / 2, "too few to say"
        assert soak.answered["report"] > sum(soak.asked.values()) / 5, "hardly any reports"
        assert len(soak.faults) > 3
        assert before.tasks is not None
        assert after.tasks is not None
        assert after.tasks <= before.tasks + MORE_TASKS
        assert after.threads <= before.threads + MORE_THREADS
        assert after.sockets <= before.sockets + MORE_SOCKETS
        assert after.rss_mb <= before.rss_mb + MORE_MB
