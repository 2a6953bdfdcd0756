"""Words and units: short, true to the figure, and a dash for what is not reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from src.models.results import Severity
from src.utils import wording
from src.utils.markup import DASH
from tests.samples import NOW

CASES: list[tuple[str, tuple[Any, ...], str]] = [
    ("rate", (None,), DASH),
    ("rate", (0,), "0 Mbit/s"),
    ("rate", (0.001,), "under 0.01 Mbit/s"),
    ("rate", (0.345,), "0.34 Mbit/s"),
    ("rate", (6.84,), "6.8 Mbit/s"),
    ("rate", (93.4,), "93.4 Mbit/s"),
    ("rate", (99.96,), "100 Mbit/s"),
    ("rate", (486.2,), "486 Mbit/s"),
    ("rate", (1200,), "1.2 Gbit/s"),
    ("amount", (None,), DASH),
    ("amount", (0,), "0 MB"),
    ("amount", (0.001,), "under 0.01 MB"),
    ("amount", (812.4,), "812 MB"),
    ("amount", (12_400,), "12.4 GB"),
    ("amount", (2_000_000,), "2 TB"),
    ("percent", (None,), DASH),
    ("percent", (100,), "100%"),
    ("percent", (99.999,), "99.9%"),
    ("percent", (99.5,), "99.5%"),
    ("percent", (0.3,), "0.3%"),
    ("percent", (0,), "0%"),
    ("duration", (-5,), "0 s"),
    ("duration", (45.9,), "45 s"),
    ("duration", (60,), "1 min"),
    ("duration", (3_599,), "59 min"),
    ("duration", (3_600,), "1 h"),
    ("duration", (8_040,), "2 h 14 min"),
    ("duration", (86_400,), "1 d"),
    ("duration", (274_000,), "3 d 4 h"),
    ("count", (None, "pod"), f"{DASH} pods"),
    ("count", (0, "pod"), "0 pods"),
    ("count", (1, "pod"), "1 pod"),
    ("count", (4, "pod"), "4 pods"),
    ("join_names", ([],), ""),
    ("join_names", (["A"],), "A"),
    ("join_names", (["A", "B"],), "A and B"),
    ("join_names", (["A", "B", "C"],), "A, B and C"),
    ("join_names", (list("ABCDE"),), "A, B, C and 2 more"),
    ("alert_word", ("poorHealth",), "poor health"),
    ("alert_word", ("hot",), "hot"),
]


@pytest.mark.parametrize(("function", "arguments", "expected"), CASES)
def test_wording(function: str, arguments: tuple[Any, ...], expected: str) -> None:
    assert getattr(wording, function)(*arguments) == expected


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=-300), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(days=12, hours=3), "12 d 3 h ago"),
    ],
)
def test_age(ago: timedelta, text: str) -> None:
    assert wording.age(NOW - ago, NOW) == text


def test_every_severity_has_its_own_sign_and_word() -> None:
    severities = get_args(Severity)
    titles = {wording.severity_title(severity) for severity in severities}
    assert len(titles) == len({title[0] for title in titles}) == len(severities) == 5


def test_strip_signs_are_all_different_and_have_words() -> None:
    assert len(set(wording.STATE_SIGNS.values())) == 4
    assert wording.STATE_SIGNS.keys() == wording.STATE_WORDS.keys()


def test_all_is_sorted() -> None:
    assert wording.__all__ == sorted(wording.__all__)
