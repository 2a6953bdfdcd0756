"""The firewall, the request log, latency and the cloud's bad days."""

from __future__ import annotations

import httpx
import pytest

from src.demo.plume_cloud import PlumeCloud
from src.demo.plume_gate import SLOW_MODE_SECONDS, Firewall
from tests.demo.plume_kit import HOME, NORA, REPORTS, Caller, HandTime, ask_token, make_world


def make_cloud(time: HandTime, **options: float) -> PlumeCloud:
    limits = {"firewall_limit": 5, "firewall_window_s": 10.0, **options}
    return PlumeCloud(make_world(), monotonic=time, sleep=time.sleep, **limits)  # type: ignore[arg-type]  # limits are right


async def test_the_call_over_the_limit_gets_html_everywhere() -> None:
    time = HandTime()
    nora = await Caller(make_cloud(time)).log_in()

    statuses = [(await nora.get(HOME)).status_code for _ in range(6)]
    blocked = await nora.get(f"{REPORTS}/wanStats", period="daily")

    assert statuses == [200] * 5 + [403]
    assert blocked.status_code == 403
    assert blocked.headers["content-type"].startswith("text/html")
    assert "error" not in blocked.text


async def test_the_block_ends_with_its_window_and_the_token_service_is_apart() -> None:
    time = HandTime()
    nora = await Caller(make_cloud(time)).log_in()
    for _ in range(6):
        await nora.get(HOME)

    time.now += 9.9
    still = await nora.get(HOME)
    token = await ask_token(nora.http, NORA)
    time.now += 0.1
    after = await nora.get(HOME)

    assert (still.status_code, token.status_code, after.status_code) == (403, 200, 200)


async def test_the_window_rolls() -> None:
    time = HandTime()
    nora = await Caller(make_cloud(time)).log_in()
    statuses = []
    for _ in range(20):
        statuses.append((await nora.get(HOME)).status_code)
        time.now += 2.0  # exactly five in ten seconds

    assert statuses == [200] * 20


def test_addresses_are_counted_apart_and_reset_forgets() -> None:
    time = HandTime()
    firewall = Firewall(2, 10, time)

    one = [firewall.admits("192.0.2.1") for _ in range(3)]
    two = firewall.admits("192.0.2.2")
    firewall.reset()

    assert (one, two) == ([True, True, False], True)
    assert firewall.admits("192.0.2.1") is True


def test_no_2000_calls_in_any_window_pass_one_limit() -> None:
    time = HandTime()
    firewall = Firewall(2000, 300, time)

    passed = sum(firewall.admits("192.0.2.1") for _ in range(2500))

    assert passed == 2000


async def test_the_log_tells_who_asked_what_and_when() -> None:
    time = HandTime()
    cloud = make_cloud(time, latency_s=0.25)
    nora = await Caller(cloud).log_in()

    await nora.get(f"{HOME}/nodes", limit=1)
    await nora.get(HOME.replace("locations", "nothing"))
    token, nodes, unknown = cloud.requests

    assert (token.method, token.client_id, token.status) == ("POST", NORA.client_id, 200)
    assert (nodes.path, nodes.query, nodes.status) == (f"{HOME}/nodes", "limit=1", 200)
    assert nodes.finished is not None
    assert nodes.finished - nodes.started == 0.25
    assert nodes.client_id == NORA.client_id
    assert nodes.peer == ("127.0.0.1", 123)
    assert unknown.status == 404
    assert cloud.calls("/nodes") == [nodes]


async def test_the_log_holds_no_secret() -> None:
    cloud = make_cloud(HandTime())
    nora = await Caller(cloud).log_in()
    token = nora.http.headers["Authorization"].removeprefix("Bearer ")

    await nora.get(HOME)

    text = repr(list(cloud.requests))
    assert token not in text
    assert NORA.client_secret not in text


async def test_latency_can_change_at_any_time() -> None:
    time = HandTime()
    cloud = make_cloud(time)
    nora = await Caller(cloud).log_in()
    cloud.latency_s = 2.0

    begun = time.now
    await nora.get(HOME)

    assert (time.now - begun, cloud.latency_s) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("kind", "status", "seconds"),
    [
        ("plume_down", 503, 0.0),
        ("plume_rate_limiting", 403, 0.0),
        ("plume_slow", 200, SLOW_MODE_SECONDS),
        ("plume_ok", 200, 0.0),
    ],
)
async def test_the_clouds_bad_days(kind: str, status: int, seconds: float) -> None:
    time = HandTime()
    cloud = make_cloud(time)
    nora = await Caller(cloud).log_in()
    cloud.world.apply(kind)

    begun = time.now
    answer = await nora.get(HOME)
    token = await ask_token(nora.http, NORA)

    assert (answer.status_code, time.now - begun) == (status, seconds)
    assert token.status_code == 200


async def test_a_client_without_an_address_is_served() -> None:
    cloud = make_cloud(HandTime())
    transport = httpx.ASGITransport(cloud.app, client=None)  # type: ignore[arg-type]  # ASGI allows it
    async with httpx.AsyncClient(transport=transport, base_url="http://plume.test") as http:
        answer = await http.get(HOME)

    assert answer.status_code == 401
    assert cloud.requests[0].peer is None


async def test_the_firewall_can_be_reset_by_a_test() -> None:
    cloud = make_cloud(HandTime())
    nora = await Caller(cloud).log_in()
    for _ in range(6):
        await nora.get(HOME)
    cloud.firewall.reset()

    assert (await nora.get(HOME)).status_code == 200
