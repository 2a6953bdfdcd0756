"""What a report shows as a file: CSV with units in its header, JSON with the same figures.

Times are ISO 8601 in UTC. What was not reported is an empty cell, and null in JSON.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cell", "Table", "csv_bytes", "json_bytes"]

Cell = str | float | bool | datetime | None

# A cell that begins so would be run as a formula by the usual spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; a column of figures has its unit in the name."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to read names right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def json_bytes(table: Table, about: object, read_at: datetime) -> bytes:
    """The rows as objects, and beside them the whole result that the report was made of."""
    rows = [
        dict(zip(table.columns, (_plain(cell) for cell in row), strict=True)) for row in table.rows
    ]
    body = {"read_at": _iso(read_at), "rows": rows, "report": about}
    return json.dumps(body, ensure_ascii=False, indent=2, default=str).encode("utf-8", "replace")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(cell: Cell) -> str | float | bool | None:
    return _iso(cell) if isinstance(cell, datetime) else cell


def _text(cell: Cell) -> str:
    value = _plain(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
