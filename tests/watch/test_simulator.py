"""A month of a thousand homes: every scripted fault is told once, in time, with the right length.

Other months: PANOPTES_TEST_SEEDS="2 3 4" (each is played twice: undisturbed, and with 100 kills).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from src.storage.store import Store
from src.watch.engine import Engine
from src.watch.rules import WatchRules
from tests.watch.script import START, write
from tests.watch.simulator import Disk, Memory, Run, shortcomings

if TYPE_CHECKING:
    from pathlib import Path

    from src.models.watching import Outgoing

SEEDS = [int(word) for word in os.environ.get("PANOPTES_TEST_SEEDS", "1").split()]
KILLS = 100
# After a restart right behind a pause, the pause's length is known to one look.
_UNSEEN = re.compile(r"For .{1,20} of it I could not look")


def _words(messages: list[Outgoing]) -> list[tuple[object, ...]]:
    """What was sent, and when."""
    return [(one.created_at, one.once, one.kind, _UNSEEN.sub("", one.text)) for one in messages]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_month_of_a_thousand_homes_with_and_without_kills(
    seed: int, tmp_path: Path
) -> None:
    script = write(seed)
    told = Counter(expected.trigger for expected in script.expected)
    assert len(script.homes) == 1000
    assert len(told) == 13, told  # every trigger but two, which tables hold
    assert sum(told.values()) > 800

    calm = await Run(script, Memory()).play()
    assert shortcomings(calm) == []

    rng = random.Random(seed)  # noqa: S311 - which writes are hit follows from the seed
    kills = rng.sample(range(1, calm.writes), KILLS)
    async with await Store.open(tmp_path) as store:
        disk = Disk(store, kills, seed)
        harried = await Run(script, disk).play()
        await disk.flush()
        harried.messages = disk.written
        harried.incidents = {one.id: one for one in await store.incidents(START)}
    assert harried.restarts == KILLS
    assert min(disk.killed["before"], disk.killed["after"]) > KILLS // 4
    assert shortcomings(harried) == []
    assert _words(harried.messages) == _words(calm.messages)


@pytest.fixture(scope="module")
def week() -> Run:
    """A smaller script, played well."""
    return asyncio.run(Run(write(5, homes=120, days=6, faults=60), Memory()).play())


def test_a_small_week_is_told_well(week: Run) -> None:
    assert shortcomings(week) == []


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        (WatchRules(confirm_looks=1, confirm_s=0), "false alarm"),
        (WatchRules(confirm_s=900), "told 0 times"),
        (WatchRules(clear_s=900), "closed"),
        (WatchRules(settle_s=0), "false alarm"),
        (WatchRules(flips_most=50), "unstable False"),
        (WatchRules(group_least=50), "false alarm"),
        (WatchRules(blind_looks=10**6), "told 0 times"),
    ],
)
async def test_the_verdict_notices_an_engine_that_is_wrong(
    week: Run, rules: WatchRules, word: str
) -> None:
    """The proof above proves something: an engine with any of its rules bent does not pass."""
    bent = await Run(week.script, Memory(), Engine(rules)).play()
    faults = shortcomings(bent)
    assert any(word in fault for fault in faults), faults[:3]


def test_a_lost_or_doubled_message_is_noticed(week: Run) -> None:
    alerts = [one for one in week.messages if one.kind == "alert"]
    ends = [one for one in week.messages if one.kind == "recovery"]
    for messages in (
        [one for one in week.messages if one is not alerts[3]],
        [*week.messages, alerts[3]],
        [one for one in week.messages if one is not ends[3]],
    ):
        other = Run(week.script, Memory(), incidents=week.incidents, messages=messages)
        assert shortcomings(other)
