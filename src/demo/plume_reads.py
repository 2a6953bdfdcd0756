"""What can be read of a location of the embedded Plume cloud: state and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from src.demo import plume_reports as reports
from src.demo import plume_views as views
from src.demo.plume_call import Call, Endpoint
from src.demo.plume_errors import not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.responses import Response

    from src.demo.world_home import Home

__all__ = ["API_ENDPOINTS", "REPORT_ENDPOINTS"]

Json = dict[str, Any]


async def locations(call: Call) -> Response:
    """`GET C/locations`."""
    homes = call.world.homes_of(call.customer().index)
    summary = call.query.get("include") == "summary"
    views_ = [views.location_view(home, home.state(call.now), summary=summary) for home in homes]
    return call.answer("locations", views_)


async def location(call: Call) -> Response:
    """`GET L`, also answers HEAD."""
    home = call.home()
    summary = call.query.get("include") == "summary"
    view = views.location_view(home, home.state(call.now), summary=summary)
    if call.shapes["speed_test"] == "location" and home.plan.onboarded:
        run = home.latest_speed_test(0, call.now)
        view["speedTest"] = views.speed_test_view(home, run) if run else None
    return call.answer("location", view)


async def summary(call: Call) -> Response:
    """`GET L/summary`."""
    home = call.home()
    return call.answer("summary", views.summary_view(home, home.state(call.now)))


async def service_level(call: Call) -> Response:
    """`GET L/serviceLevel`."""
    return call.answer("service_level", views.service_level_view(call.home()))


async def authorizations(call: Call) -> Response:
    """`GET L/authorizations`."""
    call.home()
    return call.answer("authorizations", {"numPodsAuthorized": 32})


async def network_mode(call: Call) -> Response:
    """`GET L/networkMode`."""
    return call.answer("network_mode", {"networkMode": call.home().plan.network_mode})


async def wan_configuration(call: Call) -> Response:
    """`GET L/wanConfiguration`, with an invented secret that readers must drop."""
    home = call.home()
    body = {
        "id": home.plan.id[::-1],
        "locationId": home.plan.id,
        "pppoe": {"enabled": "true", "username": "line", "password": "not-a-real-pppoe-password"},
        "staticIPv4": {"enabled": None},
    }
    return call.answer("wan_configuration", body)


async def nodes(call: Call) -> Response:
    """`GET L/nodes`."""
    home = call.home()
    return call.answer("nodes", {"nodes": _node_views(home, call.now)})


async def node(call: Call) -> Response:
    """`GET L/nodes/{nodeId}`: the node and what is connected to it."""
    home, ordinal = call.node()
    state = home.state(call.now)
    attached = [d for d in home.device_states(call.now) if d.node == ordinal]
    view = views.node_view(home, state, state.nodes[ordinal])
    view["connectedDevices"] = [views.device_view(state, device) for device in attached]
    return call.answer("node", view)


async def customer_node(call: Call) -> Response:
    """`GET C/nodes/{nodeId}`: the node with its `locationId`."""
    owner = call.customer()
    found = call.world.node(call.word("node"))
    if found is None or found[0].plan.customer.id != owner.id:
        raise not_found("Node")
    home, ordinal = found
    state = home.state(call.now)
    view = views.node_view(home, state, state.nodes[ordinal])
    return call.answer("node", {**view, "locationId": home.plan.id})


async def devices(call: Call) -> Response:
    """`GET L/devices`."""
    home = call.home()
    state = home.state(call.now)
    found = [views.device_view(state, device) for device in home.device_states(call.now)]
    return call.answer("devices", {"devices": found})


async def device(call: Call) -> Response:
    """`GET L/devices/{mac}`."""
    home = call.home()
    mac = unquote(call.word("mac")).lower()
    found = next((d for d in home.device_states(call.now) if d.plan.mac == mac), None)
    if found is None:
        raise not_found("Device")
    return call.answer("device", views.device_view(home.state(call.now), found))


async def wifi_networks(call: Call) -> Response:
    """`GET L/wifiNetworks`."""
    networks = views.wifi_networks_view(call.home())
    if call.shapes["wifi_networks"] == "not_found":
        raise not_found("WifiNetwork")
    return call.answer("wifi_networks", networks)


async def wifi_network(call: Call) -> Response:
    """`GET L/wifiNetwork`: the primary network, with a key."""
    network = views.wifi_network_view(call.home())
    if network is None:
        raise not_found("WifiNetwork")
    return call.answer("wifi_network", {"wifiNetwork": network})


async def wifi_ssid(call: Call) -> Response:
    """`GET L/wifiNetwork/ssid`."""
    network = views.wifi_network_view(call.home())
    if network is None:
        raise not_found("WifiNetwork")
    return call.answer("wifi_ssid", {"ssid": network["ssid"]})


async def alerts(call: Call) -> Response:
    """`GET L/alerts`."""
    home = call.home()
    return call.answer("alerts", views.alerts_view(home, home.state(call.now), call.now))


async def topology(call: Call) -> Response:
    """`GET L/topology`."""
    home = call.home()
    state = home.state(call.now)
    body = {**views.summary_view(home, state), "topology": _node_views(home, call.now)}
    return call.answer("topology", body)


async def speed_test_results(call: Call) -> Response:
    """`GET L/nodes/{nodeId}/speedTestResults`."""
    home, ordinal = call.node()
    body = reports.speed_test_results(home, ordinal, call.query, call.now)
    return call.answer("speed_test_results", body)


async def reported_speed_tests(call: Call) -> Response:
    """`GET /reports L/nodes/{nodeId}/results`: the same, but `limit` is required."""
    home, ordinal = call.node()
    body = reports.speed_test_results(home, ordinal, call.query, call.now, need_limit=True)
    return call.answer("speed_test_results", body)


async def speed_test_result(call: Call) -> Response:
    """`GET L/nodes/{nodeId}/speedTestResults/{requestId}`; 404 until there is one."""
    home, ordinal = call.node()
    wanted = call.word("request")
    for request_id, node_, begun in home.requested_tests:
        if (request_id, node_) == (wanted, ordinal):
            runs = home.speed_tests(ordinal, begun, call.now)
            run = next((run for run in runs if run.request_id == wanted), None)
            if run is not None:
                return call.answer("speed_test", views.speed_test_view(home, run))
    raise not_found("SpeedTestResult")


async def wan_stats(call: Call) -> Response:
    """`GET /reports L/wanStats`."""
    home = call.home()
    return call.answer("wan_stats", reports.wan_stats(home, call.now, call.query.get("period")))


async def wan_saturation(call: Call) -> Response:
    """`GET /reports L/wanSaturation`."""
    return call.answer("wan_saturation", reports.wan_saturation(call.home(), call.now))


async def qoe(call: Call) -> Response:
    """`GET /reports L/qoe`."""
    return call.answer("qoe", reports.qoe(call.home(), call.now))


def _report(kind: str, make: Callable[[Home, Mapping[str, str], datetime], Json]) -> Any:
    async def report(call: Call) -> Response:
        return call.answer(kind, make(call.home(), call.query, call.now))

    return report


def _node_views(home: Home, now: datetime) -> list[Json]:
    state = home.state(now)
    return [views.node_view(home, state, node_) for node_ in state.nodes]


_L = "/customers/{customer}/locations/{location}"
API_ENDPOINTS = (
    Endpoint("GET", "/customers/{customer}/locations", locations),
    Endpoint("GET", "/customers/{customer}/nodes/{node}", customer_node),
    Endpoint("GET", _L, location),
    Endpoint("GET", f"{_L}/summary", summary),
    Endpoint("GET", f"{_L}/serviceLevel", service_level),
    Endpoint("GET", f"{_L}/authorizations", authorizations),
    Endpoint("GET", f"{_L}/networkMode", network_mode),
    Endpoint("GET", f"{_L}/wanConfiguration", wan_configuration),
    Endpoint("GET", f"{_L}/nodes", nodes),
    Endpoint("GET", f"{_L}/nodes/{{node}}", node),
    Endpoint("GET", f"{_L}/nodes/{{node}}/speedTestResults", speed_test_results),
    Endpoint("GET", f"{_L}/nodes/{{node}}/speedTestResults/{{request}}", speed_test_result),
    Endpoint("GET", f"{_L}/devices", devices),
    Endpoint("GET", f"{_L}/devices/{{mac}}", device),
    Endpoint("GET", f"{_L}/wifiNetworks", wifi_networks),
    Endpoint("GET", f"{_L}/wifiNetwork", wifi_network),
    Endpoint("GET", f"{_L}/wifiNetwork/ssid", wifi_ssid),
    Endpoint("GET", f"{_L}/alerts", alerts),
    Endpoint("GET", f"{_L}/topology", topology),
)
REPORT_ENDPOINTS = (
    Endpoint("GET", f"{_L}/wanStats", wan_stats),
    Endpoint("GET", f"{_L}/onlineStats", _report("online_stats", reports.online_stats)),
    Endpoint("GET", f"{_L}/reboots", _report("reboots", reports.reboots)),
    Endpoint("GET", f"{_L}/nodes/health", _report("nodes_health", reports.nodes_health)),
    Endpoint("GET", f"{_L}/networkOutages/stats", _report("outages", reports.outage_stats)),
    Endpoint("GET", f"{_L}/wanSaturation", wan_saturation),
    Endpoint("GET", f"{_L}/qoe", qoe),
    Endpoint("GET", f"{_L}/nodes/{{node}}/results", reported_speed_tests),
    Endpoint("GET", f"{_L}/nodes/{{node}}/results/{{request}}", speed_test_result),
)
