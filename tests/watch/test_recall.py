"""What is asked of a home's past: once, beside all else, and again only where it may help."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as plume
from src.models.watching import HomeKey, PodSight, Sight, SpeedSight
from src.storage.errors import StorageFullError
from src.watch.memory import HomeMemory
from src.watch.recall import Recall
from src.watch.service import Means
from tests import virtual_time
from tests.fake_plume import CONFIG, HTML_403, JSON_401, FakePlume
from tests.watch.post import START, now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

NEW = HomeMemory()
FOUND = Sight(START, online=True, pods=(PodSight("n1", "Hall", connected=True, is_gateway=True),))
BODY = {
    "downloadSpeeds": [
        {"timestamp": "2020-01-02T06:00:00Z", "value": 480},
        {"timestamp": "2020-01-01T06:00:00Z", "value": 470},
        {"timestamp": "2099-01-01T06:00:00Z", "value": 1},  # nobody's clock
    ]
}


def key(number: int = 1) -> HomeKey:
    return HomeKey(7, "c1", f"l{number}")


def path(number: int = 1) -> str:
    return f"/api/Customers/c1/locations/l{number}/nodes/n1/speedTestResults"


class Scene:
    """A recall at work on a cloud of a few lines."""

    def __init__(self, cloud: FakePlume) -> None:
        unused: Any = None
        self.cloud = cloud
        self.means = Means(unused, now, unused, unused, unused, unused)
        self.recall = Recall(self._take, self.means)
        self.taken: list[tuple[float, HomeKey, Sequence[SpeedSight]]] = []
        self.taking: Callable[[], None] = lambda: None

    async def _take(self, key: HomeKey, tests: Sequence[SpeedSight]) -> None:
        self.taking()
        self.taken.append((round(virtual_time.now(), 3), key, tests))

    def play(self, script: Callable[[], Awaitable[None]]) -> None:
        """Run it in virtual time."""

        async def main() -> None:
            task = asyncio.create_task(self.recall.run())
            try:
                await script()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await plume.aclose()

        virtual_time.run(main())


@pytest.fixture
def scene() -> Iterator[Scene]:
    fake = FakePlume()
    plume.configure(transport=fake.transport)
    plume.set_user_auth(7, CONFIG)
    yield Scene(fake)
    plume.user_auth.clear()
    plume.configure()


def test_a_new_home_has_two_weeks_of_its_gateways_tests(scene: Scene) -> None:
    scene.cloud.answers(path(), BODY)

    async def script() -> None:
        await asyncio.sleep(1)  # nothing is wanted yet
        for _ in range(3):  # looks come in while it is asked
            scene.recall.want(key(), FOUND, NEW)
        await asyncio.sleep(600)

    scene.play(script)
    [(_, where, tests)] = scene.taken
    assert where == key()
    assert [(test.at.day, test.download_mbps) for test in tests] == [(1, 470), (2, 480)]
    assert len(scene.cloud.calls) == 1
    assert dict(scene.cloud.calls[0].url.params)["limit"] == "14"


def test_nothing_is_asked_of_what_is_known_or_has_no_gateway(scene: Scene) -> None:
    async def script() -> None:
        scene.recall.want(key(), FOUND, HomeMemory(recalled=True))
        scene.recall.want(key(), Sight(START, online=None), NEW)
        await asyncio.sleep(600)

    scene.play(script)
    assert scene.cloud.calls == []


def test_many_homes_are_asked_one_after_the_other_in_a_small_part_of_the_budget(
    scene: Scene,
) -> None:
    for number in range(30):
        scene.cloud.answers(path(number), BODY)

    async def script() -> None:
        for number in range(30):
            scene.recall.want(key(number), FOUND, NEW)
        await asyncio.sleep(300)

    scene.play(script)
    assert [where for _, where, _ in scene.taken] == [key(number) for number in range(30)]
    assert scene.cloud.most_in_flight == 1
    assert scene.taken[-1][0] - scene.taken[0][0] >= 29 / (0.05 * scene.means.calls_per_s) - 1


@pytest.mark.parametrize(
    ("answer", "asks_again"),
    [
        (httpx.Response(500), True),
        (httpx.Response(429), True),
        (HTML_403, True),
        (httpx.ConnectError("down"), True),
        (httpx.Response(404, json={"error": {"statusCode": 404}}), False),
        (httpx.Response(401, json=JSON_401), False),
        (httpx.Response(200, text="no JSON"), False),
    ],
)
def test_only_what_may_pass_is_asked_for_again_and_then_not_at_once(
    scene: Scene, answer: Any, asks_again: bool
) -> None:
    scene.cloud.answers(path(), answer)
    scene.cloud.answers(f"/reports{path().removeprefix('/api').rpartition('/')[0]}/results", answer)

    async def script() -> None:
        scene.recall.want(key(), FOUND, NEW)
        scene.recall.want(key(2), FOUND, NEW)
        scene.cloud.answers(path(2), BODY)
        await asyncio.sleep(50)
        assert bool(scene.taken) is not asks_again  # while it fails, all of them wait a while
        assert all(where != key() or tests == () for _, where, tests in scene.taken)
        scene.cloud.answers(path(), BODY)
        for _ in range(20):  # the looks of the time after it
            done = any(where == key() for _, where, _ in scene.taken)
            scene.recall.want(key(), FOUND, HomeMemory(recalled=done))
            await asyncio.sleep(60)

    scene.play(script)
    found = [len(tests) for _, where, tests in scene.taken if where == key()]
    assert found == ([2] if asks_again else [0])


def test_what_could_not_be_kept_is_wanted_again_by_the_next_look(scene: Scene) -> None:
    scene.cloud.answers(path(), BODY)

    def full() -> None:
        scene.taking = lambda: None
        raise StorageFullError("full")

    scene.taking = full

    async def broken_run() -> None:
        scene.recall.want(key(), FOUND, NEW)
        with pytest.raises(StorageFullError):
            await scene.recall.run()
        await plume.aclose()

    async def next_look() -> None:
        scene.recall.want(key(), FOUND, NEW)
        await asyncio.sleep(60)

    virtual_time.run(broken_run())
    scene.play(next_look)
    assert [where for _, where, _ in scene.taken] == [key()]
