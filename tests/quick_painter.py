"""A drawing process for tests: the protocol of src/charts/worker.py, an empty sheet
of paper, white or, in the dark theme, black.

It starts in a few hundredths of a second, because it imports no matplotlib. What pictures show is
tested on their plans, and the real process by the end-to-end tests.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

COMMAND = (sys.executable, "-S", "-E", str(Path(__file__).resolve()))
# A drawing process that ends at once: no picture, whatever is asked for.
BROKEN = (sys.executable, "-S", "-E", "-c", "raise SystemExit(1)")


def main() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 1280, 640, 1, 0, 0, 0, 0)

    def sheet_of(paper: bytes) -> bytes:
        rows = zlib.compress((b"\0" + paper * 160) * 640)
        parts = chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(parts)

    white, black = sheet_of(b"\xff"), sheet_of(b"\0")
    for request in sys.stdin.buffer:
        sheet = black if b'"theme": "dark"' in request else white
        sys.stdout.buffer.write(b"+" + len(sheet).to_bytes(4, "big") + sheet)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
