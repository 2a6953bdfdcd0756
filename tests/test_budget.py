"""The request budget, on a simulated clock: never too many, people first, nothing after a block."""

from __future__ import annotations

import asyncio
import bisect
import itertools

import pytest

from src.net.budget import RequestBudget
from src.net.callers import Kind, Turn
from src.net.errors import PlumeRateLimitedError
from tests.virtual_time import now, run


class Road:
    """Makes calls through a budget and writes down when each left."""

    def __init__(self, **options: float) -> None:
        self.budget = RequestBudget(**options)  # type: ignore[arg-type]  # ints come as ints
        self.left: list[tuple[float, str]] = []
        self.refused: list[PlumeRateLimitedError] = []
        self.most_in_flight = 0

    async def call(self, kind: Kind, within_s: float, name: str = "", takes_s: float = 0.0) -> None:
        turn = Turn(kind, now() + within_s)
        try:
            await self.budget.enter(turn)
        except PlumeRateLimitedError as error:
            self.refused.append(error)
            return
        self.left.append((now(), name or kind))
        self.most_in_flight = max(self.most_in_flight, self.budget.state()["in_flight"])
        try:
            await asyncio.sleep(takes_s)
        finally:
            self.budget.leave(turn)

    @property
    def moments(self) -> list[float]:
        return [moment for moment, _ in self.left]


def most_in_any_window(moments: list[float], window_s: float = 300.0) -> int:
    """The fullest window of that length, wherever it starts."""
    times = sorted(moments)
    return max(
        bisect.bisect_left(times, start + window_s) - index for index, start in enumerate(times)
    )


def test_5000_calls_never_exceed_the_window() -> None:
    async def main() -> Road:
        road = Road()
        calls = [road.call("person", 3600, takes_s=0.3) for _ in range(3000)]
        calls += [road.call("poller", 3600, takes_s=0.3) for _ in range(2000)]
        await asyncio.gather(*calls)
        return road

    road = run(main())
    assert len(road.left) == 5000
    assert not road.refused
    assert most_in_any_window(road.moments) == 1800  # never more, and no waste either
    polled = [moment for moment, kind in road.left if kind == "poller"]
    assert most_in_any_window(polled) <= 1500
    assert road.most_in_flight <= 50


def test_calls_of_hours_with_uneven_arrivals_never_exceed_the_window() -> None:
    async def main() -> Road:
        road = Road(window_calls=60, in_flight=7)
        calls: list[asyncio.Task[None]] = []
        for step in range(600):
            kind: Kind = "poller" if step % 3 else "person"
            pause = (step * 7919) % 13 / 3 if step % 50 else 200.0
            calls.append(asyncio.create_task(road.call(kind, 900, takes_s=step % 5)))
            await asyncio.sleep(pause)
        await asyncio.gather(*calls)
        return road

    road = run(main())
    assert most_in_any_window(road.moments) <= 60
    assert road.most_in_flight <= 7
    assert len(road.left) + len(road.refused) == 600


def test_a_burst_of_400_people_is_not_delayed() -> None:
    async def main() -> list[float]:
        road = Road()
        await asyncio.gather(*(road.call("person", 15) for _ in range(400)))
        return road.moments

    moments = run(main())
    assert len(moments) == 400
    assert max(moments) == pytest.approx(min(moments), abs=1e-6)


def test_a_burst_leaves_as_fast_as_calls_in_flight_allow() -> None:
    async def main() -> Road:
        road = Road()
        await asyncio.gather(*(road.call("person", 15, takes_s=0.2) for _ in range(400)))
        return road

    road = run(main())
    assert len(road.left) == 400
    assert road.most_in_flight == 50
    assert max(road.moments) == pytest.approx(7 * 0.2)


def test_pollers_are_spaced_evenly() -> None:
    async def main() -> list[float]:
        road = Road(poll_rate=5)
        await asyncio.gather(*(road.call("poller", 60) for _ in range(26)))
        return road.moments

    moments = run(main())
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert min(gaps) == pytest.approx(0.2)
    assert max(gaps) == pytest.approx(0.2)


def test_pollers_leave_a_sixth_of_the_window_to_people() -> None:
    async def main() -> Road:
        road = Road(window_calls=60, poll_rate=100)
        await asyncio.gather(*(road.call("poller", 100) for _ in range(60)))
        await asyncio.gather(*(road.call("person", 1) for _ in range(12)))
        return road

    road = run(main())
    kinds = [kind for _, kind in road.left]
    assert kinds.count("poller") == 50
    assert kinds.count("person") == 10
    assert all(299 < (error.blocked_for_s or 0) <= 300 for error in road.refused[-2:])


def test_a_person_overtakes_waiting_pollers() -> None:
    async def main() -> list[str]:
        road = Road(in_flight=1, poll_rate=1000)
        holder = asyncio.create_task(road.call("person", 100, "holder", takes_s=10))
        await asyncio.sleep(0.1)
        pollers = [asyncio.create_task(road.call("poller", 100, f"p{i}")) for i in range(3)]
        await asyncio.sleep(5)
        people = [asyncio.create_task(road.call("person", 100, f"person{i}")) for i in range(2)]
        await asyncio.gather(holder, *pollers, *people)
        return [name for _, name in road.left]

    assert run(main()) == ["holder", "person0", "person1", "p0", "p1", "p2"]


def test_a_person_is_not_held_up_by_the_poll_rate() -> None:
    async def main() -> float:
        road = Road(poll_rate=1)
        pollers = [asyncio.create_task(road.call("poller", 100)) for _ in range(20)]
        await asyncio.sleep(2.5)
        asked = now()
        await road.call("person", 15, "person")
        for poller in pollers:
            poller.cancel()
        await asyncio.gather(*pollers, return_exceptions=True)
        return road.left[-1][0] - asked

    assert run(main()) == pytest.approx(0.0, abs=1e-6)


def test_hanging_pollers_leave_places_to_people() -> None:
    async def main() -> tuple[int, int]:
        road = Road(in_flight=10, poll_rate=1000)
        pollers = [asyncio.create_task(road.call("poller", 900, takes_s=500)) for _ in range(20)]
        await asyncio.sleep(1)
        hanging = road.budget.state()["in_flight"]
        await asyncio.gather(*(road.call("person", 15, "person") for _ in range(30)))
        people = sum(name == "person" for _, name in road.left)
        await asyncio.gather(*pollers)
        return hanging, people

    assert run(main()) == (6, 30)


@pytest.mark.parametrize("kind", ["person", "poller"])
def test_a_wait_beyond_the_deadline_is_refused_at_once(kind: Kind) -> None:
    async def main() -> tuple[float, PlumeRateLimitedError]:
        road = Road(window_calls=6, poll_rate=1000)
        await asyncio.gather(*(road.call("person", 15) for _ in range(6)))
        await asyncio.sleep(100)
        asked = now()
        await road.call(kind, 199)
        return now() - asked, road.refused[0]

    waited, refusal = run(main())
    assert waited == pytest.approx(0.0, abs=1e-6)
    assert refusal.blocked_for_s == pytest.approx(200)
    assert not refusal.firewall


def test_a_wait_within_the_deadline_is_served_when_the_window_opens() -> None:
    async def main() -> list[float]:
        road = Road(window_calls=2)
        for _ in range(2):
            await road.call("person", 15)
            await asyncio.sleep(10)
        await asyncio.gather(*(road.call("person", 400) for _ in range(2)))
        return road.moments

    assert run(main()) == pytest.approx([0, 10, 300, 310], abs=1e-3)


def test_more_people_than_a_window_holds_are_refused_by_their_place_in_line() -> None:
    async def main() -> Road:
        road = Road(window_calls=10)
        await asyncio.gather(*(road.call("person", 301) for _ in range(45)))
        return road

    road = run(main())
    # ten at once, ten when the window turns; whoever comes later would wait a second turn
    assert len(road.left) == 20
    assert most_in_any_window(road.moments) == 10
    assert {round(error.blocked_for_s or 0) for error in road.refused} == {600}


def test_too_many_pollers_are_refused_before_they_wait() -> None:
    async def main() -> Road:
        road = Road(poll_rate=5)
        await asyncio.gather(*(road.call("poller", 10) for _ in range(100)))
        return road

    road = run(main())
    assert 48 <= len(road.left) <= 52
    assert len(road.left) + len(road.refused) == 100
    assert all(error.blocked_for_s and error.blocked_for_s >= 10 for error in road.refused)
    assert max(road.moments) <= 10.001


def test_after_a_block_nothing_leaves_until_the_window_turns() -> None:
    async def main() -> Road:
        road = Road(window_calls=100)
        await road.call("person", 15)
        road.budget.block()
        assert road.budget.state()["blocked_for_s"] == 300
        for _ in range(29):
            await asyncio.sleep(10)
            await road.call("person", 9.9)
            await road.call("poller", 9.9)
        await asyncio.gather(road.call("person", 15), road.call("poller", 15))
        return road

    road = run(main())
    assert road.moments == pytest.approx([0, 300, 300], abs=1e-3)
    assert len(road.refused) == 58
    assert all(error.firewall for error in road.refused)
    assert road.refused[0].blocked_for_s == pytest.approx(290)
    assert "firewall" in str(road.refused[0])


def test_a_block_turns_away_those_who_wait_already() -> None:
    async def main() -> Road:
        road = Road(in_flight=1)
        holder = asyncio.create_task(road.call("person", 100, "holder", takes_s=20))
        await asyncio.sleep(1)
        waiting = [
            asyncio.create_task(road.call("person", 50, "short")),
            asyncio.create_task(road.call("person", 400, "long")),
        ]
        await asyncio.sleep(1)
        road.budget.block()
        await asyncio.gather(holder, *waiting)
        return road

    road = run(main())
    assert [name for _, name in road.left] == ["holder", "long"]
    assert road.moments[1] == pytest.approx(302)
    assert len(road.refused) == 1


def test_a_cancelled_wait_gives_its_place_to_the_next() -> None:
    async def main() -> list[str]:
        road = Road(in_flight=1)
        holder = asyncio.create_task(road.call("person", 100, "holder", takes_s=10))
        await asyncio.sleep(0)
        leaver = asyncio.create_task(road.call("person", 100, "leaver"))
        stayer = asyncio.create_task(road.call("person", 100, "stayer"))
        await asyncio.sleep(1)
        leaver.cancel()
        await asyncio.gather(holder, leaver, stayer, return_exceptions=True)
        assert road.budget.state()["in_flight"] == 0
        return [name for _, name in road.left]

    assert run(main()) == ["holder", "stayer"]


def test_being_admitted_and_cancelled_in_the_same_moment_loses_no_place() -> None:
    async def main() -> list[str]:
        road = Road(in_flight=1)
        holder = Turn("person", 100)
        await road.budget.enter(holder)
        unlucky = asyncio.create_task(road.call("person", 100, "unlucky"))
        await asyncio.sleep(0)
        road.budget.leave(holder)  # admits the unlucky one, whose task has not run yet
        unlucky.cancel()
        await asyncio.gather(unlucky, return_exceptions=True)
        await road.call("person", 1, "next")
        return [name for _, name in road.left]

    assert run(main()) == ["next"]


def test_the_alarm_wakes_whoever_can_go_first() -> None:
    """People wait for the whole window; a poller in line behind them must not be forgotten."""

    async def main() -> Road:
        road = Road(window_calls=6, poll_rate=1000)
        await asyncio.gather(*(road.call("poller", 15) for _ in range(5)))
        await road.call("person", 15)
        await asyncio.gather(road.call("poller", 400), road.call("person", 400))
        return road

    road = run(main())
    assert [name for _, name in road.left[-2:]] == ["person", "poller"]
    assert most_in_any_window(road.moments) <= 6


def test_the_window_outlives_an_event_loop() -> None:
    """Scripts call asyncio.run more than once; the cloud's counter does not start over."""
    budget = RequestBudget(window_calls=2, poll_rate=1000)

    async def one(kind: Kind) -> int:
        turn = Turn(kind, now() + 15)
        await budget.enter(turn)
        budget.leave(turn)
        return budget.state()["window_calls"]

    assert asyncio.run(one("poller")) == 1
    assert asyncio.run(one("person")) == 2
    with pytest.raises(PlumeRateLimitedError):
        asyncio.run(one("person"))


def test_state_tells_who_waits() -> None:
    async def main() -> None:
        road = Road(in_flight=1)
        calls = [
            asyncio.create_task(road.call("person", 100, takes_s=5)),
            asyncio.create_task(road.call("person", 100)),
            asyncio.create_task(road.call("poller", 100)),
            asyncio.create_task(road.call("poller", 100)),
        ]
        await asyncio.sleep(1)
        assert road.budget.state() == {
            "window_calls": 1,
            "window_limit": 1800,
            "window_s": 300.0,
            "poller_calls": 0,
            "poller_limit": 1500,
            "in_flight": 1,
            "in_flight_limit": 1,
            "people_waiting": 1,
            "pollers_waiting": 2,
            "blocked_for_s": 0.0,
        }
        await asyncio.gather(*calls)

    run(main())
