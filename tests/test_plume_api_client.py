"""The public client: credentials, requests, endpoints, and what it promises to scripts."""

from __future__ import annotations

import asyncio
import base64
import bisect
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import plume_api_client as client
from src.analysis.health import analyze_location_health
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from src.demo.serving import ServedApp
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.net import errors
from tests.fake_plume import (
    CONFIG,
    HEADER,
    HTML_403,
    JSON_401,
    JSON_403,
    OTHER_HEADER,
    PARTNER,
    SECRETS,
    FakePlume,
)
from tests.virtual_time import now, run

ROOT = Path(__file__).resolve().parent.parent
HOME = "/api/Customers/c1/locations/l1"
REPORTS = "/reports/Customers/c1/locations/l1"
NODE = {"id": "N1", "connectionState": "connected"}

HomeCall = Callable[[], Awaitable[Any]]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    client.user_auth.clear()
    client.configure()


@pytest.fixture
def plume() -> FakePlume:
    """A fake cloud, used by user 1."""
    fake = FakePlume()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    return fake


# ---------------------------------------------------------------------------- authentication


async def test_a_token_call_returns_the_fields_and_is_used_by_the_next_call(
    plume: FakePlume,
) -> None:
    before = datetime.now(UTC)
    token = await client.get_oauth_token(CONFIG)
    assert token["access_token"] == "fake-token-1"
    assert token["expires_in"] == 1800
    assert token["token_expiry"] - before >= timedelta(seconds=1740)
    assert token["token_expiry"] - datetime.now(UTC) <= timedelta(seconds=1740)
    assert token["token_expiry"].utcoffset() == timedelta(0)
    assert "fake-token" not in repr(token)
    plume.answers("/api/Customers", [])
    await client.plume_request(1, "GET", "Customers")
    assert len(plume.token_calls) == 1


async def test_proving_credentials_asks_the_cloud_each_time(plume: FakePlume) -> None:
    await client.get_oauth_token(CONFIG)
    await client.get_oauth_token(CONFIG)
    assert len(plume.token_calls) == 2


async def test_configured_is_not_the_same_as_having_a_fresh_token() -> None:
    moment = [datetime(2026, 5, 18, 6, 30, tzinfo=UTC)]
    fake = FakePlume()
    fake.answers("/api/Customers", [])
    client.configure(transport=fake.transport, now=lambda: moment[0])
    assert not client.is_configured(1)
    assert not client.is_oauth_token_valid(1)
    assert client.get_user_auth(1) is None
    client.set_user_auth(1, CONFIG)
    assert client.is_configured(1)
    assert not client.is_oauth_token_valid(1)
    await client.plume_request(1, "GET", "Customers")
    assert client.is_oauth_token_valid(1)
    known = client.get_user_auth(1)
    assert known is not None
    assert known["access_token"] == "fake-token-1"
    assert known["token_expiry"] == moment[0] + timedelta(seconds=1740)
    moment[0] += timedelta(seconds=1740)
    assert client.is_configured(1)
    assert not client.is_oauth_token_valid(1)
    assert "access_token" not in (client.get_user_auth(1) or {})
    await client.plume_request(1, "GET", "Customers")
    assert len(fake.token_calls) == 2
    client.clear_user_auth(1)
    client.clear_user_auth(1)
    assert not client.is_configured(1)


async def test_a_changed_copy_of_credentials_does_not_carry_the_token_along(
    plume: FakePlume,
) -> None:
    await client.get_oauth_token(CONFIG)
    copy = client.get_user_auth(1)
    assert copy is not None
    assert copy["access_token"] == "fake-token-1"
    client.set_user_auth(2, {**copy, "auth_header": OTHER_HEADER})
    assert not client.is_oauth_token_valid(2)
    assert client.user_auth[2] == {**CONFIG, "auth_header": OTHER_HEADER}


def test_credentials_put_into_the_dictionary_are_checked_as_well() -> None:
    client.user_auth[5] = {**CONFIG, "auth_header": HEADER.split()[1]}  # type: ignore[assignment]  # as scripts do
    assert client.user_auth[5] == CONFIG
    with pytest.raises(client.PlumeInputError):
        client.user_auth[6] = {}  # type: ignore[assignment]  # as scripts do
    assert "fake-secret" not in repr(client.user_auth[5])


async def test_setting_the_same_credentials_again_keeps_the_token(plume: FakePlume) -> None:
    await client.get_oauth_token(CONFIG)
    client.set_user_auth(1, CONFIG)
    assert client.is_oauth_token_valid(1)


async def test_users_share_a_token_only_while_they_share_the_credential(plume: FakePlume) -> None:
    plume.answers("/api/Customers", [])
    client.set_user_auth(2, CONFIG)
    await client.plume_request(1, "GET", "Customers")
    assert client.is_oauth_token_valid(2)
    client.set_user_auth(1, {**CONFIG, "auth_header": OTHER_HEADER})
    assert not client.is_oauth_token_valid(1)
    assert client.is_oauth_token_valid(2)
    await client.plume_request(1, "GET", "Customers")
    await client.plume_request(2, "GET", "Customers")
    assert plume.bearers == ["fake-token-1", "fake-token-2", "fake-token-1"]
    client.clear_user_auth(2)
    client.set_user_auth(3, CONFIG)
    assert not client.is_oauth_token_valid(3)  # nobody had it any more, so it was forgotten


def test_a_copy_of_the_credentials_cannot_change_them(plume: FakePlume) -> None:
    copy = client.get_user_auth(1)
    assert copy is not None
    copy["auth_header"] = "changed"
    assert client.user_auth[1]["auth_header"] == HEADER


def test_no_secret_in_any_repr(plume: FakePlume) -> None:
    shown = [client.user_auth, client.user_auth[1], client.get_user_auth(1)]
    for text in (repr(shown), str(client.user_auth), f"{client.user_auth[1]}"):
        for secret in SECRETS:
            assert secret not in text
    assert repr(client.user_auth) == "<credentials of users [1]>"


def test_addresses_come_from_the_config_the_environment_or_the_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = {"auth_header": HEADER, "partner_id": PARTNER}
    client.set_user_auth(1, short)
    assert client.user_auth[1]["plume_api_base"] == (
        "https://piranha-gamma.prod.us-west-2.aws.plumenet.io/api/"
    )
    assert client.user_auth[1]["plume_reports_base"].endswith("plumenet.io/reports/")
    assert client.user_auth[1]["sso_url"].startswith("https://external.sso.plume.com/oauth2/")
    monkeypatch.setenv("PLUME_SSO_URL", "http://127.0.0.1:8000/oauth2/x/v1/token")
    monkeypatch.setenv("PLUME_API_BASE", "http://localhost:8000/api")
    monkeypatch.setenv("PLUME_REPORTS_BASE", "")
    client.set_user_auth(2, {**short, "sso_url": None, "plume_reports_base": ""})
    assert client.user_auth[2]["sso_url"] == "http://127.0.0.1:8000/oauth2/x/v1/token"
    assert client.user_auth[2]["plume_api_base"] == "http://localhost:8000/api"
    assert client.user_auth[2]["plume_reports_base"].endswith("plumenet.io/reports/")
    client.set_user_auth(3, CONFIG)
    assert client.user_auth[3] == CONFIG


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_header": "nonsense"},
        {"auth_header": None},
        {"partner_id": "two words"},
        {"partner_id": ""},
        {"sso_url": "http://sso.example.net/token"},
        {"plume_api_base": "ftp://x"},
        {"plume_reports_base": 5},
    ],
)
async def test_bad_credentials_are_refused_before_any_call(
    wrong: dict[str, Any], plume: FakePlume
) -> None:
    with pytest.raises(client.PlumeInputError):
        client.set_user_auth(7, {**CONFIG, **wrong})
    assert not client.is_configured(7)
    with pytest.raises(client.PlumeInputError):
        await client.get_oauth_token({**CONFIG, **wrong})
    assert plume.token_calls == []


async def test_pasted_shapes_are_sent_as_the_repaired_header(plume: FakePlume) -> None:
    code = HEADER.split()[1]
    await client.get_oauth_token({**CONFIG, "auth_header": f' "Authorization: Basic: {code}"\n'})
    assert plume.token_calls[0].headers["Authorization"] == HEADER


# ----------------------------------------------------------------------------------- request


async def test_requests_need_credentials(plume: FakePlume) -> None:
    with pytest.raises(client.PlumeNotConfiguredError):
        await client.plume_request(99, "GET", "Customers")
    assert plume.calls == []


async def test_a_request_reaches_either_base(plume: FakePlume) -> None:
    plume.answers("/api/Customers", [1])
    plume.answers("/reports/Customers", [2])
    assert await client.plume_request(1, "get", "/Customers", {"a": 1, "b": None}) == [1]
    assert await client.plume_request(1, "GET", "Customers/", use_reports_api=True) == [2]
    assert [str(call.url) for call in plume.calls] == [
        "https://plume.example.net/api/Customers?a=1",
        "https://plume.example.net/reports/Customers",
    ]


async def test_a_write_sends_json_and_may_have_no_answer(plume: FakePlume) -> None:
    plume.answers(f"{HOME}/nodes/N1", httpx.Response(204))
    endpoint = "Customers/c1/locations/l1/nodes/N1"
    assert await client.plume_request(1, "PUT", endpoint, json_data={"nickname": "Hall"}) is None
    assert json.loads(plume.calls[0].content) == {"nickname": "Hall"}
    assert plume.calls[0].method == "PUT"


@pytest.mark.parametrize(
    ("method", "endpoint"),
    [
        ("TRACE", "Customers"),
        ("", "Customers"),
        ("GET", "Customers/../Groups"),
        ("GET", "Customers?x=1"),
        ("GET", "x" * 5000),
    ],
)
async def test_odd_requests_never_leave(method: str, endpoint: str, plume: FakePlume) -> None:
    with pytest.raises(client.PlumeInputError):
        await client.plume_request(1, method, endpoint)
    assert plume.calls == plume.token_calls == []


@pytest.mark.parametrize("bad", ["../..", "a b", "x" * 5000, "", "a/b", "é", None])
async def test_bad_ids_never_leave(bad: Any, plume: FakePlume) -> None:
    calls = [
        client.get_locations_for_customer(1, bad),
        client.get_location_status(1, bad, "l1"),
        client.get_location_status(1, "c1", bad),
        client.get_nodes_in_location(1, "c1", bad),
        client.get_wifi_networks(1, bad, "l1"),
        client.get_wan_stats(1, "c1", bad),
    ]
    for call in calls:
        with pytest.raises(client.PlumeInputError):
            await call
    assert plume.calls == plume.token_calls == []


async def test_reports_are_asked_again_with_the_client_id_after_a_refusal(
    plume: FakePlume,
) -> None:
    def with_client_id(request: httpx.Request) -> Any:
        if request.url.params.get("client_id") == "fake-client":
            return {"fifteenMins": []}
        return httpx.Response(403, json=JSON_403)

    plume.answers(f"{REPORTS}/wanStats", with_client_id)
    for _ in range(3):
        assert (await client.get_wan_stats(1, "c1", "l1")).points == ()
    # refused once, then sent along from the start
    assert [call.url.params.get("client_id") for call in plume.calls] == [
        None,
        "fake-client",
        "fake-client",
        "fake-client",
    ]


@pytest.mark.parametrize(
    ("reply", "kind", "tries"),
    [
        (httpx.Response(403, json=JSON_403), errors.PlumePermissionError, 2),
        (httpx.Response(401, json=JSON_401), errors.PlumeNotVisibleError, 3),
        (HTML_403, errors.PlumeRateLimitedError, 1),
        (httpx.Response(404), errors.PlumeNotFoundError, 1),
    ],
)
async def test_a_report_that_stays_refused(
    reply: httpx.Response, kind: type[Exception], tries: int, plume: FakePlume
) -> None:
    plume.answers(f"{REPORTS}/wanStats", reply)
    with pytest.raises(kind):
        await client.get_wan_stats(1, "c1", "l1")
    assert len(plume.calls) == tries


def test_a_poller_may_wait_longer_than_a_person() -> None:
    async def main() -> float:
        fake = FakePlume()
        fake.answers("/api/Customers", httpx.Response(503, headers={"Retry-After": "20"}), [])
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        with client.caller("poller", 60):
            await client.plume_request(1, "GET", "Customers")
        state = client.budget_state()
        assert (state["window_calls"], state["poller_calls"]) == (2, 2)
        return now()

    assert run(main()) == pytest.approx(20, abs=0.5)


def test_5000_requests_never_exceed_the_window_and_retries_count() -> None:
    async def main() -> list[float]:
        fake = FakePlume()
        seen: dict[str, int] = {}

        def sometimes_busy(request: httpx.Request) -> Any:
            number = request.url.params["n"]
            seen[number] = seen.get(number, 0) + 1
            busy = int(number) % 10 == 0 and seen[number] == 1
            return httpx.Response(503) if busy else []

        fake.answers("/api/Customers", sometimes_busy)
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)

        async def one(number: int) -> None:
            with client.caller("poller" if number % 3 == 0 else "person", 3600):
                await client.plume_request(1, "GET", "Customers", {"n": number})

        await asyncio.gather(*(one(number) for number in range(5000)))
        assert fake.most_in_flight <= 50
        assert len(fake.token_calls) == 1
        return sorted(fake.left_at)

    left_at = run(main())
    assert len(left_at) == 5500
    fullest = max(
        bisect.bisect_left(left_at, start + 300) - index for index, start in enumerate(left_at)
    )
    assert fullest == 1800


def test_200_people_are_served_while_one_call_hangs() -> None:
    async def main() -> float:
        fake = FakePlume()

        async def slow(_: httpx.Request) -> Any:
            await asyncio.sleep(10)
            return []

        fake.answers("/api/Groups", slow)
        fake.answers("/api/Customers", [])
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        hanging = asyncio.create_task(client.plume_request(1, "GET", "Groups"))
        calls = (client.plume_request(1, "GET", "Customers", {"n": n}) for n in range(200))
        await asyncio.gather(*calls)
        served_at = now()
        await hanging
        return served_at

    assert run(main()) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PLUME_WINDOW_CALLS", "many"),
        ("PLUME_WINDOW_CALLS", "0"),
        ("PLUME_WINDOW_CALLS", "5000"),
        ("PLUME_POLL_RATE", "-1"),
        ("PLUME_POLL_RATE", "nan"),
    ],
)
def test_a_bad_budget_names_its_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv(variable, value)
        with pytest.raises(client.PlumeInputError, match=variable):
            client.configure()


async def test_the_budget_comes_from_arguments_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLUME_WINDOW_CALLS", "600")
    client.configure()
    assert client.budget_state()["window_limit"] == 600
    client.configure(window_calls=60, poll_rate=2.5, in_flight=4)
    state = client.budget_state()
    assert (state["window_limit"], state["poller_limit"], state["in_flight_limit"]) == (60, 50, 4)


# --------------------------------------------------------------------------------- endpoints


def customers(first: int, count: int) -> list[dict[str, str]]:
    return [{"id": f"c{number}"} for number in range(first, first + count)]


def paged(total: int) -> Callable[[httpx.Request], Any]:
    """A listing that honours the filter, as LoopBack does."""

    def answer(request: httpx.Request) -> Any:
        wanted = json.loads(request.url.params["filter"])
        count = min(wanted["limit"], max(0, total - wanted["offset"]))
        return customers(wanted["offset"], count)

    return answer


@pytest.mark.parametrize(
    ("reply", "found", "calls"),
    [
        (paged(0), 0, 1),
        (paged(3), 3, 1),
        (paged(500), 500, 2),
        (paged(1001), 1001, 3),
        (customers(0, 40), 40, 1),  # a page size of the cloud's own
        (customers(0, 700), 700, 2),  # the filter is ignored: the second page is the first again
        ({"data": customers(0, 2)}, 2, 1),
        ([{"id": "c0"}, {"name": "no id"}, "odd"], 1, 1),
    ],
)
async def test_customers_page_through_all(
    reply: Any, found: int, calls: int, plume: FakePlume
) -> None:
    plume.answers("/api/Customers", reply)
    listed = await client.get_customers(1)
    assert [customer.id for customer in listed] == [f"c{n}" for n in range(found)]
    assert len(plume.calls) == calls


async def test_a_customer_that_cannot_be_read_does_not_end_the_paging(plume: FakePlume) -> None:
    plume.answers("/api/Customers", [*customers(0, 499), {"id": None}], customers(499, 1))
    assert len(await client.get_customers(1)) == 500
    offsets = [json.loads(call.url.params["filter"])["offset"] for call in plume.calls]
    assert offsets == [0, 500]


async def test_paging_ends_even_when_the_cloud_never_does(plume: FakePlume) -> None:
    def endless(request: httpx.Request) -> Any:
        return customers(json.loads(request.url.params["filter"])["offset"], 500)

    plume.answers("/api/Customers", endless)
    assert len(await client.get_customers(1)) == 200_000


@pytest.mark.parametrize(
    "refusal", [httpx.Response(401, json=JSON_401), httpx.Response(403, json=JSON_403)]
)
async def test_partners_without_a_listing_are_read_as_a_group(
    refusal: httpx.Response, plume: FakePlume
) -> None:
    plume.answers("/api/Customers", refusal)
    plume.answers(f"/api/Groups/{PARTNER}/customers", paged(501))
    assert len(await client.get_customers(1)) == 501


async def test_other_trouble_with_the_listing_has_no_detour(plume: FakePlume) -> None:
    plume.answers("/api/Customers", httpx.Response(404))
    with pytest.raises(client.PlumeNotFoundError):
        await client.get_customers(1)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ([{"id": "l1"}, {"id": "l2"}], ["l1", "l2"]),
        ({"id": "l1", "name": "Home"}, ["l1"]),
        ({"locations": [{"id": "l1"}]}, ["l1"]),
        ([], []),
    ],
)
async def test_locations_in_every_shape(body: Any, found: list[str], plume: FakePlume) -> None:
    plume.answers("/api/Customers/c1/locations", body)
    homes = await client.get_locations_for_customer(1, "c1")
    assert [home.id for home in homes] == found


@pytest.mark.parametrize(
    "body",
    [
        {"nodes": [NODE]},
        {"nodes": {"nodes": [NODE]}},
        {"nodes": {"nodes": {"nodes": [NODE]}}},
        [NODE],
        {"nodes": [{"nickname": "no id"}, NODE, None, 5]},
    ],
)
async def test_nodes_in_every_shape(body: Any, plume: FakePlume) -> None:
    plume.answers(f"{HOME}/nodes", body)
    nodes = await client.get_nodes_in_location(1, "c1", "l1")
    assert [(node.id, node.connected) for node in nodes] == [("N1", True)]


async def test_a_location_comes_with_its_summary(plume: FakePlume) -> None:
    plume.answers(HOME, {"id": "l1", "summary": {"nodeConnectedCount": 3}})
    home = await client.get_location_status(1, "c1", "l1")
    assert home.summary is not None
    assert home.summary.node_connected_count == 3
    assert plume.calls[0].url.params["include"] == "summary"


NETWORK = {"ssid": "Home", "enable": True, "encryptionKey": "fake-secret"}
PRIMARY = {"wifiNetwork": {"ssid": "Home", "enabled": True, "encryptionKey": "fake-secret"}}


@pytest.mark.parametrize(
    ("listed", "primary", "found", "calls"),
    [
        ([NETWORK, {"ssid": "Guest"}], None, [("Home", True), ("Guest", None)], 1),
        ([], PRIMARY, [("Home", True)], 2),
        (httpx.Response(404), PRIMARY, [("Home", True)], 2),
        ([], httpx.Response(404), [], 2),
    ],
)
async def test_wifi_networks(
    listed: Any, primary: Any, found: list[Any], calls: int, plume: FakePlume
) -> None:
    plume.answers(f"{HOME}/wifiNetworks", listed)
    plume.answers(f"{HOME}/wifiNetwork", primary)
    networks = await client.get_wifi_networks(1, "c1", "l1")
    assert [(network.ssid, network.enabled) for network in networks] == found
    assert len(plume.calls) == calls
    assert "fake-secret" not in repr(networks)


@pytest.mark.parametrize(
    ("listed", "primary", "kind"),
    [
        (httpx.Response(404), httpx.Response(404), errors.PlumeNotFoundError),
        (httpx.Response(401, json=JSON_401), None, errors.PlumeNotVisibleError),
        ([], httpx.Response(401, json=JSON_401), errors.PlumeNotVisibleError),
        (httpx.Response(403, json=JSON_403), None, errors.PlumePermissionError),
    ],
)
async def test_wifi_of_a_home_that_is_not_there(
    listed: Any, primary: Any, kind: type[Exception], plume: FakePlume
) -> None:
    plume.answers(f"{HOME}/wifiNetworks", listed)
    plume.answers(f"{HOME}/wifiNetwork", primary)
    with pytest.raises(kind) as error:
        await client.get_wifi_networks(1, "c1", "l1")
    assert type(error.value) is kind


POINT = {"timestamp": "2026-05-18T06:30:00.000Z", "rxMbytes": 8.5, "txMbytes": None}
EARLIER = {"timestamp": 1779084900000, "rxMbytes": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"fifteenMins": [POINT, EARLIER]},
        {"fifteenMins": [EARLIER, POINT]},
        {"other": [], "days": [POINT, EARLIER]},
        [POINT, EARLIER],
    ],
)
async def test_wan_stats_in_every_shape(body: Any, plume: FakePlume) -> None:
    plume.answers(f"{REPORTS}/wanStats", body)
    stats = await client.get_wan_stats(1, "c1", "l1", period="weekly")
    assert [point.rx_mbytes for point in stats.points] == [1, 8.5]
    assert stats.points[1].tx_mbytes is None
    assert plume.calls[0].url.params["period"] == "weekly"


async def test_a_period_is_one_of_three(plume: FakePlume) -> None:
    with pytest.raises(client.PlumeInputError):
        await client.get_wan_stats(1, "c1", "l1", period="hourly")
    assert plume.calls == []


@pytest.mark.parametrize("body", [{"message": "odd"}, "text", 5, None, [1, 2]])
async def test_an_unknown_shape_is_an_error_and_not_nothing(body: Any, plume: FakePlume) -> None:
    reply = httpx.Response(200, content=json.dumps(body).encode())
    paths = ("/api/Customers", "/api/Customers/c1/locations", HOME, f"{HOME}/nodes")
    for path in (*paths, f"{HOME}/wifiNetworks", f"{HOME}/wifiNetwork", f"{REPORTS}/wanStats"):
        plume.answers(path, reply)
    calls = [
        client.get_customers(1),
        client.get_locations_for_customer(1, "c1"),
        client.get_location_status(1, "c1", "l1"),
        client.get_nodes_in_location(1, "c1", "l1"),
    ]
    if not isinstance(body, dict):  # a lone network without a name is odd, yet readable
        calls.append(client.get_wifi_networks(1, "c1", "l1"))
    if body is not None:  # null is how reports say "nothing"
        calls.append(client.get_wan_stats(1, "c1", "l1"))
    for call in calls:
        with pytest.raises(client.PlumeResponseError):
            await call


# --------------------------------------------------------------- against the embedded cloud


class Demo:
    """The embedded cloud in this process, with a technician of its first partner as user 1."""

    def __init__(self, **options: Any) -> None:
        clock = VirtualClock(datetime(2026, 5, 18, 18, 40, tzinfo=UTC), speed=0)
        self.cloud = PlumeCloud(World(7, clock, 12), **options)
        client.configure(transport=httpx.ASGITransport(self.cloud.app))
        self.sign_in(1, 0)

    def sign_in(self, user_id: int, number: int, base: str = "http://localhost") -> None:
        who = DEMO_CREDENTIALS[number]
        client.set_user_auth(
            user_id,
            {
                "auth_header": who.header,
                "partner_id": who.partner_id,
                "sso_url": f"{base}/oauth2/demo/v1/token",
                "plume_api_base": f"{base}/api/",
                "plume_reports_base": f"{base}/reports/",
            },
        )


HOME_IDS = (ids.DEMO_CUSTOMER_ID, ids.DEMO_LOCATION_ID)


async def test_a_whole_home_is_read_from_the_embedded_cloud() -> None:
    demo = Demo()
    homes = await client.get_locations_for_customer(1, HOME_IDS[0])
    assert HOME_IDS[1] in [home.id for home in homes]
    home, nodes, networks, wan = await asyncio.gather(
        client.get_location_status(1, *HOME_IDS),
        client.get_nodes_in_location(1, *HOME_IDS),
        client.get_wifi_networks(1, *HOME_IDS),
        client.get_wan_stats(1, *HOME_IDS),
    )
    assert home.id == HOME_IDS[1]
    assert ids.DEMO_GATEWAY_ID in [node.id for node in nodes]
    assert all(network.ssid for network in networks)
    assert len(wan.points) == 96
    verdict = client.analyze_location_health(home, nodes)
    assert verdict["pods_total"] == len(nodes)
    assert client.format_wan_analysis(client.analyze_wan_stats(wan))
    assert len(demo.cloud.calls("/token")) == 1
    assert await client.get_customers(1)


@pytest.mark.parametrize(
    ("shapes", "check"),
    [
        ({"nodes_envelope": "double"}, "nodes"),
        ({"nodes_envelope": "bare"}, "nodes"),
        ({"health": "null", "channels": "text", "alerts": "name"}, "nodes"),
        ({"health": "word", "alerts": "text", "unknown_fields": "some"}, "nodes"),
        ({"locations": "object"}, "locations"),
        ({"speed_test": "location", "service_level": "empty", "times": "epoch_ms"}, "status"),
        ({"wifi_networks": "not_found", "wifi_flag": "enabled"}, "wifi"),
        ({"wifi_networks": "empty", "wifi_flag": "missing"}, "wifi"),
        ({"wan_order": "oldest_first", "wan_envelope": "other"}, "wan"),
        ({"times": "iso_short"}, "wan"),
        ({"expires_in": "missing"}, "nodes"),
    ],
)
async def test_every_reading_of_the_embedded_cloud(shapes: dict[str, str], check: str) -> None:
    calls: dict[str, HomeCall] = {
        "nodes": lambda: client.get_nodes_in_location(1, *HOME_IDS),
        "locations": lambda: client.get_locations_for_customer(1, HOME_IDS[0]),
        "status": lambda: client.get_location_status(1, *HOME_IDS),
        "wifi": lambda: client.get_wifi_networks(1, *HOME_IDS),
        "wan": lambda: client.get_wan_stats(1, *HOME_IDS),
    }
    demo = Demo()
    plain = await calls[check]()
    demo.cloud.shapes.set(**shapes)
    client.configure(transport=httpx.ASGITransport(demo.cloud.app))
    shaped = await calls[check]()
    identify: dict[str, Callable[[Any], Any]] = {
        "nodes": lambda nodes: [(node.id, node.connected, node.boot_at) for node in nodes],
        "locations": lambda homes: homes[0].id,
        "status": lambda home: (home.id, home.created_at, home.summary),
        "wifi": lambda networks: networks[0].ssid,
        "wan": lambda stats: stats.points,
    }
    assert identify[check](shaped) == identify[check](plain)


async def test_isolation_between_partners() -> None:
    demo = Demo()
    demo.sign_in(2, 1)
    assert DEMO_CREDENTIALS[1].partner_id != DEMO_CREDENTIALS[0].partner_id
    with pytest.raises((errors.PlumePermissionError, errors.PlumeNotVisibleError)):
        await client.get_location_status(2, *HOME_IDS)
    assert (await client.get_location_status(1, *HOME_IDS)).id == HOME_IDS[1]


async def test_unknown_customer_and_unknown_home_are_told_apart() -> None:
    Demo()
    with pytest.raises(errors.PlumeNotVisibleError):
        await client.get_locations_for_customer(1, "f" * 24)
    with pytest.raises(errors.PlumeNotFoundError) as error:
        await client.get_location_status(1, HOME_IDS[0], "f" * 24)
    assert type(error.value) is errors.PlumeNotFoundError


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"auth_header": "Basic " + base64.b64encode(b"no:body").decode()}, "header"),
        ({"partner_id": "f" * 24}, "partner"),
    ],
)
async def test_setup_tells_what_is_wrong(change: dict[str, str], reason: str) -> None:
    Demo()
    config = {**(client.get_user_auth(1) or {}), **change}
    with pytest.raises(errors.PlumeAuthError) as error:
        await client.get_oauth_token(config)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("token_refused", errors.PlumeAuthError),
        ("token_scope", errors.PlumeAuthError),
        ("401", errors.PlumeNotVisibleError),
        ("json_403", errors.PlumePermissionError),
        ("html_403", errors.PlumeRateLimitedError),
        ("404", errors.PlumeNotFoundError),
        ("422", errors.PlumeRejectedError),
        ("429", errors.PlumeRateLimitedError),
        ("500", errors.PlumeServerError),
        ("502", errors.PlumeServerError),
        ("503", errors.PlumeServerError),
        ("hang", errors.PlumeTimeoutError),
        ("cut_json", errors.PlumeResponseError),
        ("html_200", errors.PlumeResponseError),
        ("wrong_shape", errors.PlumeResponseError),
        ("big_body", errors.PlumeResponseError),
    ],
)
def test_every_fault_has_its_error(fault: str, kind: type[errors.PlumeAPIError]) -> None:
    async def main() -> None:
        demo = Demo()
        path = "*" if fault.startswith("token") else "/api/*"
        demo.cloud.faults.set(fault, path=path)
        with pytest.raises(kind) as error:
            await client.get_nodes_in_location(1, *HOME_IDS)
        assert type(error.value) is kind
        assert now() <= 15.001
        await asyncio.sleep(0.1)  # what was cancelled at the deadline has ended
        assert client.budget_state()["in_flight"] == 0

    run(main())


async def test_the_firewall_is_never_reached_and_a_stricter_one_is_respected() -> None:
    demo = Demo(firewall_limit=20)
    results = await asyncio.gather(
        *(client.plume_request(1, "GET", "Customers/count", {"n": n}) for n in range(60)),
        return_exceptions=True,
    )
    limited = [result for result in results if isinstance(result, errors.PlumeRateLimitedError)]
    assert limited
    assert all(error.firewall for error in limited)
    reached = len(demo.cloud.calls("/api/"))
    with pytest.raises(errors.PlumeRateLimitedError):
        await client.get_nodes_in_location(1, *HOME_IDS)
    assert len(demo.cloud.calls("/api/")) == reached


async def test_on_real_sockets_a_warm_client_opens_no_connection_and_survives_a_reset() -> None:
    demo = Demo()
    client.configure()
    async with ServedApp(demo.cloud.app) as served:
        demo.sign_in(1, 0, served.url)

        async def status() -> None:
            await asyncio.gather(
                client.get_location_status(1, *HOME_IDS),
                client.get_nodes_in_location(1, *HOME_IDS),
            )

        await status()
        warm = {record.peer for record in demo.cloud.requests}
        demo.cloud.requests.clear()
        for _ in range(5):
            await status()
        assert {record.peer for record in demo.cloud.requests} <= warm
        assert len(demo.cloud.requests) == 10
        demo.cloud.faults.set("reset", path="*/nodes", times=1)
        await status()
        demo.cloud.faults.set("reset", path="*/nodes")
        with pytest.raises(errors.PlumeConnectionError):
            await client.get_nodes_in_location(1, *HOME_IDS)
        await client.aclose()


# ---------------------------------------------------------------------------- public face


def test_exports_are_sorted_there_and_documented() -> None:
    assert client.__all__ == sorted(client.__all__)
    for name in client.__all__:
        assert getattr(client, name).__doc__


def test_layer_four_is_the_analysis_itself() -> None:
    assert client.analyze_location_health is analyze_location_health


def test_a_script_loads_neither_telegram_nor_anything_heavy() -> None:
    heavy = ["telegram", "sqlalchemy", "starlette", "uvicorn", "matplotlib", "src.demo"]
    code = (
        f"import sys, plume_api_client\nprint([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_nothing_is_set_up_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_shared", None)
    await client.aclose()
    assert client._shared is None
    assert client.budget_state()["window_limit"] == 1800
    await client.aclose()
