"""The World panel's interface: the simulated homes as they are now, and what to do to them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from src.demo.plume_views import health_word
from src.demo.world_clock import iso
from src.demo.world_incidents import INCIDENT_KINDS, IncidentError
from src.demo.world_scenarios import load_scenario, parse_scenario, scenario_names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from src.demo.world import World
    from src.demo.world_home import Home, HomeState

__all__ = ["panel_app"]

MAX_CUSTOMERS = 60
HOMES_PER_CUSTOMER = 3
MAX_BODY = 100_000
Json = dict[str, Any]


def panel_app(world: World) -> Starlette:
    """A Starlette application: GET /state, POST /incident, /restore, /clock, /scenario.

    Every POST answers with the new state. Bad input is a 400 with `{"error": one sentence}`.
    """
    panel = _Panel(world)
    return Starlette(
        routes=[
            Route("/state", panel.state, methods=["GET"]),
            Route("/recording", panel.recording, methods=["GET"]),
            Route("/incident", panel.post(panel.incident), methods=["POST"]),
            Route("/restore", panel.post(panel.restore), methods=["POST"]),
            Route("/clock", panel.post(panel.clock), methods=["POST"]),
            Route("/scenario", panel.post(panel.scenario), methods=["POST"]),
        ]
    )


class _Panel:
    def __init__(self, world: World) -> None:
        self._world = world

    async def state(self, _request: Request) -> Response:
        """Everything that the panel shows."""
        return JSONResponse(self._state())

    async def recording(self, _request: Request) -> Response:
        """What was done so far, as a scenario file for a bug report."""
        return JSONResponse(self._world.recording())

    def post(self, act: Callable[[Json], None]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that reads a JSON object, acts on it, and answers with the state."""

        async def run(request: Request) -> Response:
            try:
                act(await _body(request))
            except ValueError as error:  # IncidentError is one
                return JSONResponse({"error": str(error)}, 400)
            return JSONResponse(self._state())

        return run

    def incident(self, body: Json) -> None:
        """{kind, location?, node?}"""
        kind = _text(body, "kind")
        if kind is None:
            raise IncidentError("'kind' names the incident.")
        self._world.apply(kind, _text(body, "location"), _text(body, "node"))

    def restore(self, body: Json) -> None:
        """{location?}: a home, or everything."""
        self._world.restore(_text(body, "location"))

    def clock(self, body: Json) -> None:
        """{speed}"""
        speed = body.get("speed")
        if isinstance(speed, bool) or not isinstance(speed, int | float):
            raise IncidentError("'speed' is a number, such as 60.")
        if not math.isfinite(speed):
            raise IncidentError("'speed' is a number, such as 60.")
        self._world.clock.set_speed(speed)

    def scenario(self, body: Json) -> None:
        """{name} of a shipped one, or a whole scenario as {title, events}."""
        if "events" in body:
            self._world.play(parse_scenario(body))
            return
        name = _text(body, "name")
        if name not in scenario_names():
            raise IncidentError(f"There is no scenario '{name}'.")
        self._world.play(load_scenario(name))

    def _state(self) -> Json:
        world = self._world
        now = world.now()
        return {
            "clock": {"now": iso(now), "speed": world.clock.speed},
            "cloud": {"mode": world.cloud_mode},
            "incidents": [asdict(kind) for kind in INCIDENT_KINDS.values()],
            "scenarios": scenario_names(),
            "homes": [_home_row(home, home.state(now)) for home in self._shown()],
        }

    def _shown(self) -> list[Home]:
        """The first homes of the first customers, and every home in which something is going on."""
        customers = range(min(self._world.customer_count, MAX_CUSTOMERS))
        homes = [h for index in customers for h in self._world.homes_of(index, HOMES_PER_CUSTOMER)]
        seen = {home.plan.id for home in homes}
        return homes + [home for home in self._world.active_homes() if home.plan.id not in seen]


def _home_row(home: Home, state: HomeState) -> Json:
    word = {True: "online", False: "offline", None: "unknown"}[state.online]
    return {
        "customer_id": home.plan.customer.id,
        "customer_name": home.plan.customer.name,
        "location_id": home.plan.id,
        "location_name": home.name,
        "place": home.plan.place.city or None,
        "state": word,
        "verdict": _verdict(home, state),
        "incidents": [incident.label for incident in home.active_incidents(state.at)],
        "nodes": [
            {
                "id": node.plan.id,
                "name": home.node_name(node.plan.ordinal),
                "state": node.state,
                "health": None if node.score is None else health_word(node.score),
                "backhaul": node.link.medium if node.link else None,
                "parent": state.nodes[node.path[0]].plan.id if node.path else None,
                "gateway": node.plan.ordinal == 0,
            }
            for node in state.nodes
        ],
    }


def _verdict(home: Home, state: HomeState) -> str:
    """The home in a few words."""
    if state.online is None:
        return "not onboarded"
    if not state.online:
        return "offline"
    away = sum(not node.connected for node in state.nodes)
    if away:
        return f"{away} of {len(state.nodes)} pods disconnected"
    if any(node.weak for node in state.nodes):
        return "a pod with a poor link"
    if home.slow(state.at):
        return "slow line"
    return "no Wi-Fi service" if home.service_level == "noService" else "all well"


async def _body(request: Request) -> Json:
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise IncidentError("The request is too large.")
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise IncidentError("The request is not JSON.") from None
    if not isinstance(body, dict):
        raise IncidentError("The request is not a JSON object.")
    return body


def _text(body: Json, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise IncidentError(f"'{name}' is a text.")
    return value
