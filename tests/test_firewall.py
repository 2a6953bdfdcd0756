"""The firewall's 403 is told from a permission's, and the breaker keeps the longest block."""

from __future__ import annotations

import pytest

from src.net.firewall import Breaker, is_firewall_block


@pytest.mark.parametrize(
    ("status", "body", "blocked"),
    [
        (403, {"error": {"statusCode": 403, "message": "Forbidden"}}, False),
        (403, {"error": {}}, False),
        (403, {"error": "text"}, True),
        (403, {"message": "Forbidden"}, True),
        (403, ["error"], True),
        (403, "Forbidden", True),
        (403, None, True),
        (401, None, False),
        (200, None, False),
        (500, {"message": "Forbidden"}, False),
    ],
)
def test_reading_a_403(status: int, body: object, blocked: bool) -> None:
    assert is_firewall_block(status, body) is blocked


def test_breaker() -> None:
    breaker = Breaker()
    assert breaker.remaining_s(1e9) == 0
    breaker.open(400.0)
    breaker.open(300.0)
    assert breaker.remaining_s(150.0) == 250.0
    assert breaker.remaining_s(401.0) == 0
