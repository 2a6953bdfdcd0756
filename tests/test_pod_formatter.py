"""Pods on cards and lines: state in words, what is unknown as a dash, serials to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from src.analysis.changes import recent_reboots
from src.analysis.firmware import outdated_firmware
from src.analysis.health import analyze_location_health
from src.models.history import Reboot
from src.utils.markup import MESSAGE_LIMIT, clean, units
from src.utils.pod_formatter import format_nodes_message, format_pod_details, pod_line
from tests.samples import NOW, Body, at, dead_leaf, gateway, home, leaf, location
from tests.telegram_rules import NASTY, shown

if TYPE_CHECKING:
    from src.models.results import LocationHealth, PodDetail


def judged(*nodes: Body, record: Any = None) -> LocationHealth:
    return analyze_location_health(record, home(*nodes), now=NOW)


def pod(**changes: Any) -> PodDetail:
    health = judged(gateway(), leaf(**{"serialNumber": "7K3Q9X0002", **changes}))
    return next(pod for pod in health["pod_details"] if not pod["is_gateway"])


def test_a_gateways_card() -> None:
    card = shown(format_pod_details(judged(gateway())["pod_details"][0], "Europe/Stockholm"))
    assert card == (
        "🟢 Hallway (PP603X), gateway\n"
        "Connected since 18 May 2026 00:42 CEST · 8 devices\n"
        "Health excellent (5 of 5)\n"
        "Serial 7K3Q9X0001 · IP 192.168.40.1 · MAC 02:00:5e:10:00:01 · firmware 6.4.0"
    )


def test_a_leafs_card() -> None:
    far = [{"id": "X"}, {"id": "7K3Q9X0001"}]
    card = shown(format_pod_details(pod(leafToRoot=far, health="poor", alerts=["hot"])))
    assert card == (
        "🟡 Study (PP403Z)\n"
        "Connected since 17 May 2026 23:42 UTC · 6 devices\n"
        "By Wi-Fi · 2 hops · health poor\n"
        "⚠️ alert hot\n"
        "Serial 7K3Q9X0002 · IP 192.168.40.12"
    )


def test_a_dead_pods_card_tells_nothing_that_is_out_of_date() -> None:
    detail = judged(gateway(), dead_leaf(connectedDeviceCount=7))["pod_details"][1]
    assert shown(format_pod_details(detail)) == (
        "🔴 Garage\nDisconnected since 16 May 2026 18:42 UTC\n⚠️ alert poor health"
    )


CARDS: list[tuple[Body, str]] = [
    ({"connectionState": None}, "⚪ Study (PP403Z)\nState not reported since"),
    ({"connectionState": "dozing"}, "⚪ Study (PP403Z)\nState “dozing” since"),
    ({"connectionStateChangeAt": None}, "🟢 Study (PP403Z)\nConnected · 6 devices"),
    ({"model": None, "connectedDeviceCount": None}, "🟢 Study\nConnected since 17 May 2026 23:42"),
    ({"connectedDeviceCount": None}, " · – devices\n"),
    ({"connectedDeviceCount": 1}, " · 1 device\n"),
    ({"backhaulType": "ethernet"}, "\nBy cable channel 44 via Hallway"),
    ({"backhaulType": "moca"}, "\nBy moca channel 44 via Hallway"),
    ({"backhaulType": "unknown"}, "\nVia Hallway · health good"),
    ({"backhaulType": None, "leafToRoot": None}, "\nHealth good (4 of 5)"),
    ({"health": None}, " · health –\n"),
    ({"health": {"status": "meh", "score": 93}}, " · health meh\n"),
    ({"health": "poor", "alerts": ["poorHealth"]}, "health poor\nSerial"),
    (
        {"linkStates": [{"ifName": "eth1", "duplex": "half", "linkSpeed": 100}]},
        "⚠️ eth1 runs at half duplex",
    ),
    ({"ip": None, "mac": None, "firmwareVersion": "7"}, "\nSerial 7K3Q9X0002 · firmware 7"),
]


@pytest.mark.parametrize(("changes", "expected"), CARDS)
def test_card(changes: Body, expected: str) -> None:
    assert expected in shown(format_pod_details(pod(**changes)))


def test_lines() -> None:
    lines = [shown(pod_line(detail)) for detail in judged(gateway(), dead_leaf())["pod_details"]]
    assert lines == [
        "🟢 Hallway: connected, health excellent, 8 devices",
        "🔴 Garage: disconnected",
    ]
    ports = [{"duplex": "half", "linkSpeed": 1000}]
    assert shown(pod_line(pod(health=None, linkStates=ports))) == (
        "🟡 Study: connected, health –, 6 devices, via Hallway, a port runs at half duplex"
    )


def test_the_message_has_a_card_per_pod() -> None:
    health = judged(gateway(), leaf(), dead_leaf(), record=location(name="x"))
    text = shown(format_nodes_message("Home", health))
    assert text.startswith("📡 2 of 3 pods connected · Home\n\n🟢 Hallway (PP603X), gateway\n")
    assert [line for line in text.splitlines() if line[0:1] in "🟢🔴🟡" and line] == [
        "🟢 Hallway (PP603X), gateway",
        "🔴 Garage",
        "🟢 Study (PP403Z)",
    ]


def test_the_message_without_pods() -> None:
    assert shown(format_nodes_message("Home", judged())) == (
        "⚪ No pods are set up · Home\nNext: check that they were added to this location."
    )
    unread = analyze_location_health(None, None)
    assert shown(format_nodes_message(None, unread)) == (
        "⚪ Pods could not be read\nNext: refresh, or ask again in a minute."
    )


def test_states_that_nobody_reports() -> None:
    text = shown(format_nodes_message("Home", judged({"id": "A"}, {"id": "B"})))
    assert text.startswith("📡 2 pods, states not reported · Home")


def test_pods_that_were_not_read_are_named() -> None:
    text = shown(format_nodes_message("Home", judged(gateway(), record=location())))
    assert text.startswith("📡 1 of 3 pods connected · Home")
    assert text.endswith("Not read: 2 pods that the cloud counts")


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    text = shown(format_nodes_message(name, judged(gateway(nickname=name), leaf())))
    assert text.count(clean(name)) == 3


@pytest.mark.parametrize("name", ["Pod", "x" * 290, "🏠" * 290])
def test_32_pods_fit_one_message(name: str) -> None:
    leaves = [leaf(f"{name} {i}", f"S{i}") for i in range(31)]
    message = format_nodes_message(name, judged(gateway(nickname=name), *leaves))
    assert units(message) <= MESSAGE_LIMIT
    text = shown(message)
    listed = text.count("🟢")
    left = int(text.rpartition("… and ")[2].split()[0]) if "… and" in text else 0
    assert listed + left == 32
    assert listed == 32 or len(name) > 100


def test_few_pods_with_long_cards_fall_back_to_lines() -> None:
    leaves = [leaf("🏠" * 290 + str(i), f"S{i}") for i in range(7)]
    text = shown(format_nodes_message("Home", judged(gateway(), *leaves)))
    assert "Serial" not in text
    assert "more, too many for one message" in text


UP = {"bootAt": at(days=2, hours=3)}
EXTRAS: list[tuple[dict[str, Any], Body, str]] = [
    ({"now": NOW}, UP, "Connected since 17 May 2026 23:42 UTC · up 2 d 3 h · 6 devices"),
    ({"now": NOW}, {"bootAt": None}, "23:42 UTC · 6 devices"),
    ({"now": NOW}, {**UP, "connectionState": "disconnected"}, "23:42 UTC\nSerial"),
    (
        {"reboots": {"times": 1, "last_at": NOW.isoformat(), "reason": "power <loss>"}},
        {},
        "🔁 Restarted, 18 May 2026 06:42 UTC: power <loss>",
    ),
    (
        {"reboots": {"times": 3, "last_at": NOW.isoformat(), "reason": None}},
        {},
        "🔁 Restarted 3 times in 24 h, last 18 May 2026 06:42 UTC\nSerial",
    ),
    (
        {"outdated": {"newer": "6.4.0-41", "pod": "<Attic>"}},
        {},
        "⚠️ Firmware is behind: <Attic> runs 6.4.0-41 on the same model (PP403Z)",
    ),
    (
        {"outdated": {"newer": "6.4.0-41", "pod": None}},
        {},
        "⚠️ Firmware is behind: another home runs 6.4.0-41 on the same model (PP403Z)",
    ),
]


@pytest.mark.parametrize(("found", "changes", "expected"), EXTRAS)
def test_what_was_found_about_a_pod_stands_on_its_card(
    found: dict[str, Any], changes: Body, expected: str
) -> None:
    assert expected in shown(format_pod_details(pod(**changes), **found))


def test_many_pods_say_on_their_lines_that_firmware_is_behind() -> None:
    leaves = [leaf(f"Pod {n}", f"S{n}", firmwareVersion=f"6.{n}.0") for n in range(20)]
    health = judged(gateway(), *leaves)
    text = shown(
        format_nodes_message("Home", health, outdated=outdated_firmware(health["pod_details"]))
    )
    assert text.count("firmware is behind") == 19
    few = judged(gateway(), *leaves[:2])
    boots = recent_reboots([Reboot(at=NOW, node_id="S1")], few["pod_details"], now=NOW)
    text = shown(
        format_nodes_message(
            "Home",
            few,
            now=NOW,
            outdated=outdated_firmware(few["pod_details"]),
            reboots=boots,
        )
    )
    assert text.count("🔁 Restarted") == 1
    assert text.count("Firmware is behind: Pod 1 runs 6.1.0") == 1
