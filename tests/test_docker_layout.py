"""The image holds what it needs: what the Dockerfile copies, and nothing else, runs the demo."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent


def _lay_out(folder: Path) -> None:
    """What the COPY lines put into the image's working directory."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            for source in sources:
                _copy(ROOT / source, folder / target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


async def test_the_copied_files_are_enough_for_the_demo(tmp_path: Path) -> None:
    _lay_out(tmp_path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "panoptes_bot.py", "--demo", "--no-browser",
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        address = re.search(r"http://\S+", line)
        assert address, line
        async with httpx.AsyncClient() as client:
            page = await client.get(address[0])
        assert page.status_code == 200
        assert "Panoptes" in page.text
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


def test_the_image_runs_as_a_plain_user_and_copies_no_secrets() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER (?!root|0)\S+", text, re.MULTILINE)
    copied = " ".join(re.findall(r"^COPY (.*)$", text, re.MULTILINE))
    assert ".env" not in copied
    assert " . " not in f" {copied} "
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "data", ".venv", ".git"} <= set(ignored)
