"""The board's words: counts on top, worst first, within one message whatever homes are called."""

from __future__ import annotations

from typing import Any

import pytest

from src.utils.board_formatter import (
    BOARD_PAGE,
    BoardRow,
    board_order,
    format_board,
    pace_sentence,
)
from tests.telegram_rules import NASTY, shown
from tests.watch.incidents import START, incident

ZONE = "Europe/Berlin"


def _row(word: Any, name: str = "Home", **fields: Any) -> BoardRow:
    return BoardRow(name, word, **fields)


def test_worst_first_and_counts_on_top() -> None:
    slow = incident("slow_speed")
    rows = [
        _row("online", "B"),
        _row("online", "A"),
        _row("online", "Z", incidents=(slow,), since=START),
        _row("waiting", "New"),
        _row("offline", "Olson", since=START, incidents=(incident(),), acked_by="Bea"),
        _row("partial", "Cottage", since=START, pods_up=2, pods_total=3),
        _row("unreadable", "Gone", incidents=(incident("unreadable"),)),
        _row("offline", "Loose", since=START, incidents=(incident(unstable=True),)),
    ]
    text = shown(format_board(sorted(rows, key=board_order), 0, 1, "Every minute.", zone=ZONE))
    head, *rest = text.splitlines()
    counts = "🔴 OFFLINE 2, 🟠 pods down 1, ⚪ unreadable 1, ⚪ not looked at yet 1, 🟢 online 3"
    assert head == f"📋 8 watched homes: {counts}."
    assert rest == [
        "Every minute.",
        "",
        "🔴 OFFLINE · Loose, since Mon 12:00 · 🟠 unstable",
        "🔴 OFFLINE · Olson, since Mon 12:00 · 🙋 Bea",
        "🟠 2 of 3 pods up · Cottage, since Mon 12:00",
        "⚪ unreadable · Gone",
        "⚪ not looked at yet · New",
        "🟢 online · Z · 🟡 slower than usual, since Mon 12:00",
        "🟢 online · A",
        "🟢 online · B",
    ]


@pytest.mark.parametrize("name", NASTY)
def test_a_full_page_fits(name: str) -> None:
    rows = [_row("offline", name, since=START, incidents=(incident(),), acked_by=name)] * 50
    text = shown(format_board(rows, 1, 3, "Every minute."))
    assert "Page 2 of 3." in text
    assert text.count("OFFLINE ·") == BOARD_PAGE


def test_the_pace_is_honest() -> None:
    assert pace_sentence(60, stretched=False) == "I look at each home every minute."
    assert "does not fit" in pace_sentence(330, stretched=True)
    assert "every 5 min" in pace_sentence(330, stretched=True)


def test_nothing_watched() -> None:
    assert "send /watch" in shown(format_board([], 0, 1, ""))
