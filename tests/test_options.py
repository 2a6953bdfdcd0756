"""The options of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.service.options import parse


@pytest.mark.parametrize(
    ("arguments", "rest"),
    [
        (["--demo"], ["--demo"]),
        (["--demo", "--port", "0"], ["--demo", "--port", "0"]),
        (["--demo-plume"], ["--demo-plume"]),
    ],
)
def test_the_rest_belongs_to_the_demo(arguments: list[str], rest: list[str]) -> None:
    assert parse(arguments, None).rest == rest


def test_each_of_the_others_is_found() -> None:
    assert parse(["--check"], None).check
    assert parse(["--backup", "x"], None).backup == Path("x")
    assert parse(["--restore", "x"], None).restore == Path("x")
    assert parse(["--rotate-keys"], None).rotate_keys


@pytest.mark.parametrize("arguments", [["--dmeo"], ["--check", "--rotate-keys"], ["--port", "0"]])
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(arguments, None)
