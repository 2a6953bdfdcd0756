"""Panoptes as a package: the public API when this folder is imported as one.

Scripts beside the folder can then say ``from panoptes import get_nodes_in_location``. The modules
inside import each other from this folder, so the folder joins the import path.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = str(Path(__file__).resolve().parent)
if _HERE not in sys.path:
    sys.path.append(_HERE)

from plume_api_client import (  # noqa: E402 - the path above has to come first
    PlumeAPIError,
    analyze_location_health,
    analyze_wan_stats,
    format_wan_analysis,
    get_customers,
    get_location_status,
    get_locations_for_customer,
    get_nodes_in_location,
    get_oauth_token,
    get_user_auth,
    get_wan_stats,
    get_wifi_networks,
    is_oauth_token_valid,
    plume_request,
    set_user_auth,
)

__version__ = "1.0.0"
__all__ = [
    "PlumeAPIError",
    "analyze_location_health",
    "analyze_wan_stats",
    "format_wan_analysis",
    "get_customers",
    "get_location_status",
    "get_locations_for_customer",
    "get_nodes_in_location",
    "get_oauth_token",
    "get_user_auth",
    "get_wan_stats",
    "get_wifi_networks",
    "is_oauth_token_valid",
    "plume_request",
    "set_user_auth",
]
