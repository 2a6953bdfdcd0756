"""The /status report: verdict first, evidence, next steps; everything in one message."""

from __future__ import annotations

from typing import Any

import pytest

from src.analysis.health import analyze_location_health
from src.utils import status_formatter
from src.utils.markup import MESSAGE_LIMIT, clean, units
from src.utils.status_formatter import format_speed_test, format_status_message
from tests.samples import (
    NOW,
    Body,
    at,
    dead_leaf,
    gateway,
    healthy,
    home,
    leaf,
    location,
    speed_test,
    summary,
)
from tests.telegram_rules import NASTY, shown


def status(location_data: Any, nodes: Any, name: str | None = "Home") -> str:
    health = analyze_location_health(location_data, nodes, now=NOW)
    return shown(format_status_message(name, health, now=NOW))


DOWN: Body = {"connectionState": "disconnected", "leafToRoot": []}


def test_a_partial_home_reads_from_verdict_to_evidence() -> None:
    text = status(location(), home(gateway(), leaf(health="poor"), dead_leaf()))
    top, _, cards = text.partition("\n\n🟢 Hallway (PP603X)")
    assert top == (
        "🟠 Some pods disconnected · Home\n"
        "Since 16 May 2026 20:42 CEST, 1 d 12 h ago\n"
        "\n"
        "Problems\n"
        "❌ Garage is disconnected\n"
        "\n"
        "Warnings\n"
        "⚠️ Study: health is poor\n"
        "\n"
        "Next\n"
        "1. Ask the customer to check the power of Garage.\n"
        "2. Ask the customer to move Study closer to Hallway.\n"
        "\n"
        "Gateway: Hallway (PP603X), connected, health excellent\n"
        "Pods: 2 of 3 connected · 14 devices\n"
        "Speed test: ↓ 486 Mbit/s, ↑ 93.4 Mbit/s, ping 6.8 ms\n"
        "measured 18 May 2026 05:12 CEST, 3 h 29 min ago\n"
        "Provider Northwind Fibre\n"
        "\n"
        "Mesh\n"
        "🟢 Hallway, gateway: connected, health excellent, 8 devices\n"
        "    🟡 Study: connected by Wi-Fi channel 44, health poor, 6 devices\n"
        "🔴 Garage: disconnected, place in the mesh not known"
    )
    assert "Serial 7K3Q9X0001" in cards


@pytest.mark.parametrize(
    ("location_data", "nodes", "first"),
    [
        (location(), healthy(), "🟢 All well · Home\n3 of 3 pods connected\nConnected since 18"),
        (
            None,
            home(gateway(), leaf(alerts=["hot"])),
            "🟡 Degraded · Home\nConnected since 17 May 2026 22:42 UTC, 8 h ago",
        ),
        (None, home(gateway(**DOWN)), "🔴 Offline · Home\nOffline since 17 May"),
        (None, None, "⚪ Unknown · Home\nThe pods could not be read\n\nNext\n1. Refresh"),
        (location(), home(), "⚪ Unknown · Home\nNo pods are set up\n\nNext\n1. Check that"),
    ],
)
def test_the_verdict_comes_first(location_data: Any, nodes: Any, first: str) -> None:
    assert status(location_data, nodes).startswith(first)


def test_the_clouds_alerts_stand_beside_the_warnings_and_a_dead_pod_where_it_was() -> None:
    nodes = home(gateway(), leaf(), dead_leaf())
    health = analyze_location_health(location(), nodes, now=NOW)
    known = {"7K3Q9X0002": "7K3Q9X0001", "7K3Q9X0004": "7K3Q9X0002"}
    alerts = ["2 devices: poor health"]
    text = shown(format_status_message("Home", health, now=NOW, parents=known, alerts=alerts))
    assert "Alerts\n⚠️ 2 devices: poor health\n\nNext" in text
    assert "        🔴 Garage: disconnected, was connected to Study" in text


def test_what_could_not_be_read_is_named_once() -> None:
    assert status(None, healthy()).count("Not read: location details") == 1
    text = status(None, None)
    assert text.endswith("Not read: location details, pods")
    for absent in ("Gateway", "Pods:", "Speed test", "0"):
        assert absent not in text
    assert "Pods: 3 of 3 connected · 17 devices" in status(location(), None)


def test_a_home_without_pods_has_no_rows_about_them() -> None:
    text = status(location(summary=...), home())
    assert text.endswith("added to this location.\n\nProvider Northwind Fibre")


def test_a_dark_home_claims_no_devices() -> None:
    text = status(None, home(gateway(**DOWN), leaf(**DOWN)))
    assert "Pods: 0 of 2 connected\n" in text
    assert "devices" not in text


def test_unknown_parts_are_dashes_never_zero() -> None:
    text = status(
        location(networkStatus=None, summary=None),
        home(dict.fromkeys(leaf(), None) | {"id": "A"}, {"id": "B"}),
    )
    assert "Gateway: – not known" in text
    assert "Pods: – of 2 connected · – devices" in text
    assert "Speed test: – none reported" in text
    assert "state not reported" in text
    assert "offline" not in text.lower()


def test_line_facts_only_when_they_say_something() -> None:
    record = location(
        serviceLevel={"status": "noService"}, summary=summary(networkModeRealized="bridge")
    )
    assert "Provider Northwind Fibre · bridge mode · service level noService" in status(
        record, None
    )
    assert "Bridge mode" in status({**record, "geoIp": None, "serviceLevel": None}, healthy())
    assert "mode" not in status(location(geoIp=None), home(gateway(), leaf()))


def test_no_name_leaves_no_stray_separator() -> None:
    assert status(location(), healthy(), None).startswith("🟢 All well\n")


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    text = status(location(), home(gateway(), dead_leaf(name)), name)
    assert text.count(clean(name)) >= 3


def many(count: int, name: str, **changes: Any) -> Body:
    leaves = [leaf(f"{name}{i}"[-300:], f"S{i}", **changes) for i in range(count - 1)]
    return home(gateway(nickname=name), *leaves)


@pytest.mark.parametrize("name", ["Pod ", "x" * 300, "🏠" * 298, "<&>" * 100])
@pytest.mark.parametrize("changes", [{}, DOWN, {"health": "poor", "alerts": ["a" * 500] * 50}])
def test_32_pods_fit_one_message(name: str, changes: Body) -> None:
    health = analyze_location_health(location(), many(32, name, **changes), now=NOW)
    message = format_status_message(name, health, now=NOW)
    assert units(message) <= MESSAGE_LIMIT
    text = shown(message)
    assert "Gateway" in text
    assert "Next" in text or not changes
    assert name.strip() in text or len(name) == 300


def test_what_was_left_out_is_counted() -> None:
    text = status(location(), many(32, "x" * 290, **DOWN))
    left = [line for line in text.splitlines() if line.startswith("… and ")]
    assert left
    problems = text.partition("Warnings")[0].partition("Problems")[2]
    assert problems.count("❌") + int(left[0].split()[2]) == 31


def test_a_big_home_keeps_its_pods_behind_a_tap() -> None:
    health = analyze_location_health(location(), many(8, "Pod "), now=NOW)
    assert "<blockquote expandable>" in format_status_message("Home", health, now=NOW)
    crowd = analyze_location_health(location(), many(32, "Pod "), now=NOW)
    message = format_status_message("Home", crowd, now=NOW)
    assert message.count("<blockquote expandable>") == 1
    assert shown(message).count("🟢 Pod ") == 31


SPEED: list[tuple[Body | None, str]] = [
    (None, "Speed test: – none reported"),
    (
        {},
        (
            "Speed test: ↓ 486 Mbit/s, ↑ 93.4 Mbit/s, ping 6.8 ms\n"
            "measured 18 May 2026 03:12 UTC, 3 h 29 min ago"
        ),
    ),
    (
        {"download": None, "upload": None, "rtt": None, "startedAt": None, "endedAt": None},
        "Speed test: ↓ –, ↑ –, ping –",
    ),
    (
        {"status": "<failed>", "startedAt": None, "endedAt": None},
        "Speed test: no result, status “<failed>”",
    ),
    ({"download": 0.001}, "Speed test: ↓ under 0.01 Mbit/s, ↑ 93.4"),
]


@pytest.mark.parametrize(("changes", "expected"), SPEED)
def test_speed_test(changes: Body | None, expected: str) -> None:
    test = speed_test(**changes) if changes is not None else None
    health = analyze_location_health(None, home(gateway(speedTest=test)), now=NOW)
    assert shown(format_speed_test(health["speed_test"], now=NOW)).startswith(expected)


def test_a_failed_speed_test_still_says_when() -> None:
    nodes = home(gateway(speedTest=speed_test(status="failed", endedAt=at(days=12))))
    text = format_speed_test(analyze_location_health(None, nodes)["speed_test"])
    assert shown(text).endswith("measured 6 May 2026 06:42 UTC")


def test_the_seeds_names_are_here() -> None:
    for name in status_formatter.__all__:
        assert callable(getattr(status_formatter, name))
