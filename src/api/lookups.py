"""The look-ups that lead from a text to a home, and which of them a text calls for.

API notes: `Customers/v2/search` takes several readings of a text at once but not every cloud has
it, so the two likeliest readings are asked for in their own look-up as well, at the same time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from plume_api_client import (
    PlumeInputError,
    PlumeNotFoundError,
    PlumePermissionError,
    PlumeRejectedError,
    get_nodes_in_location,
    plume_request,
    read_as,
)
from src.analysis.hits import Found, found_in, from_matches, from_node, from_place
from src.analysis.query import mac_of
from src.api.devices import get_devices
from src.models.lookup import parse_customer_matches, parse_node_place, parse_place_owner
from src.net.urls import checked_id, endpoint_path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from src.models.lookup import Guess, LookupName, QueryKind

    Ask = Callable[[int], Awaitable[Found]]

__all__ = ["Lookup", "Place", "lookups_for"]

# Customer id and location id of a home that is already known.
Place = tuple[str, str]

# How many of the guesses, likeliest first, get a look-up of their own beside v2/search.
_OWN_LOOKUPS = 2
_HOMES_AT_MOST = 5

# What v2/search calls each reading; it has none for MAC addresses.
_ENTITIES: dict[QueryKind, str] = {
    "serial": "nodeId",
    "location": "locationId",
    "customer": "customerId",
    "name": "name",
    "email": "email",
    "account": "accountId",
    "service": "serviceId",
}
_FIELDS: dict[QueryKind, str] = {"name": "name", "email": "email", "account": "accountId"}


@dataclass(frozen=True, slots=True)
class Lookup:
    """One call (or, for homes already known, two for each) and the readings that it covers."""

    name: LookupName
    kinds: tuple[QueryKind, ...]
    ask: Ask


def lookups_for(guesses: Sequence[Guess], limit: int, homes: Sequence[Place]) -> list[Lookup]:
    """What to ask, all at the same time; the same call is never asked twice."""
    own: dict[tuple[LookupName, str], Lookup] = {}
    for guess in guesses[:_OWN_LOOKUPS]:
        lookup = _own_lookup(guess, limit)
        if lookup is not None:
            own.setdefault((lookup.name, guess["value"].casefold()), lookup)
    return [*own.values(), *_shared_lookups(guesses), *_home_lookups(guesses, homes)]


def _own_lookup(guess: Guess, limit: int) -> Lookup | None:
    """The look-up of one reading; None when the text cannot stand in a path."""
    kind = guess["kind"]
    keyword = _keyword(guess["value"])
    if keyword is None:
        return None
    if kind in _FIELDS:
        return Lookup("customers", (kind,), _customers(guess, keyword, limit))
    if kind in ("serial", "mac"):
        return Lookup("nodes", (kind,), _node(guess))
    if kind == "customer":
        return None  # covered by v2/search, see there
    return Lookup("locations", (kind,), _place(guess, keyword))


def _shared_lookups(guesses: Sequence[Guess]) -> Iterator[Lookup]:
    """v2/search for all readings, once for each form of the text."""
    values: dict[str, list[Guess]] = {}
    for guess in guesses:
        if guess["kind"] in _ENTITIES:
            values.setdefault(guess["value"], []).append(guess)
    for value, same in values.items():
        yield Lookup("all", tuple(guess["kind"] for guess in same), _everything(value, same))


def _everything(value: str, guesses: Sequence[Guess]) -> Ask:
    entities = ",".join(_ENTITIES[guess["kind"]] for guess in guesses)
    params = {"searchString": value, "searchEntities": entities, "exactMatch": "false"}

    async def ask(user_id: int) -> Found:
        try:
            body = await plume_request(user_id, "GET", "Customers/v2/search", params)
        except (PlumeNotFoundError, PlumeRejectedError):
            # A cloud without it. A customer id has another way, but that one answers 401 for any
            # other id, which costs a new token: so it is taken only where it has to be.
            by_id = next((guess for guess in guesses if guess["kind"] == "customer"), None)
            if by_id is None:
                raise
            return await _customer(by_id)(user_id)
        return from_matches(read_as(parse_customer_matches, body), guesses)

    return ask


def _customers(guess: Guess, keyword: str, limit: int) -> Ask:
    """partners/customers/search: whole ids and addresses exactly, other text as a beginning.

    Both switches are sent, since their defaults are told differently (API notes, 8 #26).
    """
    whole = guess["kind"] == "account" or (guess["kind"] == "email" and _is_address(guess["value"]))
    params = {
        "field": _FIELDS[guess["kind"]],
        "exactMatch": "true" if whole else "false",
        "startsWith": "false" if whole else "true",
        "limit": limit + 1,
    }

    async def ask(user_id: int) -> Found:
        endpoint = f"partners/customers/search/{keyword}"
        matches = read_as(
            parse_customer_matches, await plume_request(user_id, "GET", endpoint, params)
        )
        found = from_matches(matches[:limit], [guess])
        return Found(hits=found.hits, more=len(matches) > limit)

    return ask


def _is_address(value: str) -> bool:
    name, _, domain = value.partition("@")
    return bool(name) and "." in domain


def _node(guess: Guess) -> Ask:
    """partners/nodes/{serial}; gateways of some makers have their MAC address as serial."""
    serial = guess["value"].replace(":", "").upper()

    def read(body: object) -> Found:
        return from_node(read_as(parse_node_place, body), {**guess, "value": serial})

    return _one(f"partners/nodes/{serial}", read)


def _place(guess: Guess, keyword: str) -> Ask:
    """partners/locations/{service id or location id}."""

    def read(body: object) -> Found:
        return from_place(read_as(parse_place_owner, body), guess)

    return _one(f"partners/locations/{keyword}", read)


def _customer(guess: Guess) -> Ask:
    """Customers/{id}; the homes are listed on opening."""

    def read(body: object) -> Found:
        return from_matches(read_as(parse_customer_matches, body), [guess])

    return _one(f"Customers/{checked_id(guess['value'], 'customer id')}", read)


def _one(endpoint: str, read: Callable[[object], Found]) -> Ask:
    """A look-up of one object, where "not there" and "not yours" are answers."""

    async def ask(user_id: int) -> Found:
        try:
            return read(await plume_request(user_id, "GET", endpoint))
        except PlumePermissionError:
            return Found(notes=("foreign",))
        except PlumeNotFoundError:
            return Found()

    return ask


def _home_lookups(guesses: Sequence[Guess], homes: Sequence[Place]) -> Iterator[Lookup]:
    """Plume has no look-up by MAC address, so only homes that are known can be searched."""
    guess = next((guess for guess in guesses if guess["kind"] == "mac"), None)
    if guess is not None:
        for home in list(dict.fromkeys(homes))[:_HOMES_AT_MOST]:
            yield Lookup("homes", ("mac",), _home(guess, home))


def _home(guess: Guess, home: Place) -> Ask:
    """The pods and the client devices of one home."""

    async def ask(user_id: int) -> Found:
        nodes, devices = await asyncio.gather(
            get_nodes_in_location(user_id, *home),
            get_devices(user_id, *home),
            return_exceptions=True,
        )
        for things in (nodes, devices):
            if isinstance(things, tuple) and any(
                mac_of(thing.mac or "") == guess["value"] for thing in things
            ):
                return found_in(home, guess)
        for failure in (nodes, devices):
            if isinstance(failure, BaseException):
                raise failure
        return Found()

    return ask


def _keyword(value: str) -> str | None:
    """The text as one part of a path; None where it cannot be one (a slash; "null", which the
    partner search does not take; more than fits)."""
    keyword = quote(value, safe="@:")
    try:
        endpoint_path(keyword)
    except PlumeInputError:
        return None
    return None if value == "null" or "/" in value else keyword
