"""What a search found, what it asked, and what is still missing, as a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.markup import bold, clean, code, escape
from src.utils.paging import page_of, paged
from src.utils.wording import join_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.lookup import (
        FailureReason,
        LookupState,
        Note,
        QueryKind,
        SearchHit,
        SearchResult,
    )

__all__ = ["HITS_PER_PAGE", "format_search", "hit_label", "hit_pages"]

# As many as fit on a keyboard with a row for each and one for paging.
HITS_PER_PAGE = 7
_PAGE_ROOM = 2800
_QUERY = 60
_WORD = 80

_KINDS: dict[QueryKind, str] = {
    "serial": "serial number",
    "mac": "MAC address",
    "email": "e-mail",
    "account": "account number",
    "service": "service id",
    "location": "location id",
    "customer": "customer id",
    "name": "name",
}
_REASONS: dict[FailureReason, str] = {
    "timeout": "no answer in time",
    "busy": "too many calls just now, try again in a few minutes",
    "not_allowed": "not allowed with these credentials",
    "not_offered": "this Plume cloud does not offer it",
    "refused": "the cloud refused it",
    "trouble": "the cloud had trouble",
    "unreadable": "the answer could not be read",
}
_NOTES: dict[Note, str] = {
    "unclaimed": "This serial number exists, but it is not in any home yet.",
    "foreign": "Plume knows this number, but not as one of your customers'.",
    "only_known_homes": (
        "Plume has no search by MAC address: only serial numbers that look like it and the homes "
        "you opened lately were searched. A home's /devices can be searched as well."
    ),
    "unclear": "A search takes at least two letters, or a number of three digits.",
}
# In the order of what is surest to lead to one home.
_TRY: tuple[tuple[QueryKind, str], ...] = (
    ("serial", "the serial number on a pod's label"),
    ("email", "the customer's e-mail address"),
    ("account", "the account number"),
    ("name", "a part of the customer's name"),
)


def format_search(result: SearchResult, *, page: int = 0) -> str:
    """One page of the hits, or what to try instead; also while look-ups are still under way."""
    hits = result["hits"]
    pages = hit_pages(hits)
    shown, number, before = page_of(pages, page)
    title = f"{_title(result)} “{escape(result['query'], _QUERY)}”</b>"
    if len(pages) > 1:
        title += f"\n{before + 1} to {before + len(shown)}, page {number + 1} of {len(pages)}"
    rows = [f"{before + place}. {_hit(hit)}" for place, hit in enumerate(shown, 1)]
    below = [*_notes(result), *_open_ends(result), _searched(result), _next(result)]
    ending = "\n".join(line for line in below if line)
    return "\n\n".join(part for part in (title, "\n".join(rows), ending) if part)


def hit_pages(hits: Sequence[SearchHit]) -> list[list[SearchHit]]:
    """The hits as `format_search` pages them, for the buttons below."""
    return paged(hits, _hit, HITS_PER_PAGE, _PAGE_ROOM)


def hit_label(hit: SearchHit, limit: int = 60) -> str:
    """Customer and home in plain text, for a button."""
    customer = clean(_customer(hit), 2 * limit // 3)
    place = clean(_place(hit), limit)
    return f"{customer} · {place}"


def _title(result: SearchResult) -> str:
    found = len(result["hits"])
    if not result["lookups"]:
        return "⚪ <b>Nothing to look for in"
    if not found:
        if not result["done"]:
            return "🔎 <b>Searching for"
        if _failed(result):
            return "⚪ <b>Not found so far:"
        return "⚪ <b>Nothing found for"
    matches = f"{found} match" if found == 1 else f"{found} matches"
    if result["more"]:
        matches = f"More than {matches}"
    elif result["capped"]:
        matches = f"At least {matches}"
    return f"🔎 <b>{matches} for"


def _hit(hit: SearchHit) -> str:
    place = hit["location_id"]
    if hit["location_name"] is None and place is not None:
        home = f"home {code(place, _WORD)}"
    else:
        home = escape(_place(hit))
    facts = [
        f"{_KINDS[hit['kind']]} {hit['matched']}" if hit["kind"] != "name" else "",
        f"account {hit['account_id']}" if hit["kind"] != "account" else "",
        hit["email"] if hit["kind"] != "email" else "",
    ]
    known = (hit["matched"], hit["account_id"], hit["email"])
    shown = [fact for fact, value in zip(facts, known, strict=True) if fact and value]
    below = f"\n    {' · '.join(escape(fact, _WORD) for fact in shown)}" if shown else ""
    return f"{bold(_customer(hit))} · {home}{below}"


def _customer(hit: SearchHit) -> str:
    """The name, or what else tells customers apart."""
    return hit["customer_name"] or hit["email"] or hit["account_id"] or "Customer, name not read"


def _place(hit: SearchHit) -> str:
    if hit["location_id"] is None:
        return "all homes"
    return hit["location_name"] or f"home …{hit['location_id'][-4:]}"


def _notes(result: SearchResult) -> list[str]:
    """Why nothing was found; beside hits only what limits the search."""
    wanted = [note for note in result["notes"] if not result["hits"] or note == "only_known_homes"]
    return [_NOTES[note] for note in wanted]


def _failed(result: SearchResult) -> list[LookupState]:
    return [lookup for lookup in result["lookups"] if lookup["state"] == "failed"]


def _kinds(lookups: Sequence[LookupState]) -> list[str]:
    return list(dict.fromkeys(_KINDS[kind] for lookup in lookups for kind in lookup["kinds"]))


def _open_ends(result: SearchResult) -> list[str]:
    """What is still missing, and what will stay so."""
    pending = [lookup for lookup in result["lookups"] if lookup["state"] == "pending"]
    lines = []
    if pending:
        lines.append(f"⏳ Still searching as {join_names(_kinds(pending), most=8)}")
    reasons: dict[str, list[LookupState]] = {}
    for lookup in _failed(result):
        reasons.setdefault(_REASONS[lookup["reason"] or "trouble"], []).append(lookup)
    for reason, lookups in reasons.items():
        which = "One search" if len(lookups) == 1 else f"{len(lookups)} searches"
        lines.append(f"⚠️ {which} by {join_names(_kinds(lookups), most=8)} failed: {reason}")
    return lines


def _searched(result: SearchResult) -> str:
    """What nothing was found by."""
    answered = [lookup for lookup in result["lookups"] if lookup["state"] == "answered"]
    if result["hits"] or not result["done"] or not answered:
        return ""
    return f"Searched as {join_names(_kinds(answered), most=8)}."


def _next(result: SearchResult) -> str:
    if result["more"] and result["done"]:
        return "Next: write more of it, or an e-mail, account or serial number."
    if result["hits"] or not result["done"]:
        return ""
    if _failed(result):
        return "Next: ask again in a minute."
    tried = {guess["kind"] for guess in result["guesses"]}
    return f"Next: try {_one_of([words for kind, words in _TRY if kind not in tried])}."


def _one_of(ways: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(ways[:-1]), *ways[-1:]) if part)
