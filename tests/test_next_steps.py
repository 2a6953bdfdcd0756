"""What to do next: the cause before the symptoms, nothing when all is well."""

from __future__ import annotations

from typing import Any

import pytest

from src.analysis.health import analyze_location_health
from src.utils.next_steps import next_steps
from tests.samples import NOW, Body, dead_leaf, gateway, healthy, home, leaf, location, summary

DOWN: Body = {"connectionState": "disconnected", "leafToRoot": []}
HALF: Body = {"linkStates": [{"duplex": "half", "linkSpeed": 1000}]}
BRIDGE = location(summary=summary(networkModeRealized="bridge"), geoIp=None)
OFFLINE = location(
    networkStatus={"status": "offline"}, summary=summary(gatewayConnectionState="disconnected")
)
REFRESH = "Refresh: a part could not be read this time."

STEPS: dict[str, tuple[Any, Any, list[str]]] = {
    "all well": (location(), healthy(), []),
    "a pod down": (
        location(),
        home(gateway(), leaf(), dead_leaf()),
        ["Ask the customer to check the power of Garage."],
    ),
    "a wired pod down": (
        location(),
        home(gateway(), leaf(), dead_leaf(backhaulType="ethernet")),
        ["Ask the customer to check the power of Garage and its cable."],
    ),
    "two pods down": (
        location(),
        home(gateway(), dead_leaf(), dead_leaf("Barn", "B", backhaulType="ethernet")),
        ["Ask the customer to check the power of Barn and Garage."],
    ),
    "pods counted only": (
        location(summary=summary(nodeConnectedCount=1)),
        None,
        [
            "Ask the customer to check the power of the pods that are disconnected.",
            REFRESH,
        ],
    ),
    "gateway down": (
        location(summary=...),
        home(gateway(**DOWN), leaf(**DOWN)),
        [
            "Ask the customer to check the power of Hallway and the cable to the modem.",
            "If both are fine, check the line for an outage at Northwind Fibre.",
        ],
    ),
    "gateway down in bridge mode": (
        BRIDGE,
        home(gateway(**DOWN), leaf(**DOWN), dead_leaf()),
        [
            "Ask the customer to check the power of Hallway and the cable to the router before it.",
            "If both are fine, check the line for an outage.",
        ],
    ),
    "offline by the cloud's word": (
        OFFLINE,
        None,
        [
            "Ask the customer to check the power of the gateway and the cable to the modem.",
            "If both are fine, check the line for an outage at Northwind Fibre.",
            REFRESH,
        ],
    ),
    "no service": (
        location(serviceLevel={"status": "noService"}, summary=...),
        healthy(),
        ["Check the customer's subscription: it sets the service level."],
    ),
    "cables": (
        None,
        home(gateway(**HALF), leaf(**HALF)),
        ["Ask for another cable or port at Hallway and Study.", REFRESH],
    ),
    "one weak pod": (
        location(summary=...),
        home(gateway(), leaf(health="fair")),
        ["Ask the customer to move Study closer to Hallway."],
    ),
    "one weak pod of an unknown parent": (
        location(summary=...),
        home(gateway(), leaf(health="poor", leafToRoot=[{"id": "X"}])),
        ["Ask the customer to move Study closer to the gateway."],
    ),
    "two weak pods": (
        location(),
        home(gateway(), leaf(health="fair"), leaf("Attic", "A", health="poor")),
        ["Ask the customer to move Attic and Study closer to the pod that each connects to."],
    ),
    "a wired pod is not moved": (
        location(summary=...),
        home(gateway(health="poor"), leaf(health="poor", backhaulType="ethernet")),
        [],
    ),
    "nothing set up": (
        location(),
        home(),
        ["Check that the customer's pods were added to this location."],
    ),
    "reports do not agree": (
        location(summary=...),
        home(gateway(**DOWN), leaf()),
        ["Refresh in a minute: the reports do not agree or are not complete."],
    ),
    "nothing read": (None, None, [REFRESH]),
}


@pytest.mark.parametrize("case", STEPS)
def test_steps(case: str) -> None:
    location_data, nodes, steps = STEPS[case]
    assert next_steps(analyze_location_health(location_data, nodes, now=NOW)) == steps
