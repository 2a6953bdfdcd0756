"""Identifiers of the simulated ISP: made from indices and readable back, so nothing is looked up.

Customer and location ids have the Plume form (24 hex digits), node ids the form of a serial on a
label (11 upper-case alphanumerics), device ids are MAC addresses.
"""

from __future__ import annotations

import re

__all__ = [
    "DEMO_COTTAGE_ID",
    "DEMO_CUSTOMER_ID",
    "DEMO_GATEWAY_ID",
    "DEMO_LOCATION_ID",
    "DEMO_POD_ID",
    "OTHER_CUSTOMER_ID",
    "OTHER_LOCATION_ID",
    "PARTNER_ID",
    "SECOND_PARTNER_ID",
    "customer_id",
    "customer_index",
    "device_mac",
    "group_digits",
    "location_id",
    "location_key",
    "node_id",
    "node_key",
    "node_mac",
]

PARTNER_ID = "a0a0a0a0a0a0a0a0a0a00001"
SECOND_PARTNER_ID = "a0a0a0a0a0a0a0a0a0a00002"

_CUSTOMER_PREFIX = "b1b1b1b1b1b1b1b1"
_LOCATION_PREFIX = "c2c2c2c2c2c2"
_SERIAL_PREFIX = "7K"
_DIGITS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and no O: labels are read aloud
_BASE = len(_DIGITS)

_CUSTOMER = re.compile(rf"{_CUSTOMER_PREFIX}([0-9a-f]{{8}})")
_LOCATION = re.compile(rf"{_LOCATION_PREFIX}([0-9a-f]{{8}})([0-9a-f]{{4}})")
_SERIAL = re.compile(rf"{_SERIAL_PREFIX}([{_DIGITS}]{{5}})([{_DIGITS}]{{2}})([{_DIGITS}]{{2}})")


def customer_id(index: int) -> str:
    """The id of the customer with this index."""
    return f"{_CUSTOMER_PREFIX}{index:08x}"


def customer_index(identifier: str) -> int | None:
    """The index behind a customer id, or None for anything else."""
    found = _CUSTOMER.fullmatch(identifier)
    return int(found[1], 16) if found else None


def location_id(index: int, ordinal: int) -> str:
    """The id of a customer's location."""
    return f"{_LOCATION_PREFIX}{index:08x}{ordinal:04x}"


def location_key(identifier: str) -> tuple[int, int] | None:
    """(customer index, location ordinal) behind a location id."""
    found = _LOCATION.fullmatch(identifier)
    return (int(found[1], 16), int(found[2], 16)) if found else None


def node_id(index: int, ordinal: int, node: int) -> str:
    """The serial number of a node."""
    return f"{_SERIAL_PREFIX}{_encode(index, 5)}{_encode(ordinal, 2)}{_encode(node, 2)}"


def node_key(serial: str) -> tuple[int, int, int] | None:
    """(customer index, location ordinal, node ordinal) behind a serial, whatever its case."""
    found = _SERIAL.fullmatch(serial.strip().upper())
    return (_decode(found[1]), _decode(found[2]), _decode(found[3])) if found else None


def node_mac(index: int, ordinal: int, node: int, port: int = 0) -> str:
    """A locally administered address for a port of a node."""
    return _mac(0x02, index, ordinal, node * 8 + port)


def device_mac(index: int, ordinal: int, device: int) -> str:
    """A locally administered address for a client device."""
    return _mac(0x06, index, ordinal, device)


def group_digits(index: int) -> str:
    """A UUID-like text for customers whose account id was never set."""
    spread = (index * 0x9E3779B1) & 0xFFFFFFFF
    return f"{spread:08x}-1111-4222-8333-{index:012x}"


def _encode(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, rest = divmod(number, _BASE)
        text = _DIGITS[rest] + text
    return text


def _decode(text: str) -> int:
    number = 0
    for digit in text:
        number = number * _BASE + _DIGITS.index(digit)
    return number


def _mac(first: int, index: int, ordinal: int, item: int) -> str:
    number = (first << 40) | ((index & 0xFFFFF) << 20) | ((ordinal & 0x1FF) << 11) | (item & 0x7FF)
    return ":".join(f"{number:012x}"[place : place + 2] for place in range(0, 12, 2))


# The customer that the demo and the tests begin with (partner PARTNER_ID): a healthy home and a
# cottage with one pod offline. OTHER_* belong to the second partner.
DEMO_CUSTOMER_ID = customer_id(0)
DEMO_LOCATION_ID = location_id(0, 0)
DEMO_COTTAGE_ID = location_id(0, 1)
DEMO_GATEWAY_ID = node_id(0, 0, 0)
DEMO_POD_ID = node_id(0, 0, 1)
OTHER_CUSTOMER_ID = customer_id(15)
OTHER_LOCATION_ID = location_id(15, 0)
