"""Each shape switch changes what it names, and nothing when it is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from src.demo.plume_shapes import SHAPE_CHOICES, Shapes
from tests.demo.plume_kit import (
    CUSTOMER,
    HOME,
    REPORTS,
    STUDY,
    Caller,
    home_path,
    make_world,
    open_caller,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


@pytest.mark.parametrize("name", ["nodes", "devices"])
async def test_envelopes(cloud: PlumeCloud, nora: Caller, name: str) -> None:
    single = await nora.json(f"{HOME}/{name}")
    cloud.shapes.set(**{f"{name}_envelope": "double"})
    double = await nora.json(f"{HOME}/{name}")
    cloud.shapes.set(**{f"{name}_envelope": "bare"})
    bare = await nora.json(f"{HOME}/{name}")

    assert double == {name: single}
    assert bare == single[name]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("null", None), ("missing", "absent"), ("empty", {}), ("word", "good")],
)
async def test_health(cloud: PlumeCloud, nora: Caller, choice: str, expected: object) -> None:
    cloud.shapes.set(health=choice)

    assert (await nora.nodes())[STUDY].get("health", "absent") == expected
    assert (await nora.json(f"{HOME}/nodes/{STUDY}")).get("health", "absent") == expected


async def test_channels_as_text(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.shapes.set(channels="text")

    nodes = await nora.nodes(home_path(1))

    assert nodes[ids.node_id(1, 0, 0)]["2gChannel"] == "6"
    assert nodes[ids.node_id(1, 0, 3)]["2gChannel"] is None


@pytest.mark.parametrize(
    ("choice", "expected"), [("name", [{"name": "poorHealth"}]), ("text", ["poorHealth"])]
)
async def test_alerts(cloud: PlumeCloud, nora: Caller, choice: str, expected: object) -> None:
    cloud.shapes.set(alerts=choice)

    assert (await nora.nodes(home_path(3)))[ids.node_id(3, 0, 2)]["alerts"] == expected


@pytest.mark.parametrize(
    ("choice", "on_node", "on_location"),
    [("node", True, False), ("location", False, True), ("missing", False, False)],
)
async def test_where_the_speed_test_is(
    cloud: PlumeCloud, nora: Caller, choice: str, on_node: bool, on_location: bool
) -> None:
    cloud.shapes.set(speed_test=choice)

    assert ("speedTest" in (await nora.nodes())[ids.DEMO_GATEWAY_ID]) is on_node
    assert ("speedTest" in await nora.json(HOME)) is on_location


@pytest.mark.parametrize(("choice", "expected"), [("empty", {}), ("missing", "absent")])
async def test_service_level(
    cloud: PlumeCloud, nora: Caller, choice: str, expected: object
) -> None:
    cloud.shapes.set(service_level=choice)

    assert (await nora.json(HOME)).get("serviceLevel", "absent") == expected
    listed = await nora.json(f"{CUSTOMER}/locations")
    assert all(home.get("serviceLevel", "absent") == expected for home in listed)


async def test_a_lone_location_as_an_object(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.shapes.set(locations="object")

    one = await nora.json(f"/api/Customers/{ids.customer_id(1)}/locations")
    two = await nora.json(f"{CUSTOMER}/locations")

    assert one["id"] == ids.location_id(1, 0)
    assert isinstance(two, list)


@pytest.mark.parametrize(("flag", "value"), [("enable", True), ("enabled", True)])
async def test_the_flag_of_networks(
    cloud: PlumeCloud, nora: Caller, flag: str, value: bool
) -> None:
    cloud.shapes.set(wifi_flag=flag)
    first = (await nora.json(f"{HOME}/wifiNetworks"))[0]
    cloud.shapes.set(wifi_flag="missing")
    without = (await nora.json(f"{HOME}/wifiNetworks"))[0]

    assert first[flag] is value
    assert not {"enable", "enabled"} & without.keys()


async def test_networks_empty_or_not_found(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.shapes.set(wifi_networks="empty")
    empty = await nora.json(f"{HOME}/wifiNetworks")
    cloud.shapes.set(wifi_networks="not_found")
    missing = await nora.get(f"{HOME}/wifiNetworks")

    assert (empty, missing.status_code) == ([], 404)
    assert (await nora.get(f"{HOME}/wifiNetwork")).status_code == 200


async def test_order_and_name_of_wan_points(cloud: PlumeCloud, nora: Caller) -> None:
    newest = (await nora.json(f"{REPORTS}/wanStats", period="daily"))["fifteenMins"]
    cloud.shapes.set(wan_order="oldest_first", wan_envelope="other")
    oldest = (await nora.json(f"{REPORTS}/wanStats", period="daily"))["dataPoints"]

    assert oldest == newest[::-1]


@pytest.mark.parametrize(
    ("choice", "values"),
    [
        ("word", {"online", "partial", "offline"}),
        ("number", {1, 0.5, 0}),
        ("boolean", {True, False}),
    ],
)
async def test_online_values(
    cloud: PlumeCloud, nora: Caller, choice: str, values: set[object]
) -> None:
    cloud.shapes.set(online_values=choice)
    bad_week = home_path(14, base="reports")

    body = await nora.json(f"{bad_week}/onlineStats", granularity="days", limit=7)

    assert {row["value"] for row in body["locationState"]} - {None} == values


async def test_online_order(cloud: PlumeCloud, nora: Caller) -> None:
    oldest = await nora.json(f"{REPORTS}/onlineStats")
    cloud.shapes.set(online_order="newest_first")
    newest = await nora.json(f"{REPORTS}/onlineStats")

    assert newest["locationState"] == oldest["locationState"][::-1]


DAY = {"start": "2026-05-17T18:40:02.000Z", "end": "2026-05-18T18:40:02.000Z"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("object", DAY),
        ("list", [DAY]),
        ("lists", [{key: [value] for key, value in DAY.items()}]),
        ("gateway", {"startAt": DAY["start"], "endAt": DAY["end"]}),
        ("missing", "absent"),
    ],
)
async def test_date_ranges(cloud: PlumeCloud, nora: Caller, choice: str, expected: object) -> None:
    cloud.shapes.set(date_range=choice)

    body = await nora.json(f"{REPORTS}/onlineStats", granularity="days", limit=1)

    assert body.get("statsDateRange", "absent") == expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("iso_short", "2026-05-18T18:30:00Z"), ("epoch_ms", 1779129000000)],
)
async def test_times(cloud: PlumeCloud, nora: Caller, choice: str, expected: object) -> None:
    cloud.shapes.set(times=choice)

    body = await nora.json(f"{REPORTS}/wanStats", period="daily")

    assert body["fifteenMins"][0]["timestamp"] == expected


@pytest.mark.parametrize("choice", ["data", "items", "results"])
async def test_search_envelopes(cloud: PlumeCloud, nora: Caller, choice: str) -> None:
    cloud.shapes.set(search_envelope=choice)

    body = await nora.json("/api/Customers/v2/search", searchString="lindq", searchEntities="name")

    assert body[choice][0]["customerId"] == ids.DEMO_CUSTOMER_ID


@pytest.mark.parametrize("choice", ["data", "item", "result", "node"])
async def test_inventory_envelopes(cloud: PlumeCloud, nora: Caller, choice: str) -> None:
    cloud.shapes.set(inventory_envelope=choice)

    body = await nora.json(f"/api/partners/nodes/{STUDY}")

    assert body[choice]["locationId"] == ids.DEMO_LOCATION_ID


async def test_unknown_fields_everywhere(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.shapes.set(unknown_fields="some")

    body = await nora.json(f"{HOME}/nodes")

    assert "x-unheardOf" in body
    assert all("x-unheardOf" in node for node in body["nodes"])


async def test_clear_goes_back(cloud: PlumeCloud, nora: Caller) -> None:
    before = await nora.json(f"{HOME}/nodes")
    cloud.shapes.set(health="null", nodes_envelope="bare", times="epoch_ms")
    cloud.shapes.clear()

    assert await nora.json(f"{HOME}/nodes") == before


@pytest.mark.parametrize("name", SHAPE_CHOICES)
async def test_the_first_choice_is_what_is_sent_anyway(
    cloud: PlumeCloud, nora: Caller, name: str
) -> None:
    paths: list[tuple[str, dict[str, Any]]] = [
        (f"{HOME}/nodes", {}),
        (HOME, {}),
        (f"{HOME}/wifiNetworks", {}),
        (f"{REPORTS}/wanStats", {"period": "daily"}),
        (f"{REPORTS}/onlineStats", {}),
    ]
    before = [await nora.json(path, **query) for path, query in paths]
    cloud.shapes.set(**{name: SHAPE_CHOICES[name][0]})

    assert [await nora.json(path, **query) for path, query in paths] == before


@pytest.mark.parametrize("choices", [{"nonsense": "x"}, {"health": "purple"}])
def test_unknown_switches_are_refused(choices: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="there is no shape"):
        Shapes().set(**choices)
