"""Homes as the Plume API shows them: one function for each object of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from src.demo import world_ids as ids
from src.demo.world_clock import iso

if TYPE_CHECKING:
    from datetime import datetime

    from src.demo.world_home import DeviceState, Home, HomeState, NodeState, SpeedTestRun
    from src.demo.world_plan import CustomerPlan

__all__ = [
    "alerts_view",
    "customer_match",
    "customer_view",
    "device_view",
    "health_word",
    "inventory_view",
    "location_view",
    "node_view",
    "service_level_view",
    "speed_test_view",
    "summary_view",
    "wifi_network_view",
    "wifi_networks_view",
]

Json = dict[str, Any]
NO_LINK = 65535
_FIRMWARE = "6.4.0-41-example"
_OLD_FIRMWARE = "6.2.1-18-example"


def customer_view(plan: CustomerPlan) -> Json:
    """A Customer."""
    return {
        "id": plan.id,
        "accountId": plan.account_id,
        "name": plan.name,
        "email": plan.email,
        "emailVerified": True,
        "anonymous": False,
        "autoProvisioned": False,
        "locked": False,
        "partnerId": plan.partner_id,
        "acceptLanguage": "en-US",
        "source": "unknown",
        "createdAt": iso(plan.created_at),
        "_version": "1.0.0",
    }


def customer_match(plan: CustomerPlan, homes: list[Home]) -> Json:
    """A customer as the partner search shows it."""
    return {
        "id": plan.id,
        "accountId": plan.account_id,
        "name": plan.name,
        "email": plan.email,
        "locations": [{"id": home.plan.id} for home in homes],
    }


def service_level_view(home: Home) -> Json:
    """The service level; empty when none was ever set."""
    if home.service_level is None:
        return {}
    return {
        "status": home.service_level,
        "auto": home.service_level == home.plan.service_level,
        "createdAt": iso(home.plan.created_at),
        "updatedAt": iso(home.service_level_at),
    }


def location_view(home: Home, state: HomeState, *, summary: bool) -> Json:
    """A Location; the summary only when it is asked for."""
    plan = home.plan
    customer = plan.customer
    created = iso(plan.created_at)
    view: Json = {
        "id": plan.id,
        "name": home.name,
        "customerId": customer.id,
        "accountId": customer.account_id,
        "partnerId": customer.partner_id,
        "groupIds": [customer.partner_id],
        "profile": "auto",
        "networkMode": plan.network_mode,
        "serviceLevel": service_level_view(home),
        "ispSpeedTestConfiguration": {
            "_version": "1.0.1", "enable": True, "speedCapable": True, "enableAllNodes": True,
            "createdAt": created, "updatedAt": created,
        },
        "optimizations": {
            "_version": "1.0.0", "auto": True, "enable": True, "dfsMode": "auto",
            "prefer160MhzMode": "auto", "hopPenalty": "auto", "updatedAt": created,
        },
        "backhaul": {
            "_version": "1.0.0", "mode": "auto", "dynamicBeacon": "auto", "wds": "auto",
            "wpaMode": "auto", "wpaKey": "not-a-real-backhaul-key", "createdAt": created,
        },
        "controlMode": {"mode": "full", "updatedAt": created},
        "wifiNetworkImportedFromGateway": False,
        "flex": False,
        "uprise": False,
        "createdAt": created,
        "updatedAt": iso(home.service_level_at),
        "_version": "1.0.0",
    }  # fmt: skip
    if home.service_id:
        view["serviceId"] = home.service_id
    if plan.onboarded:
        view["onboardedAt"] = created
        view["networkStatus"] = _network_status(state)
    if plan.place.zone:
        view["geoIp"] = _geo_ip(home)
    if summary:
        view["summary"] = summary_view(home, state)
    return view


def _network_status(state: HomeState) -> Json:
    since = iso(state.since) if state.since else None
    return {
        "status": "online" if state.online else "offline",
        "statusChangedAt": since,
        "durationOfPreviousStatus": 412,
        "_version": "1.0.0",
        "updatedAt": since,
    }


def _geo_ip(home: Home) -> Json:
    place = home.plan.place
    return {
        "ip": home.plan.wan_ip,
        "country": place.country,
        "city": place.city,
        "state": place.city,
        "province": None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "timezone": place.zone,
        "ISP": home.plan.isp,
        "_version": "1.0.0",
        "updatedAt": iso(home.plan.created_at),
    }


def summary_view(home: Home, state: HomeState) -> Json:
    """The counts of `include=summary`; empty topology, as in most answers."""
    onboarded = home.plan.onboarded
    bridge = home.plan.network_mode == "bridge"
    view: Json = {
        "_version": "1.0.0",
        "wifiNetworkProvisioned": bool(home.plan.networks),
        "onboardingStatus": "OnboardingComplete" if onboarded else "unknown",
        "networkModeProvisioned": home.plan.network_mode,
        "optimization": {
            "state": "idle",
            "stateChangedAt": iso(home.optimized_at or home.plan.created_at),
            "trigger": "manual" if home.optimized_at else "scheduled",
        },
        "monitorMode": False,
        "timestamp": iso(state.at),
        "topology": [],
        "nodeConnectedCount": sum(node.connected for node in state.nodes),
        "nodeClaimedCount": len(state.nodes),
        "connectedDeviceCount": state.device_count,
        "networkModeRealized": "bridge" if bridge else "router",
    }
    if onboarded:
        view["gatewayConnectionState"] = "connected" if state.online else "disconnected"
    return view


def node_view(home: Home, state: HomeState, node: NodeState) -> Json:
    """A Node, with the gaps that the real ones have: null nickname, null health, no address."""
    plan = node.plan
    connected = node.connected
    never = node.booted_at is None
    view: Json = {
        "id": plan.id,
        "serialNumber": plan.id,
        "nickname": node.name,
        "defaultName": plan.default_name,
        "model": plan.model,
        "connectionState": node.state,
        "claimedAt": iso(plan.claimed_at),
        "health": _health(node),
        "alerts": _alerts(home, node),
        "backhaulType": node.link.medium if node.link else "unknown",
        "leafToRoot": _leaf_to_root(state, node),
        "residentialGateway": plan.model.endswith("GW1"),
        "connectedDeviceCount": node.devices,
        "mac": plan.mac,
        "ip": _lan_ip(home, node) if connected else "",
        "vendor": {"name": "Plume", "partNumber": plan.model},
        "ethernetLan": {"default": {"mode": "auto"}},
        "packId": f"PK-{plan.id[2:9]}",
        "partNumber": plan.model,
        "linkStates": _link_states(plan.ordinal, node),
        **_radios(plan.model, connected=connected),
    }
    if not never:
        # Rolled out to every other home, so that one can be seen to be behind another.
        waits = plan.model == "PP203X" and home.plan.customer.index % 2 == 0
        firmware = _OLD_FIRMWARE if waits else _FIRMWARE
        view |= {"firmwareVersion": firmware, "openSyncVersion": firmware[:5] + ".0"}
        view["connectionStateChangeAt"] = iso(node.changed_at) if node.changed_at else None
        view["bootAt"] = iso(node.booted_at) if node.booted_at else None
    if connected:
        view["networkMode"] = "bridge" if home.plan.network_mode == "bridge" else "router"
    if node.link is not None and node.link.medium == "wifi":
        view["backhaulChannel"] = _backhaul_channel(plan.ordinal)
    if plan.ordinal == 0:
        view |= {"ethernetMac": plan.mac, "wanIp": home.plan.wan_ip, "publicIp": home.plan.wan_ip}
    run = None if never else home.latest_speed_test(plan.ordinal, state.at)
    if run is not None:
        view["speedTest"] = speed_test_view(home, run)
    return view


def _health(node: NodeState) -> Json | None:
    if node.score is None:
        return None
    score = int(node.score) if node.score == int(node.score) else node.score
    return {"status": health_word(node.score), "score": score, "details": {}}


def health_word(score: float) -> str:
    """Plume's word for a health score, 5 best."""
    bounds = ((4.5, "excellent"), (3.5, "good"), (2.5, "fair"))
    return next((word for bound, word in bounds if score >= bound), "poor")


def _alerts(home: Home, node: NodeState) -> list[Json]:
    snoozed = (node.plan.ordinal, "poorHealth") in home.snoozed
    return [{"type": "poorHealth"}] if node.weak and not snoozed else []


def _leaf_to_root(state: HomeState, node: NodeState) -> list[Json]:
    """The hops to the gateway; only the first says how it is linked, as on most vendors."""
    hops: list[Json] = [{"id": state.nodes[ordinal].plan.id} for ordinal in node.path]
    if hops and node.link is not None:
        hops[0]["medium"] = node.link.medium
        if node.link.medium == "wifi":
            hops[0] |= {"channel": _backhaul_channel(node.plan.ordinal), "radio": "5G"}
    return hops


def _backhaul_channel(ordinal: int) -> int:
    return (44, 149, 44, 100)[ordinal % 4]


def _lan_ip(home: Home, node: NodeState) -> str:
    ordinal = node.plan.ordinal
    if home.plan.network_mode == "bridge":
        return f"192.168.0.{20 + ordinal}"
    return "192.168.40.1" if ordinal == 0 else f"192.168.40.{10 + ordinal}"


def _link_states(ordinal: int, node: NodeState) -> list[Json]:
    wired = node.link is not None and node.link.medium == "ethernet"
    return [
        {
            "ifName": "eth0", "duplex": "full", "linkSpeed": 1000 if wired else NO_LINK,
            "isUplink": wired, "hasEthClient": False,
        },
        {
            "ifName": "eth1", "duplex": "half" if ordinal % 5 == 2 else "full",
            "linkSpeed": 100 if node.connected and ordinal % 3 == 1 else NO_LINK,
            "isUplink": False, "hasEthClient": node.connected and ordinal % 3 == 1,
        },
    ]  # fmt: skip


def _radios(model: str, *, connected: bool) -> Json:
    """Channels and radios: PP603X has 2.4, 5 and 6 GHz; the others two 5 GHz radios."""
    if not connected:
        return {"2gChannel": None, "5gChannel": None}
    bands = ("5G", "6G") if model in {"PP603X", "NWF-GW1"} else ("5GL", "5GU")
    channels = {"5G": 44, "6G": 37, "5GL": 44, "5GU": 149}
    widths = {"6G": 160}
    view: Json = {"2gChannel": 6, **{f"{band.lower()}Channel": channels[band] for band in bands}}
    view["radioStats"] = [
        {"freqBand": band, "channelWidth": widths.get(band, 80), "puncturedChannels": []}
        for band in bands
    ]
    view["radioStats"].insert(0, {"freqBand": "2.4G", "channelWidth": 20, "puncturedChannels": []})
    return view


def speed_test_view(home: Home, run: SpeedTestRun) -> Json:
    """A speed test as it hangs on its node."""
    view: Json = {
        "startedAt": iso(run.started_at),
        "gateway": run.node == 0,
        "status": "succeeded" if run.sample else "failed",
        "trigger": run.trigger,
        "testType": "OOKLA",
        "serverId": "90001",
        "serverName": "Example Net",
        "serverHost": "speed.example.net:8080",
        "serverIp": "198.51.100.9",
        "isp": home.plan.isp,
    }
    if run.sample is not None:
        view |= {
            "endedAt": iso(run.sample.ended_at),
            "download": run.sample.download_mbps,
            "upload": run.sample.upload_mbps,
            "rtt": run.sample.rtt_ms,
        }
    return view


def inventory_view(home: Home, ordinal: int) -> Json:
    """A node as the lookup by serial shows it: where it is, and what is on its box."""
    node = home.plan.nodes[ordinal]
    customer = home.plan.customer
    return {
        "id": node.id,
        "serialNumber": node.id,
        "customerId": customer.id,
        "locationId": home.plan.id,
        "partnerId": customer.partner_id,
        "packId": f"PK-{node.id[2:9]}",
        "model": node.model,
        "firmwareVersion": _FIRMWARE,
        "ethernetMac": node.mac,
        "radioMac24": ids.node_mac(customer.index, home.plan.ordinal, ordinal, 2),
        "groupIds": [customer.partner_id],
        "vendor": {"name": "Plume", "partNumber": node.model},
        "partNumber": node.model,
        "residentialGateway": node.model.endswith("GW1"),
        "shipDate": "2025-01-20",
        "claimKeyRequired": False,
        "unclaimable": False,
        "createdAt": iso(node.claimed_at),
    }


def device_view(state: HomeState, device: DeviceState) -> Json:
    """A client device."""
    plan = device.plan
    connected = device.node is not None
    view: Json = {
        "id": plan.mac,
        "mac": plan.mac,
        "name": plan.name,
        "nickname": plan.nickname,
        "icon": plan.icon,
        "ip": f"192.168.40.{100 + plan.ordinal % 150}" if connected else "",
        "medium": plan.medium,
        "accessZone": plan.zone,
        "keyId": 0,
        "connectionState": "connected" if connected else "disconnected",
        "connectionStateChangeAt": iso(device.changed_at),
        "leafToRoot": [],
    }
    if device.node is None:
        view["offlineSince"] = view["connectionStateChangeAt"]
        return view
    node = state.nodes[device.node]
    hops = [node.plan.id, *(state.nodes[ordinal].plan.id for ordinal in node.path)]
    view["leafToRoot"] = [{"id": hop} for hop in hops]
    if plan.band is not None:
        view["leafToRoot"][0]["freqBand"] = plan.band
        view |= {"freqBand": plan.band, "channel": {"2.4G": 6, "5G": 44, "6G": 37}[plan.band]}
        view["health"] = {"status": "poor" if node.weak else "healthy"}
    return view


def wifi_networks_view(home: Home) -> list[Json]:
    """The networks of the list call, without keys."""
    return [
        {
            "networkId": network.id,
            "ssid": network.ssid,
            "enable": network.enable and home.service_level != "noService",
            "wpaMode": network.wpa_mode,
            "ssidBroadcast": network.broadcast,
            "type": network.kind,
        }
        for network in home.plan.networks
    ]


def wifi_network_view(home: Home) -> Json | None:
    """The primary network with its (invented) key; None before one was created."""
    if not home.plan.networks:
        return None
    network = home.plan.networks[0]
    return {
        "ssid": network.ssid,
        "encryptionKey": "not-a-real-wifi-key",
        "wpaMode": network.wpa_mode,
        "enabled": network.enable,
        "ssidBroadcast": network.broadcast,
        "keys": [{"id": 0, "encryptionKey": "not-a-real-wifi-key", "accessZone": "home"}],
        "accessZones": [],
    }


def alerts_view(home: Home, state: HomeState, at: datetime) -> Json:
    """The active alerts of a home."""
    nodes = [{"id": node.plan.id, "alerts": _alerts(home, node)} for node in state.nodes]
    return {
        "nodes": [item for item in nodes if item["alerts"]],
        "devices": [],
        "timestamp": iso(at),
    }
