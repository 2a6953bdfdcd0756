"""One look at one home: what the cloud says of it, or why nothing could be seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import plume_api_client as plume
from src.models.watching import Blindness
from src.watch.facts import sight

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from src.models.plume import Location
    from src.models.watching import HomeKey, Sight

__all__ = ["LOOK_S", "blindness_of", "look"]

# Longer than a person waits: the poller stands back while people ask.
LOOK_S: Final = 30.0


_Fault: TypeAlias = Literal["home", "credential", "plume", "network"]
_Errors: TypeAlias = tuple[type[plume.PlumeAPIError], ...]
_FAULTS: Final[tuple[tuple[_Errors, _Fault, str], ...]] = (
    (
        (plume.PlumeAuthError, plume.PlumeNotConfiguredError),
        "credential",
        "Plume refuses the credentials.",
    ),
    # With a good token: gone, archived, or another partner's by now.
    (
        (plume.PlumeNotFoundError, plume.PlumePermissionError),
        "home",
        "Plume says that it does not exist or is not ours.",
    ),
    (
        (plume.PlumeInputError, plume.PlumeRejectedError),
        "home",
        "Plume cannot make sense of its id.",
    ),
    ((plume.PlumeTimeoutError,), "network", "Plume does not answer in time."),
    ((plume.PlumeConnectionError,), "network", "Plume cannot be reached."),
)


async def look(
    key: HomeKey,
    *,
    location: bool,
    clock: Callable[[], datetime],
    connected: Callable[[int], Awaitable[bool]],
    kind: Literal["person", "poller"] = "poller",
    deadline_s: float = LOOK_S,
) -> Sight | Blindness:
    """Look now. `location` asks for the rarer facts too; they never cost the look.

    `connected` loads the owner's credentials and says whether there are any. Raises what is no
    fault of Plume's, such as StorageError.
    """
    if not await connected(key.owner):
        return Blindness(clock(), "credential", "There are no Plume credentials for this.")
    where = key.owner, key.customer_id, key.location_id
    with plume.caller(kind, deadline_s):
        rarer = asyncio.create_task(_location(*where)) if location else None
        try:
            nodes = await plume.get_nodes_in_location(*where)
            found = await rarer if rarer else None
        except plume.PlumeAPIError as error:
            return blindness_of(error, clock())
        finally:
            if rarer is not None:
                rarer.cancel()
    return sight(nodes, found, clock())


async def _location(owner: int, customer_id: str, location_id: str) -> Location | None:
    try:
        return await plume.get_location_status(owner, customer_id, location_id)
    except plume.PlumeAPIError:
        return None


def blindness_of(error: plume.PlumeAPIError, at: datetime) -> Blindness:
    """Whose fault it is that nothing was seen, and why in a plain sentence."""
    if isinstance(error, plume.PlumeRateLimitedError):
        return Blindness(at, "plume", _limited(error))
    if isinstance(error, plume.PlumeServerError):
        return Blindness(at, "plume", f"Plume answers with error {error.status or 500}.")
    for kinds, fault, detail in _FAULTS:
        if isinstance(error, kinds):
            return Blindness(at, fault, detail)
    return Blindness(at, "plume", "Plume's answer could not be read.")


def _limited(error: plume.PlumeRateLimitedError) -> str:
    if error.firewall:
        return "Plume's firewall blocks this address for a while."
    if error.status is None:
        return "The bot's own limit for calls to Plume is used up."
    return "Plume asks for fewer calls."
