"""Firmware that is behind: never a guess, and never compared across models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.analysis.firmware import learn_firmware, outdated_firmware, version_key
from src.analysis.health import analyze_location_health
from tests.samples import NOW, gateway, home, leaf

if TYPE_CHECKING:
    from src.models import PodDetail

ORDER = [
    ("6.2.1-18-example", "6.4.0-41-example", True),
    ("6.4.0-41", "6.4.0-42", True),
    ("6.4.0-9", "6.4.0-41", True),
    ("6.9.0", "6.10.0", True),
    ("6.4", "6.4.0", False),
    ("v6.4.0", "6.4.0-0", False),
    ("6.4.0", "6.4.0", False),
    ("6.4.0", "7.0", True),
    (" 6.4.0-41 ", "6.4.0_41", False),
]
NOT_VERSIONS = [None, "", "6", "lab build", "x6.4.0", "six.four", "٦.٤"]


@pytest.mark.parametrize(("lower", "upper", "older"), ORDER)
def test_order(lower: str, upper: str, older: bool) -> None:
    one, other = version_key(lower), version_key(upper)
    assert one is not None
    assert other is not None
    assert (one < other) is older
    assert not other < one


@pytest.mark.parametrize("text", NOT_VERSIONS)
def test_what_is_no_version_is_never_judged(text: str | None) -> None:
    assert version_key(text) is None
    pods = pods_of(("A", "M", text), ("B", "M", "9.9.9"))
    assert outdated_firmware(pods, {"M": "10.0.0"}).keys() == {"SB"}


def pods_of(*rows: tuple[str, str | None, str | None]) -> list[PodDetail]:
    nodes = [
        leaf(name, f"S{name}", model=model, firmwareVersion=firmware)
        for name, model, firmware in rows
    ]
    return analyze_location_health(None, home(gateway(), *nodes), now=NOW)["pod_details"]


def test_a_pod_of_the_same_home_is_named() -> None:
    pods = pods_of(("A", "M", "6.2.1"), ("B", "M", "6.4.0"), ("C", "N", "5.0.0"))
    assert outdated_firmware(pods) == {"SA": {"newer": "6.4.0", "pod": "B"}}


def test_another_home_counts_only_where_this_one_has_nothing_newer() -> None:
    pods = pods_of(("A", "M", "6.2.1"), ("B", "M", "6.4.0"))
    assert outdated_firmware(pods, {"M": "6.6.0", "N": "9.0.0"}) == {
        "SA": {"newer": "6.4.0", "pod": "B"},
        "SB": {"newer": "6.6.0", "pod": None},
    }
    assert outdated_firmware(pods, {"M": "6.3.0"}).keys() == {"SA"}


def test_a_pod_without_a_model_is_compared_with_nobody() -> None:
    assert outdated_firmware(pods_of(("A", None, "1.0.0"), ("B", None, "2.0.0"))) == {}


def test_the_newest_is_learned_and_the_memory_of_it_is_bounded() -> None:
    known: dict[str, str] = {}
    learn_firmware(known, pods_of(("A", "M", "6.4.0"), ("B", "M", "6.2.1"), ("C", "N", "beta")))
    learn_firmware(known, pods_of(("A", "M", "6.3.0"), ("B", None, "9.0.0"), ("C", "O", None)))
    assert known == {"M": "6.4.0", "PP603X": "6.4.0"}
    full = {f"model {n}": "1.0" for n in range(1000)}
    learn_firmware(full, pods_of(("A", "M", "6.4.0")))
    assert len(full) == 1000
