"""Finding a home: what a typed text may be, what Plume's look-ups answer, and the hits.

The look-ups are `Customers/v2/search` and those below `partners/`; their envelopes differ between
clouds and every field but an id may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypedDict

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from src.models.plume import Id, PlumeModel, ShapeError, Text, read_list, tolerant_tuple, unwrap

__all__ = [
    "CustomerMatch",
    "FailureReason",
    "Guess",
    "LookupName",
    "LookupState",
    "MatchedPlace",
    "NodePlace",
    "Note",
    "PlaceOwner",
    "QueryKind",
    "SearchHit",
    "SearchResult",
    "parse_customer_matches",
    "parse_node_place",
    "parse_place_owner",
]

QueryKind = Literal["serial", "mac", "email", "account", "service", "location", "customer", "name"]

# "all" is Customers/v2/search, "customers" partners/customers/search, "nodes" and "locations" those
# below partners/, "homes" the pods and devices of homes already known.
LookupName = Literal["all", "customers", "nodes", "locations", "homes"]

FailureReason = Literal[
    "timeout", "busy", "not_allowed", "not_offered", "refused", "trouble", "unreadable"
]

# unclaimed: the serial exists, in no home; foreign: it exists, with another partner;
# only_known_homes: Plume has no look-up by MAC address; unclear: nothing that can be looked up.
Note = Literal["unclaimed", "foreign", "only_known_homes", "unclear"]


class Guess(TypedDict):
    """One thing that a text may be, and the value in the form that its look-ups take."""

    kind: QueryKind
    value: str


class SearchHit(TypedDict):
    """A home that fits, or a customer whose homes are yet to be listed (`location_id` None)."""

    customer_id: str
    customer_name: str | None
    location_id: str | None
    location_name: str | None
    matched: str | None  # the stored value that fits, as the cloud has it
    kind: QueryKind
    account_id: str | None
    email: str | None


class LookupState(TypedDict):
    """How far one look-up is. `reason` only where it failed."""

    lookup: LookupName
    kinds: list[QueryKind]
    state: Literal["pending", "answered", "failed"]
    reason: FailureReason | None


class SearchResult(TypedDict):
    """What is known so far; the last one of a search has `done`."""

    query: str
    guesses: list[Guess]
    hits: list[SearchHit]  # best first
    more: bool  # further homes fit, more than are listed
    capped: bool  # a look-up answered as many as it ever does, so there may be more
    lookups: list[LookupState]
    notes: list[Note]
    done: bool


class MatchedPlace(PlumeModel):
    """A home of a customer who matches; names come with `v2/search` only."""

    id: Id = Field(validation_alias=AliasChoices("locationId", "id"))
    name: Text = None
    service_id: Text = None


class CustomerMatch(PlumeModel):
    """An item of `Customers/v2/search` or of `partners/customers/search`; also a plain Customer."""

    id: Id = Field(validation_alias=AliasChoices("customerId", "id"))
    name: Text = Field(default=None, validation_alias=AliasChoices("customerName", "name"))
    email: Text = Field(default=None, validation_alias=AliasChoices("customerEmail", "email"))
    account_id: Text = None
    matched_value: Text = None
    location_id_to_select: Text = None
    locations: Annotated[
        tuple[MatchedPlace, ...], BeforeValidator(lambda v: tolerant_tuple(MatchedPlace, v))
    ] = ()


class NodePlace(PlumeModel):
    """Where a serial number is (`partners/nodes/{serial}`); unclaimed ones are nowhere."""

    id: Id = Field(validation_alias=AliasChoices("serialNumber", "id", "nodeId"))
    customer_id: Text = None
    location_id: Text = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, value: object) -> object:
        return _with_ids(value, "customer", "location")


class PlaceOwner(PlumeModel):
    """Whose home an id is (`partners/locations/{id}`)."""

    id: Id = Field(validation_alias=AliasChoices("id", "locationId"))
    name: Text = None
    service_id: Text = None
    customer_id: Id
    customer_name: Text = None
    account_id: Text = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, value: object) -> object:
        owner = value.get("customer") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(owner, Mapping):
            return value
        known = {"customerName": owner.get("name"), "accountId": owner.get("accountId")}
        return _with_ids({**known, **value}, "customer")


def _with_ids(value: object, *names: str) -> object:
    """{"customer": {"id": x}} also as {"customerId": x}; some clouds nest the ids."""
    if not isinstance(value, Mapping):
        return value
    nested = {name: value.get(name) for name in names}
    found = {f"{name}Id": at.get("id") for name, at in nested.items() if isinstance(at, Mapping)}
    return {**found, **value}


def parse_customer_matches(body: object) -> tuple[CustomerMatch, ...]:
    """Matches from a bare list or any envelope; a lone customer counts as one.

    None is "nothing found". ShapeError for anything else.
    """
    inner = unwrap(body, "customers")
    if inner is None:
        return ()
    return read_list(CustomerMatch, [inner] if isinstance(inner, Mapping) else inner)


def parse_node_place(body: object) -> NodePlace:
    """Where a node is, out of whatever it is wrapped in; ShapeError when there is none."""
    return read_list(NodePlace, _lone(unwrap(body, "node", "item", "result")))[0]


def parse_place_owner(body: object) -> PlaceOwner:
    """Whose home it is; ShapeError when that is not told."""
    return read_list(PlaceOwner, _lone(unwrap(body, "location", "item", "result")))[0]


def _lone(inner: object) -> object:
    """One object, or a list with one, as a list; an empty list is unreadable here."""
    if inner == []:
        raise ShapeError("nothing in the answer")
    return [inner] if isinstance(inner, Mapping) else inner
