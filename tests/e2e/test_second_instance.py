"""Two processes with one token: the second yields, the first goes on, people notice nothing."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.chatting import text_of
from tests.e2e.bot_process import Surroundings, listening
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

ADMIN = 500_001


async def _until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(25):
        while not look():  # noqa: ASYNC110 - what another process writes is no event of ours
            await asyncio.sleep(0.05)


async def _ready(address: str) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://{address}/readyz")
        return answer.status_code, json.loads(answer.text)["items"]


async def test_the_second_yields_and_the_first_goes_on(tmp_path: Path) -> None:
    environment = {"PANOPTES_ADMINS": str(ADMIN), "PANOPTES_LOG_LEVEL": "INFO"}
    async with Surroundings(tmp_path, extra_env=environment, warm=True) as first:
        amina = Technician.join(first.telegram, "Amina")
        await amina.ask("/help")
        await asyncio.sleep(3.0)  # real time: what tells the first of the two
        second = Surroundings(tmp_path / "second", telegram=first.telegram, warm=True)
        second.data_dir.mkdir()
        listens = listening()
        second.extra_env = {**environment, **listens}
        second.share_servers_of(first)
        await second.start()
        try:
            await _until(lambda: "steps back" in second.log)
            for _ in range(3):
                await amina.answered(amina.say("/help"), "What I can do")
            status, items = await _ready(listens["PANOPTES_LISTEN"])
            assert status == 503
            assert not items["alone"]["ok"]
            assert not items["telegram"]["ok"]
            assert second.log.count("another program uses this bot's token") == 1
            assert first.log.count("another program uses this bot's token") == 1
            assert "goes on" in first.log
            told = [m for m in amina.shown() if "A second program" in text_of(m)]
            assert 1 <= len(told) <= 2  # these two share no database
        finally:
            assert await second.stop() == 0
        assert "Traceback" not in first.log + second.log
