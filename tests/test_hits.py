"""Hits of several look-ups in one list: which home, named, without doubles, best first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.hits import (
    FOLD_FROM,
    Found,
    HitList,
    found_in,
    from_matches,
    from_node,
    from_place,
)
from src.models.lookup import parse_customer_matches, parse_node_place, parse_place_owner

if TYPE_CHECKING:
    from src.models.lookup import Guess, QueryKind, SearchHit

HOMES = [
    {"locationId": "c1", "name": "Home", "serviceId": "S1"},
    {"locationId": "c2", "name": "Cabin"},
]


def guesses(*pairs: str) -> list[Guess]:
    split = (pair.partition(" ")[::2] for pair in pairs)
    return [{"kind": cast("QueryKind", kind), "value": value} for kind, value in split]


def v2(matched: str, **changes: Any) -> dict[str, Any]:
    return {
        "customerId": "b1",
        "customerName": "Nora Lindqvist",
        "customerEmail": "nora@example.com",
        "matchedValue": matched,
        "locationIdToSelect": "c1",
        "locations": HOMES,
        **changes,
    }


def found(body: Any, *pairs: str) -> Found:
    return from_matches(parse_customer_matches(body), guesses(*pairs))


def told(*answers: Found) -> list[tuple[Any, ...]]:
    return [
        (hit["kind"], hit["matched"], hit["location_id"], hit["location_name"])
        for hit in ranked(*answers)
    ]


def ranked(*answers: Found) -> list[SearchHit]:
    hits = HitList()
    for answer in answers:
        hits.add(answer)
    return hits.ranked()


MATCHES: list[tuple[dict[str, Any], tuple[str, ...], list[tuple[Any, ...]]]] = [
    # a customer fits: each home is a hit
    (
        v2("Nora Lindqvist"),
        ("name lindq",),
        [("name", "Nora Lindqvist", "c1", "Home"), ("name", "Nora Lindqvist", "c2", "Cabin")],
    ),
    (
        v2("NWF-000417"),
        ("account 000417", "service 000417"),
        [("account", "NWF-000417", "c1", "Home"), ("account", "NWF-000417", "c2", "Cabin")],
    ),
    (
        v2("b1"),
        ("location b1", "customer b1"),
        [("customer", "b1", "c1", "Home"), ("customer", "b1", "c2", "Cabin")],
    ),
    # one home fits: the others of that customer are no hits
    (
        v2("7K1", locationIdToSelect="c2"),
        ("serial 7K1", "account 7k1", "name 7k1"),
        [("serial", "7K1", "c2", "Cabin")],
    ),
    (
        v2("S1", locationIdToSelect="c2"),
        ("account S1", "service S1"),
        [("service", "S1", "c1", "Home")],
    ),
    (v2("c2"), ("location c2", "customer c2"), [("location", "c2", "c2", "Cabin")]),
    (
        v2("c9", locations=[], locationIdToSelect="c9"),
        ("location c9",),
        [("location", "c9", "c9", None)],
    ),
    # without a word on which home it is, the customer is the hit
    (v2("7K1", locationIdToSelect=None), ("serial 7K1",), [("serial", "7K1", None, None)]),
    (v2("Nora Lindqvist", locations=[]), ("name nora",), [("name", "Nora Lindqvist", "c1", None)]),
    (
        v2("Nora Lindqvist", locations=None, locationIdToSelect=None),
        ("name nora",),
        [("name", "Nora Lindqvist", None, None)],
    ),
    # a list of homes that may be cut is not taken for all of them
    (
        v2("Nora Lindqvist", locations=[{"id": f"c{n}"} for n in range(FOLD_FROM)]),
        ("name nora",),
        [("name", "Nora Lindqvist", None, None)],
    ),
    # the cloud found something that we do not see: its word counts
    (v2("Ñora", locations=[]), ("name xyz", "email xyz"), [("name", "Ñora", "c1", None)]),
    # the partner search says no matched value
    (
        {"id": "b1", "accountId": "NWF-1", "email": "n@example.com", "locations": [{"id": "c1"}]},
        ("account nwf-1",),
        [("account", "NWF-1", "c1", None)],
    ),
]


@pytest.mark.parametrize(("item", "pairs", "expected"), MATCHES)
def test_a_match_leads_to_its_homes(
    item: dict[str, Any], pairs: tuple[str, ...], expected: list[tuple[Any, ...]]
) -> None:
    assert told(found([item], *pairs)) == expected


def test_a_node_leads_to_one_home() -> None:
    (guess,) = guesses("serial 7K1")
    place = parse_node_place({"id": "7K1", "customerId": "b1", "locationId": "c2"})
    assert told(from_node(place, guess)) == [("serial", "7K1", "c2", None)]
    assert from_node(parse_node_place({"id": "7K1"}), guess) == Found(notes=("unclaimed",))


@pytest.mark.parametrize(
    ("wanted", "kind", "matched"),
    [("service S1", "service", "S1"), ("location C1", "location", "c1")],
)
def test_an_id_of_a_home_or_of_its_contract(wanted: str, kind: str, matched: str) -> None:
    (guess,) = guesses(wanted)
    body = {"id": "c1", "name": "Home", "serviceId": "S1", "customer": {"id": "b1", "name": "Nora"}}
    (hit,) = ranked(from_place(parse_place_owner(body), guess))
    assert (hit["kind"], hit["matched"], hit["location_name"]) == (kind, matched, "Home")
    assert hit["customer_name"] == "Nora"


def test_what_one_look_up_knows_is_told_with_the_hit_of_another() -> None:
    """Whichever comes first: node look-up (no names), v2 (names), partner search (account)."""
    (serial,) = guesses("serial 7K1")
    node = from_node(
        parse_node_place({"id": "7K1", "customerId": "b1", "locationId": "c2"}), serial
    )
    everything = found([v2("7K1", locationIdToSelect="c2")], "serial 7K1", "name 7k1")
    partner = found(
        [{"id": "b1", "accountId": "NWF-1", "locations": [{"id": "c1"}, {"id": "c2"}]}], "name 7k1"
    )
    for order in permutations((node, everything, partner)):
        first, *others = ranked(*order)
        assert first == {
            "customer_id": "b1",
            "customer_name": "Nora Lindqvist",
            "location_id": "c2",
            "location_name": "Cabin",
            "matched": "7K1",
            "kind": "serial",
            "account_id": "NWF-1",
            "email": "nora@example.com",
        }
        assert [hit["location_id"] for hit in others] == ["c1"]


def test_a_customer_gives_way_to_its_homes() -> None:
    bare = found([{"id": "b1", "name": "Nora Lindqvist"}], "name nora")
    homes = found([v2("Nora Lindqvist")], "name nora")
    for order in ((bare, homes), (homes, bare)):
        assert [hit["location_id"] for hit in ranked(*order)] == ["c1", "c2"]
    assert [hit["location_id"] for hit in ranked(bare)] == [None]


def test_best_first() -> None:
    """Exact, then by the likelier guess, then beginnings, then by name; no name comes last."""
    named = {
        "b1": "Zoe 417",  # the name fits in the middle
        "b2": "417 Zed",  # the name begins with it
        "b3": "Ann",  # the account holds it
        "b4": "Bob",  # the account is it
        "b5": "417 Abe",
    }
    account = {"b3": "NWF-417", "b4": "417"}
    body = [{"id": key, "name": name, "accountId": account.get(key)} for key, name in named.items()]
    body.append({"id": "b6", "name": None, "email": "417@example.com"})
    hits = ranked(found(body, "account 417", "name 417", "email 417"))
    assert [hit["customer_id"] for hit in hits] == ["b4", "b3", "b5", "b2", "b1", "b6"]


def test_ten_customers_may_be_all_that_is_ever_listed() -> None:
    rows = [{"id": f"b{n}", "name": "Nora"} for n in range(10)]
    assert found(rows, "name nora").capped
    assert not found(rows[:9], "name nora").capped


def test_a_thing_seen_in_a_home() -> None:
    (guess,) = guesses("mac 02:00:5e:10:00:01")
    assert told(found_in(("b1", "c1"), guess)) == [("mac", "02:00:5e:10:00:01", "c1", None)]


_match = st.fixed_dictionaries(
    {"customerId": st.sampled_from(["b1", "b2", "b3"])},
    optional={
        "customerName": st.none() | st.sampled_from(["Nora", "nora b", "x"]),
        "customerEmail": st.none() | st.just("nora@example.com"),
        "matchedValue": st.sampled_from(["Nora", "7K1", "c1", "zzz"]),
        "locationIdToSelect": st.none() | st.sampled_from(["c1", "c2"]),
        "locations": st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from([f"c{n}" for n in range(12)])},
                optional={"name": st.sampled_from(["Home", "Cabin"])},
            ),
            max_size=12,
        ),
    },
)


@settings(max_examples=400)
@given(answers=st.lists(st.lists(_match, max_size=4), min_size=1, max_size=4))
def test_no_home_twice_and_none_lost(answers: list[list[Any]]) -> None:
    asked = ("serial 7K1", "name nora", "location c1")
    parts = [found(answer, *asked) for answer in answers if answer]
    hits = ranked(*parts)
    keys = [(hit["customer_id"], hit["location_id"]) for hit in hits]
    assert len(keys) == len(set(keys))
    every = {(hit["customer_id"], hit["location_id"]) for part in parts for _, hit in part.hits}
    lost = every - set(keys)
    located = {customer for customer, location in keys if location is not None}
    assert all(location is None and customer in located for customer, location in lost)
    assert set(keys) == {
        (hit["customer_id"], hit["location_id"]) for hit in ranked(*reversed(parts))
    }
