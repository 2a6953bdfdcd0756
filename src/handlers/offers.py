"""Chats that are ready to hear what nobody acknowledged elsewhere, until somebody takes them up.

`/watch escalate` in the chat that shall hear gives a code, and the same person sends it in the chat
whose alerts shall be passed on: so in both it was somebody who may say how that chat is told.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.models.watching import Spot

__all__ = ["VALID_MIN", "Offers"]

VALID_MIN: Final = 15
_MOST: Final = 1000


class _Offer(NamedTuple):
    code: str
    spot: Spot
    until: float


class Offers:
    """One for a person, the newest; a restart forgets them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._by_person: dict[int, _Offer] = {}

    def make(self, spot: Spot, user_id: int) -> str:
        """The code under which this chat or topic can be taken, by this person only."""
        self._by_person.pop(user_id, None)
        if len(self._by_person) >= _MOST:
            del self._by_person[next(iter(self._by_person))]
        code = secrets.token_hex(3)
        self._by_person[user_id] = _Offer(code, spot, self._clock() + 60 * VALID_MIN)
        return code

    def take(self, code: str, user_id: int, here: Spot) -> Spot | None:
        """The chat or topic, once; None for what was not offered, is too old, or is `here`."""
        offer = self._by_person.get(user_id)
        if offer is None or offer.code != code.lower() or offer.spot == here:
            return None
        del self._by_person[user_id]
        return offer.spot if self._clock() < offer.until else None
