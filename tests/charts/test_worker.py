"""The drawing process answers every line: with a picture, or with what went wrong."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from src.charts.samples import sample_plans
from src.charts.worker import serve

ROOT = Path(__file__).resolve().parent.parent.parent
PLAN = sample_plans()["mesh_4_pods"]


def ask(*requests: bytes) -> list[tuple[bytes, bytes]]:
    """Signs and bodies of the answers."""
    out = io.BytesIO()
    serve(io.BytesIO(b"".join(requests)), out)
    out.seek(0)
    answers = []
    while sign := out.read(1):
        answers.append((sign, out.read(int.from_bytes(out.read(4), "big"))))
    return answers


def request(theme: str = "light") -> bytes:
    return json.dumps({"plan": PLAN, "theme": theme}).encode() + b"\n"


def test_a_plan_is_answered_with_a_picture() -> None:
    ((sign, body),) = ask(request())
    assert (sign, body[:8]) == (b"+", b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (b"{\n", b"JSONDecodeError"),
        (b"{}\n", b"KeyError"),
        (b'{"plan": {"kind": "wan", "title": "Secret street 1"}, "theme": "light"}\n', b"KeyError"),
        (request("pink"), b"KeyError"),
    ],
)
def test_an_error_is_an_answer_that_quotes_nothing(bad: bytes, error: bytes) -> None:
    first, second = ask(bad, request())
    assert first == (b"-", error)
    assert second[0] == b"+"


def test_the_process_ends_with_its_input_and_loads_nothing_else() -> None:
    code = (
        "import sys; from src.charts import drawing, worker; "
        "print([m for m in ('telegram', 'sqlalchemy', 'httpx', 'pydantic', 'matplotlib.pyplot')"
        " if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
    ended = subprocess.run(
        [sys.executable, "-m", "src.charts.worker"],
        cwd=ROOT,
        input=request("dark"),
        capture_output=True,
        check=True,
    )
    assert ended.stdout[:1] == b"+"
    assert ended.stderr == b""
