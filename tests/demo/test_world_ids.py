"""Identifiers go there and back, and nothing else is taken for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.demo import world_ids as ids

INDEX = st.integers(0, 2**24)
ORDINAL = st.integers(0, 1100)


@given(index=INDEX, ordinal=ORDINAL, node=ORDINAL)
def test_there_and_back(index: int, ordinal: int, node: int) -> None:
    serial = ids.node_id(index, ordinal, node)

    assert ids.customer_index(ids.customer_id(index)) == index
    assert ids.location_key(ids.location_id(index, ordinal)) == (index, ordinal)
    assert ids.node_key(serial) == (index, ordinal, node)
    assert ids.node_key(f" {serial.lower()}\n") == (index, ordinal, node)


@given(index=INDEX, ordinal=ORDINAL, node=ORDINAL)
def test_forms(index: int, ordinal: int, node: int) -> None:
    assert re.fullmatch(r"[0-9a-f]{24}", ids.customer_id(index))
    assert re.fullmatch(r"[0-9a-f]{24}", ids.location_id(index, ordinal))
    assert re.fullmatch(r"[0-9A-Z]{10,12}", ids.node_id(index, ordinal, node))
    assert re.fullmatch(r"0[26](:[0-9a-f]{2}){5}", ids.device_mac(index, ordinal, node))
    assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", ids.node_mac(index, ordinal, node))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ids.group_digits(index))


@pytest.mark.parametrize("text", ["", "x", "a0" * 12, "7K00000000", "7K0000000001", "٣" * 24])
def test_nothing_else(text: str) -> None:
    for read in (ids.customer_index, ids.location_key, ids.node_key):
        assert read(text) is None


def test_documented_ids() -> None:
    assert ids.DEMO_CUSTOMER_ID == "b1b1b1b1b1b1b1b100000000"
    assert ids.DEMO_LOCATION_ID == "c2c2c2c2c2c2000000000000"
    assert ids.DEMO_GATEWAY_ID == "7K000000000"
    assert ids.DEMO_POD_ID == "7K000000001"
