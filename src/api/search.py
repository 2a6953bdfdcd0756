"""From a serial, an e-mail, a number or a name to the home: all look-ups at once, first come first.

::

    async with aclosing(search(user_id, "7K3Q9X0002")) as results:
        async for result in results:
            show(result)
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plume_api_client import (
    PlumeAPIError,
    PlumeAuthError,
    PlumeInputError,
    PlumeNotConfiguredError,
    PlumeNotFoundError,
    PlumePermissionError,
    PlumeRateLimitedError,
    PlumeRejectedError,
    PlumeResponseError,
    PlumeTimeoutError,
    get_locations_for_customer,
    is_configured,
)
from src.analysis.hits import Found, HitList, hits_of_customer
from src.analysis.query import classify_query, tidy
from src.api.lookups import Lookup, Place, lookups_for

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from src.models.lookup import (
        FailureReason,
        Guess,
        LookupState,
        Note,
        SearchHit,
        SearchResult,
    )

__all__ = ["homes_of_hit", "search", "search_to_end"]

LIMIT_MOST = 100


async def search(
    user_id: int, text: str, *, limit: int = 30, homes: Sequence[Place] = ()
) -> AsyncGenerator[SearchResult, None]:
    """What is known so far, each time a look-up has ended; the last result has `done`.

    All look-ups leave at the same time, so a search costs one round trip. One that is slow or
    fails holds nothing up: it is named in the result, and what the others found stands.
    `homes` (customer id, location id) are those at hand, such as recents: a MAC address can be
    found in them only. Leaving the loop early cancels what is still under way.

    Raises PlumeInputError for a limit outside 1 to 100, PlumeNotConfiguredError, and the first
    look-up's error when not a single one answered.
    """
    if not 1 <= limit <= LIMIT_MOST:
        raise PlumeInputError("a limit is a whole number from 1 to 100")
    if not is_configured(user_id):
        raise PlumeNotConfiguredError("this user has no Plume credentials")
    board = _Board(text, limit, homes)
    if not board.lookups:
        yield board.result()
        return
    tasks = [asyncio.ensure_future(lookup.ask(user_id)) for lookup in board.lookups]
    pending = set(tasks)
    try:
        while pending:
            ended, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for place, task in enumerate(tasks):  # in this order, so that equal hits keep theirs
                if task in ended:
                    board.note(place, task)
            if not pending:
                board.raise_if_all_failed()
            yield board.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def search_to_end(
    user_id: int, text: str, *, limit: int = 30, homes: Sequence[Place] = ()
) -> SearchResult:
    """The last result of `search`, for callers who can wait."""
    async for result in search(user_id, text, limit=limit, homes=homes):
        last = result
    return last


async def homes_of_hit(user_id: int, hit: SearchHit) -> list[SearchHit]:
    """A hit as one for each home: listed now for a customer, itself when it is a home already."""
    if hit["location_id"] is not None:
        return [hit]
    locations = await get_locations_for_customer(user_id, hit["customer_id"])
    return hits_of_customer(hit, [(location.id, location.name) for location in locations])


class _Board:
    """Where a search stands: what was asked, answered, failed, and found."""

    def __init__(self, text: str, limit: int, homes: Sequence[Place]) -> None:
        self.query = tidy(text)
        self.guesses: list[Guess] = classify_query(text)
        self.lookups: list[Lookup] = lookups_for(self.guesses, limit, homes)
        self._limit = limit
        self._ended: dict[int, Found | PlumeAPIError] = {}  # by place in `lookups`
        self._hits = HitList()

    def note(self, place: int, task: asyncio.Future[Found]) -> None:
        """Take in how a look-up ended; an error that is not the cloud's is a fault of ours."""
        error = task.exception()
        if error is None:
            self._ended[place] = task.result()
            self._hits.add(task.result())
        elif isinstance(error, PlumeAPIError):
            self._ended[place] = error
        else:
            raise error

    def raise_if_all_failed(self) -> None:
        """Nothing was looked up, which must not be told as "nothing found"."""
        errors = [end for end in self._ended.values() if isinstance(end, PlumeAPIError)]
        if len(errors) == len(self.lookups):
            raise errors[0]

    def result(self) -> SearchResult:
        """What is known now."""
        hits = self._hits.ranked()
        found = [end for end in self._ended.values() if isinstance(end, Found)]
        return {
            "query": self.query,
            "guesses": self.guesses,
            "hits": hits[: self._limit],
            "more": len(hits) > self._limit or any(answer.more for answer in found),
            "capped": any(answer.capped for answer in found),
            "lookups": [self._state(place) for place in range(len(self.lookups))],
            "notes": self._notes(found),
            "done": len(self._ended) == len(self.lookups),
        }

    def _state(self, place: int) -> LookupState:
        lookup, end = self.lookups[place], self._ended.get(place)
        failed = isinstance(end, PlumeAPIError)
        return {
            "lookup": lookup.name,
            "kinds": list(lookup.kinds),
            "state": "failed" if failed else "answered" if end is not None else "pending",
            "reason": _reason(end) if isinstance(end, PlumeAPIError) else None,
        }

    def _notes(self, found: Sequence[Found]) -> list[Note]:
        notes: list[Note] = [note for answer in found for note in answer.notes]
        if not self.lookups:
            notes.append("unclear")
        elif self.guesses[0]["kind"] == "mac":
            notes.append("only_known_homes")
        return list(dict.fromkeys(notes))


# In the order of asking: a class stands before those it is derived from.
_REASONS: tuple[tuple[type[PlumeAPIError], FailureReason], ...] = (
    (PlumeTimeoutError, "timeout"),
    (PlumeRateLimitedError, "busy"),
    (PlumePermissionError, "not_allowed"),
    (PlumeAuthError, "not_allowed"),
    (PlumeNotFoundError, "not_offered"),
    (PlumeRejectedError, "refused"),
    (PlumeResponseError, "unreadable"),
)


def _reason(error: PlumeAPIError) -> FailureReason:
    """Why a look-up failed. A 404 of a search, like a 501, says that this cloud has none."""
    if error.status == 501:
        return "not_offered"
    return next((word for kind, word in _REASONS if isinstance(error, kind)), "trouble")
