"""From the path of a call to the endpoint it belongs to, without ids: what metrics are kept by.

Words that the API is known to be made of stay; everything else becomes `{id}`. So neither an id
nor what somebody searched for can become a label, and labels stay few.
"""

from __future__ import annotations

from typing import Final

__all__ = ["template"]

_ID: Final = "{id}"

# What the endpoint functions of plume_api_client and src/api put between ids.
_WORDS: Final = frozenset(
    {
        "Customers", "alerts", "customers", "devices", "locations", "nodes", "onlineStats",
        "partners", "reboots", "results", "search", "speedTestResults", "v2", "wanStats",
        "wifiNetwork", "wifiNetworks",
    }
)  # fmt: skip


def template(path: str) -> str:
    """`/api/Customers/5f3c/locations` as `Customers/{id}/locations`; the token call as `token`.

    What stands before the first known word is the address of the cloud, not of a thing in it.
    """
    parts = [part for part in path.split("/") if part]
    start = next((n for n, part in enumerate(parts) if part in _WORDS), None)
    if start is None:
        return "token" if parts and parts[-1] == "token" else "other"
    return "/".join(part if part in _WORDS else _ID for part in parts[start:])
