"""Search results as messages: what fits, what was searched, what failed, what to try next."""

from __future__ import annotations

from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models.lookup import (
    FailureReason,
    LookupState,
    Note,
    QueryKind,
    SearchHit,
    SearchResult,
)
from src.utils.markup import clean
from src.utils.search_formatter import HITS_PER_PAGE, format_search, hit_label, hit_pages
from tests.telegram_rules import NASTY, shown
from tests.texts import texts


def hit(number: int = 1, **changes: Any) -> SearchHit:
    made: SearchHit = {
        "customer_id": f"b{number}",
        "customer_name": "Nora Lindqvist",
        "location_id": f"c2c2c2c2c2c20000000{number:05}",
        "location_name": "Home",
        "matched": "Nora Lindqvist",
        "kind": "name",
        "account_id": "NWF-000417",
        "email": "nora@example.com",
    }
    return cast("SearchHit", {**made, **changes})


def lookup(kinds: str = "name", state: str = "answered", reason: str | None = None) -> LookupState:
    made = {"lookup": "all", "kinds": kinds.split(), "state": state, "reason": reason}
    return cast("LookupState", made)


def result(*hits: SearchHit, **changes: Any) -> SearchResult:
    made: SearchResult = {
        "query": "lindq",
        "guesses": [{"kind": "name", "value": "lindq"}],
        "hits": list(hits),
        "more": False,
        "capped": False,
        "lookups": [lookup()],
        "notes": [],
        "done": True,
    }
    return cast("SearchResult", {**made, **changes})


TEXTS: list[tuple[SearchResult, str]] = [
    (
        result(hit()),
        (
            "🔎 1 match for “lindq”\n\n"
            "1. Nora Lindqvist · Home\n    account NWF-000417 · nora@example.com"
        ),
    ),
    (
        result(hit(kind="serial", matched="7K3Q9X0002", account_id=None, email=None), query="7k3q"),
        "🔎 1 match for “7k3q”\n\n1. Nora Lindqvist · Home\n    serial number 7K3Q9X0002",
    ),
    (
        result(
            hit(kind="account", matched="NWF-000417"),
            hit(2, kind="email", matched="nora@example.com"),
        ),
        (
            "🔎 2 matches for “lindq”\n\n"
            "1. Nora Lindqvist · Home\n    account number NWF-000417 · nora@example.com\n"
            "2. Nora Lindqvist · Home\n    e-mail nora@example.com · account NWF-000417"
        ),
    ),
    # a customer whose homes are yet to be listed; a home without a name; nobody's name
    (
        result(
            hit(location_id=None, location_name=None, account_id=None, email=None),
            hit(2, location_name=None, account_id=None, email=None),
            hit(3, customer_name=None, email=None, kind="mac", matched="02:00"),
            hit(4, customer_name=None, email=None, account_id=None, matched=None, kind="mac"),
        ),
        (
            "🔎 4 matches for “lindq”\n\n"
            "1. Nora Lindqvist · all homes\n"
            "2. Nora Lindqvist · home c2c2c2c2c2c2000000000002\n"
            "3. NWF-000417 · Home\n    MAC address 02:00 · account NWF-000417\n"
            "4. Customer, name not read · Home"
        ),
    ),
    # more than are listed, or perhaps more
    (
        result(hit(email=None, account_id=None), more=True, capped=True),
        (
            "🔎 More than 1 match for “lindq”\n\n1. Nora Lindqvist · Home\n\n"
            "Next: write more of it, or an e-mail, account or serial number."
        ),
    ),
    (
        result(hit(email=None, account_id=None), capped=True),
        "🔎 At least 1 match for “lindq”\n\n1. Nora Lindqvist · Home",
    ),
    # under way
    (
        result(done=False, lookups=[lookup(state="pending"), lookup("serial", "pending")]),
        "🔎 Searching for “lindq”\n\n⏳ Still searching as name and serial number",
    ),
    (
        result(
            hit(email=None, account_id=None),
            done=False,
            more=True,
            lookups=[lookup(), lookup("email", "pending")],
        ),
        (
            "🔎 More than 1 match for “lindq”\n\n1. Nora Lindqvist · Home\n\n"
            "⏳ Still searching as e-mail"
        ),
    ),
    # failures are told, with and without hits
    (
        result(
            hit(email=None, account_id=None),
            lookups=[lookup(), lookup("name", "failed", "timeout")],
        ),
        (
            "🔎 1 match for “lindq”\n\n1. Nora Lindqvist · Home\n\n"
            "⚠️ One search by name failed: no answer in time"
        ),
    ),
    (
        result(
            lookups=[
                lookup(),
                lookup("serial", "failed", "busy"),
                lookup("account service", "failed", "busy"),
                lookup("email", "failed", None),
            ]
        ),
        (
            "⚪ Not found so far: “lindq”\n\n"
            "⚠️ 2 searches by serial number, account number and service id failed: "
            "too many calls just now, try again in a few minutes\n"
            "⚠️ One search by e-mail failed: the cloud had trouble\n"
            "Searched as name.\nNext: ask again in a minute."
        ),
    ),
    # nothing: what was searched, what else to try
    (
        result(),
        (
            "⚪ Nothing found for “lindq”\n\nSearched as name.\n"
            "Next: try the serial number on a pod's label, the customer's e-mail address or "
            "the account number."
        ),
    ),
    (
        result(
            guesses=[{"kind": kind, "value": "x"} for kind in ("serial", "account", "name")],
            lookups=[lookup("serial account name")],
            notes=["foreign"],
        ),
        (
            "⚪ Nothing found for “lindq”\n\n"
            "Plume knows this number, but not as one of your customers'.\n"
            "Searched as serial number, account number and name.\n"
            "Next: try the customer's e-mail address."
        ),
    ),
    (
        result(notes=["unclaimed"], lookups=[lookup("serial")]),
        (
            "⚪ Nothing found for “lindq”\n\n"
            "This serial number exists, but it is not in any home yet.\n"
            "Searched as serial number.\n"
            "Next: try the serial number on a pod's label, the customer's e-mail address or "
            "the account number."
        ),
    ),
    (
        result(query="?", guesses=[], lookups=[], notes=["unclear"]),
        (
            "⚪ Nothing to look for in “?”\n\n"
            "A search takes at least two letters, or a number of three digits.\n"
            "Next: try the serial number on a pod's label, the customer's e-mail address, "
            "the account number or a part of the customer's name."
        ),
    ),
]


@pytest.mark.parametrize(("given_", "expected"), TEXTS)
def test_texts(given_: SearchResult, expected: str) -> None:
    assert shown(format_search(given_)) == expected


def test_only_what_limits_a_search_is_told_beside_hits() -> None:
    text = shown(format_search(result(hit(), notes=["foreign", "only_known_homes"])))
    assert "Plume has no search by MAC address" in text
    assert "not as one of your customers'" not in text


def test_pages() -> None:
    hits = [hit(number, location_name=f"Flat {number}") for number in range(1, 31)]
    assert [len(page) for page in hit_pages(hits)] == [7, 7, 7, 7, 2]
    text = shown(format_search(result(*hits), page=1))
    assert text.startswith("🔎 30 matches for “lindq”\n8 to 14, page 2 of 5\n\n8. Nora")
    assert "Flat 14" in text
    assert "Flat 15" not in text
    assert "29 to 30, page 5 of 5" in shown(format_search(result(*hits), page=99))


def test_labels_for_buttons() -> None:
    assert hit_label(hit()) == "Nora Lindqvist · Home"
    assert hit_label(hit(location_name=None)) == "Nora Lindqvist · home …0001"
    assert hit_label(hit(location_id=None, location_name=None)) == "Nora Lindqvist · all homes"
    assert hit_label(hit(customer_name=None)) == "nora@example.com · Home"
    long = hit_label(hit(customer_name="N" * 300, location_name="H" * 300), 30)
    assert long == f"{'N' * 19}… · {'H' * 29}…"


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    text = shown(format_search(result(hit(customer_name=name, location_name=name))))
    assert text.count(clean(name)) >= 2


_word = st.none() | texts(max_size=320) | st.sampled_from(NASTY)
_kind = st.sampled_from(get_args(QueryKind))


@settings(max_examples=400)
@given(
    words=st.lists(_word, min_size=5, max_size=5),
    number=st.integers(0, 40),
    kind=_kind,
    lookups=st.lists(
        st.builds(
            lambda kinds, state, reason: lookup(" ".join(kinds), state, reason),
            st.lists(_kind, min_size=1, max_size=8),
            st.sampled_from(["pending", "answered", "failed"]),
            st.none() | st.sampled_from(get_args(FailureReason)),
        ),
        max_size=9,
    ),
    notes=st.lists(st.sampled_from(get_args(Note)), max_size=4, unique=True),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_any_result_is_taken_and_every_hit_is_on_a_page(
    *,
    words: list[str | None],
    number: int,
    kind: QueryKind,
    lookups: list[LookupState],
    notes: list[Note],
    flags: tuple[bool, bool, bool],
) -> None:
    one = hit(
        customer_name=words[0],
        location_name=words[1],
        matched=words[2],
        account_id=words[3],
        email=words[4],
        kind=kind,
        location_id=words[1] or None,
    )
    made = result(
        *[one] * number,
        query=(words[0] or "")[:200],
        lookups=lookups,
        notes=notes,
        more=flags[0],
        capped=flags[1],
        done=flags[2],
        guesses=[{"kind": kind, "value": "x"}],
    )
    pages = hit_pages(made["hits"])
    assert sum(map(len, pages)) == number
    assert max(map(len, pages), default=0) <= HITS_PER_PAGE
    for page in {0, len(pages) - 1}:
        shown(format_search(made, page=page))
    assert len(hit_label(one).encode()) <= 6 * 130
