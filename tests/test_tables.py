"""Files of what is on screen: units in the header, ISO times, empty cells, no formulas."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from src.utils.tables import Cell, Table, csv_bytes, json_bytes

AT = datetime(2026, 5, 18, 8, 30, tzinfo=UTC)


def _read(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        (0, "0"),
        (12.5, "12.5"),
        (-3.0, "-3.0"),
        (True, "yes"),
        (False, "no"),
        (AT, "2026-05-18T08:30:00Z"),
        (AT.astimezone(timezone(timedelta(hours=5, minutes=45))), "2026-05-18T08:30:00Z"),
        ('Húsið 🏡, "a"\nb', 'Húsið 🏡, "a"\nb'),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+4", "'+4"),
        ("-4", "'-4"),
        ("@x", "'@x"),
    ],
)
def test_each_kind_of_cell(cell: Cell, shown: str) -> None:
    assert _read(Table(("speed_Mbit/s",), [[cell]])) == [["speed_Mbit/s"], [shown]]


def test_half_a_character_does_not_stop_the_file() -> None:
    assert b"?" in csv_bytes(Table(("name",), [["\ud83d"]]))


def test_json_has_the_rows_the_report_and_when_it_was_read() -> None:
    table = Table(("at", "download_MB"), [[AT, None], ["raw", 1.5]])
    body = json.loads(json_bytes(table, {"verdict": "ok", "since": AT}, AT))
    assert body["read_at"] == "2026-05-18T08:30:00Z"
    assert body["rows"] == [
        {"at": "2026-05-18T08:30:00Z", "download_MB": None},
        {"at": "raw", "download_MB": 1.5},
    ]
    assert body["report"]["verdict"] == "ok"
