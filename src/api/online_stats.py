"""When a home was online: the history that /stats shows."""

from __future__ import annotations

from plume_api_client import PlumeInputError, location_endpoint, plume_report, read_as
from src.models.plume import OnlineStats, parse_online_stats

__all__ = ["get_location_online_stats"]

_GRANULARITIES = ("days", "hours", "minutes")
_MAX_LIMIT = 1000


async def get_location_online_stats(
    user_id: int,
    customer_id: str,
    location_id: str,
    granularity: str = "days",
    limit: int = 7,
) -> OnlineStats:
    """The states of the last `limit` days, hours or minutes (`GET /reports/.../onlineStats`).

    Raises PlumeInputError for another granularity or a limit outside 1 to 1000.
    """
    if granularity not in _GRANULARITIES:
        raise PlumeInputError("a granularity is days, hours or minutes")
    if not 1 <= limit <= _MAX_LIMIT:
        raise PlumeInputError("a limit is a whole number from 1 to 1000")
    endpoint = location_endpoint(customer_id, location_id, "onlineStats")
    params = {"granularity": granularity, "limit": limit}
    return read_as(parse_online_stats, await plume_report(user_id, endpoint, params))
