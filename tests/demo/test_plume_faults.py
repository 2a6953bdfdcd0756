"""Each fault does what its name says, where it is told to, and no longer than it is told to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from src.demo.plume_faults import BIG_BODY_BYTES, FAULT_KINDS, Faults
from src.demo.serving import ServedApp
from tests.demo.plume_kit import (
    HOME,
    NORA,
    REPORTS,
    Caller,
    HandTime,
    ask_token,
    make_world,
    open_caller,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 the log is a plain list, by design
        await asyncio.sleep(0)


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("401", 401, "application/json"),
        ("json_403", 403, "application/json"),
        ("html_403", 403, "text/html; charset=utf-8"),
        ("404", 404, "application/json"),
        ("422", 422, None),
        ("429", 429, "application/json"),
        ("500", 500, "application/json"),
        ("502", 502, "text/html; charset=utf-8"),
        ("503", 503, "application/json"),
        ("504", 504, "text/html; charset=utf-8"),
        ("html_200", 200, "text/html; charset=utf-8"),
        ("wrong_shape", 200, "application/json"),
    ],
)
async def test_status_faults(
    cloud: PlumeCloud, nora: Caller, kind: str, status: int, content_type: str | None
) -> None:
    cloud.faults.set(kind)

    answer = await nora.get(f"{HOME}/nodes")

    assert answer.status_code == status
    assert answer.headers.get("content-type") == content_type
    if content_type == "application/json" and status >= 400:
        assert answer.json()["error"]["statusCode"] == status


async def test_an_empty_body_for_422(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("422")

    assert (await nora.get(HOME)).content == b""


@pytest.mark.parametrize(("options", "header"), [({}, None), ({"retry_after": 7}, "7")])
async def test_retry_after_only_when_given(
    cloud: PlumeCloud, nora: Caller, options: dict[str, Any], header: str | None
) -> None:
    cloud.faults.set("429", **options)

    assert (await nora.get(HOME)).headers.get("Retry-After") == header


async def test_token_faults_strike_the_token_service_only(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("token_refused")
    refused = await ask_token(nora.http, NORA)
    cloud.faults.set("token_scope")
    scope = await ask_token(nora.http, NORA)

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (scope.status_code, scope.json()["error"]) == (400, "invalid_scope")
    assert (await nora.get(HOME)).status_code == 200


async def test_other_faults_reach_the_token_service_only_by_its_name(
    cloud: PlumeCloud, nora: Caller
) -> None:
    cloud.faults.set("500")
    spared = await ask_token(nora.http, NORA)
    cloud.faults.set("503", path="/oauth2/*")
    struck = await ask_token(nora.http, NORA)

    assert (spared.status_code, struck.status_code) == (200, 503)


async def test_a_path_limits_a_fault(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("500", path="*/WANSTATS")

    assert (await nora.get(f"{REPORTS}/wanStats", period="daily")).status_code == 500
    assert (await nora.get(f"{HOME}/nodes")).status_code == 200


async def test_times_limit_a_fault(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("500", times=2)

    statuses = [(await nora.get(HOME)).status_code for _ in range(3)]

    assert statuses == [500, 500, 200]


async def test_a_client_limits_a_fault(cloud: PlumeCloud, nora: Caller) -> None:
    admin = await Caller(cloud, DEMO_CREDENTIALS[2]).log_in()
    cloud.faults.set("500", client_id=NORA.client_id)

    assert (await nora.get(HOME)).status_code == 500
    assert (await admin.get(HOME)).status_code == 200


async def test_the_newest_fault_wins_and_clear_ends_all(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("500")
    cloud.faults.set("404", times=1)

    statuses = [(await nora.get(HOME)).status_code for _ in range(2)]
    cloud.faults.clear()

    assert statuses == [404, 500]
    assert (await nora.get(HOME)).status_code == 200


async def test_cut_json_is_a_beginning_of_the_answer(cloud: PlumeCloud, nora: Caller) -> None:
    whole = (await nora.get(f"{HOME}/nodes")).content
    cloud.faults.set("cut_json")

    cut = await nora.get(f"{HOME}/nodes")

    assert whole.startswith(cut.content)
    assert 0 < len(cut.content) < len(whole)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        cut.json()


async def test_nulls_keep_the_lists_and_no_value(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("nulls")

    nodes = (await nora.json(f"{HOME}/nodes"))["nodes"]
    home = await nora.json(HOME)

    assert len(nodes) == 4
    assert {value for node in nodes for value in node.values()} == {None}
    assert home["id"] is None
    assert home["groupIds"] == [None]


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        (f"{HOME}/nodes", {"nodes": []}),
        (f"{HOME}/wifiNetworks", []),
        (f"{HOME}/serviceLevel", []),
        (f"{REPORTS}/wanStats?period=daily", {"fifteenMins": []}),
    ],
)
async def test_empty_lists(cloud: PlumeCloud, nora: Caller, path: str, empty: object) -> None:
    cloud.faults.set("empty_list")

    assert (await nora.http.get(path)).json() == empty


@pytest.mark.parametrize("path", [f"{HOME}/nodes", f"{HOME}/wifiNetworks"])
async def test_a_big_body_is_valid_json(cloud: PlumeCloud, nora: Caller, path: str) -> None:
    cloud.faults.set("big_body")

    answer = await nora.get(path)

    assert len(answer.content) > BIG_BODY_BYTES
    assert answer.json()


async def test_slow_sleeps_and_then_answers() -> None:
    time = HandTime()
    cloud = PlumeCloud(make_world(), monotonic=time, sleep=time.sleep)
    nora = await Caller(cloud).log_in()
    cloud.faults.set("slow", seconds=12)

    begun = time.now
    answer = await nora.get(HOME)

    assert (answer.status_code, time.now - begun) == (200, 12)


async def test_reset_in_process_is_a_transport_error(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("reset")

    with pytest.raises(httpx.RemoteProtocolError):
        await nora.get(HOME)


async def test_reset_on_a_socket_drops_the_connection(cloud: PlumeCloud) -> None:
    cloud.faults.set("reset", times=1)
    async with ServedApp(cloud.app) as served, httpx.AsyncClient(base_url=served.url) as http:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await http.get(HOME)
        after = await http.get(HOME)

    assert after.status_code == 401  # the server is well, and nobody sent a token
    assert cloud.requests[0].status is None


async def test_hang_lasts_until_the_client_gives_up(cloud: PlumeCloud) -> None:
    cloud.faults.set("hang")
    async with ServedApp(cloud.app) as served, httpx.AsyncClient(base_url=served.url) as http:
        call = asyncio.create_task(http.get(HOME))
        await _until(lambda: bool(cloud.requests))
        open_one = replace(cloud.requests[0])
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await _until(lambda: cloud.requests[0].finished is not None)

    assert open_one.finished is None
    assert cloud.requests[0].status is None


async def test_hang_in_process_can_be_cancelled(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.faults.set("hang")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(nora.get(HOME), 0.01)


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_fault_goes_away(cloud: PlumeCloud, nora: Caller, kind: str) -> None:
    cloud.faults.set(kind, path="*/nodes")
    cloud.faults.clear()

    assert (await nora.get(f"{HOME}/nodes")).status_code == 200


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [("teapot", {}, "no fault 'teapot'"), ("500", {"seconds": 3}, "no option seconds")],
)
def test_unknown_faults_are_refused(kind: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Faults().set(kind, **options)
