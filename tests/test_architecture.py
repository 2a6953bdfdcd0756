"""The arrows between the layers point one way, and the client stands on its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Lowest first. A module may import its own layer and every layer below it.
LAYERS = [
    ["src.models", "src.settings", "src.logs", "src.telemetry", "src.version"],
    ["src.utils"],
    ["src.net", "src.analysis"],
    ["plume_api_client"],
    ["src.watch", "src.charts", "src.storage", "src.api"],
    ["src.handlers"],
    ["src.service"],
    ["panoptes_bot"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def _layer(module: str) -> str | None:
    parts = module.split(".")
    name = ".".join(parts[:2]) if parts[0] == "src" else parts[0]
    return name if name in RANK else None


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.update({node.module} if node.module != "src" else set())
            if node.module == "src":
                found.update(f"src.{alias.name}" for alias in node.names)
    return found


def _modules() -> list[Path]:
    files = [ROOT / "plume_api_client.py", ROOT / "panoptes_bot.py"]
    return [*files, *sorted((ROOT / "src").rglob("*.py"))]


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_one_way(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    layer = _layer(module)
    imported = _imports(path)
    if layer is None:
        assert module == "src.__init__" or module.startswith("src.demo."), f"{module}: no layer"
        return
    for name in imported:
        if name.startswith("src.demo"):
            assert module == "panoptes_bot", f"{module} imports {name}"
            continue
        target = _layer(name)
        if target is not None:
            assert RANK[target] <= RANK[layer], f"{module} ({layer}) imports {name}"


def test_utils_import_nothing_of_ours_but_models() -> None:
    for path in sorted((ROOT / "src" / "utils").glob("*.py")):
        for name in _imports(path):
            assert not name.startswith("src.") or name.startswith(("src.utils", "src.models")), (
                f"{path.name} imports {name}"
            )


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_client_imports_without_telegram() -> None:
    loaded = _loaded_by("import plume_api_client")
    assert "httpx" in loaded
    for heavy in ("telegram", "sqlalchemy", "starlette", "matplotlib", "apscheduler", "src.demo"):
        assert heavy not in loaded


def test_the_bot_imports_nothing_heavy_before_it_is_used() -> None:
    loaded = _loaded_by("import panoptes_bot")
    assert "telegram" in loaded
    for heavy in (
        "sqlalchemy", "alembic", "starlette", "uvicorn", "matplotlib", "prometheus_client",
        "src.demo.launch",
    ):  # fmt: skip
        assert heavy not in loaded
