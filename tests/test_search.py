"""From any text to the home: one round trip, first answer first, and honest about what failed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as client
from src.api.search import homes_of_hit, search, search_to_end
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from tests import virtual_time
from tests.fake_plume import CONFIG, JSON_403, FakePlume, forever

if TYPE_CHECKING:
    from collections.abc import Iterator

    from src.models.lookup import SearchHit, SearchResult

V2 = "/api/Customers/v2/search"
NODES = "/api/partners/nodes/"
PARTNER = "/api/partners/customers/search/"
SERIAL = "7K3Q9X0002"
NODE = {"serialNumber": SERIAL, "customerId": "b1", "locationId": "c1"}
ITEM = {
    "customerId": "b1",
    "customerName": "Nora Lindqvist",
    "customerEmail": "nora@example.com",
    "matchedValue": SERIAL,
    "locationIdToSelect": "c1",
    "locations": [{"locationId": "c1", "name": "Home"}, {"locationId": "c2", "name": "Cabin"}],
}


def _config(number: int = 0) -> dict[str, str]:
    who = DEMO_CREDENTIALS[number]
    return {
        "auth_header": who.header,
        "partner_id": who.partner_id,
        "sso_url": "http://localhost/oauth2/demo/v1/token",
        "plume_api_base": "http://localhost/api/",
        "plume_reports_base": "http://localhost/reports/",
    }


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


@pytest.fixture(scope="module")
def world() -> World:
    """A partner among 100,000 simulated customers."""
    return World(7, VirtualClock(datetime(2026, 5, 18, 18, 40, tzinfo=UTC), speed=0), 100_000)


# ------------------------------------------------------------- among a hundred thousand customers

_FAR = 76_543  # a customer deep in the list, of the first partner
TEXTS = {
    "serial": ids.node_id(_FAR, 0, 0),
    "serial typed small, in quotes": f"“{ids.node_id(_FAR, 0, 0).lower()}”",
    "e-mail": "Noel.Galanis.76543@example.net",
    "account number": "NWF-076960",
    "account number in part": "076960",
    "part of a name": "hartig",
    "location id": ids.location_id(_FAR, 0),
    "customer id": ids.customer_id(_FAR),
}


@pytest.mark.parametrize("what", TEXTS)
def test_from_a_text_to_the_verdict_in_two_round_trips(world: World, what: str) -> None:
    """One for the search, one for the report: counted by a clock that only latency moves."""
    latency_s = 1.0

    async def main() -> tuple[float, float, SearchHit, dict[str, Any]]:
        cloud = PlumeCloud(world, latency_s=latency_s)
        client.configure(transport=httpx.ASGITransport(cloud.app))
        client.set_user_auth(1, _config())
        await client.get_oauth_token(_config())
        start = virtual_time.now()
        result = await search_to_end(1, TEXTS[what])
        found = virtual_time.now()
        (hit,) = result["hits"]
        assert hit["location_id"] is not None
        where = (hit["customer_id"], hit["location_id"])
        location, nodes = await asyncio.gather(
            client.get_location_status(1, *where), client.get_nodes_in_location(1, *where)
        )
        verdict = client.analyze_location_health(location, nodes)
        ended = virtual_time.now()
        assert len(cloud.calls("/api/")) <= 4 + 2
        await client.aclose()
        return found - start, ended - found, hit, dict(verdict)

    for_search, for_report, hit, verdict = virtual_time.run(main())
    assert for_search == pytest.approx(latency_s, abs=0.01)
    assert for_report == pytest.approx(latency_s, abs=0.01)
    assert hit["customer_name"] == (
        "Callum Hartigan" if what == "part of a name" else "Noel Galanis"
    )
    assert hit["location_name"] == "Home"
    assert verdict["severity"] != "unknown"


async def _in(
    world: World, text: str, number: int = 0, shapes: dict[str, str] | None = None
) -> SearchResult:
    cloud = PlumeCloud(world)
    cloud.shapes.set(**(shapes or {}))
    client.configure(transport=httpx.ASGITransport(cloud.app))
    client.set_user_auth(1, _config(number))
    result = await search_to_end(1, text)
    await client.aclose()
    return result


@pytest.mark.parametrize(
    "shapes",
    [
        *({"search_envelope": word} for word in ("bare", "data", "items", "results")),
        *({"inventory_envelope": word} for word in ("data", "item", "result", "node")),
        {"unknown_fields": "some"},
    ],
)
async def test_every_shape_of_the_answers(world: World, shapes: dict[str, str]) -> None:
    result = await _in(world, TEXTS["serial"], shapes=shapes)
    assert [hit["location_id"] for hit in result["hits"]] == [ids.location_id(_FAR, 0)]
    assert {lookup["state"] for lookup in result["lookups"]} == {"answered"}


async def test_a_name_that_many_bear_is_said_to_be_one_of_more(world: World) -> None:
    result = await _in(world, "Noel")
    assert len(result["hits"]) == 30
    assert result["more"]
    assert len({hit["customer_id"] for hit in result["hits"]}) > 10
    assert all((hit["customer_name"] or "").startswith("Noel") for hit in result["hits"])


async def test_a_customer_with_many_homes_is_one_hit_until_it_is_opened(world: World) -> None:
    (hit,) = (await _in(world, "Harbour Estates"))["hits"]
    assert hit["location_id"] is None
    homes = await homes_of_hit(1, hit)
    assert len(homes) == 300
    assert {home["customer_name"] for home in homes} == {"Harbour Estates"}
    assert (homes[41]["location_name"], homes[41]["location_id"]) == (
        "Unit 42",
        ids.location_id(13, 41),
    )
    assert await homes_of_hit(1, homes[41]) == [homes[41]]


async def test_what_another_partner_has_is_not_shown(world: World) -> None:
    result = await _in(world, TEXTS["serial"], number=1)
    assert (result["hits"], result["notes"]) == ([], ["foreign"])
    assert (await _in(world, TEXTS["e-mail"], number=1))["hits"] == []


# ------------------------------------------------------------------- slow, broken, partly missing


async def test_the_first_answer_is_shown_while_others_are_out(plume: FakePlume) -> None:
    release = asyncio.Event()

    async def late(_: httpx.Request) -> list[dict[str, Any]]:
        await release.wait()
        return [ITEM]

    plume.answers(NODES + SERIAL, NODE)
    plume.answers(PARTNER + SERIAL, [])
    plume.answers(V2, late)
    seen: list[SearchResult] = []
    async with aclosing(search(1, SERIAL)) as results:
        async for result in results:
            seen.append(result)
            if result["hits"] and not release.is_set():
                assert not result["done"]
                assert result["hits"][0]["location_id"] == "c1"
                assert {"pending", "answered"} >= {one["state"] for one in result["lookups"]}
                release.set()
    assert [result["done"] for result in seen] == [False] * (len(seen) - 1) + [True]
    assert seen[0]["hits"] or len(seen) > 2
    (hit,) = seen[-1]["hits"]
    assert (hit["customer_name"], hit["location_name"]) == ("Nora Lindqvist", "Home")


async def test_all_look_ups_are_under_way_at_the_same_time(plume: FakePlume) -> None:
    plume.latency_s = 0.001
    plume.answers(NODES + SERIAL, NODE)
    plume.answers(PARTNER + SERIAL, [])
    plume.answers(V2, [ITEM])
    await search_to_end(1, SERIAL)
    assert plume.most_in_flight == 3


async def test_leaving_early_calls_off_what_is_still_out(plume: FakePlume) -> None:
    plume.answers(NODES + SERIAL, NODE)
    plume.answers(PARTNER + SERIAL, forever)
    plume.answers(V2, forever)
    async with aclosing(search(1, SERIAL)) as results:
        async for result in results:
            assert result["hits"]
            break
    await asyncio.sleep(0)
    assert plume.in_flight == 0


def test_a_look_up_that_never_ends_is_given_up_at_the_deadline() -> None:
    async def main() -> tuple[float, SearchResult]:
        fake = FakePlume()
        fake.answers(PARTNER + "Nora", [{"id": "b1", "name": "Nora", "locations": [{"id": "c1"}]}])
        fake.answers(V2, forever)
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        start = virtual_time.now()
        result = await search_to_end(1, "Nora")
        await client.aclose()
        return virtual_time.now() - start, result

    spent, result = virtual_time.run(main())
    assert spent == pytest.approx(15, abs=0.1)
    assert [hit["location_id"] for hit in result["hits"]] == ["c1"]
    assert [(one["lookup"], one["state"], one["reason"]) for one in result["lookups"]] == [
        ("customers", "answered", None),
        ("all", "failed", "timeout"),
    ]


ERRORS: list[tuple[Any, str]] = [
    (httpx.Response(404, json={"error": {}}), "not_offered"),
    (httpx.Response(501, json={"error": {}}), "not_offered"),
    (httpx.Response(403, json=JSON_403), "not_allowed"),
    (httpx.Response(422, json={"error": {}}), "refused"),
    (httpx.Response(429, headers={"Retry-After": "100"}), "busy"),
    (httpx.Response(200, html="<html>"), "unreadable"),
    ({"odd": 1}, "unreadable"),
    (httpx.ConnectError("no route"), "trouble"),
    (httpx.Response(500), "trouble"),
]


@pytest.mark.parametrize(("answer", "reason"), ERRORS)
def test_a_failed_look_up_is_named_and_the_others_stand(answer: Any, reason: str) -> None:
    async def main() -> SearchResult:
        fake = FakePlume()
        fake.answers(PARTNER + "Nora", answer)
        fake.answers(V2, [ITEM | {"matchedValue": "Nora Lindqvist"}])
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        result = await search_to_end(1, "Nora")
        await client.aclose()
        return result

    result = virtual_time.run(main())
    assert [hit["location_id"] for hit in result["hits"]] == ["c1", "c2"]
    assert [(one["lookup"], one["kinds"], one["reason"]) for one in result["lookups"]] == [
        ("customers", ["name"], reason),
        ("all", ["name"], None),
    ]
    assert result["done"]


async def test_when_nothing_answers_the_error_says_so(plume: FakePlume) -> None:
    refused = httpx.Response(422, json={"error": {}})
    plume.answers(PARTNER + "Nora", refused)
    plume.answers(V2, refused)
    async with aclosing(search(1, "Nora")) as results:
        # Both may have ended at the same moment, so that there was nothing to tell before.
        with pytest.raises(client.PlumeRejectedError):
            assert not [result async for result in results if result["done"]]


async def test_a_refused_token_is_told_as_that(plume: FakePlume) -> None:
    plume.token_answers = [httpx.Response(401, json={"error": "invalid_client"})] * 9
    with pytest.raises(client.PlumeAuthError):
        await search_to_end(1, "Nora")


async def test_a_fault_of_ours_is_not_hidden(plume: FakePlume) -> None:
    plume.answers(V2, [])  # the other look-up meets an answer that nobody wrote
    with pytest.raises(AssertionError, match="nobody said"):
        await search_to_end(1, "Nora")


# ----------------------------------------------------------------------------- what is told besides


async def test_a_serial_that_nobody_claimed(plume: FakePlume) -> None:
    plume.answers(NODES + SERIAL, {"serialNumber": SERIAL, "model": "PP203X"})
    plume.answers(PARTNER + SERIAL, [])
    plume.answers(V2, [])
    result = await search_to_end(1, SERIAL)
    assert (result["hits"], result["notes"]) == ([], ["unclaimed"])


async def test_a_mac_address_is_found_in_homes_at_hand_only(plume: FakePlume) -> None:
    mac = "02:11:22:33:44:01"
    plume.answers(NODES + "021122334401", httpx.Response(404, json={"error": {}}))
    plume.answers("/api/Customers/b1/locations/c1/nodes", {"nodes": []})
    plume.answers("/api/Customers/b1/locations/c1/devices", {"devices": [{"id": mac.upper()}]})
    result = await search_to_end(1, mac.replace(":", "-"), homes=[("b1", "c1")])
    assert [hit["location_id"] for hit in result["hits"]] == ["c1"]
    assert result["notes"] == ["only_known_homes"]
    assert [one["lookup"] for one in result["lookups"]] == ["nodes", "homes"]


async def test_nothing_to_look_for_costs_nothing(plume: FakePlume) -> None:
    result = await search_to_end(1, " ? ")
    assert (result["done"], result["hits"], result["notes"]) == (True, [], ["unclear"])
    assert plume.calls == []


async def test_hits_are_bounded_and_the_rest_is_told(plume: FakePlume) -> None:
    rows = [{"id": f"b{n}", "name": f"Nora {n}", "locations": [{"id": f"c{n}"}]} for n in range(9)]
    plume.answers(PARTNER + "Nora", rows[:6])
    plume.answers(V2, rows)
    result = await search_to_end(1, "Nora", limit=5)
    assert [hit["customer_id"] for hit in result["hits"]] == [f"b{n}" for n in range(5)]
    assert (result["more"], result["capped"]) == (True, False)
    result = await search_to_end(1, "Nora", limit=9)
    assert (len(result["hits"]), result["more"]) == (9, False)


async def test_before_any_call(plume: FakePlume) -> None:
    for limit in (0, 101):
        with pytest.raises(client.PlumeInputError):
            await search_to_end(1, "Nora", limit=limit)
    with pytest.raises(client.PlumeNotConfiguredError):
        await search_to_end(2, "Nora")
    assert plume.calls == []
