"""Finding customers, homes and nodes: pages, filters, searches, and nobody else's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from tests.demo.plume_kit import CUSTOMER, OTHER, STUDY, Caller, make_world, open_caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NORA = ids.DEMO_CUSTOMER_ID
OTHERS_NODE = ids.node_id(15, 0, 0)


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


async def test_customers_are_the_partners_own(cloud: PlumeCloud, nora: Caller) -> None:
    oskar = await Caller(cloud, OTHER).log_in()
    mine, theirs = await nora.json("/api/Customers"), await oskar.json("/api/Customers")

    assert {row["partnerId"] for row in mine} == {ids.PARTNER_ID}
    assert {row["partnerId"] for row in theirs} == {ids.SECOND_PARTNER_ID}
    assert len(mine) + len(theirs) == 40
    assert (await nora.json("/api/Customers/count"))["count"] == len(mine)


@pytest.mark.parametrize("skip", ["offset", "skip"])
@pytest.mark.parametrize("path", ["/api/Customers", f"/api/Groups/{ids.PARTNER_ID}/customers"])
async def test_pages_do_not_overlap(nora: Caller, path: str, skip: str) -> None:
    whole = await nora.json(path)
    pages = [
        await nora.json(path, filter=json.dumps({"limit": 7, skip: start}))
        for start in range(0, len(whole) + 7, 7)
    ]

    assert [row for page in pages for row in page] == whole
    assert pages[-1] == []


async def test_a_plain_limit_is_ignored(nora: Caller) -> None:
    assert await nora.json("/api/Customers", limit=1) == await nora.json("/api/Customers")


async def test_groups_give_500_by_default() -> None:
    caller = await Caller(PlumeCloud(make_world(customers=2_000))).log_in()

    assert len(await caller.json(f"/api/Groups/{ids.PARTNER_ID}/customers")) == 500
    assert len(await caller.json("/api/Customers", filter='{"limit":600}')) == 600


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"where": {"email": "nora.lindqvist@example.com"}}, ["Nora Lindqvist"]),
        (
            {"where": {"id": {"inq": [ids.customer_id(2), ids.customer_id(6)]}}},
            ["Priya Raman", "Tomasz Wierzbicki"],
        ),
        ({"where": {"id": ids.customer_id(15)}}, []),
        ({"where": {"shoeSize": 44}}, []),
        ({"limit": 2}, ["Nora Lindqvist", "Marcus Whitfield"]),
        ({"limit": 0}, []),
        (
            {"limit": 1, "order": "createdAt ASC", "where": {"name": "Priya Raman"}},
            ["Priya Raman"],
        ),
    ],
)
async def test_filters(nora: Caller, options: dict[str, Any], names: list[str]) -> None:
    rows = await nora.json("/api/Customers", filter=json.dumps(options))

    assert [row["name"] for row in rows] == names


@pytest.mark.parametrize("fields", [["id", "name"], {"id": True, "name": True, "email": False}])
async def test_chosen_fields(nora: Caller, fields: object) -> None:
    options = json.dumps({"fields": fields, "limit": 1})

    assert await nora.json("/api/Customers", filter=options) == [
        {"id": NORA, "name": "Nora Lindqvist"}
    ]
    assert await nora.json(CUSTOMER, filter=options) == {"id": NORA, "name": "Nora Lindqvist"}


async def test_newest_first(nora: Caller) -> None:
    oldest = await nora.json("/api/Customers")
    newest = await nora.json("/api/Customers", filter='{"order":"createdAt DESC"}')

    assert newest == oldest[::-1]
    assert await nora.json(f"/api/Groups/{ids.PARTNER_ID}/customers/recent") == newest


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "7",
        '{"limit":"x"}',
        '{"limit":-1}',
        '{"limit":true}',
        '{"offset":-1}',
        '{"where":[]}',
        '{"where":7}',
        '{"order":7}',
    ],
)
async def test_a_bad_filter_is_400(nora: Caller, text: str) -> None:
    answer = await nora.get("/api/Customers", filter=text)

    # An empty where is no condition, whatever its kind.
    assert answer.status_code == (200 if text == '{"where":[]}' else 400)


async def test_counting_with_a_condition(nora: Caller) -> None:
    where = json.dumps({"name": "Nora Lindqvist"})

    assert await nora.json("/api/Customers/count", where=where) == {"count": 1}
    assert (await nora.get("/api/Customers/count", where="{")).status_code == 400


@pytest.mark.parametrize(
    ("keyword", "query", "names"),
    [
        ("Nora Lindqvist", {"field": "name"}, ["Nora Lindqvist"]),
        ("nora", {"field": "name"}, []),
        (
            "nora",
            {"field": "name", "exactMatch": "false", "startsWith": "true"},
            ["Nora Lindqvist"],
        ),
        ("lindq", {"field": "name", "exactMatch": "false", "startsWith": "true"}, []),
        (
            "LINDQ",
            {"field": "email", "exactMatch": "false", "startsWith": "false"},
            ["Nora Lindqvist"],
        ),
        ("NWF-000417", {"field": "accountId"}, ["Nora Lindqvist"]),
        (ids.DEMO_LOCATION_ID, {"field": "locationId"}, ["Nora Lindqvist"]),
        (ids.OTHER_LOCATION_ID, {"field": "locationId"}, []),
        ("nobody", {"field": "locationId"}, []),
        ("Oskar Fjellheim", {"field": "name"}, []),
    ],
)
@pytest.mark.parametrize("partner", ["", f"{ids.PARTNER_ID}/"])
async def test_partner_search(
    nora: Caller, partner: str, keyword: str, query: dict[str, str], names: list[str]
) -> None:
    rows = await nora.json(f"/api/partners/{partner}customers/search/{keyword}", **query)

    assert [row["name"] for row in rows] == names


async def test_partner_search_names_the_locations(nora: Caller) -> None:
    (row,) = await nora.json("/api/partners/customers/search/NWF-000417", field="accountId")

    assert row == {
        "id": NORA,
        "accountId": "NWF-000417",
        "name": "Nora Lindqvist",
        "email": "nora.lindqvist@example.com",
        "locations": [{"id": ids.DEMO_LOCATION_ID}, {"id": ids.DEMO_COTTAGE_ID}],
    }


async def test_partner_search_gives_ten_unless_told(nora: Caller) -> None:
    wide = {"field": "email", "exactMatch": "false", "startsWith": "false"}
    path = "/api/partners/customers/search/example"

    ten = await nora.json(path, **wide)
    rest = await nora.json(path, **wide, limit=100, skip=10)

    assert len(ten) == 10
    assert len(rest) > 10
    assert not {row["id"] for row in ten} & {row["id"] for row in rest}


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("customers/search/nora", {}, 400),
        ("customers/search/nora", {"field": "phone"}, 422),
        ("customers/search/null", {"field": "name"}, 422),
        ("customers/search/nora", {"field": "name", "limit": "x"}, 422),
        ("customers/search/nora", {"field": "name", "skip": "-1"}, 422),
        (f"{ids.SECOND_PARTNER_ID}/customers/search/nora", {"field": "name"}, 403),
        (f"{ids.SECOND_PARTNER_ID}/customers/count", {}, 403),
        (f"{ids.SECOND_PARTNER_ID}/nodes/{STUDY}", {}, 403),
        ("nodes/NOSUCHNODE", {}, 404),
        (f"nodes/{OTHERS_NODE}", {}, 403),
        ("locations/nothing", {}, 404),
        (f"locations/{ids.OTHER_LOCATION_ID}", {}, 403),
    ],
)
async def test_partner_refusals(
    nora: Caller, path: str, query: dict[str, str], status: int
) -> None:
    assert (await nora.get(f"/api/partners/{path}", **query)).status_code == status


async def test_the_older_search_defaults_to_names(nora: Caller) -> None:
    rows = await nora.json("/api/Customers/search/nora", exactMatch="false")

    assert [row["id"] for row in rows] == [NORA]


@pytest.mark.parametrize("serial", [STUDY, STUDY.lower()])
@pytest.mark.parametrize("partner", ["", f"{ids.PARTNER_ID}/"])
async def test_a_serial_leads_to_the_home(nora: Caller, partner: str, serial: str) -> None:
    node = await nora.json(f"/api/Partners/{partner}nodes/{serial}")

    assert (node["customerId"], node["locationId"]) == (NORA, ids.DEMO_LOCATION_ID)
    assert node["serialNumber"] == STUDY


async def test_a_service_id_or_location_id_leads_to_the_home(
    cloud: PlumeCloud, nora: Caller
) -> None:
    homes = cloud.world.homes_of(1)
    homes[0].service_id = "CONTRACT-7"
    generated = next(
        home
        for index in cloud.world.customers_of(ids.PARTNER_ID)[2:]
        for home in cloud.world.homes_of(index)
        if home.service_id
    )

    for wanted, home in (
        ("CONTRACT-7", homes[0]),
        (generated.service_id, generated),
        (generated.plan.id, generated),
    ):
        body = await nora.json(f"/api/partners/locations/{wanted}")
        assert body["id"] == home.plan.id
        assert body["customer"]["id"] == home.plan.customer.id


async def test_groups_are_the_partner(nora: Caller) -> None:
    (listed,) = await nora.json("/api/Groups")

    assert listed == await nora.json(f"/api/Groups/{ids.PARTNER_ID}")
    assert listed["name"] == "Northwind Fibre"
    assert (await nora.get(f"/api/Groups/{ids.SECOND_PARTNER_ID}")).status_code == 403
    assert await nora.json(f"/api/Groups/{ids.PARTNER_ID}/customers/count") == await nora.json(
        f"/api/partners/{ids.PARTNER_ID}/customers/count"
    )


@pytest.mark.parametrize(
    ("text", "entities", "matched"),
    [
        ("lindq", "name", "Nora Lindqvist"),
        ("LINDQVIST@", "email", "nora.lindqvist@example.com"),
        ("000417", "accountId", "NWF-000417"),
        (STUDY.lower(), "nodeId", STUDY),
        (ids.DEMO_LOCATION_ID, "locationId", ids.DEMO_LOCATION_ID),
        (NORA, "customerId", NORA),
        ("lindq", "nodeId,customerId, name", "Nora Lindqvist"),
    ],
)
async def test_search_v2(nora: Caller, text: str, entities: str, matched: str) -> None:
    (item,) = await nora.json(
        "/api/Customers/v2/search", searchString=text, searchEntities=entities
    )

    assert (item["customerId"], item["matchedValue"]) == (NORA, matched)
    assert item["matchingString"] == text
    assert item["locationIdToSelect"] == ids.DEMO_LOCATION_ID
    assert [place["locationId"] for place in item["locations"]] == [
        ids.DEMO_LOCATION_ID,
        ids.DEMO_COTTAGE_ID,
    ]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Fjellheim", "name"),
        (OTHERS_NODE, "nodeId"),
        (ids.OTHER_CUSTOMER_ID, "customerId"),
        ("nothing", "customerId,locationId,nodeId,serviceId"),
        (NORA[:-1], "customerId"),
    ],
)
async def test_search_v2_finds_nothing(nora: Caller, text: str, entities: str) -> None:
    query = {"searchString": text, "searchEntities": entities}

    assert await nora.json("/api/Customers/v2/search", **query) == []


async def test_search_v2_by_service_id(cloud: PlumeCloud, nora: Caller) -> None:
    cloud.world.homes_of(0)[1].service_id = "CONTRACT-9"

    (item,) = await nora.json(
        "/api/Customers/v2/search", searchString="CONTRACT-9", searchEntities="serviceId"
    )

    assert item["locationIdToSelect"] == ids.DEMO_COTTAGE_ID


async def test_search_v2_gives_ten_customers_and_ten_locations(nora: Caller) -> None:
    wide = await nora.json(
        "/api/Customers/v2/search", searchString="example", searchEntities="email"
    )
    (estates,) = await nora.json(
        "/api/Customers/v2/search", searchString="Harbour", searchEntities="name"
    )
    exact = await nora.json(
        "/api/Customers/v2/search",
        searchString="example",
        searchEntities="email",
        exactMatch="true",
    )

    assert len(wide) == 10
    assert len(estates["locations"]) == 10
    assert exact == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"searchString": "x"}, 400),
        ({"searchEntities": "name"}, 400),
        ({"searchString": "x", "searchEntities": "shoeSize"}, 400),
        (
            {"searchString": "x", "searchEntities": "name", "partnerId": ids.SECOND_PARTNER_ID},
            403,
        ),
    ],
)
async def test_search_v2_refuses(nora: Caller, query: dict[str, str], status: int) -> None:
    assert (await nora.get("/api/Customers/v2/search", **query)).status_code == status
