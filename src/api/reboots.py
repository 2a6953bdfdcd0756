"""When the pods of a home started again, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plume_api_client import PlumeInputError, location_endpoint, plume_report, read_as
from src.models.history import Reboot, parse_reboots
from src.net.urls import checked_id

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["get_reboots"]

_MAX_LIMIT = 1000


async def get_reboots(
    user_id: int,
    customer_id: str,
    location_id: str,
    *,
    node_id: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 100,
) -> tuple[Reboot, ...]:
    """The newest `limit` reboots, oldest first (`GET /reports/.../reboots`).

    Without `start` the cloud takes the last 24 hours; moments are aware. Raises PlumeInputError
    for a limit outside 1 to 1000 and for moments without a time zone.
    """
    if not 1 <= limit <= _MAX_LIMIT:
        raise PlumeInputError("a limit is a whole number from 1 to 1000")
    params = {
        "nodeId": checked_id(node_id, "node id") if node_id is not None else None,
        "startAt": _epoch_ms(start),
        "endAt": _epoch_ms(end),
        "order": "desc",
        "limit": limit,
    }
    endpoint = location_endpoint(customer_id, location_id, "reboots")
    return read_as(parse_reboots, await plume_report(user_id, endpoint, params))


def _epoch_ms(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise PlumeInputError("a moment has a time zone")
    return int(moment.timestamp() * 1000)
