"""The command that writes the documentation's pictures, and that those are committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from src.charts.samples import main, sample_plans

if TYPE_CHECKING:
    import pytest

COMMITTED = Path(__file__).resolve().parent.parent.parent / "Documentation" / "images" / "charts"


def test_the_command_writes_each_sample_in_both_themes_and_a_grey_sheet(tmp_path: Path) -> None:
    assert main([str(tmp_path / "new" / "folder")]) == 0
    written = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    names = {f"{name}_{theme}.png" for name in sample_plans() for theme in ("light", "dark")}
    assert written == names | {"greyscale.png"}
    assert {path.name for path in COMMITTED.glob("*.png")} == written
    with Image.open(tmp_path / "new" / "folder" / "greyscale.png") as sheet:
        assert sheet.mode == "L"


def test_the_command_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "FOLDER" in capsys.readouterr().err


def test_samples_show_every_state_gaps_and_capacity() -> None:
    plans = sample_plans()
    assert all(plans.values())
    week, history, mesh = plans["wan_week"], plans["history_7d"], plans["mesh_32_pods"]
    assert week is not None
    assert week["kind"] == "wan"
    assert all(panel["gaps"] and panel["peak"] and panel["capacity"] for panel in week["panels"])
    assert history is not None
    assert history["kind"] == "history"
    assert len(history["lanes"]) == 4
    assert mesh is not None
    assert mesh["kind"] == "mesh"
    assert sum(row["pods"] for row in mesh["rows"]) == 32
