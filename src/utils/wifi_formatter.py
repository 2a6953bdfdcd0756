"""Wi-Fi networks as a message: what is on, how it is protected; never a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.markup import MESSAGE_LIMIT, bold, escape, fit, units
from src.utils.wording import NETWORK_KIND_WORDS, SECURITY_WORDS, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.plume import WifiNetwork

__all__ = ["format_wifi_message"]

_WORD = 40
_STATES = {True: ("✅", "on"), False: ("⛔", "off"), None: ("❔", "on or off not reported")}


def format_wifi_message(location_name: str | None, networks: Sequence[WifiNetwork] | None) -> str:
    """The /wifi report; None when the networks could not be read."""
    name = f" · {bold(location_name)}" if location_name else ""
    if networks is None:
        return (
            f"⚪ <b>Wi-Fi networks could not be read</b>{name}\n"
            "Next: refresh, or ask again in a minute."
        )
    if not networks:
        return (
            f"⚪ <b>No Wi-Fi network is configured</b>{name}\n"
            "Next: ask the customer to set a network name and password in their app."
        )
    on = sum(network.enabled is True for network in networks)
    title = f"📶 <b>{count(len(networks), 'Wi-Fi network')}, {on} on</b>{name}"
    room = MESSAGE_LIMIT - units(title) - 2
    return f"{title}\n\n{fit([_network(network) for network in networks], room)}"


def _network(network: WifiNetwork) -> str:
    sign, state = _STATES[network.enabled]
    ssid = escape(network.ssid) if network.ssid else "name not reported"
    facts = [state, _security(network), _kind(network)]
    if network.ssid_broadcast is False:
        facts.append("hidden name")
    line = f"{sign} {ssid}: {escape(', '.join(filter(None, facts)), 4 * _WORD)}"
    if network.enabled and _security(network) == SECURITY_WORDS["open"]:
        line += "\n    ⚠️ anyone nearby can join"
    return line


def _security(network: WifiNetwork) -> str:
    raw = network.wpa_mode or network.encryption
    if raw is None:
        return "security not reported"
    return SECURITY_WORDS.get(raw.lower(), f"security “{raw[:_WORD]}”")


def _kind(network: WifiNetwork) -> str | None:
    raw = network.kind
    if raw is None:
        return NETWORK_KIND_WORDS.get((network.network_id or "").lower())
    return NETWORK_KIND_WORDS.get(raw.lower(), f"kind “{raw[:_WORD]}”")
