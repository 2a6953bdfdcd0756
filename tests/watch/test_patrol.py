"""Going around: never in bursts, never beyond the budget, gently while nothing can be seen."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as plume
from src.models.watching import Blindness, HomeKey, Sight
from src.storage.errors import StorageFullError
from src.watch.patrol import Patrol
from src.watch.schedule import Schedule
from src.watch.service import Means
from tests import virtual_time
from tests.fake_plume import CONFIG
from tests.watch.post import START, now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime


class Cloud:
    """Thousands of homes of one gateway, behind a clock; counts what leaves."""

    def __init__(self) -> None:
        self.left_at: list[float] = []
        self.paths: Counter[str] = Counter()
        self.fault: Any = None
        self.latency_s = 0.15

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "fake-token", "expires_in": 1800})
        self.left_at.append(virtual_time.now())
        self.paths[request.url.path] += 1
        if self.fault == "hang":
            await asyncio.sleep(1e6)
        await asyncio.sleep(self.latency_s)
        if self.fault is not None:
            return httpx.Response(self.fault)
        node = {"id": "n", "serialNumber": "S", "connectionState": "connected"}
        return httpx.Response(
            200, json={"nodes": [node]} if "nodes" in request.url.path else {"id": "l"}
        )

    def most_in(self, seconds: float) -> int:
        """The most calls in any window of this length."""
        first, most = 0, 0
        for last, at in enumerate(self.left_at):
            while self.left_at[first] + seconds <= at:
                first += 1
            most = max(most, last - first + 1)
        return most


class Scene:
    """A patrol around so many homes."""

    def __init__(self, homes: int, owners: int = 1, clock: Callable[[], datetime] = now) -> None:
        self.cloud = Cloud()
        self.seen: list[tuple[float, HomeKey, Sight | Blindness, float]] = []
        self.taking: Callable[[], None] = lambda: None
        self.schedule = Schedule(60.0, 5.0)
        self.schedule.set_homes(HomeKey(n % owners + 1, "c", f"l{n}") for n in range(homes))
        unused: Any = None
        means = Means(
            store=unused,
            clock=clock,
            connected=self.connected,
            allowed=unused,
            chat_gone=unused,
            topic_gone=unused,
        )
        self.patrol = Patrol(self.schedule, self._take, means)

    async def connected(self, owner: int) -> bool:
        plume.set_user_auth(owner, CONFIG | {"partner_id": f"{owner:024d}"})
        return True

    async def _take(self, key: HomeKey, found: Sight | Blindness, interval_s: float) -> None:
        self.taking()
        self.seen.append((virtual_time.now(), key, found, interval_s))

    def play(self, script: Callable[[Scene], Awaitable[None]]) -> None:
        """Run it in virtual time."""

        async def main() -> None:
            plume.configure(transport=httpx.MockTransport(self.cloud))
            task = asyncio.create_task(self.patrol.run())
            try:
                await script(self)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await self.patrol.stop()
                await plume.aclose()

        virtual_time.run(main())
        plume.user_auth.clear()
        plume.configure()


def test_a_thousand_homes_never_exceed_the_budget_and_people_go_first() -> None:
    """At most the poller's 1,500 calls in 300 s, never in bursts, everybody in turn; and what a
    person asks meanwhile leaves at once."""

    async def script(scene: Scene) -> None:
        await asyncio.sleep(300)
        for _ in range(60):
            began = virtual_time.now()
            await plume.get_nodes_in_location(1, "c", "l1")
            assert virtual_time.now() - began < scene.cloud.latency_s * 1.3
            await asyncio.sleep(1.7)

    scene = Scene(1_000)
    scene.play(script)
    assert scene.schedule.pace.stretched
    assert 1_000 < scene.cloud.most_in(300) <= 1_500 + 60
    assert scene.cloud.most_in(1.0) <= 8
    looks = Counter(key for _, key, _, _ in scene.seen)
    assert (len(looks), max(looks.values())) == (1_000, 2)
    assert all(isinstance(found, Sight) for _, _, found, _ in scene.seen)


def test_five_thousand_homes_stretch_the_interval_and_say_so() -> None:
    async def script(scene: Scene) -> None:
        await asyncio.sleep(310)

    scene = Scene(5_000)
    scene.play(script)
    pace = scene.schedule.pace
    assert pace.stretched
    assert 1_200 < pace.interval_s < 1_250
    assert scene.cloud.most_in(300) <= 1_500
    looks = Counter(key for _, key, _, _ in scene.seen)
    assert len(looks) == len(scene.seen) > 5_000 * 300 / pace.interval_s * 0.98
    assert all(isinstance(found, Sight) for _, _, found, _ in scene.seen)


@pytest.mark.parametrize("status", [503, 401])
def test_while_an_owner_sees_nothing_one_look_in_a_while_is_enough(status: int) -> None:
    async def script(scene: Scene) -> None:
        scene.cloud.fault = status
        await asyncio.sleep(600)
        failed = len(scene.seen)
        scene.cloud.fault = None
        await asyncio.sleep(120)
        assert len(scene.seen) - failed > 60  # all of them again

    scene = Scene(40)
    scene.play(script)
    blind = sum(isinstance(found, Blindness) for _, _, found, _ in scene.seen)
    if status == 503:
        assert blind < 600 / 15 + 10
    else:  # each home refused on its own: all of them are asked
        assert blind == 400


def test_one_owners_trouble_is_not_the_others() -> None:
    async def script(scene: Scene) -> None:
        await asyncio.sleep(600)

    class Half(Scene):
        async def connected(self, owner: int) -> bool:
            return owner != 1 and await super().connected(owner)

    scene = Half(20, owners=2)
    scene.play(script)
    seen = Counter((key.owner, type(found)) for _, key, found, _ in scene.seen)
    assert seen[2, Sight] == 100
    assert seen[2, Blindness] == seen[1, Sight] == 0
    assert 30 < seen[1, Blindness] < 60


def test_hanging_calls_do_not_pile_up() -> None:
    async def script(scene: Scene) -> None:
        scene.cloud.fault = "hang"
        await asyncio.sleep(300)
        assert plume.budget_state()["in_flight"] <= 30
        assert len(scene.patrol._looking) <= 40
        scene.cloud.fault = None
        await asyncio.sleep(300)

    scene = Scene(400)
    scene.play(script)
    assert isinstance(scene.seen[-1][2], Sight)


def test_looks_under_way_at_a_stop_are_dropped() -> None:
    async def script(scene: Scene) -> None:
        scene.cloud.fault = "hang"
        await asyncio.sleep(10)

    scene = Scene(100)
    scene.play(script)
    assert scene.seen == []


def test_a_look_that_breaks_is_told_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def script(scene: Scene) -> None:
        troubles = [ValueError("odd"), StorageFullError("no room"), StorageFullError("no room")]

        def trouble() -> None:
            if troubles:
                raise troubles.pop(0)

        scene.taking = trouble
        await asyncio.sleep(300)

    scene = Scene(2)
    scene.play(script)
    assert len(scene.seen) in {7, 8}
    messages = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len([each for each in messages if "a look broke and was dropped" in each]) == 1
    assert len([each for each in messages if "no room" in each]) == 1


def test_it_knows_whether_it_is_on_time() -> None:
    async def script(scene: Scene) -> None:
        assert not scene.patrol.is_on_time()  # nothing was seen yet
        await asyncio.sleep(60)
        assert scene.patrol.is_on_time()
        scene.taking = lambda: (_ for _ in ()).throw(StorageFullError("no room"))
        await asyncio.sleep(60)
        assert scene.patrol.is_on_time()
        await asyncio.sleep(120)
        assert not scene.patrol.is_on_time()
        scene.schedule.set_homes([])
        assert scene.patrol.is_on_time()

    Scene(2).play(script)


def test_somebody_who_waits_joins_the_look_that_is_under_way() -> None:
    async def script(scene: Scene) -> None:
        await asyncio.sleep(10)
        key = HomeKey(1, "c", "l0")
        before = scene.cloud.paths.total()
        await asyncio.gather(*(scene.patrol.look_now(key) for _ in range(3)))
        assert scene.cloud.paths.total() - before == 2

    Scene(1).play(script)


@pytest.mark.parametrize("speed", [1, 600])
def test_the_interval_is_told_in_the_clouds_seconds(speed: int) -> None:
    """The clock of a demo runs fast; looks are made by ours."""

    async def script(_scene: Scene) -> None:
        await asyncio.sleep(600)

    scene = Scene(1, clock=lambda: START + (now() - START) * speed)
    scene.play(script)
    first, *told = [round(interval_s) for _, _, _, interval_s in scene.seen]
    assert (first, set(told)) == (60, {60 * speed})
    times = [at for at, _, _, _ in scene.seen]
    assert {round(late - early) for early, late in pairwise(times)} == {60}


def test_a_clock_that_was_set_is_soon_forgotten() -> None:
    ahead = [timedelta(0)]

    async def script(_scene: Scene) -> None:
        await asyncio.sleep(290)
        ahead[0] = timedelta(days=9)
        await asyncio.sleep(600)

    scene = Scene(1, clock=lambda: now() + ahead[0])
    scene.play(script)
    told = [round(interval_s) for _, _, _, interval_s in scene.seen]
    assert sum(each > 60 for each in told) in {1, 2, 3}
    assert told[-1] == 60
