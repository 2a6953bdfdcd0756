"""Between a checked request and its answer: sharing, deadlines, tokens, network trouble."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest

from src.net.budget import RequestBudget
from src.net.callers import caller
from src.net.credentials import Credential
from src.net.errors import (
    PlumeAPIError,
    PlumeAuthError,
    PlumeConnectionError,
    PlumeInputError,
    PlumeNotVisibleError,
    PlumePermissionError,
    PlumeRateLimitedError,
    PlumeResponseError,
    PlumeServerError,
    PlumeTimeoutError,
)
from src.net.exchange import Exchange
from src.net.tokens import utc_now
from tests.fake_plume import (
    HEADER,
    HTML_403,
    JSON_401,
    JSON_403,
    OTHER_HEADER,
    PARTNER,
    SECRETS,
    FakePlume,
    forever,
)
from tests.virtual_time import now, run

URL = "https://plume.example.net/api/x"
SSO = "https://sso.example.net/t"
ONE = Credential(SSO, HEADER, PARTNER)
TWO = Credential(SSO, OTHER_HEADER, PARTNER)


class Desk:
    """An exchange with a fake cloud at its end."""

    def __init__(self, *replies: Any, **options: float) -> None:
        self.plume = FakePlume(**options)
        self.plume.answers("/api/x", *(replies or ({"a": []},)))
        self.budget = RequestBudget()
        self.exchange = Exchange(self.budget, transport=self.plume.transport)

    async def get(self, who: Credential = ONE, **params: Any) -> Any:
        return await self.exchange.request(who, "GET", URL, params=params)

    async def put(self) -> Any:
        return await self.exchange.request(ONE, "PUT", URL, json_data={"name": "x"})

    @property
    def tries(self) -> int:
        return len(self.plume.calls)


async def settle(rounds: int = 30) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


async def test_a_call_carries_the_token_and_asks_for_json() -> None:
    desk = Desk()
    assert await desk.get(limit=5) == {"a": []}
    sent = desk.plume.calls[0]
    assert desk.plume.bearers == ["fake-token-1"]
    assert sent.headers["Accept"] == "application/json"
    assert sent.url.query == b"limit=5"
    form = desk.plume.token_calls[0]
    assert form.headers["Authorization"] == HEADER
    assert (
        form.content
        == (
            f"grant_type=client_credentials&scope=partnerId%3A{PARTNER}+role%3ApartnerIdAdmin"
        ).encode()
    )
    await desk.exchange.aclose()


async def test_identical_reads_at_the_same_time_are_one_call_with_an_answer_each() -> None:
    desk = Desk()
    first, second, *_ = await asyncio.gather(*(desk.get() for _ in range(20)))
    assert desk.tries == 1
    first["a"].append("mine")
    assert second == {"a": []}


async def test_what_differs_is_not_shared() -> None:
    desk = Desk()

    async def polled() -> None:
        with caller("poller"):
            await desk.get()

    await asyncio.gather(desk.get(), desk.get(TWO), desk.get(limit=1), polled())
    assert desk.tries == 4
    await asyncio.gather(desk.put(), desk.put())
    assert desk.tries == 6
    await desk.get()
    assert desk.tries == 7


def test_a_cancelled_waiter_harms_nobody() -> None:
    async def main() -> tuple[Any, int]:
        desk = Desk(latency_s=1)
        first, second = asyncio.create_task(desk.get()), asyncio.create_task(desk.get())
        await asyncio.sleep(1.5)
        first.cancel()
        return await second, desk.tries

    assert run(main()) == ({"a": []}, 1)


def test_when_nobody_waits_any_more_the_call_ends_and_gives_its_place_back() -> None:
    async def main() -> int:
        desk = Desk(forever)
        waiters = [asyncio.create_task(desk.get()) for _ in range(3)]
        await asyncio.sleep(1)
        assert desk.plume.in_flight == 1
        for waiter in waiters:
            waiter.cancel()
        await asyncio.wait(waiters)
        await settle()
        assert desk.budget.state()["in_flight"] == 0
        return desk.plume.in_flight

    assert run(main()) == 0


def test_fifty_calls_after_expiry_ask_for_one_token() -> None:
    async def main() -> int:
        desk = Desk(latency_s=0.1, expires_in=1e-9)
        await desk.get()
        before = len(desk.plume.token_calls)
        await asyncio.gather(*(desk.get(n=number) for number in range(50)))
        return len(desk.plume.token_calls) - before

    assert run(main()) == 1


async def test_users_with_the_same_credential_share_a_token_and_others_do_not() -> None:
    desk = Desk()
    same = Credential(SSO, HEADER, PARTNER)
    for who in (ONE, same, TWO, ONE):
        await desk.get(who)
    assert desk.plume.bearers == [
        "fake-token-1",
        "fake-token-1",
        "fake-token-2",
        "fake-token-1",
    ]


async def test_a_401_renews_once_and_repeats_once() -> None:
    desk = Desk(httpx.Response(401, json=JSON_401), {"a": [1]})
    assert await desk.get() == {"a": [1]}
    assert desk.plume.bearers == [
        "fake-token-1",
        "fake-token-2",
    ]


async def test_a_write_is_repeated_after_a_401_because_it_was_not_carried_out() -> None:
    desk = Desk(httpx.Response(401, json=JSON_401), httpx.Response(204))
    assert await desk.put() is None
    assert [call.content for call in desk.plume.calls] == [b'{"name":"x"}'] * 2


async def test_a_second_401_means_not_found_and_costs_nobody_their_token() -> None:
    desk = Desk(httpx.Response(401, json=JSON_401))
    for number in range(5):
        with pytest.raises(PlumeNotVisibleError):
            await desk.get(n=number)
    assert len(desk.plume.token_calls) == 2  # not two for each call
    assert desk.tries == 6


async def test_a_refused_renewal_is_told_as_such() -> None:
    desk = Desk(httpx.Response(401, json=JSON_401))
    await desk.exchange.new_token(ONE)
    desk.plume.token_answers = [httpx.Response(401, json={"error": "invalid_client"})]
    with pytest.raises(PlumeAuthError) as error:
        await desk.get()
    assert error.value.reason == "header"


async def test_new_token_always_asks_and_serves_the_next_call() -> None:
    desk = Desk()
    await desk.exchange.new_token(ONE)
    token = await desk.exchange.new_token(ONE)
    await desk.get()
    assert len(desk.plume.token_calls) == 2
    assert desk.plume.bearers == [token.access_token]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_scope"}), PlumeAuthError),
        (httpx.Response(429), PlumeRateLimitedError),
        (httpx.Response(503), PlumeServerError),
        (httpx.ConnectError("no route"), PlumeConnectionError),
        (httpx.Response(200, html="<html>"), PlumeResponseError),
        (httpx.Response(200, json=["fake"]), PlumeResponseError),
        (httpx.Response(200, json={}), PlumeResponseError),
        (httpx.Response(200, json={"access_token": ""}), PlumeResponseError),
        (httpx.Response(200, json={"access_token": "fake\r\ntoken"}), PlumeResponseError),
        (httpx.Response(200, json={"access_token": "fäke"}), PlumeResponseError),
        (httpx.Response(200, json={"access_token": 5}), PlumeResponseError),
    ],
)
def test_trouble_with_the_token(reply: Any, kind: type[PlumeAPIError]) -> None:
    async def main() -> None:
        desk = Desk()
        desk.plume.token_answers = [reply] * 3
        with pytest.raises(kind):
            await desk.get()
        assert desk.tries == 0
        desk.plume.token_answers = []
        assert await desk.get() == {"a": []}

    run(main())


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.ReadTimeout("slow"), PlumeTimeoutError),
        (httpx.PoolTimeout("busy"), PlumeTimeoutError),
        (httpx.ConnectError("no route"), PlumeConnectionError),
        (httpx.ReadError("reset"), PlumeConnectionError),
        (httpx.RemoteProtocolError("cut"), PlumeConnectionError),
        (ConnectionResetError("reset"), PlumeConnectionError),
        (httpx.DecodingError("bad gzip"), PlumeResponseError),
        (httpx.Response(200, content=b"x" * 5_000_000), PlumeResponseError),
        (httpx.Response(200, html="<html>"), PlumeResponseError),
        (httpx.Response(200, content=b'{"nodes": ['), PlumeResponseError),
        (httpx.Response(302, headers={"Location": "https://evil.example.net"}), PlumeResponseError),
        (httpx.Response(503), PlumeServerError),
        (httpx.Response(403, json=JSON_403), PlumePermissionError),
        (HTML_403, PlumeRateLimitedError),
    ],
)
def test_trouble_with_the_call(
    reply: Any, kind: type[PlumeAPIError], caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> PlumeAPIError:
        desk = Desk(reply)
        with pytest.raises(kind) as error:
            await desk.get()
        assert desk.budget.state()["in_flight"] == 0
        return error.value

    with caplog.at_level(logging.DEBUG):
        error = run(main())
    assert type(error) is kind
    assert error.path == "/api/x"
    for secret in SECRETS:
        assert secret not in caplog.text
        assert secret not in repr(error)


def test_a_firewall_block_keeps_everything_back_for_a_window() -> None:
    async def main() -> tuple[int, int]:
        desk = Desk(HTML_403, {"a": []})
        with pytest.raises(PlumeRateLimitedError) as first:
            await desk.get()
        assert first.value.firewall
        for _ in range(28):
            await asyncio.sleep(10)
            for who in (ONE, TWO):
                with pytest.raises(PlumeRateLimitedError) as error:
                    await desk.get(who)
                assert error.value.firewall
                assert error.value.status is None
        during = desk.tries
        await asyncio.sleep(10)
        await desk.get()
        return during, desk.tries

    assert run(main()) == (1, 2)


def test_a_permission_403_blocks_nothing() -> None:
    async def main() -> Any:
        desk = Desk(httpx.Response(403, json=JSON_403), {"a": []})
        with pytest.raises(PlumePermissionError):
            await desk.get()
        return await desk.get()

    assert run(main()) == {"a": []}


def test_a_long_retry_after_is_told_at_once() -> None:
    async def main() -> tuple[float, float | None]:
        desk = Desk(httpx.Response(429, headers={"Retry-After": "30"}))
        with pytest.raises(PlumeRateLimitedError) as error:
            await desk.get()
        return now(), error.value.blocked_for_s

    took, blocked_for_s = run(main())
    assert took == pytest.approx(0, abs=1e-3)
    assert blocked_for_s == 30.0


@pytest.mark.parametrize("where", ["call", "token", "body"])
@pytest.mark.parametrize("within_s", [3.0, 15.0])
def test_everything_ends_at_the_deadline(where: str, within_s: float) -> None:
    async def dripping(_: httpx.Request) -> httpx.Response:
        async def body() -> Any:
            while True:
                await asyncio.sleep(1)
                yield b" "

        return httpx.Response(200, content=body())

    async def main() -> float:
        desk = Desk({"call": forever, "token": {}, "body": dripping}[where])
        if where == "token":
            desk.plume.latency_s = 1e6
        with caller("person", within_s), pytest.raises(PlumeTimeoutError) as error:
            await desk.get()
        assert error.value.path == "/api/x"
        took = now()
        await settle()
        assert desk.budget.state()["in_flight"] == 0
        return took

    assert run(main()) == pytest.approx(within_s, abs=1e-3)


def test_waiting_for_a_place_ends_at_the_deadline_too() -> None:
    async def main() -> float:
        desk = Desk(forever)
        with caller("person", 500):
            hanging = [asyncio.create_task(desk.get(n=number)) for number in range(50)]
        await asyncio.sleep(100)
        with pytest.raises(PlumeTimeoutError):
            await desk.get()
        took = now() - 100
        assert desk.tries == 50
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        return took

    assert run(main()) == pytest.approx(15, abs=1e-3)


def test_a_waiter_with_more_time_stays_when_the_first_one_must_go() -> None:
    async def main() -> tuple[Any, int]:
        desk = Desk(latency_s=5)
        await desk.exchange.new_token(ONE)
        with caller("person", 2):
            hasty = asyncio.create_task(desk.get())
        patient = asyncio.create_task(desk.get())
        with pytest.raises(PlumeTimeoutError):
            await hasty
        return await patient, desk.tries

    assert run(main()) == ({"a": []}, 1)


def test_a_token_call_for_its_own_sake_ends_at_the_deadline() -> None:
    async def main() -> float:
        desk = Desk(latency_s=1e6)
        with pytest.raises(PlumeTimeoutError):
            await desk.exchange.new_token(ONE)
        return now()

    assert run(main()) == pytest.approx(15, abs=1e-3)


@pytest.mark.parametrize("body", [{"when": object()}, {"n": float("nan")}])
async def test_what_cannot_be_written_down_is_refused_before_any_call(body: object) -> None:
    desk = Desk()
    with pytest.raises(PlumeInputError):
        await desk.exchange.request(ONE, "PUT", URL, json_data=body)
    assert desk.plume.token_calls == []


async def test_an_endless_query_is_refused_before_any_call() -> None:
    desk = Desk()
    with pytest.raises(PlumeInputError):
        await desk.get(filter="x" * 70_000)
    assert desk.plume.token_calls == []


def test_one_debug_line_per_call_without_query(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        desk = Desk({"a": []}, httpx.Response(404), forever)
        await desk.get(email="nora@example.net")
        with pytest.raises(PlumeAPIError):
            await desk.get()
        task = asyncio.create_task(desk.get())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait({task})
        await settle()

    with caplog.at_level(logging.DEBUG, logger="src.net"):
        run(main())
    ours = [record.message for record in caplog.records if record.name.startswith("src.")]
    lines = [line.rsplit(" ", 2)[0] for line in ours]
    assert lines == ["POST /t 200", "GET /api/x 200", "GET /api/x 404", "GET /api/x cancelled"]


def test_what_was_searched_for_is_in_no_log_and_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> PlumeAPIError:
        desk = Desk()
        desk.plume.answers("/api/search/nora@example.net", httpx.Response(404))
        address = "https://plume.example.net/api/search/nora@example.net"
        with pytest.raises(PlumeAPIError) as caught:
            await desk.exchange.request(ONE, "GET", address)
        return caught.value

    with caplog.at_level(logging.DEBUG, logger="src.net"):
        error = run(main())
    assert error.path == "/api/search/*"
    assert "GET /api/search/* 404" in caplog.text
    assert not [r for r in caplog.records if r.name.startswith("src.") and "nora" in r.message]


def test_every_event_loop_has_its_own_client_and_closing_is_harmless() -> None:
    desk = Desk()

    async def main() -> Any:
        await desk.exchange.aclose()
        first = await desk.get()
        await desk.exchange.aclose()
        await desk.exchange.aclose()
        assert await desk.get() == first
        return first

    assert asyncio.run(main()) == asyncio.run(main()) == {"a": []}
    assert desk.tries == 4
    assert len(desk.plume.token_calls) == 1


def test_the_cloud_tells_the_time_but_a_refusal_does_not() -> None:
    async def go() -> None:
        told = {"Date": "Mon, 18 May 2026 12:00:00 GMT"}
        desk = Desk(httpx.Response(200, json={}, headers=told))
        before = desk.exchange.clock.now()
        await desk.get()
        assert desk.exchange.clock.now() != before
        assert desk.exchange.clock.now().strftime("%F %H:%M") == "2026-05-18 12:00"

        blocked = Desk(httpx.Response(404, json={"error": {"statusCode": 404}}, headers=told))
        with pytest.raises(PlumeAPIError):
            await blocked.get()
        assert abs((blocked.exchange.clock.now() - utc_now()).total_seconds()) < 5

    run(go())
