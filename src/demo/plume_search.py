"""Customers, groups and look-ups of the embedded Plume cloud."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from src.demo import plume_views as views
from src.demo.plume_call import Call, Endpoint
from src.demo.plume_errors import bad_request, forbidden, invalid, not_found
from src.demo.plume_reports import whole_number
from src.demo.world_plan import CustomerPlan, partner_name, plan_customer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.responses import Response

__all__ = ["ENDPOINTS"]

Json = dict[str, Any]
DEFAULT_PAGE = 500
MAX_PER_ENTITY = 10
MAX_LOCATIONS = 10
RECENT = 100
_SEARCH_FIELDS = ("accountId", "locationId", "name", "email")
_ENTITIES = ("nodeId", "locationId", "customerId", "name", "email", "accountId", "serviceId")


async def customers(call: Call) -> Response:
    """`GET /Customers` with `filter`; 500 at a time unless a limit is given, as for groups."""
    return _page(call, call.credential.partner_id)


async def count(call: Call) -> Response:
    """`GET /Customers/count` with `where`."""
    where = call.json_argument("where")
    own = call.world.customers_of(call.credential.partner_id)
    number = sum(1 for _ in _where(own, where)) if where else len(own)
    return call.answer("count", {"count": number})


async def customer(call: Call) -> Response:
    """`GET /Customers/{id}`."""
    wanted = _fields(call.json_argument("filter").get("fields"))
    return call.answer("customer", _chosen(views.customer_view(call.customer()), wanted))


async def search(call: Call) -> Response:
    """`GET /Customers/search/{keyword}`."""
    return _search(call, call.query.get("field", "name"))


async def partner_search(call: Call) -> Response:
    """`GET /partners/customers/search/{keyword}`, also below a partner id; `field` is required."""
    if "partner" in call.request.path_params:
        call.partner(call.word("partner"))
    if "field" not in call.query:
        raise bad_request("field is a required argument")
    return _search(call, call.query["field"])


async def partner_count(call: Call) -> Response:
    """`GET /partners/{partnerId}/customers/count`."""
    own = call.world.customers_of(call.partner(call.word("partner")))
    return call.answer("count", {"count": len(own)})


async def recent(call: Call) -> Response:
    """`GET /partners/{partnerId}/customers/recent`: the newest 100."""
    own = call.world.customers_of(call.partner(call.word("partner")))
    newest = [views.customer_view(plan_customer(index)) for index in own[::-1][:RECENT]]
    return call.answer("customers", newest)


async def partner_location(call: Call) -> Response:
    """`GET /partners/locations/{serviceId or locationId}`."""
    wanted = call.word("wanted")
    home = call.world.home(wanted)
    if home is None:
        home = call.world.home_of_service(wanted, call.credential.partner_id)
    if home is None:
        raise not_found("Location")
    owner = home.plan.customer
    if owner.partner_id != call.credential.partner_id:
        raise forbidden()
    body: Json = {
        "id": home.plan.id,
        "name": home.name,
        "customer": {"id": owner.id, "name": owner.name, "accountId": owner.account_id},
    }
    if home.service_id:
        body["serviceId"] = home.service_id
    return call.answer("partner_location", body)


async def partner_node(call: Call) -> Response:
    """`GET /partners/nodes/{serial}`: where a serial from a label is."""
    if "partner" in call.request.path_params:
        call.partner(call.word("partner"))
    found = call.world.node(call.word("node"))
    if found is None:
        raise not_found("Node")
    home, ordinal = found
    if home.plan.customer.partner_id != call.credential.partner_id:
        raise forbidden("Partner has no right to the node")
    return call.answer("inventory", views.inventory_view(home, ordinal))


async def groups(call: Call) -> Response:
    """`GET /Groups`: the partner's own."""
    return call.answer("groups", [_group(call)])


async def group(call: Call) -> Response:
    """`GET /Groups/{groupId}`."""
    call.partner(call.word("partner"))
    return call.answer("group", _group(call))


async def group_customers(call: Call) -> Response:
    """`GET /Groups/{groupId}/customers`: the first 500 unless a limit is given."""
    return _page(call, call.partner(call.word("partner")))


async def search_v2(call: Call) -> Response:
    """`GET /Customers/v2/search`: at most ten customers for each entity."""
    text, entities = call.query.get("searchString"), call.query.get("searchEntities")
    if not text or not entities:
        raise bad_request("searchString and searchEntities are required arguments")
    partner = call.query.get("partnerId", call.credential.partner_id)
    call.partner(partner)
    names = [name.strip() for name in entities.split(",") if name.strip()]
    unknown = [name for name in names if name not in _ENTITIES]
    if unknown:
        raise bad_request(f"searchEntities does not take {unknown[0]}")
    exact = call.query.get("exactMatch") == "true"
    found: dict[str, Json] = {}
    for name in names:
        for plan, value, chosen in islice(_v2(call, name, text, exact), MAX_PER_ENTITY):
            found.setdefault(plan.id, _v2_item(call, plan, text, value, chosen))
    return call.answer("search", list(found.values()))


def _group(call: Call) -> Json:
    identifier = call.credential.partner_id
    return {"id": identifier, "name": partner_name(identifier)}


def _page(call: Call, partner_id: str) -> Response:
    options = call.json_argument("filter")
    limit = _number(options, "limit", DEFAULT_PAGE)
    skip = _number(options, "offset", _number(options, "skip", 0))
    where = options.get("where") or {}
    if not isinstance(where, dict):
        raise bad_request("filter.where must be an object")
    indices: Iterable[int] = call.world.customers_of(partner_id)
    indices = _ordered(list(indices), options.get("order"))
    chosen = islice(_where(indices, where), skip, skip + limit)
    wanted = _fields(options.get("fields"))
    rows = [_chosen(views.customer_view(plan), wanted) for plan in chosen]
    return call.answer("customers", rows)


def _number(options: Json, name: str, default: int) -> int:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad_request(f"filter.{name} must be a number that is not negative")
    return value


def _ordered(indices: list[int], order: object) -> list[int]:
    """Customers were created in the order of their indices, so only the direction counts."""
    if order is None:
        return indices
    if not isinstance(order, str):
        raise bad_request("filter.order must be a text")
    return indices[::-1] if order.upper().endswith(" DESC") else indices


def _where(indices: Iterable[int], where: Json) -> Iterator[CustomerPlan]:
    """Equality, and LoopBack's `inq`; a field that customers do not have fits nobody."""
    for index in indices:
        plan = plan_customer(index)
        if not where or _fits(views.customer_view(plan), where):
            yield plan


def _fits(view: Json, where: Json) -> bool:
    for name, wanted in where.items():
        choices = wanted.get("inq", []) if isinstance(wanted, dict) else [wanted]
        if view.get(name) not in choices:
            return False
    return True


def _fields(fields: object) -> set[str] | None:
    """The field names of a filter, as a list or as {name: true}; None for all."""
    if isinstance(fields, dict):
        return {name for name, wanted in fields.items() if wanted} or None
    return set(fields) if isinstance(fields, list) and fields else None


def _chosen(view: Json, wanted: set[str] | None) -> Json:
    return view if wanted is None else {key: view[key] for key in view if key in wanted}


def _search(call: Call, field: str) -> Response:
    keyword = call.word("keyword")
    if field not in _SEARCH_FIELDS:
        raise invalid(f"field must be one of {', '.join(_SEARCH_FIELDS)}")
    if keyword == "null":
        raise invalid("keyword must not be null")
    limit = whole_number(call.query, "limit", 10)
    skip = whole_number(call.query, "skip", 0)
    if limit < 0 or skip < 0:
        raise invalid("limit and skip must not be negative")
    plans = _partner_matches(call, field, keyword)
    rows = [
        views.customer_match(plan, call.world.homes_of(plan.index, MAX_LOCATIONS))
        for plan in islice(plans, skip, skip + limit)
    ]
    return call.answer("customer_search", rows)


def _partner_matches(call: Call, field: str, keyword: str) -> Iterator[CustomerPlan]:
    partner = call.credential.partner_id
    if field == "locationId":
        home = call.world.home(keyword)
        own = home is not None and home.plan.customer.partner_id == partner
        return iter([home.plan.customer] if home is not None and own else [])
    # The vendor's article says that both default to true: an exact match, from the start.
    exact = call.query.get("exactMatch", "true") == "true"
    start = call.query.get("startsWith", "true") == "true"
    return call.world.matching(field, keyword, exact=exact, start=start, partner_id=partner)


def _v2(
    call: Call, entity: str, text: str, exact: bool
) -> Iterator[tuple[CustomerPlan, str, str | None]]:
    """(customer, value that matched, location to select) for one entity."""
    partner = call.credential.partner_id
    if entity in {"name", "email", "accountId"}:
        wanted = text.lower() if entity == "email" else text
        for plan in call.world.matching(
            entity, wanted, exact=exact, start=False, partner_id=partner
        ):
            yield plan, views.customer_view(plan)[entity], None
        return
    owner, value, location = _by_id(call, entity, text)
    if owner is not None and owner.partner_id == partner:
        yield owner, value, location


def _by_id(call: Call, entity: str, text: str) -> tuple[CustomerPlan | None, str, str | None]:
    world = call.world
    if entity == "customerId":
        return world.customer(text), text, None
    if entity == "nodeId":
        found = world.node(text)
        home = found[0] if found else None
        return (home.plan.customer, text.upper(), home.plan.id) if home else (None, text, None)
    if entity == "serviceId":
        home = world.home_of_service(text, call.credential.partner_id)
    else:
        home = world.home(text)
    return (home.plan.customer, text, home.plan.id) if home else (None, text, None)


def _v2_item(call: Call, plan: CustomerPlan, text: str, value: str, location: str | None) -> Json:
    homes = call.world.homes_of(plan.index, MAX_LOCATIONS)
    selected = location or (homes[0].plan.id if homes else None)
    return {
        "customerId": plan.id,
        "customerName": plan.name,
        "customerEmail": plan.email,
        "matchingString": text,
        "matchedValue": value,
        "locationIdToSelect": selected,
        "locations": [
            {"locationId": home.plan.id, "name": home.name}
            | ({"serviceId": home.service_id} if home.service_id else {})
            for home in homes
        ],
    }


# In the order of matching: fixed words before ids.
ENDPOINTS = (
    Endpoint("GET", "/customers", customers),
    Endpoint("GET", "/customers/count", count),
    Endpoint("GET", "/customers/v2/search", search_v2),
    Endpoint("GET", "/customers/search/{keyword}", search),
    Endpoint("GET", "/customers/{customer}", customer),
    Endpoint("GET", "/partners/customers/search/{keyword}", partner_search),
    Endpoint("GET", "/partners/locations/{wanted}", partner_location),
    Endpoint("GET", "/partners/nodes/{node}", partner_node),
    Endpoint("GET", "/partners/{partner}/customers/search/{keyword}", partner_search),
    Endpoint("GET", "/partners/{partner}/customers/count", partner_count),
    Endpoint("GET", "/partners/{partner}/customers/recent", recent),
    Endpoint("GET", "/partners/{partner}/nodes/{node}", partner_node),
    Endpoint("GET", "/groups", groups),
    Endpoint("GET", "/groups/{partner}", group),
    Endpoint("GET", "/groups/{partner}/customers", group_customers),
    Endpoint("GET", "/groups/{partner}/customers/count", partner_count),
    Endpoint("GET", "/groups/{partner}/customers/recent", recent),
)
