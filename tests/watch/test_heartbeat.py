"""A sign of life, every minute, for as long as there is life."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from src.watch.heartbeat import EVERY_S, Heartbeat
from tests import virtual_time

if TYPE_CHECKING:
    import pytest

URL = "https://monitor.example/ping/0a1b2c3d?rid=4e5f"


def play(answers: list[int | Exception], alive: list[bool], minutes: int) -> list[str]:
    """Beat for so many minutes; the addresses that were called."""
    called: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        found = answers.pop(0) if answers else 200
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found)

    async def main() -> None:
        beat = Heartbeat(
            URL,
            lambda: alive.pop(0) if alive else True,
            transport=httpx.MockTransport(answer),
        )
        task = asyncio.create_task(beat.run())
        await asyncio.sleep(EVERY_S * minutes - 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    virtual_time.run(main())
    return called


def test_it_beats_every_minute_while_alive() -> None:
    assert play([], [], 5) == [URL] * 5
    assert play([], [False, True, False], 5) == [URL] * 3


def test_trouble_is_told_once_and_without_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "src")
    answers: list[int | Exception] = [500, 404, httpx.ConnectError("no way"), 200, 200]
    assert len(play(answers, [], 6)) == 6
    lines = [record.message for record in caplog.records if record.name.startswith("src.watch")]
    assert lines == [
        "the heartbeat does not reach monitor.example: status 500",
        "the heartbeat reaches monitor.example again",
    ]
    assert "0a1b2c3d" not in "\n".join(lines)
