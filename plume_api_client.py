"""The Plume cloud for Python: authenticate, ask, read as models, analyse. Needs no Telegram.

Everything is keyed by a user id, 0 in scripts::

    set_user_auth(0, {"auth_header": "Basic ...", "partner_id": "..."})
    location = await get_location_status(0, customer_id, location_id)

The four layers stand below in this order: authentication, request, endpoints, analysis. What is
shared by all users of the process (request budget, tokens, connections) is behind `configure`.
Errors are the tree drawn in src/net/errors.py, all below PlumeAPIError.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, TypeVar

from src.analysis.health import analyze_location_health
from src.analysis.wan import analyze_wan_stats
from src.models.plume import (
    Customer,
    Location,
    Node,
    ShapeError,
    WanStats,
    WifiNetwork,
    parse_customers,
    parse_location,
    parse_locations,
    parse_nodes,
    parse_wan_stats,
    parse_wifi_networks,
    unwrap,
)
from src.net.budget import BudgetState, RequestBudget
from src.net.callers import caller
from src.net.credentials import (
    Credential,
    SecretDict,
    normalize_auth_header,
    validate_partner_id,
)
from src.net.errors import (
    PlumeAPIError,
    PlumeAuthError,
    PlumeConnectionError,
    PlumeInputError,
    PlumeNotConfiguredError,
    PlumeNotFoundError,
    PlumeNotVisibleError,
    PlumePermissionError,
    PlumeRateLimitedError,
    PlumeRejectedError,
    PlumeResponseError,
    PlumeServerError,
    PlumeTimeoutError,
)
from src.net.exchange import API_READ_S, REPORTS_READ_S, Exchange
from src.net.tokens import utc_now
from src.net.urls import checked_id, checked_url, endpoint_path, query_of
from src.utils.wan_formatter import format_wan_analysis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import httpx

__all__ = [
    "PlumeAPIError",
    "PlumeAuthError",
    "PlumeConnectionError",
    "PlumeInputError",
    "PlumeNotConfiguredError",
    "PlumeNotFoundError",
    "PlumeNotVisibleError",
    "PlumePermissionError",
    "PlumeRateLimitedError",
    "PlumeRejectedError",
    "PlumeResponseError",
    "PlumeServerError",
    "PlumeTimeoutError",
    "aclose",
    "analyze_location_health",
    "analyze_wan_stats",
    "budget_state",
    "caller",
    "clear_user_auth",
    "cloud_now",
    "configure",
    "format_wan_analysis",
    "get_customers",
    "get_location_status",
    "get_locations_for_customer",
    "get_nodes_in_location",
    "get_oauth_token",
    "get_user_auth",
    "get_wan_stats",
    "get_wifi_networks",
    "is_configured",
    "is_oauth_token_valid",
    "location_endpoint",
    "normalize_auth_header",
    "plume_report",
    "plume_request",
    "read_as",
    "set_user_auth",
    "user_auth",
    "validate_partner_id",
]

T = TypeVar("T")

# ------------------------------------------------------------------ Layer 1: authentication

# Variable and default of each address. The hosts are those of Plume's "gamma" cloud; partners on
# another cloud set the variables.
_ADDRESSES = {
    "sso_url": (
        "PLUME_SSO_URL",
        "https://external.sso.plume.com/oauth2/ausc034rgdEZKz75I357/v1/token",
    ),
    "plume_api_base": (
        "PLUME_API_BASE",
        "https://piranha-gamma.prod.us-west-2.aws.plumenet.io/api/",
    ),
    "plume_reports_base": (
        "PLUME_REPORTS_BASE",
        "https://piranha-gamma.prod.us-west-2.aws.plumenet.io/reports/",
    ),
}


class _UserAuth(dict[int, SecretDict]):
    """Credentials by user id, checked on the way in; the repr names the users, nothing else."""

    def __setitem__(self, user_id: int, config: Mapping[str, Any]) -> None:
        super().__setitem__(user_id, _complete_config(config))

    def __repr__(self) -> str:
        return f"<credentials of users {sorted(self)}>"


user_auth: dict[int, SecretDict] = _UserAuth()


async def get_oauth_token(auth_config: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the cloud for a token, now, whatever is in memory; the proof that credentials work.

    `auth_config` needs `auth_header` and `partner_id`; `sso_url`, `plume_api_base` and
    `plume_reports_base` default to the environment, else to Plume's gamma cloud. Returns
    `access_token`, `expires_in` (seconds) and `token_expiry` (aware UTC, a minute early), in a
    dictionary that hides the token from its repr. The token is kept for the calls that follow.

    Raises PlumeAuthError (`reason` tells header, partner and rights apart), PlumeInputError
    before any call, or another PlumeAPIError when the cloud cannot be asked.
    """
    credential = _credential(_complete_config(auth_config))
    return SecretDict((await _exchange().new_token(credential)).fields())


def is_oauth_token_valid(user_id: int) -> bool:
    """Whether a fresh token is in memory. An expired one is renewed silently when needed."""
    config = user_auth.get(user_id)
    return config is not None and _exchange().tokens.peek(_credential(config)) is not None


def is_configured(user_id: int) -> bool:
    """Whether this user has credentials, with or without a fresh token."""
    return user_id in user_auth


def set_user_auth(user_id: int, auth_config: Mapping[str, Any]) -> None:
    """Keep a user's credentials, repaired and checked. Other fields, old tokens too, are left out.

    A token travels with the credential that it was issued for and never with a dictionary, so
    changing a copy of somebody's credentials cannot carry their token along.

    Raises PlumeInputError without a word of what was given.
    """
    former = user_auth.get(user_id)
    user_auth[user_id] = _complete_config(auth_config)
    _forget_unless_used(former)


def get_user_auth(user_id: int) -> dict[str, Any] | None:
    """A copy of a user's credentials, with the token fields while a fresh token is in memory.

    None for a user without credentials.
    """
    config = user_auth.get(user_id)
    if config is None:
        return None
    token = _exchange().tokens.peek(_credential(config))
    return SecretDict(config | token.fields() if token else config)


def clear_user_auth(user_id: int) -> None:
    """Forget a user's credentials, and their token unless somebody else has the same ones."""
    _forget_unless_used(user_auth.pop(user_id, None))


def _forget_unless_used(config: Mapping[str, Any] | None) -> None:
    if config is None:
        return
    credential = _credential(config)
    if not any(_credential(other) == credential for other in user_auth.values()):
        _exchange().tokens.forget(credential)


def _complete_config(given: Mapping[str, Any]) -> SecretDict:
    config = SecretDict(
        auth_header=normalize_auth_header(given.get("auth_header") or ""),
        partner_id=validate_partner_id(given.get("partner_id") or ""),
    )
    for name, (variable, default) in _ADDRESSES.items():
        value = given.get(name) or os.environ.get(variable) or default
        config[name] = checked_url(value, name)
    return config


def _credential(config: Mapping[str, Any]) -> Credential:
    return Credential(config["sso_url"], config["auth_header"], config["partner_id"])


def _config_of(user_id: int) -> SecretDict:
    config = user_auth.get(user_id)
    if config is None:
        raise PlumeNotConfiguredError("this user has no Plume credentials")
    return config


# ------------------------------------------------------------------------- Layer 2: request

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


async def plume_request(  # noqa: PLR0917 - the published signature
    user_id: int,
    method: str,
    endpoint: str,
    params: Mapping[str, object] | None = None,
    json_data: object = None,
    use_reports_api: bool = False,
) -> Any:
    """One call, answered with the JSON as it came (None where the cloud sends no body).

    `endpoint` is relative to the API base, such as `Customers/<id>/locations`; parts other than
    ids come percent-encoded. Ends within the caller's deadline (see `caller`), including waits,
    the token and up to three tries of a GET. Identical GETs at the same time become one call.

    Raises what src/net/errors.py lists.
    """
    config = _config_of(user_id)
    verb = method.upper()
    if verb not in _METHODS:
        raise PlumeInputError("a method is GET, POST, PUT, PATCH or DELETE")
    base = config["plume_reports_base" if use_reports_api else "plume_api_base"]
    return await _exchange().request(
        _credential(config),
        verb,
        f"{base.rstrip('/')}/{endpoint_path(endpoint)}",
        params=query_of(params),
        json_data=json_data,
        read_s=REPORTS_READ_S if use_reports_api else API_READ_S,
    )


async def plume_report(
    user_id: int, endpoint: str, params: Mapping[str, object] | None = None
) -> Any:
    """A GET of the reports API. Some partners' reports want the OAuth client id as well.

    It is sent after a refusal only, and from then on for these credentials.
    """
    credential = _credential(_config_of(user_id))
    named = {**(params or {}), "client_id": credential.client_id}
    known = _exchange().names_client
    if credential.key in known:
        return await plume_request(user_id, "GET", endpoint, named, use_reports_api=True)
    try:
        return await plume_request(user_id, "GET", endpoint, params, use_reports_api=True)
    except (PlumeNotVisibleError, PlumePermissionError):
        answer = await plume_request(user_id, "GET", endpoint, named, use_reports_api=True)
    known.add(credential.key)
    return answer


_shared: Exchange | None = None


def configure(
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    window_calls: int | None = None,
    poll_rate: float | None = None,
    in_flight: int = 50,
    now: Callable[[], datetime] = utc_now,
) -> None:
    """Start over with an empty budget, no tokens and no connections; credentials stay.

    `transport` takes the place of real connections. `window_calls` (per 300 s) and `poll_rate`
    (per second) default to PLUME_WINDOW_CALLS and PLUME_POLL_RATE, else 1800 and 5. Await
    `aclose()` first where connections may be open.
    """
    global _shared  # noqa: PLW0603 - one per process is what the request budget is about
    budget = RequestBudget(
        window_calls=int(_setting(window_calls, "PLUME_WINDOW_CALLS", 1800)),
        poll_rate=_setting(poll_rate, "PLUME_POLL_RATE", 5),
        in_flight=in_flight,
    )
    _shared = Exchange(budget, transport=transport, now=now)


async def aclose() -> None:
    """Close the connections of the running event loop; the next call opens new ones."""
    if _shared is not None:
        await _shared.aclose()


def budget_state() -> BudgetState:
    """How much of the request budget is used and who waits. Needs a running event loop."""
    return _exchange().budget.state()


def cloud_now() -> datetime:
    """The present, aware UTC, by the clock of the cloud where its answers differ from ours.

    What the cloud dates is to be measured against this one.
    """
    return _exchange().clock.now()


def _exchange() -> Exchange:
    if _shared is None:
        configure()
    assert _shared is not None  # noqa: S101 - tells mypy what configure() just did
    return _shared


def _setting(value: float | None, variable: str, default: float) -> float:
    text = os.environ.get(variable, "").strip()
    try:
        number = value if value is not None else float(text or default)
    except ValueError:
        number = 0.0
    if not 1 <= number <= 2000:
        raise PlumeInputError(f"{variable} takes a number from 1 to 2000")
    return number


# ----------------------------------------------------------------------- Layer 3: endpoints

_PAGE = 500
_MAX_PAGES = 400
_WAN_PERIODS = ("daily", "weekly", "monthly")


async def get_customers(user_id: int) -> tuple[Customer, ...]:
    """All customers of the partner, page by page (`GET /Customers`).

    Partners that may not list them there are listed as a group.
    """
    partner_id = checked_id(_config_of(user_id)["partner_id"], "partner id")
    try:
        return await _all_customers(user_id, "Customers")
    except (PlumeNotVisibleError, PlumePermissionError):
        return await _all_customers(user_id, f"Groups/{partner_id}/customers")


async def _all_customers(user_id: int, endpoint: str) -> tuple[Customer, ...]:
    """Pages until one is short, or begins with a customer already seen (paging not supported)."""
    found: dict[str, Customer] = {}
    offset = 0
    for _ in range(_MAX_PAGES):
        page = json.dumps({"limit": _PAGE, "offset": offset})
        body = await plume_request(user_id, "GET", endpoint, {"filter": page})
        customers = read_as(parse_customers, body)
        if not customers or customers[0].id in found:
            break
        found.update((customer.id, customer) for customer in customers)
        # Counted as sent: a customer that cannot be read must not make the page look short.
        sent = len(unwrap(body, "customers"))  # type: ignore[arg-type]  # a list, since it was read
        if sent < _PAGE:
            break
        offset += sent
    return tuple(found.values())


async def get_locations_for_customer(user_id: int, customer_id: str) -> tuple[Location, ...]:
    """The homes of a customer. PlumeNotVisibleError for an unknown customer."""
    endpoint = f"Customers/{checked_id(customer_id, 'customer id')}/locations"
    return read_as(parse_locations, await plume_request(user_id, "GET", endpoint))


async def get_location_status(user_id: int, customer_id: str, location_id: str) -> Location:
    """One home with its summary: state, counts, service level, time zone."""
    endpoint = location_endpoint(customer_id, location_id)
    body = await plume_request(user_id, "GET", endpoint, {"include": "summary"})
    return read_as(parse_location, body)


async def get_nodes_in_location(
    user_id: int, customer_id: str, location_id: str
) -> tuple[Node, ...]:
    """The pods and gateways of a home; empty before anything was set up."""
    endpoint = location_endpoint(customer_id, location_id, "nodes")
    return read_as(parse_nodes, await plume_request(user_id, "GET", endpoint))


async def get_wifi_networks(
    user_id: int, customer_id: str, location_id: str
) -> tuple[WifiNetwork, ...]:
    """The Wi-Fi networks of a home, never with a key.

    Clouds without the list call, or with nothing in it, have the primary network elsewhere.
    """
    several = location_endpoint(customer_id, location_id, "wifiNetworks")
    primary = location_endpoint(customer_id, location_id, "wifiNetwork")
    listed = False
    try:
        networks = read_as(parse_wifi_networks, await plume_request(user_id, "GET", several))
        if networks:
            return networks
        listed = True
        return read_as(parse_wifi_networks, await plume_request(user_id, "GET", primary))
    except PlumeNotVisibleError:
        raise
    except PlumeNotFoundError:
        if listed:
            return ()  # the home is there, a network is not
    return read_as(parse_wifi_networks, await plume_request(user_id, "GET", primary))


async def get_wan_stats(
    user_id: int, customer_id: str, location_id: str, period: str = "daily"
) -> WanStats:
    """What went over the line, in intervals of 15 minutes for `daily`; also weekly, monthly."""
    if period not in _WAN_PERIODS:
        raise PlumeInputError("a period is daily, weekly or monthly")
    endpoint = location_endpoint(customer_id, location_id, "wanStats")
    return read_as(parse_wan_stats, await plume_report(user_id, endpoint, {"period": period}))


def location_endpoint(customer_id: str, location_id: str, *rest: str) -> str:
    """The path of a home, from checked ids. Raises PlumeInputError for anything else."""
    customer = checked_id(customer_id, "customer id")
    return "/".join(
        ("Customers", customer, "locations", checked_id(location_id, "location id"), *rest)
    )


def read_as(parse: Callable[[object], T], body: object) -> T:
    """A body through one of the parsers; PlumeResponseError when it has none of their shapes."""
    try:
        return parse(body)
    except ShapeError as error:
        raise PlumeResponseError("the answer has an unknown shape", status=200) from error


# ------------------------------------------------------------------------ Layer 4: analysis

# Pure functions from models to typed dictionaries and text; they live in files of their own and
# are part of this module's public face: analyze_location_health(location_data, nodes),
# analyze_wan_stats(wan) and format_wan_analysis(analysis).
