"""Wi-Fi networks: what is on and how it is protected, in people's words, never a key."""

from __future__ import annotations

from typing import Any

import pytest

from src.models import parse_wifi_networks
from src.utils.markup import clean
from src.utils.wifi_formatter import format_wifi_message
from tests.telegram_rules import NASTY, shown

Body = dict[str, Any]


def line(**changes: Any) -> str:
    body = {"networkId": "n1", "ssid": "Nest", "enable": True, "wpaMode": "psk2", **changes}
    text = shown(format_wifi_message("Home", parse_wifi_networks([body])))
    return text.partition("\n\n")[2]


LINES: list[tuple[Body, str]] = [
    ({}, "✅ Nest: on, WPA2"),
    ({"enable": False}, "⛔ Nest: off, WPA2"),
    ({"enable": None}, "❔ Nest: on or off not reported, WPA2"),
    ({"enable": None, "enabled": True}, "✅ Nest: on, WPA2"),
    ({"wpaMode": "sae"}, "✅ Nest: on, WPA3"),
    ({"wpaMode": "sae-mixed"}, "✅ Nest: on, WPA2 and WPA3"),
    ({"wpaMode": "psk-mixed"}, "✅ Nest: on, WPA and WPA2"),
    ({"wpaMode": "open"}, "✅ Nest: on, open, no password\n    ⚠️ anyone nearby can join"),
    ({"wpaMode": "open", "enable": False}, "⛔ Nest: off, open, no password"),
    ({"wpaMode": None, "encryption": "OPEN"}, "✅ Nest: on, open, no password\n    ⚠️ anyone"),
    ({"wpaMode": None}, "✅ Nest: on, security not reported"),
    ({"wpaMode": "owe<3>"}, "✅ Nest: on, security “owe<3>”"),
    ({"ssid": None}, "✅ name not reported: on, WPA2"),
    ({"ssidBroadcast": False}, "✅ Nest: on, WPA2, hidden name"),
    ({"ssidBroadcast": True, "type": "captivePortal"}, "✅ Nest: on, WPA2, guest network"),
    ({"networkId": "default"}, "✅ Nest: on, WPA2, main network"),
    ({"type": "fronthaul"}, "✅ Nest: on, WPA2, additional network"),
    ({"type": "lab"}, "✅ Nest: on, WPA2, kind “lab”"),
]


@pytest.mark.parametrize(("changes", "expected"), LINES)
def test_line(changes: Body, expected: str) -> None:
    assert line(**changes).startswith(expected)
    assert ("\n" in line(**changes)) == ("⚠️" in expected)


def test_title_counts() -> None:
    networks = parse_wifi_networks([{"ssid": "A", "enable": True}, {"ssid": "B"}])
    assert shown(format_wifi_message("Home", networks)).startswith(
        "📶 2 Wi-Fi networks, 1 on · Home"
    )
    assert shown(format_wifi_message(None, networks[:1])).startswith("📶 1 Wi-Fi network, 1 on\n")


def test_nothing_is_said_differently_from_not_read() -> None:
    assert shown(format_wifi_message("Home", None)) == (
        "⚪ Wi-Fi networks could not be read · Home\nNext: refresh, or ask again in a minute."
    )
    assert shown(format_wifi_message("Home", ())).startswith(
        "⚪ No Wi-Fi network is configured · Home\nNext: ask the customer"
    )


def test_a_key_never_reaches_the_text() -> None:
    body = {"wifiNetwork": {"ssid": "Nest", "encryptionKey": "not-a-real-key", "keys": ["k3y"]}}
    text = format_wifi_message("Home", parse_wifi_networks(body))
    assert "not-a-real-key" not in text
    assert "k3y" not in text


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    networks = parse_wifi_networks([{"ssid": name, "enable": True}])
    assert shown(format_wifi_message(name, networks)).count(clean(name)) == 2


def test_many_long_names_fit_and_the_rest_is_counted() -> None:
    networks = parse_wifi_networks([{"ssid": "🏠" * 300, "enable": True}] * 32)
    text = shown(format_wifi_message("🏠" * 300, networks))
    left = int(text.rpartition("… and ")[2].split()[0])
    assert text.count("✅") + left == 32
