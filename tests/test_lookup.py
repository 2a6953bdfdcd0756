"""What the look-ups answer, in every envelope and with the ids wherever they hang."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from src.models.lookup import (
    NodePlace,
    PlaceOwner,
    parse_customer_matches,
    parse_node_place,
    parse_place_owner,
)
from src.models.plume import PlumeModel, ShapeError
from tests.texts import texts

V2 = {
    "customerId": "b1",
    "customerName": "Nora",
    "customerEmail": "n@example.com",
    "matchedValue": "NWF-1",
    "matchingString": "1",
    "locationIdToSelect": "c1",
    "locations": [{"locationId": "c1", "name": "Home", "serviceId": "S1"}, {"id": "c2"}, {}, None],
}
PARTNER = {
    "id": "b1",
    "name": "Nora",
    "email": "n@example.com",
    "accountId": 417,
    "locations": [{"id": "c1"}, {"id": "c2"}],
}


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"data": [x]}, lambda x: {"items": [x]},
                                  lambda x: {"results": [x]}, lambda x: {"customers": [x]},
                                  lambda x: x])  # fmt: skip
def test_matches_in_any_envelope(wrap: Any) -> None:
    (match,) = parse_customer_matches(wrap(V2))
    assert (match.id, match.name, match.email) == ("b1", "Nora", "n@example.com")
    assert (match.matched_value, match.location_id_to_select) == ("NWF-1", "c1")
    assert [(p.id, p.name, p.service_id) for p in match.locations] == [
        ("c1", "Home", "S1"),
        ("c2", None, None),
    ]
    (match,) = parse_customer_matches(wrap(PARTNER))
    assert (match.id, match.name, match.account_id) == ("b1", "Nora", "417")
    assert [place.id for place in match.locations] == ["c1", "c2"]


@pytest.mark.parametrize("body", [None, [], {"data": []}, {"items": None}])
def test_nothing_found_is_not_unreadable(body: object) -> None:
    assert parse_customer_matches(body) == ()


@pytest.mark.parametrize("body", ["<html>", 5, {}, {"error": {}}, [{"name": "no id"}], [1, 2]])
def test_matches_that_cannot_be_read(body: object) -> None:
    with pytest.raises(ShapeError):
        parse_customer_matches(body)


PLACES: list[tuple[Any, tuple[str, str | None, str | None]]] = [
    (
        {"serialNumber": "7K1", "id": "x", "customerId": "b1", "locationId": "c1"},
        ("7K1", "b1", "c1"),
    ),
    ({"id": "7K1", "customer": {"id": "b1"}, "location": {"id": "c1"}}, ("7K1", "b1", "c1")),
    ({"id": "7K1", "customer": "b1", "customerId": "b2"}, ("7K1", "b2", None)),
    ({"id": "7K1", "model": "PP203X"}, ("7K1", None, None)),
    ({"id": "7K1", "customerId": None}, ("7K1", None, None)),
]


@pytest.mark.parametrize("name", ["", "data", "item", "result", "node"])
@pytest.mark.parametrize(("body", "expected"), PLACES)
def test_where_a_node_is(
    name: str, body: Any, expected: tuple[str, str | None, str | None]
) -> None:
    place = parse_node_place({name: body} if name else body)
    assert (place.id, place.customer_id, place.location_id) == expected


@pytest.mark.parametrize("name", ["", "data", "item", "result", "location"])
def test_whose_home_it_is(name: str) -> None:
    body = {
        "id": "c1",
        "name": "Home",
        "serviceId": "S1",
        "customer": {"id": "b1", "name": "Nora", "accountId": "NWF-1"},
    }
    owner = parse_place_owner({name: body} if name else body)
    assert owner.model_dump() == {
        "id": "c1",
        "name": "Home",
        "service_id": "S1",
        "customer_id": "b1",
        "customer_name": "Nora",
        "account_id": "NWF-1",
    }
    assert parse_place_owner({"id": "c1", "customerId": "b1"}).customer_id == "b1"


@pytest.mark.parametrize("body", [None, [], "", 5, {}, {"name": "x"}, [{"name": "x"}]])
def test_places_that_cannot_be_read(body: object) -> None:
    for parse in (parse_node_place, parse_place_owner):
        with pytest.raises(ShapeError):
            parse(body)


@pytest.mark.parametrize("model", [NodePlace, PlaceOwner])
def test_what_is_no_object_is_refused(model: type[PlumeModel]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate("7K1")


def test_a_home_without_its_customer_is_of_no_use() -> None:
    with pytest.raises(ShapeError):
        parse_place_owner({"id": "c1", "name": "Home"})


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts(max_size=8)
    | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "customerId", "customer", "locations", "data", "name", "locationId", "node"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=400)
@given(body=_json)
def test_anything_is_read_or_unreadable(body: object) -> None:
    for parse in (parse_customer_matches, parse_node_place, parse_place_owner):
        try:
            found: Any = parse(body)
        except ShapeError:
            continue
        for model in found if isinstance(found, tuple) else (found,):
            assert model.model_dump_json()
