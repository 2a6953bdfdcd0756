"""The error tree: one root, facts in the text, nothing else."""

from __future__ import annotations

import inspect

import pytest

from src.net import errors
from src.net.errors import (
    PlumeAPIError,
    PlumeAuthError,
    PlumeNotFoundError,
    PlumeNotVisibleError,
    PlumeRateLimitedError,
)

CLASSES = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)
]


def test_every_class_is_below_the_root_public_and_drawn() -> None:
    assert len(CLASSES) == 13
    drawing = errors.__doc__ or ""
    for kind in CLASSES:
        assert issubclass(kind, PlumeAPIError)
        assert kind.__name__ in errors.__all__
        assert kind.__name__ in drawing


def test_exports_are_sorted() -> None:
    assert errors.__all__ == sorted(errors.__all__)


def test_not_visible_is_a_way_of_not_being_found() -> None:
    assert issubclass(PlumeNotVisibleError, PlumeNotFoundError)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_carries_the_facts(kind: type[PlumeAPIError]) -> None:
    error = kind("not good", status=404, path="/api/x", request_id="r-1")
    assert (error.status, error.path, error.request_id) == (404, "/api/x", "r-1")
    assert str(error) == "not good (status 404, /api/x, request r-1)"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_can_be_raised_bare(kind: type[PlumeAPIError]) -> None:
    error = kind()
    assert str(error)
    assert "(" not in str(error)


def test_own_facts() -> None:
    assert PlumeAuthError("no", reason="partner").reason == "partner"
    assert PlumeAuthError().reason == "other"
    limited = PlumeRateLimitedError("no", blocked_for_s=12.5, firewall=True)
    assert (limited.blocked_for_s, limited.firewall) == (12.5, True)
    assert PlumeRateLimitedError().blocked_for_s is None
