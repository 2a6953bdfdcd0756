"""Which calls a text leads to: the fitting look-ups, each once, with the switches they need."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as client
from src.analysis.hits import Found
from src.analysis.query import classify_query
from src.api.lookups import lookups_for
from src.net.errors import PlumePermissionError, PlumeRejectedError, PlumeServerError
from tests.fake_plume import CONFIG, JSON_401, JSON_403, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

V2 = "/api/Customers/v2/search"
SEARCH = "/api/partners/customers/search/"
NODES = "/api/partners/nodes/"
PLACES = "/api/partners/locations/"
NOT_FOUND = httpx.Response(404, json={"error": {"statusCode": 404, "message": "not found"}})
FORBIDDEN = httpx.Response(403, json=JSON_403)
OBJECT_ID = "b1b1b1b1b1b1b1b100000000"
MAC = "02:00:5e:10:00:01"


class _Anything(dict[str, Any]):
    """Routes where every path that was not said answers an empty list."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, [[]])


@pytest.fixture
def plume() -> Iterator[FakePlume]:
    """A fake cloud, used by user 1, that knows nothing until it is told."""
    fake = FakePlume()
    fake.routes = _Anything()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    yield fake
    client.user_auth.clear()
    client.configure()


async def ask(
    text: str, limit: int = 30, homes: tuple[tuple[str, str], ...] = ()
) -> list[Found | BaseException]:
    lookups = lookups_for(classify_query(text), limit, homes)
    return await asyncio.gather(*(one.ask(1) for one in lookups), return_exceptions=True)


def exact(field: str) -> dict[str, str]:
    return {"field": field, "exactMatch": "true", "startsWith": "false", "limit": "31"}


def beginning(field: str) -> dict[str, str]:
    return {"field": field, "exactMatch": "false", "startsWith": "true", "limit": "31"}


def v2(value: str, entities: str) -> tuple[str, dict[str, str]]:
    query = {"searchString": value, "searchEntities": entities, "exactMatch": "false"}
    return V2, query


CALLS: list[tuple[str, list[tuple[str, dict[str, str]]]]] = [
    (
        "7K3Q9X0002",
        [
            (NODES + "7K3Q9X0002", {}),
            (SEARCH + "7K3Q9X0002", exact("accountId")),
            v2("7K3Q9X0002", "nodeId,accountId,serviceId,name"),
        ],
    ),
    (
        "7k3q9x0002",  # the label's form for the serial, as typed for the rest
        [
            (NODES + "7K3Q9X0002", {}),
            (SEARCH + "7k3q9x0002", exact("accountId")),
            v2("7K3Q9X0002", "nodeId"),
            v2("7k3q9x0002", "accountId,serviceId,name"),
        ],
    ),
    (
        "nora.lindqvist@example.com",
        [
            (SEARCH + "nora.lindqvist@example.com", exact("email")),
            v2("nora.lindqvist@example.com", "email"),
        ],
    ),
    ("nora@", [(SEARCH + "nora@", beginning("email")), v2("nora@", "email")]),
    ("@example", [(SEARCH + "@example", beginning("email")), v2("@example", "email")]),
    (
        "Nora Lindqvist",
        [(SEARCH + "Nora Lindqvist", beginning("name")), v2("Nora Lindqvist", "name")],
    ),
    (
        "Ýrsa & 50 % +",
        [(SEARCH + "Ýrsa & 50 % +", beginning("name")), v2("Ýrsa & 50 % +", "name")],
    ),
    (
        "SVC-88120",
        [
            (SEARCH + "SVC-88120", exact("accountId")),
            (PLACES + "SVC-88120", {}),
            v2("SVC-88120", "accountId,serviceId,name"),
        ],
    ),
    (OBJECT_ID, [(PLACES + OBJECT_ID, {}), v2(OBJECT_ID, "locationId,customerId")]),
    # no look-up by MAC address: only a serial number that looks like it
    (MAC, [(NODES + "02005E100001", {})]),
    # what cannot stand in a path, or is refused there, is left to v2/search
    ("O'Brien / Sons", [v2("O'Brien / Sons", "name")]),
    ("A\\B Ltd", [v2("A\\B Ltd", "name")]),
    ("null", [v2("null", "name")]),
    ("李" * 40, [v2("李" * 40, "name")]),
    ("?", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CALLS, ids=[text[:20] for text, _ in CALLS])
async def test_calls(
    plume: FakePlume, text: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    await ask(text)
    made = [(call.url.path, dict(call.url.params)) for call in plume.calls]
    assert sorted(made, key=str) == sorted(expected, key=str)


async def test_a_mac_address_is_looked_for_in_known_homes_among_pods_and_devices(
    plume: FakePlume,
) -> None:
    plume.answers(
        "/api/Customers/b1/locations/c1/nodes", {"nodes": [{"id": "N", "mac": MAC.upper()}]}
    )
    plume.answers("/api/Customers/b2/locations/c2/devices", {"devices": [{"id": MAC}]})
    plume.answers(
        "/api/Customers/b3/locations/c3/devices", {"devices": [{"id": "02:00:00:00:00:09"}]}
    )
    homes = (("b1", "c1"), ("b2", "c2"), ("b3", "c3"), ("b1", "c1"))
    _, *answers = await ask(MAC, homes=homes)
    hits = [[hit["location_id"] for _, hit in answer.hits] for answer in answers]  # type: ignore[union-attr]  # none failed
    assert hits == [["c1"], ["c2"], []]
    assert len(plume.calls) == 1 + 2 * 3


async def test_no_more_than_five_known_homes_are_searched(plume: FakePlume) -> None:
    await ask(MAC, homes=tuple((f"b{n}", f"c{n}") for n in range(40)))
    assert len(plume.calls) == 1 + 2 * 5


async def test_half_of_a_home_is_enough_where_it_holds_the_address(plume: FakePlume) -> None:
    plume.answers("/api/Customers/b1/locations/c1/devices", [{"id": MAC}])
    plume.answers("/api/Customers/b1/locations/c1/nodes", FORBIDDEN)
    plume.answers("/api/Customers/b2/locations/c2/nodes", FORBIDDEN)
    _, found, failed = await ask(MAC, homes=(("b1", "c1"), ("b2", "c2")))
    assert isinstance(found, Found)
    assert len(found.hits) == 1
    assert isinstance(failed, PlumePermissionError)


@pytest.mark.parametrize("path", [NODES + "7K3Q9X0002", PLACES + "SVC-88120"])
@pytest.mark.parametrize(
    ("answer", "expected"), [(NOT_FOUND, Found()), (FORBIDDEN, Found(notes=("foreign",)))]
)
async def test_not_there_and_not_yours_are_answers(
    plume: FakePlume, path: str, answer: httpx.Response, expected: Found
) -> None:
    plume.answers(path, answer)
    assert expected in await ask(path.rpartition("/")[2])


async def test_a_customer_id_has_another_way_in_clouds_without_v2_search(plume: FakePlume) -> None:
    plume.answers(V2, NOT_FOUND)
    plume.answers(f"/api/Customers/{OBJECT_ID}", {"id": OBJECT_ID, "name": "Nora"})
    _, found = await ask(OBJECT_ID)
    assert isinstance(found, Found)
    ((_, hit),) = found.hits
    assert (hit["kind"], hit["customer_name"], hit["location_id"]) == ("customer", "Nora", None)
    plume.answers(f"/api/Customers/{OBJECT_ID}", httpx.Response(401, json=JSON_401))
    assert (await ask(OBJECT_ID))[1] == Found()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(422, PlumeRejectedError), (501, PlumeRejectedError), (500, PlumeServerError)],
)
async def test_other_failures_of_v2_search_are_failures(
    plume: FakePlume, status: int, kind: type[Exception]
) -> None:
    plume.answers(V2, httpx.Response(status, json={"error": {}}))
    assert isinstance((await ask("Nora"))[1], kind)


async def test_one_more_customer_than_wanted_is_asked_for(plume: FakePlume) -> None:
    rows = [{"id": f"b{n}", "name": f"Nora {n}", "locations": [{"id": f"c{n}"}]} for n in range(4)]
    plume.answers(SEARCH + "Nora", rows)
    for limit, more in ((3, True), (4, False)):
        found = (await ask("Nora", limit))[0]
        assert isinstance(found, Found)
        assert (len(found.hits), found.more) == (min(limit, 4), more)
        assert plume.calls[-2].url.params["limit"] == str(limit + 1)
