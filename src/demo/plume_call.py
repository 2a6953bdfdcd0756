"""One authorised call to the embedded Plume cloud: who asks, about what, and how to answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from src.demo.plume_errors import bad_request, forbidden, not_found, unauthorized

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request

    from src.demo.plume_auth import Credential
    from src.demo.plume_shapes import Shapes
    from src.demo.world import World
    from src.demo.world_home import Home
    from src.demo.world_plan import CustomerPlan

__all__ = ["Call", "Endpoint"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method, a path below `/api` or `/reports`, and what answers it."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose bearer token was accepted."""

    request: Request
    world: World
    shapes: Shapes
    credential: Credential
    now: datetime

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters; those that nobody knows are ignored by never being read."""
        return self.request.query_params

    def word(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def answer(self, kind: str, body: Any) -> Response:
        """200 with this body, in the shape that is switched on."""
        return JSONResponse(self.shapes.apply(kind, body))

    def partner(self, identifier: str) -> str:
        """A partner or group id of the path; 403 unless it is the caller's own."""
        if identifier != self.credential.partner_id:
            raise forbidden()
        return identifier

    def customer(self) -> CustomerPlan:
        """The customer of the path. 401 when unknown (so it is documented), 403 when foreign."""
        plan = self.world.customer(self.word("customer"))
        if plan is None:
            raise unauthorized()
        if plan.partner_id != self.credential.partner_id:
            raise forbidden()
        return plan

    def home(self) -> Home:
        """The location of the path; 404 when it does not exist or is another customer's."""
        customer = self.customer()
        home = self.world.home(self.word("location"))
        if home is None or home.plan.customer.id != customer.id:
            raise not_found("Location")
        return home

    def node(self) -> tuple[Home, int]:
        """The node of the path; 404 when it is not in that location."""
        home = self.home()
        found = self.world.node(self.word("node"))
        if found is None or found[0] is not home:
            raise not_found("Node")
        return found

    async def fields(self) -> dict[str, Any]:
        """The body of a write, form fields or JSON object; 400 when it is neither."""
        body = await self.request.body()
        if not body.strip():
            return {}
        kind = self.request.headers.get("content-type", "")
        if kind.startswith("application/json"):
            try:
                value = json.loads(body)
            except ValueError:
                raise bad_request("The body is not valid JSON") from None
            if not isinstance(value, dict):
                raise bad_request("The body must be an object")
            return value
        form = await self.request.form()
        return {key: str(value) for key, value in form.items()}

    def json_argument(self, name: str) -> dict[str, Any]:
        """A query parameter that holds a JSON object; 400 when it holds something else."""
        text = self.query.get(name)
        if not text:
            return {}
        try:
            value = json.loads(text)
        except ValueError:
            raise bad_request(f"{name} is not valid JSON") from None
        if not isinstance(value, dict):
            raise bad_request(f"{name} must be an object")
        return value
