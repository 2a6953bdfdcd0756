"""Chats that offer to be told: by whom they are taken, for how long, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers import offers as module
from src.handlers.offers import VALID_MIN, Offers
from src.models.watching import Spot

if TYPE_CHECKING:
    import pytest

ANN, BOB = 1, 2
NIGHT, DAY = Spot(-5, 7), Spot(-6)


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_taken_once_by_who_made_it_and_elsewhere() -> None:
    offers = Offers(Clock())
    code = offers.make(NIGHT, ANN)
    assert offers.take(code, BOB, DAY) is None
    assert offers.take("000000x", ANN, DAY) is None
    assert offers.take(code, ANN, NIGHT) is None, "a chat does not pass on to itself"
    assert offers.take(code.upper(), ANN, DAY) == NIGHT
    assert offers.take(code, ANN, DAY) is None


def test_a_new_one_replaces_the_old() -> None:
    offers = Offers(Clock())
    old, new = offers.make(NIGHT, ANN), offers.make(DAY, ANN)
    assert offers.take(old, ANN, Spot(9)) is None
    assert offers.take(new, ANN, Spot(9)) == DAY


def test_it_lasts_a_while() -> None:
    clock = Clock()
    offers = Offers(clock)
    for passed, found in ((60 * VALID_MIN - 1, NIGHT), (60 * VALID_MIN, None)):
        code = offers.make(NIGHT, ANN)
        clock.now += passed
        assert offers.take(code, ANN, DAY) == found


def test_only_so_many_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    offers = Offers(Clock())
    codes = {person: offers.make(NIGHT, person) for person in (1, 2, 1, 3)}
    found = [offers.take(codes[person], person, DAY) for person in (1, 2, 3)]
    assert found == [NIGHT, None, NIGHT]
