"""The drawing process: a request on standard input, a picture on standard output, until input ends.

A request is a line of JSON {"plan": ..., "theme": ...}. An answer is one byte, b"+" or b"-", four
bytes of length (big-endian), and that many bytes: the PNG, or what went wrong in words.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["serve"]

_NICER = 5


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line; an error is an answer, too, and never the end of the process."""
    for line in requests:
        sign, body = _answer(line)
        answers.write(sign + len(body).to_bytes(4, "big") + body)
        answers.flush()


def _answer(line: bytes) -> tuple[bytes, bytes]:
    try:
        # Here, so that a missing or broken matplotlib is an answer, too.
        from src.charts.drawing import draw  # noqa: PLC0415 - imports matplotlib

        request = json.loads(line)
        return b"+", draw(request["plan"], request["theme"])
    except Exception as error:  # noqa: BLE001 - whatever it is, the text still goes out
        # The type only: a message could quote a home's name.
        return b"-", type(error).__name__.encode()


if __name__ == "__main__":
    with suppress(AttributeError, OSError):  # not on Windows, not in every sandbox
        os.nice(_NICER)  # the bot's loop comes first on a busy machine
    serve(sys.stdin.buffer, sys.stdout.buffer)
