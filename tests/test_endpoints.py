"""Metrics are kept by endpoint, never by what a call was about."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from src.service.endpoints import _WORDS, template

ROOT = Path(__file__).resolve().parent.parent
# Between ids, and written down in the endpoint functions.
_CLIENT = [ROOT / "plume_api_client.py", *sorted((ROOT / "src" / "api").glob("*.py"))]


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/api/Customers/5f3c/locations/77/nodes", "Customers/{id}/locations/{id}/nodes"),
        ("/reports/Customers/5f3c/locations/77/wanStats", "Customers/{id}/locations/{id}/wanStats"),
        ("/deep/base/Customers", "Customers"),
        ("/api/partners/customers/search/nora@example.net", "partners/customers/search/{id}"),
        ("/api/Customers/v2/search", "Customers/v2/search"),
        ("/oauth2/ausc034/v1/token", "token"),
        ("/somewhere/else", "other"),
        ("/", "other"),
        ("", "other"),
    ],
)
def test_ids_and_what_was_searched_for_are_left_out(path: str, endpoint: str) -> None:
    assert template(path) == endpoint


def _words_of(path: Path) -> set[str]:
    """Every word that stands in an endpoint written down in this file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "location_endpoint":
            constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            found.update(str(value) for value in constants)
        if isinstance(node, ast.JoinedStr | ast.Constant):
            text = re.sub(r"\{[^}]*\}", "{}", ast.unparse(node).strip("f'\""))
            if re.fullmatch(r"(\{\}|Customers|partners)(/[\w{}]+)+", text):
                found.update(part for part in text.split("/") if "{" not in part)
    return found


def test_every_word_of_every_endpoint_is_known() -> None:
    written = set().union(*(_words_of(path) for path in _CLIENT))
    assert {"nodes", "speedTestResults", "search", "Customers"} <= written
    assert written <= _WORDS, "src/service/endpoints.py has to know these words"
