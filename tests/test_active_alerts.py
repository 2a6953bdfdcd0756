"""Active alerts: each thing once, devices in numbers only."""

from __future__ import annotations

from typing import Any

import pytest

from src.analysis.active_alerts import alert_sentences
from src.analysis.health import analyze_location_health
from src.models.history import parse_home_alerts
from tests.samples import NOW, gateway, home, leaf

POOR = [{"type": "poorHealth"}]
STUDY = "7K3Q9X0002"

CASES: list[tuple[Any, list[str]]] = [
    (None, []),
    ({"nodes": [], "devices": []}, []),
    ({"nodes": [{"id": STUDY, "alerts": POOR}]}, ["Study: poor health"]),
    ({"nodes": [{"id": "7K3Q9X0003", "alerts": POOR}]}, []),  # its own record says so
    ({"nodes": [{"id": "7K3Q9X0005", "alerts": POOR}]}, []),  # its health says so
    ({"nodes": [{"id": STUDY, "alerts": ["a", "hot"]}]}, ["Study: a, hot"]),
    ({"nodes": [{"id": "nobody", "alerts": ["hot"]}]}, ["nobody: hot"]),
    (
        {"devices": [{"mac": "02:00:5e:00:00:01", "alerts": POOR},
                     {"mac": "02:00:5e:00:00:02", "alerts": [*POOR, {"type": "x"}]}]},
        ["2 devices: poor health", "1 device: x"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_sentences(body: Any, expected: list[str]) -> None:
    nodes = home(
        gateway(),
        leaf(),
        leaf("Attic", "7K3Q9X0003", alerts=POOR),
        leaf("Loft", "7K3Q9X0005", health="poor"),
    )
    pods = analyze_location_health(None, nodes, now=NOW)["pod_details"]
    assert alert_sentences(parse_home_alerts(body), pods) == expected


def test_alerts_that_were_not_read_are_not_told() -> None:
    assert alert_sentences(None, []) == []
