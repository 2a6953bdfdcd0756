"""The speed tests of a node over the last days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plume_api_client import (
    PlumeInputError,
    PlumeNotFoundError,
    PlumeNotVisibleError,
    PlumeRejectedError,
    PlumeServerError,
    location_endpoint,
    plume_report,
    plume_request,
    read_as,
)
from src.models.history import parse_speed_tests
from src.net.urls import checked_id

if TYPE_CHECKING:
    from src.models.plume import SpeedTest

__all__ = ["get_speed_tests"]

_GRANULARITIES = ("days", "hours", "minutes")
_MAX_LIMIT = 1000
# Not there, not offered by this cloud, not available now: the reports hold the same tests.
_ASK_REPORTS = (404, 501, 503)


async def get_speed_tests(  # noqa: PLR0917 - get_location_online_stats with a node
    user_id: int,
    customer_id: str,
    location_id: str,
    node_id: str,
    granularity: str = "days",
    limit: int = 14,
) -> tuple[SpeedTest, ...]:
    """Tests of a node in the last `limit` days, hours or minutes, oldest first, failed ones too.

    Asks `GET .../nodes/{node}/speedTestResults`, and `GET /reports/.../nodes/{node}/results`
    where that is not to be had. Raises PlumeInputError for another granularity or a limit
    outside 1 to 1000.
    """
    if granularity not in _GRANULARITIES:
        raise PlumeInputError("a granularity is days, hours or minutes")
    if not 1 <= limit <= _MAX_LIMIT:
        raise PlumeInputError("a limit is a whole number from 1 to 1000")
    node = location_endpoint(customer_id, location_id, "nodes", checked_id(node_id, "node id"))
    params = {"granularity": granularity, "limit": limit, "showFailedSpeedTests": "true"}
    try:
        body = await plume_request(user_id, "GET", f"{node}/speedTestResults", params)
    except PlumeNotVisibleError:
        raise
    except (PlumeNotFoundError, PlumeRejectedError, PlumeServerError) as error:
        if error.status not in _ASK_REPORTS:
            raise
        body = await plume_report(user_id, f"{node}/results", params)
    return read_as(parse_speed_tests, body)
