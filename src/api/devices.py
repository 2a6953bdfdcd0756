"""The client devices of a home."""

from __future__ import annotations

from plume_api_client import location_endpoint, plume_request, read_as
from src.models.clients import Device, parse_devices

__all__ = ["get_devices"]


async def get_devices(user_id: int, customer_id: str, location_id: str) -> tuple[Device, ...]:
    """All devices that the cloud remembers, connected or not (`GET .../devices`).

    They carry personal data: show counts unless somebody asked for more.
    """
    endpoint = location_endpoint(customer_id, location_id, "devices")
    return read_as(parse_devices, await plume_request(user_id, "GET", endpoint))
