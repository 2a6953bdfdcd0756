"""Retries above the budget: which answers are tried again, how long, and what each try costs."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import httpx
import pytest

from src.net.budget import RequestBudget
from src.net.callers import Turn
from src.net.lanes import Hosts
from src.net.transport import GaveUpError, build_transport, retry_until, sockets
from tests.fake_plume import FakePlume
from tests.virtual_time import now, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

URL = "https://plume.example.net/api/x"


async def send(
    budget: RequestBudget,
    plume: FakePlume,
    method: str = "GET",
    *,
    within_s: float = 15.0,
    metered: bool = True,
) -> httpx.Response:
    ends_at = now() + within_s
    extensions: dict[str, object] = {"retry": retry_until(ends_at)}
    if metered:
        extensions["turn"] = Turn("person", ends_at)
    async with httpx.AsyncClient(transport=build_transport(budget, plume.transport)) as client:
        return await client.request(method, URL, extensions=extensions)


def outcome(
    *replies: object, method: str = "GET", within_s: float = 15.0
) -> tuple[object, list[float], int]:
    """The status or error of one request, when its tries left, and what the budget counted."""

    async def main() -> tuple[object, list[float], int]:
        plume, budget = FakePlume(), RequestBudget()
        plume.answers("/api/x", *replies)
        result: object
        try:
            result = (await send(budget, plume, method, within_s=within_s)).status_code
        except (httpx.HTTPError, GaveUpError) as error:
            result = type(error)
        state = budget.state()
        assert state["in_flight"] == 0
        return result, plume.left_at, state["window_calls"]

    return run(main())


TOLD_10 = httpx.Response(429, headers={"Retry-After": "10"})
TOLD_61 = httpx.Response(503, headers={"Retry-After": "61"})
TOLD_IN_THE_PAST = httpx.Response(429, headers={"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"})
TOLD_NONSENSE = httpx.Response(503, headers={"Retry-After": "soon"})


@pytest.mark.parametrize(
    ("replies", "result", "tries"),
    [
        (({},), 200, 1),
        ((httpx.Response(503), {}), 200, 2),
        ((httpx.Response(500), httpx.Response(502), {}), 200, 3),
        ((httpx.Response(504),), 504, 3),
        ((httpx.Response(429),), 429, 3),
        ((httpx.ConnectError("no"), {}), 200, 2),
        ((httpx.ReadError("reset"), httpx.RemoteProtocolError("cut"), {}), 200, 3),
        ((httpx.ConnectTimeout("slow"),), httpx.ConnectTimeout, 3),
        ((TOLD_IN_THE_PAST, {}), 200, 2),
        ((TOLD_NONSENSE, {}), 200, 2),
        ((httpx.Response(400),), 400, 1),
        ((httpx.Response(401),), 401, 1),
        ((httpx.Response(403),), 403, 1),
        ((httpx.Response(404),), 404, 1),
        ((httpx.Response(422),), 422, 1),
        ((httpx.Response(501),), 501, 1),
        ((httpx.DecodingError("bad gzip"),), httpx.DecodingError, 1),
    ],
)
def test_reads_are_tried_up_to_three_times_and_each_try_counts(
    replies: tuple[object, ...], result: object, tries: int
) -> None:
    got, left_at, counted = outcome(*replies)
    assert got == result
    assert len(left_at) == counted == tries
    assert left_at[-1] - left_at[0] < 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("reply", [httpx.Response(503), httpx.ReadError("reset")])
def test_writes_are_never_repeated(method: str, reply: object) -> None:
    _, left_at, counted = outcome(reply, method=method)
    assert len(left_at) == counted == 1


def test_retry_after_is_obeyed() -> None:
    result, left_at, _ = outcome(TOLD_10, {})
    assert result == 200
    assert left_at[1] - left_at[0] == pytest.approx(10)


@pytest.mark.parametrize(
    ("reply", "within_s", "result"),
    [
        (TOLD_10, 9.0, GaveUpError),
        (TOLD_61, 600.0, GaveUpError),
        (httpx.ReadError("reset"), 0.0, httpx.ReadError),
    ],
)
def test_a_pause_that_is_too_long_ends_the_matter_at_once(
    reply: object, within_s: float, result: object
) -> None:
    # The budget admits the first try even at the deadline: only certain waits are refused.
    got, left_at, _ = outcome(reply, within_s=within_s)
    assert got == result
    assert len(left_at) == 1


def test_giving_up_tells_the_answer() -> None:
    error = GaveUpError(httpx.Response(429, headers={"Retry-After": "99"}))
    assert error.response.headers["Retry-After"] == "99"
    assert "429" in str(error)


def test_pauses_grow_and_differ() -> None:
    retry = retry_until(math.inf).increment()
    first = {retry.backoff_strategy() for _ in range(50)}
    second = {retry.increment().backoff_strategy() for _ in range(50)}
    assert len(first) > 10
    assert max(first) <= 0.5 < max(second) <= 1.0


def test_the_deadline_survives_every_try() -> None:
    retry = retry_until(77.0).increment().increment()
    assert getattr(retry, "ends_at", None) == 77.0


def test_requests_without_a_turn_are_not_counted() -> None:
    async def main() -> int:
        plume, budget = FakePlume(), RequestBudget()
        plume.answers("/api/x", {})
        await send(budget, plume, metered=False)
        return budget.state()["window_calls"]

    assert run(main()) == 0


async def test_a_place_is_held_until_the_body_has_been_read() -> None:
    budget = RequestBudget()

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        yield b"}"

    async def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body())

    turn = Turn("person", now() + 15)
    stack = build_transport(budget, httpx.MockTransport(reply))
    async with httpx.AsyncClient(transport=stack) as client:
        request = client.build_request("GET", URL, extensions={"turn": turn})
        response = await client.send(request, stream=True)
        assert budget.state()["in_flight"] == 1
        assert await response.aread() == b"{}"
        assert budget.state()["in_flight"] == 0
        await response.stream.aclose()  # type: ignore[union-attr]  # async, as it came
        assert budget.state()["in_flight"] == 0


async def test_a_body_left_unread_gives_its_place_back_on_closing() -> None:
    plume, budget = FakePlume(), RequestBudget()
    plume.answers("/api/x", {"a": 1})
    turn = Turn("person", now() + 15)
    async with httpx.AsyncClient(transport=build_transport(budget, plume.transport)) as client:
        request = client.build_request("GET", URL, extensions={"turn": turn})
        response = await client.send(request, stream=True)
        await response.aclose()
    assert budget.state()["in_flight"] == 0


def test_a_cancelled_call_gives_its_place_back() -> None:
    async def main() -> int:
        plume, budget = FakePlume(latency_s=100), RequestBudget()
        plume.answers("/api/x", {})
        task = asyncio.create_task(send(budget, plume))
        await asyncio.sleep(1)
        assert budget.state()["in_flight"] == 1
        task.cancel()
        await asyncio.wait({task})
        return budget.state()["in_flight"]

    assert run(main()) == 0


async def test_real_connections_are_the_default() -> None:
    assert isinstance(sockets(), Hosts)
    stack = build_transport(RequestBudget())
    await stack.aclose()
