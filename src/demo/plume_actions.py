"""What can be done to a location through the embedded Plume cloud."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from src.demo import plume_views as views
from src.demo.plume_call import Call, Endpoint
from src.demo.plume_errors import PlumeRefusedError, bad_request, invalid

if TYPE_CHECKING:
    from src.demo.world_home import Home

__all__ = ["ENDPOINTS"]

MAX_DELAY_S = 100_000
_LED_MODES = ("locate", "normal")
_LEVELS = ("fullService", "basicService", "noService")
_ALERT_STATES = ("snooze", "ignore", "performanceAcceptable", "reset")


async def rename_node(call: Call) -> Response:
    """`PUT L/nodes/{nodeId}` with `nickname`."""
    home, ordinal = call.node()
    nickname = (await call.fields()).get("nickname")
    if not isinstance(nickname, str) or not nickname.strip():
        raise bad_request("nickname is a required argument")
    home.nicknames[ordinal] = nickname
    return _node(call, home, ordinal)


async def led_mode(call: Call) -> Response:
    """`PUT L/nodes/{nodeId}/ledMode` with `mode`."""
    home, ordinal = call.node()
    mode = (await call.fields()).get("mode")
    if mode not in _LED_MODES:
        raise invalid(f"mode must be one of {', '.join(_LED_MODES)}")
    home.led_modes[ordinal] = mode
    return call.answer("led_mode", {"mode": mode})


async def snooze_alert(call: Call) -> Response:
    """`PUT L/nodes/{nodeId}/alerts/{type}` with `state`."""
    home, ordinal = call.node()
    state = (await call.fields()).get("state")
    if call.word("type") != "poorHealth":
        raise invalid("type must be poorHealth")
    if state not in _ALERT_STATES:
        raise invalid(f"state must be one of {', '.join(_ALERT_STATES)}")
    if state == "reset":
        home.snoozed.discard((ordinal, "poorHealth"))
    else:
        home.snoozed.add((ordinal, "poorHealth"))
    return _node(call, home, ordinal)


async def reboot_node(call: Call) -> Response:
    """`PUT L/nodes/{nodeId}/reboot` with `delay` seconds: 204, then gone for some minutes."""
    home, ordinal = call.node()
    delay = _delay(await call.fields())
    _require_connected(call, home, ordinal)
    call.world.apply("reboot", node=home.plan.nodes[ordinal].id, at=call.now, delay_s=delay)
    return Response(status_code=204)


async def reboot_home(call: Call) -> Response:
    """`PUT L/reboot` with `delay` seconds."""
    home = call.home()
    delay = _delay(await call.fields())
    for node in home.plan.nodes:
        call.world.apply("reboot", node=node.id, at=call.now, delay_s=delay)
    return Response(status_code=204)


async def speed_test(call: Call) -> Response:
    """`POST L/nodes/{nodeId}/speedTest`: 200 at once, the result some 30 s later."""
    home, ordinal = call.node()
    return _start_test(call, home, ordinal, await call.fields())


async def isp_speed_test(call: Call) -> Response:
    """`POST L/ispSpeedTest`: the same on the gateway."""
    home = call.home()
    return _start_test(call, home, 0, await call.fields())


async def optimize(call: Call) -> Response:
    """`POST L/optimize`."""
    call.home().optimized_at = call.now
    return call.answer("optimize", {})


async def patch_location(call: Call) -> Response:
    """`PATCH L` with `serviceId` or `name`."""
    home = call.home()
    fields = await call.fields()
    for key in ("name", "serviceId"):
        if key in fields and (not isinstance(fields[key], str) or not fields[key].strip()):
            raise invalid(f"{key} must be a text that is not empty")
    home.name = fields.get("name", home.name)
    home.service_id = fields.get("serviceId", home.service_id)
    return call.answer("location", views.location_view(home, home.state(call.now), summary=False))


async def patch_service_level(call: Call) -> Response:
    """`PATCH L/serviceLevel` with `status`."""
    home = call.home()
    status = (await call.fields()).get("status")
    if status not in _LEVELS:
        raise invalid(f"status must be one of {', '.join(_LEVELS)}")
    home.service_level, home.service_level_at = status, call.now
    return call.answer("service_level", views.service_level_view(home))


def _start_test(call: Call, home: Home, ordinal: int, fields: dict[str, Any]) -> Response:
    if not home.plan.onboarded:
        raise invalid("The location has no gateway")
    _require_connected(call, home, ordinal)
    request_id = str(fields.get("requestId") or secrets.token_hex(8))
    home.requested_tests.append((request_id, ordinal, call.now))
    return call.answer("speed_test_started", {"requestId": request_id})


def _require_connected(call: Call, home: Home, ordinal: int) -> None:
    if not home.state(call.now).nodes[ordinal].connected:
        raise PlumeRefusedError(422, "Node is not connected", "NODE_NOT_CONNECTED")


def _delay(fields: dict[str, Any]) -> float:
    try:
        delay = float(fields.get("delay", 1))
    except (TypeError, ValueError):
        raise invalid("delay must be a number") from None
    if not 0 <= delay <= MAX_DELAY_S:
        raise invalid(f"delay must be between 0 and {MAX_DELAY_S}")
    return delay


def _node(call: Call, home: Home, ordinal: int) -> Response:
    state = home.state(call.now)
    return call.answer("node", views.node_view(home, state, state.nodes[ordinal]))


_L = "/customers/{customer}/locations/{location}"
ENDPOINTS = (
    Endpoint("PUT", f"{_L}/nodes/{{node}}", rename_node),
    Endpoint("PUT", f"{_L}/nodes/{{node}}/ledMode", led_mode),
    Endpoint("PUT", f"{_L}/nodes/{{node}}/alerts/{{type}}", snooze_alert),
    Endpoint("PUT", f"{_L}/nodes/{{node}}/reboot", reboot_node),
    Endpoint("PUT", f"{_L}/reboot", reboot_home),
    Endpoint("POST", f"{_L}/nodes/{{node}}/speedTest", speed_test),
    Endpoint("POST", f"{_L}/ispSpeedTest", isp_speed_test),
    Endpoint("POST", f"{_L}/optimize", optimize),
    Endpoint("PATCH", _L, patch_location),
    Endpoint("PATCH", f"{_L}/serviceLevel", patch_service_level),
)
