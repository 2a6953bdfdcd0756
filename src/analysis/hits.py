"""From the answers of several look-ups to one list of homes: named, without doubles, best first.

Pure. Each look-up knows a part: one the names, one the home of a serial, one the e-mail. What any
of them says of a customer or a home is used for every hit on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from src.models.lookup import (
        CustomerMatch,
        Guess,
        NodePlace,
        Note,
        PlaceOwner,
        QueryKind,
        SearchHit,
    )

__all__ = [
    "FOLD_FROM",
    "Found",
    "HitList",
    "found_in",
    "from_matches",
    "from_node",
    "from_place",
    "hits_of_customer",
]

# v2/search lists no more homes of a customer than this, so a list of this length may be cut; such
# a customer is one hit, and the homes are listed when it is opened.
FOLD_FROM = 10
# v2/search: no more customers for each thing that the text may be.
MATCHES_AT_MOST = 10
_ONE_HOME: frozenset[QueryKind] = frozenset({"serial", "mac", "service", "location"})

Rank = tuple[bool, int, bool]


@dataclass(frozen=True, slots=True)
class Found:
    """What one look-up found. `rank` of a hit: smaller is better."""

    hits: Sequence[tuple[Rank, SearchHit]] = ()
    more: bool = False
    capped: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a match fits the text: as what, by which stored value, how well."""

    kind: QueryKind
    stored: str | None
    rank: Rank


def from_matches(matches: Sequence[CustomerMatch], guesses: Sequence[Guess]) -> Found:
    """Hits from customers that match any of the guesses, a hit for each of their homes."""
    hits: list[tuple[Rank, SearchHit]] = []
    for match in matches:
        fit = _fit(match, guesses)
        hits.extend((fit.rank, hit) for hit in _hits_of_match(match, fit))
    return Found(hits=hits, capped=len(matches) >= MATCHES_AT_MOST)


def from_node(place: NodePlace, guess: Guess) -> Found:
    """The home of a serial; a serial that is in no home says so."""
    if place.customer_id is None:
        return Found(notes=("unclaimed",))
    hit = _hit(place.customer_id, guess["kind"], place.id, location_id=place.location_id)
    return Found(hits=[(_rank(place.id, guess["value"], 0), hit)])


def from_place(place: PlaceOwner, guess: Guess) -> Found:
    """The home of a location or service id."""
    # The path takes either id, so the answer says which one it was.
    by_id = place.id.casefold() == guess["value"].casefold()
    kind: QueryKind = "location" if by_id else "service"
    stored = place.id if by_id else place.service_id
    hit: SearchHit = {
        **_hit(place.customer_id, kind, stored, location_id=place.id),
        "customer_name": place.customer_name,
        "location_name": place.name,
        "account_id": place.account_id,
    }
    return Found(hits=[(_rank(stored, guess["value"], 0), hit)])


def found_in(home: tuple[str, str], guess: Guess) -> Found:
    """A home, by (customer id, location id), in which the thing itself was seen."""
    hit = _hit(home[0], guess["kind"], guess["value"], location_id=home[1])
    return Found(hits=[((False, 0, False), hit)])


def hits_of_customer(hit: SearchHit, places: Iterable[tuple[str, str | None]]) -> list[SearchHit]:
    """A customer's hit as one for each home, from (location id, name)."""
    return [
        {**hit, "location_id": identifier, "location_name": name} for identifier, name in places
    ]


def _fit(match: CustomerMatch, guesses: Sequence[Guess]) -> _Fit:
    """The best guess that a stored value of this customer answers to."""
    fits = [
        _Fit(guess["kind"], stored, _rank(stored, guess["value"], place))
        for place, guess in enumerate(guesses)
        for stored in _stored(match, guess["kind"])
        if guess["value"].casefold() in stored.casefold()
    ]
    # A cloud may fold accents or hyphens as well: then its word has to do.
    unseen = _Fit(guesses[0]["kind"], match.matched_value, (True, len(guesses), True))
    return min(fits, key=lambda fit: fit.rank, default=unseen)


def _stored(match: CustomerMatch, kind: QueryKind) -> Iterator[str]:
    """The values of this kind that the match carries."""
    places = match.locations
    known: dict[QueryKind, tuple[str | None, ...]] = {
        "name": (match.name,),
        "email": (match.email,),
        "account": (match.account_id or _other_value(match),),
        "serial": (_other_value(match),),
        "customer": (match.id,),
        "location": tuple(place.id for place in places) or (match.location_id_to_select,),
        "service": tuple(place.service_id for place in places),
    }
    return (value for value in known.get(kind, ()) if value)


def _other_value(match: CustomerMatch) -> str | None:
    """The matched value, where no field of the answer holds it: an account id or a serial."""
    told = {match.id, match.name, match.email}
    told |= {value for place in match.locations for value in (place.id, place.service_id)}
    return None if match.matched_value in told else match.matched_value


def _rank(stored: str | None, wanted: str, guess: int) -> Rank:
    """Exact before partial, likelier guess before others, beginning before middle."""
    text, part = (stored or "").casefold(), wanted.casefold()
    return (text != part, guess, not text.startswith(part))


def _hits_of_match(match: CustomerMatch, fit: _Fit) -> list[SearchHit]:
    hit: SearchHit = {
        **_hit(match.id, fit.kind, fit.stored or match.matched_value),
        "customer_name": match.name,
        "email": match.email,
        "account_id": match.account_id or (fit.stored if fit.kind == "account" else None),
    }
    places = [(place.id, place.name) for place in match.locations]
    if fit.kind in _ONE_HOME:
        wanted = _the_one(match, fit)
        names = dict(places)
        return hits_of_customer(hit, [(wanted, names.get(wanted))]) if wanted else [hit]
    if not places and match.location_id_to_select:
        places = [(match.location_id_to_select, None)]
    return hits_of_customer(hit, places) if 0 < len(places) < FOLD_FROM else [hit]


def _the_one(match: CustomerMatch, fit: _Fit) -> str | None:
    """The home that a serial, service id or location id belongs to."""
    for place in match.locations:
        if fit.stored in {place.id, place.service_id}:
            return place.id
    return match.location_id_to_select


def _hit(
    customer_id: str, kind: QueryKind, matched: str | None, *, location_id: str | None = None
) -> SearchHit:
    return {
        "customer_id": customer_id,
        "customer_name": None,
        "location_id": location_id,
        "location_name": None,
        "matched": matched,
        "kind": kind,
        "account_id": None,
        "email": None,
    }


def _name_of(hit: SearchHit) -> tuple[bool, str]:
    name = hit["customer_name"]
    return (name is None, (name or "").casefold())


@dataclass(slots=True)
class HitList:
    """Hits of all look-ups so far. A customer without a home in sight gives way to its homes."""

    _best: dict[tuple[str, str | None], tuple[Rank, SearchHit]] = field(default_factory=dict)
    _customers: dict[str, dict[str, str]] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)

    def add(self, found: Found) -> None:
        """Take in what one look-up found."""
        for rank, hit in found.hits:
            self._learn(hit)
            key = (hit["customer_id"], hit["location_id"])
            known = self._best.get(key)
            if known is None or rank < known[0]:
                self._best[key] = (rank, hit)

    def ranked(self) -> list[SearchHit]:
        """All hits with what is known of them, best first; equals by name, homes as sent."""
        told = sorted(
            ((rank, self._told(hit)) for rank, hit in self._shown()),
            key=lambda item: (item[0], _name_of(item[1]), item[1]["customer_id"]),
        )
        return [hit for _, hit in told]

    def _shown(self) -> list[tuple[Rank, SearchHit]]:
        located = {customer for customer, location in self._best if location is not None}
        return [
            item
            for (customer, location), item in self._best.items()
            if location is not None or customer not in located
        ]

    def _learn(self, hit: SearchHit) -> None:
        known = self._customers.setdefault(hit["customer_id"], {})
        for name in ("customer_name", "account_id", "email"):
            value = hit[name]
            if value is not None:
                known.setdefault(name, value)
        if hit["location_id"] is not None and hit["location_name"] is not None:
            self._places.setdefault(hit["location_id"], hit["location_name"])

    def _told(self, hit: SearchHit) -> SearchHit:
        place = hit["location_id"]
        known = {**self._customers[hit["customer_id"]]}
        if place is not None and place in self._places:
            known["location_name"] = self._places[place]
        return cast("SearchHit", {**hit, **known})
