"""What the README promises: its script runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.plume_cloud import PlumeCloud
from src.demo.serving import ServedApp
from src.demo.world import World
from src.demo.world_ids import DEMO_CUSTOMER_ID

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "Documentation").glob("*.md")]


def _block(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


async def test_the_script_of_the_readme_prints_how_each_home_is(tmp_path: Path) -> None:
    (script,) = _block("python")
    file = tmp_path / "homes.py"
    file.write_text(script, encoding="utf-8")
    credential = DEMO_CREDENTIALS[0]
    async with ServedApp(PlumeCloud(World()).app) as served:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(file), credential.header, credential.partner_id, DEMO_CUSTOMER_ID,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "PLUME_SSO_URL": f"{served.url}/oauth2/demo/v1/token",
                "PLUME_API_BASE": f"{served.url}/api/",
                "PLUME_REPORTS_BASE": f"{served.url}/reports/",
            },
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.decode().splitlines() == [
        "Home 🟢 All well: 4 of 4 pods connected",
        "Summer cottage 🟠 Some pods disconnected: 1 of 3",
    ]


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"`make ([\w-]+)", document.read_text(encoding="utf-8")))
        named |= {
            line.split()[1] for line in "\n".join(_block("bash")).splitlines() if "make" in line
        }
        assert named <= targets, f"{document.name}: {named - targets}"


def test_every_link_and_picture_of_the_documents_is_there() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not link.startswith(("http:", "https:")):
                assert (document.parent / link).exists(), f"{document.name} links to {link}"
