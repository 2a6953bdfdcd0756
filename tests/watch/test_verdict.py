"""A verdict is nothing until something is in it, and two make one in their order."""

from __future__ import annotations

from src.models.watching import ChatPolicy, Notice
from src.watch.verdict import Draft, Verdict
from tests.watch.incidents import BOSS, NIGHT


def test_empty_or_not() -> None:
    assert not Verdict()
    assert Verdict(policies=(ChatPolicy(NIGHT),))
    draft = Draft()
    draft.notices.append(Notice("i", NIGHT, "told"))
    assert draft.done()


def test_both_in_their_order() -> None:
    first, second = (Verdict(policies=(ChatPolicy(spot),)) for spot in (NIGHT, BOSS))
    assert [policy.spot for policy in (first + second).policies] == [NIGHT, BOSS]
