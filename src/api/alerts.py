"""What the cloud itself has raised for a home."""

from __future__ import annotations

from plume_api_client import location_endpoint, plume_request, read_as
from src.models.history import HomeAlerts, parse_home_alerts

__all__ = ["get_alerts"]


async def get_alerts(user_id: int, customer_id: str, location_id: str) -> HomeAlerts:
    """The active alerts of pods and devices (`GET .../alerts`).

    Optional to a report: some credentials may not read them (PlumePermissionError), and pods
    carry their own alerts as well.
    """
    endpoint = location_endpoint(customer_id, location_id, "alerts")
    return read_as(parse_home_alerts, await plume_request(user_id, "GET", endpoint))
