"""The embedded Plume cloud as a client sees it: who may read what, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from src.demo.serving import ServedApp
from src.demo.world_clock import iso
from tests.demo.plume_kit import (
    BEDROOM,
    CUSTOMER,
    GARAGE,
    HOME,
    NORA,
    OTHER,
    START,
    STUDY,
    Caller,
    HandTime,
    ask_token,
    home_path,
    make_world,
    open_caller,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ELSEWHERE = home_path(15)


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


# -- who may ask -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer made.up.token", NORA.header, "Bearer  ", "bearer x y"]
)
@pytest.mark.parametrize("path", [HOME, f"{HOME}/nodes", "/api/nothing", "/reports/nothing"])
async def test_without_a_valid_token_everything_is_401(
    cloud: PlumeCloud, header: str, path: str
) -> None:
    http = Caller(cloud).http
    http.headers["Authorization"] = header

    answer = await http.get(path)

    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "statusCode": 401,
        "name": "Error",
        "message": "Authorization Required",
        "code": "AUTHORIZATION_REQUIRED",
    }


async def test_a_token_ends_with_its_life() -> None:
    time = HandTime()
    cloud = PlumeCloud(make_world(), token_life_s=600, monotonic=time)
    nora = await Caller(cloud).log_in()

    time.now += 599
    before = await nora.get(HOME)
    time.now += 1
    after = await nora.get(HOME)

    assert (before.status_code, after.status_code) == (200, 401)


async def test_revoked_tokens_are_worthless_and_new_ones_work(
    cloud: PlumeCloud, nora: Caller
) -> None:
    cloud.tokens.revoke_all()
    refused = await nora.get(HOME)
    await nora.log_in()

    assert refused.status_code == 401
    assert (await nora.get(HOME)).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/api/Customers/{'f' * 24}", 401, "AUTHORIZATION_REQUIRED"),
        ("/api/Customers/a%20b", 401, "AUTHORIZATION_REQUIRED"),
        (f"/api/Customers/{ids.customer_id(40)}/locations", 401, "AUTHORIZATION_REQUIRED"),
        (f"{CUSTOMER}/locations/{'f' * 24}", 404, "MODEL_NOT_FOUND"),
        (f"{CUSTOMER}/locations/{ids.location_id(0, 2)}", 404, "MODEL_NOT_FOUND"),
        (f"{CUSTOMER}/locations/{ids.location_id(1, 0)}/nodes", 404, "MODEL_NOT_FOUND"),
        (f"{HOME}/nodes/NOSUCHNODE", 404, "MODEL_NOT_FOUND"),
        (f"{HOME}/nodes/{ids.node_id(0, 1, 0)}", 404, "MODEL_NOT_FOUND"),
        (f"{HOME}/devices/02:00:00:00:00:99", 404, "MODEL_NOT_FOUND"),
        (ELSEWHERE, 403, "FORBIDDEN"),
        (f"{ELSEWHERE}/nodes", 403, "FORBIDDEN"),
        (f"{HOME}/nothing", 404, "ENOTFOUND"),
        ("/api/", 404, "ENOTFOUND"),
    ],
)
async def test_refusals_say_why(nora: Caller, path: str, status: int, code: str) -> None:
    answer = await nora.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_an_unknown_method_is_404_as_loopback_says(nora: Caller) -> None:
    answer = await nora.http.delete(HOME)

    assert answer.status_code == 404
    assert "no method to handle DELETE" in answer.json()["error"]["message"]


async def test_the_second_partner_sees_its_own_home_only(cloud: PlumeCloud) -> None:
    oskar = await Caller(cloud, OTHER).log_in()

    assert (await oskar.get(ELSEWHERE)).status_code == 200
    assert (await oskar.get(HOME)).status_code == 403


@pytest.mark.parametrize("word", ["Customers", "customers", "CUSTOMERS"])
@pytest.mark.parametrize("base", ["api", "API"])
async def test_the_first_word_may_have_any_case(nora: Caller, word: str, base: str) -> None:
    path = HOME.replace("/api/Customers", f"/{base}/{word}")

    assert (await nora.get(path)).status_code == 200


async def test_unknown_query_parameters_are_ignored(nora: Caller) -> None:
    assert await nora.json(f"{HOME}/nodes", limit=1, nonsense="x") == await nora.json(
        f"{HOME}/nodes"
    )


async def test_head_tells_ownership(nora: Caller) -> None:
    here, there = await nora.http.head(HOME), await nora.http.head(ELSEWHERE)

    assert (here.status_code, there.status_code) == (200, 403)


# -- what it says ------------------------------------------------------------------------------


async def test_locations_are_a_list_without_summary_until_asked(nora: Caller) -> None:
    plain = await nora.json(f"{CUSTOMER}/locations")
    full = await nora.json(f"{CUSTOMER}/locations", include="summary")

    assert [home["name"] for home in plain] == ["Home", "Summer cottage"]
    assert all("summary" not in home for home in plain)
    assert [home["summary"]["nodeConnectedCount"] for home in full] == [4, 2]


async def test_a_location_says_where_it_is_and_how(nora: Caller) -> None:
    home = await nora.json(HOME, include="summary")

    assert home["id"] == ids.DEMO_LOCATION_ID
    assert home["customerId"] == ids.DEMO_CUSTOMER_ID
    assert home["partnerId"] == ids.PARTNER_ID
    assert home["geoIp"]["timezone"] == "Europe/Stockholm"
    assert home["networkStatus"]["status"] == "online"
    assert home["serviceLevel"]["status"] == "fullService"
    assert home["summary"]["gatewayConnectionState"] == "connected"
    assert home["summary"]["nodeClaimedCount"] == 4
    assert "speedTest" not in home


async def test_counts_agree_everywhere(nora: Caller) -> None:
    home = await nora.json(HOME, include="summary")
    nodes = await nora.nodes()
    devices = (await nora.json(f"{HOME}/devices"))["devices"]
    connected = [device for device in devices if device["connectionState"] == "connected"]

    total = sum(node["connectedDeviceCount"] for node in nodes.values())
    assert total == len(connected) == home["summary"]["connectedDeviceCount"] > 0
    for node_id, node in nodes.items():
        here = [device for device in connected if device["leafToRoot"][0]["id"] == node_id]
        assert len(here) == node["connectedDeviceCount"]


async def test_the_tree_of_the_demo_home(nora: Caller) -> None:
    nodes = await nora.nodes()
    gateway = nodes[ids.DEMO_GATEWAY_ID]

    assert gateway["leafToRoot"] == []
    assert gateway["wanIp"].startswith("203.0.113.")
    assert nodes[STUDY]["leafToRoot"][0]["id"] == ids.DEMO_GATEWAY_ID
    assert [hop["id"] for hop in nodes[BEDROOM]["leafToRoot"]] == [STUDY, ids.DEMO_GATEWAY_ID]
    assert nodes[GARAGE]["backhaulType"] == "ethernet"
    assert nodes[BEDROOM]["nickname"] is None
    assert nodes[BEDROOM]["defaultName"]


async def test_boot_comes_before_connection_and_both_before_now(nora: Caller) -> None:
    for index in range(16):
        if index == 15:
            continue
        for node in (await nora.nodes(home_path(index))).values():
            if node["connectionState"] == "connected":
                booted, changed = (
                    datetime.fromisoformat(node[key])
                    for key in ("bootAt", "connectionStateChangeAt")
                )
                assert booted <= changed <= START


async def test_a_single_node_brings_its_devices(nora: Caller) -> None:
    nodes = await nora.nodes()
    node = await nora.json(f"{HOME}/nodes/{STUDY}")

    assert len(node["connectedDevices"]) == nodes[STUDY]["connectedDeviceCount"]
    assert all(d["leafToRoot"][0]["id"] == STUDY for d in node["connectedDevices"])


async def test_a_node_of_the_customer_names_its_location(nora: Caller) -> None:
    node = await nora.json(f"{CUSTOMER}/nodes/{STUDY}")

    assert node["locationId"] == ids.DEMO_LOCATION_ID
    assert (await nora.get(f"{CUSTOMER}/nodes/{ids.node_id(1, 0, 0)}")).status_code == 404


async def test_a_device_is_found_by_its_quoted_address(nora: Caller) -> None:
    mac = ids.device_mac(0, 0, 1)

    device = await nora.json(f"{HOME}/devices/{mac.upper().replace(':', '%3A')}")

    assert device["mac"] == mac


async def test_wifi_networks_carry_no_key_and_the_single_call_does(nora: Caller) -> None:
    networks = await nora.json(f"{HOME}/wifiNetworks")
    single = (await nora.json(f"{HOME}/wifiNetwork"))["wifiNetwork"]

    assert [network["ssid"] for network in networks] == [
        "Lindqvist-Home",
        "Lindqvist-Guest",
        "Lindqvist-IoT",
    ]
    assert not any("encryptionKey" in network for network in networks)
    assert single["encryptionKey"] == "not-a-real-wifi-key"
    assert await nora.json(f"{HOME}/wifiNetwork/ssid") == {"ssid": "Lindqvist-Home"}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("summary", "nodeClaimedCount"),
        ("serviceLevel", "status"),
        ("authorizations", "numPodsAuthorized"),
        ("networkMode", "networkMode"),
        ("wanConfiguration", "pppoe"),
        ("alerts", "nodes"),
        ("topology", "topology"),
    ],
)
async def test_the_small_reads_answer(nora: Caller, path: str, key: str) -> None:
    assert key in await nora.json(f"{HOME}/{path}")


async def test_the_topology_is_the_nodes(nora: Caller) -> None:
    body = await nora.json(f"{HOME}/topology")

    assert {node["id"] for node in body["topology"]} == set(await nora.nodes())


# -- the kinds of home -------------------------------------------------------------------------


async def test_pod_offline(nora: Caller) -> None:
    nodes = await nora.nodes(home_path(1))
    away = nodes[ids.node_id(1, 0, 3)]

    assert away["connectionState"] == "disconnected"
    assert (away["health"], away["leafToRoot"], away["ip"]) == (None, [], "")
    assert away["backhaulType"] == "unknown"
    assert sum(node["connectionState"] == "connected" for node in nodes.values()) == 3


async def test_dark_home(nora: Caller) -> None:
    home = await nora.json(home_path(2), include="summary")
    nodes = await nora.nodes(home_path(2))

    assert home["networkStatus"]["status"] == "offline"
    assert home["summary"]["gatewayConnectionState"] == "disconnected"
    assert {node["connectionState"] for node in nodes.values()} == {"disconnected"}
    assert home["summary"]["connectedDeviceCount"] == 0


async def test_poor_pod_has_an_alert(nora: Caller) -> None:
    poor = (await nora.nodes(home_path(3)))[ids.node_id(3, 0, 2)]
    alerts = await nora.json(f"{home_path(3)}/alerts")

    assert poor["health"]["status"] == "poor"
    assert poor["alerts"] == [{"type": "poorHealth"}]
    assert alerts["nodes"] == [{"id": poor["id"], "alerts": [{"type": "poorHealth"}]}]


async def test_bridge_mode(nora: Caller) -> None:
    home = await nora.json(home_path(4), include="summary")
    nodes = await nora.nodes(home_path(4))

    assert home["networkMode"] == home["summary"]["networkModeRealized"] == "bridge"
    assert {node["networkMode"] for node in nodes.values()} == {"bridge"}


async def test_not_onboarded(nora: Caller) -> None:
    home = await nora.json(home_path(5), include="summary")

    assert "geoIp" not in home
    assert "networkStatus" not in home
    assert home["summary"]["onboardingStatus"] == "unknown"
    assert await nora.json(f"{home_path(5)}/nodes") == {"nodes": []}
    assert await nora.json(f"{home_path(5)}/devices") == {"devices": []}
    assert await nora.json(f"{home_path(5)}/wifiNetworks") == []
    for path in ("wifiNetwork", "wifiNetwork/ssid"):
        assert (await nora.get(f"{home_path(5)}/{path}")).status_code == 404


async def test_single_gateway_and_no_service(nora: Caller) -> None:
    (gateway,) = (await nora.nodes(home_path(6))).values()
    silent = await nora.json(home_path(7))
    networks = await nora.json(f"{home_path(7)}/wifiNetworks")

    assert gateway["residentialGateway"] is True
    assert silent["serviceLevel"]["status"] == "noService"
    assert not any(network["enable"] for network in networks)


@pytest.mark.parametrize(("index", "number"), [(8, 24), (13, 300)])
async def test_customers_with_many_locations(nora: Caller, index: int, number: int) -> None:
    homes = await nora.json(f"/api/Customers/{ids.customer_id(index)}/locations")

    assert len({home["id"] for home in homes}) == number
    assert len({home["name"] for home in homes}) == number


async def test_odd_names_arrive_intact(nora: Caller) -> None:
    names = [(await nora.json(home_path(index)))["name"] for index in (9, 10, 11)]
    right_to_left = (await nora.json(home_path(9, 1)))["name"]
    nodes = [node["nickname"] for node in (await nora.nodes(home_path(9))).values()]

    assert names[0] == "Húsið við ána 🏡"
    assert "<i>home</i> &amp;" in names[1]
    assert len(names[2]) == 300
    assert right_to_left == "בית הקיץ"
    assert nodes == ["Eldhús 🍳", "غرفة الجلوس", "書斎"]


async def test_the_hotel_has_32_pods_and_one_that_never_reported(nora: Caller) -> None:
    nodes = list((await nora.nodes(home_path(12))).values())

    assert len(nodes) == 32
    never = [node for node in nodes if node["connectionState"] == "unavailable"]
    assert len(never) == 1
    assert "bootAt" not in never[0]
    assert "speedTest" not in never[0]


# -- the same on sockets -----------------------------------------------------------------------


async def test_serves_on_a_socket_and_logs_peers(cloud: PlumeCloud) -> None:
    async with (
        ServedApp(cloud.app) as served,
        httpx.AsyncClient(base_url=served.url) as http,
    ):
        token = (await ask_token(http, NORA)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        answers = [await http.get(f"{HOME}/nodes") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({record.peer for record in cloud.requests}) == 1  # one kept-alive connection
    assert [record.status for record in cloud.requests] == [200] * 4


async def test_the_same_seed_gives_the_same_answers() -> None:
    one, two = [await Caller(PlumeCloud(make_world())).log_in() for _ in range(2)]
    other = await Caller(PlumeCloud(make_world(seed=8))).log_in()

    first = await one.json(f"{HOME}/nodes")
    assert first == await two.json(f"{HOME}/nodes")
    assert first != await other.json(f"{HOME}/nodes")


async def test_statuses_change_with_the_clock(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.world.apply("cut_line", ids.DEMO_LOCATION_ID)
    cloud.world.clock.advance(600)

    home = await nora.json(HOME)

    assert home["networkStatus"] == home["networkStatus"] | {
        "status": "offline",
        "statusChangedAt": iso(START),
    }
