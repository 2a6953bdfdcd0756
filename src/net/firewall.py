"""The cloud's firewall: telling its 403 from an ordinary one, and staying away while it blocks.

More than 2,000 calls in 5 minutes from one address and every further call is refused with 403
until the window turns. Whether that window rolls is told both ways, so the pause is a full one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["Breaker", "is_firewall_block"]


def is_firewall_block(status: int, body: object) -> bool:
    """A 403 without the API's own `{"error": {...}}` object did not come from the API.

    `body` is the parsed JSON, None when it is none.
    """
    if status != 403:
        return False
    return not (isinstance(body, Mapping) and isinstance(body.get("error"), Mapping))


class Breaker:
    """Closed normally; once opened, nothing leaves until the moment given (loop clock)."""

    def __init__(self) -> None:
        self.until = -math.inf

    def open(self, until: float) -> None:
        """Keep everything back until then; a longer block that is known already stays."""
        self.until = max(self.until, until)

    def remaining_s(self, now: float) -> float:
        """Seconds until calls may leave again, 0 when closed."""
        return max(0.0, self.until - now)
