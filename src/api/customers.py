"""Who a home belongs to: most homes are called "Home", so that alone tells nobody which."""

from __future__ import annotations

from plume_api_client import PlumeAPIError, plume_request, read_as
from src.models.lookup import parse_customer_matches
from src.models.plume import unwrap
from src.net.urls import checked_id

__all__ = ["get_customer_name"]


async def get_customer_name(user_id: int, customer_id: str) -> str | None:
    """The customer's name (`GET /Customers/{id}`); None where Plume does not tell it to this user.

    It only names things, so a failure of Plume costs no more than the name.
    """
    try:
        endpoint = f"Customers/{checked_id(customer_id, 'customer id')}"
        body = await plume_request(user_id, "GET", endpoint)
        found = read_as(parse_customer_matches, unwrap(body, "customer"))
    except PlumeAPIError:
        return None
    return found[0].name if found else None
