"""Jobs are kept running, and end together."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise

import pytest

from src.storage.errors import StorageFullError
from src.watch.jobs import Jobs, ring_or
from tests import virtual_time


def test_a_job_that_breaks_begins_again_with_growing_pauses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    began: list[float] = []

    async def job() -> None:
        began.append(virtual_time.now())
        if len(began) == 6:
            await asyncio.sleep(1_000)  # long enough to have recovered
        if len(began) == 2:
            raise StorageFullError("no room")
        raise ValueError("broken")

    async def main() -> None:
        jobs = Jobs()
        jobs.start({"a-job": job})
        await asyncio.sleep(2_000)
        await jobs.stop()
        began.append(virtual_time.now())
        await asyncio.sleep(1_000)

    virtual_time.run(main())
    assert [round(late - early) for early, late in pairwise(began)][:7] == [
        5, 10, 20, 40, 60, 1005, 10,
    ]  # fmt: skip
    broken = [record for record in caplog.records if "a-job broke (reference" in record.message]
    assert broken
    assert all(record.exc_info for record in broken)
    [full] = [record for record in caplog.records if "no room" in record.message]
    assert (full.levelno, full.exc_info) == (logging.ERROR, None)


def test_all_jobs_end_at_a_stop() -> None:
    ended = []

    async def job() -> None:
        try:
            await asyncio.sleep(1e9)
        finally:
            ended.append(1)

    async def main() -> None:
        jobs = Jobs()
        jobs.start({"a": job, "b": job})
        await asyncio.sleep(1)
        await jobs.stop()
        await jobs.stop()

    virtual_time.run(main())
    assert ended == [1, 1]


@pytest.mark.parametrize(("rings_at", "woke_at"), [(None, 60), (5, 5), (90, 60)])
def test_a_bell_ends_a_rest(rings_at: float | None, woke_at: float) -> None:
    async def main() -> None:
        bell = asyncio.Event()
        if rings_at is not None:
            asyncio.get_running_loop().call_later(rings_at, bell.set)
        await ring_or(bell, asyncio.sleep(60))
        assert round(virtual_time.now()) == woke_at

    virtual_time.run(main())
