"""The image holds what it needs: what the Dockerfile copies, and nothing else, runs the demo.

No engine is needed here: the lines of the Dockerfile are followed by hand.
"""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shutil
import signal
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from src.handlers.news import CHANGELOG
from src.settings import EXIT_BAD_SETTINGS, Settings, load_settings
from tests.e2e.bot_process import Surroundings, listening

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the COPY lines put into the image's working directory; nobody writes there."""
    folder = tmp_path_factory.mktemp("image")
    for line in DOCKERFILE.splitlines():
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            for source in sources:
                _copy(ROOT / source, folder / target)
    return folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


async def test_the_copied_files_are_enough_for_the_demo(tmp_path: Path, image: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "panoptes_bot.py", "--demo", "--no-browser",
        cwd=image, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
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
    assert re.search(r"^USER (?!root|0)\S+", DOCKERFILE, re.MULTILINE)
    copied = " ".join(re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE))
    assert ".env" not in copied
    assert CHANGELOG.name in copied.split(), "admins read it after an upgrade"
    assert " . " not in f" {copied} "
    assert {".env", "data", ".venv", ".git"} <= set(IGNORED)
    assert not set(copied.split()) & set(IGNORED), "copied, and yet ignored"


def _health_check() -> list[str]:
    found = re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    python, *rest = json.loads(found[1])
    assert python == "python"
    return [sys.executable, *rest]


async def _exit_code(listen: str) -> int:
    process = await asyncio.create_subprocess_exec(
        *_health_check(), env={"PANOPTES_LISTEN": listen}, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


async def test_the_copied_files_are_enough_for_the_bot_its_health_check_and_its_metrics(
    tmp_path: Path, image: Path
) -> None:
    variables = listening()
    listen = variables["PANOPTES_LISTEN"]
    async with Surroundings(tmp_path, extra_env=variables, folder=image) as surroundings:
        assert await _exit_code(listen) == 0
        ann = surroundings.telegram.add_user("Ann")["id"]
        chat_id = surroundings.telegram.private_chat(ann)
        surroundings.telegram.send_text(ann, "/help", chat_id=chat_id)
        await surroundings.telegram.wait_for(lambda: surroundings.telegram.messages(chat_id)[1:])
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://{listen}/metrics")
        families = list(text_string_to_metric_families(answer.text))
        assert {"panoptes_build_info", "panoptes_commands"} <= {each.name for each in families}
        assert str(ann) not in answer.text
        assert await surroundings.stop() == 0
    assert await _exit_code(listen) != 0


async def test_without_settings_the_copied_files_say_what_is_missing(image: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "panoptes_bot.py", cwd=image, env={"PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert process.returncode == EXIT_BAD_SETTINGS
    assert errors.decode().startswith("TELEGRAM_BOT_TOKEN: ")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"src", "plume_api_client", "panoptes_bot"}


def _required(name: str) -> set[str]:
    """The distributions that a requirements file asks for, itself or through another file."""
    found: set[str] = set()
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= _required(line.split()[1])
        elif line.strip() and not line.startswith("#"):
            found.add(re.split(r"[\[<>=~ ]", line, maxsplit=1)[0].lower())
    return found


# What they bring along on purpose, and could not do without.
_BROUGHT = {"telegram": "python-telegram-bot", "numpy": "matplotlib", "PIL": "matplotlib"}


def test_what_is_imported_is_asked_for() -> None:
    """The environment of the tests has more than the image: nothing of that may be needed."""
    provided = packages_distributions()
    for path in [
        ROOT / "panoptes_bot.py",
        ROOT / "plume_api_client.py",
        *(ROOT / "src").rglob("*.py"),
    ]:
        in_demo = path.is_relative_to(ROOT / "src" / "demo")
        required = _required("requirements-demo.txt" if in_demo else "requirements.txt")
        required |= _required("requirements-postgres.txt")
        for name in _imports(path):
            given = {each.lower().replace("_", "-") for each in provided[name]}
            given |= {_BROUGHT.get(name, "")}
            assert given & required, f"{path.relative_to(ROOT)} imports {name}"


def test_the_services_are_closed_and_fit_the_image() -> None:
    services = COMPOSE["services"]
    assert {name for each in services.values() for name in each["profiles"]} == {
        "sqlite", "postgres", "demo",
    }  # fmt: skip
    listen = re.search(r"PANOPTES_LISTEN=\S+:(\d+)", DOCKERFILE)
    assert listen
    variables = {field.validation_alias for field in Settings.model_fields.values()}
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        if "build" not in service:
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert set(service.get("environment", ())) <= variables
    bots = [services["bot"], services["bot-on-postgres"]]
    for bot in bots:
        assert bot["ports"] == [f"127.0.0.1:{listen[1]}:{listen[1]}"]
        assert bot["environment"]["PANOPTES_LISTEN"].endswith(f":{listen[1]}")
        assert bot["environment"]["PANOPTES_DATA_DIR"] == "/data"


def test_the_database_url_of_the_services_is_one_that_settings_take() -> None:
    url = COMPOSE["services"]["bot-on-postgres"]["environment"]["PANOPTES_DATABASE_URL"]
    environment = {
        "TELEGRAM_BOT_TOKEN": "1:abc",
        "PANOPTES_DATABASE_URL": url.replace("${POSTGRES_PASSWORD:-}", "fake"),
    }
    assert load_settings(environment, dotenv=None).database_url is not None
