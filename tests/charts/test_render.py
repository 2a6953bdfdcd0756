"""One drawing process: shared, bounded, replaced when it fails, and never in the loop's way."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from src.charts.render import Painter, PictureError, picture_key
from src.charts.samples import sample_plans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from src.models.pictures import Picture

# Stand-ins for the drawing process, told by what they answer. The title tells requests apart.
_ECHO = """
import sys, os
for line in sys.stdin.buffer:
    body = b"%d " % os.getpid() + line
    sys.stdout.buffer.write(b"+" + len(body).to_bytes(4, "big") + body)
    sys.stdout.buffer.flush()
"""
_REFUSES = _ECHO.replace('b"+"', 'b"-"').replace('b"%d " % os.getpid() + line', 'b"KeyError"')
_HANGS = "import sys\nfor line in sys.stdin.buffer: pass"
_DIES = "import sys; sys.stdin.buffer.readline(); sys.stdout.buffer.write(b'+1'); sys.exit(3)"
_DEAD = "raise SystemExit(1)"
_SLOW = "import time\n" + _ECHO.replace("    body", "    time.sleep(0.2)\n    body")
_ENVIRONMENT = _ECHO.replace('b"%d " % os.getpid() + line', "repr(sorted(os.environ)).encode()")


_PLAN: Any = sample_plans()["mesh_4_pods"]


def plan(title: str = "Home") -> Picture:
    return cast("Picture", {**_PLAN, "title": title})


@asynccontextmanager
async def painter(code: str | None = None, **options: Any) -> AsyncIterator[Painter]:
    if code is not None:
        options["command"] = (sys.executable, "-c", code)
    made = Painter(**options)
    try:
        yield made
    finally:
        await made.aclose()


def process_of(answer: bytes) -> int:
    return int(answer.split()[0])


async def test_a_picture_is_drawn_by_the_real_process() -> None:
    async with painter() as real:
        light, dark = await real.draw(plan()), await real.draw(plan(), "dark")
    assert light[:4] == dark[:4] == b"\x89PNG"
    assert light != dark


async def test_one_process_draws_everything_and_recent_pictures_once() -> None:
    async with painter(_ECHO) as echo:
        answers = [await echo.draw(plan(f"Home {index}")) for index in range(40)]
        assert len({process_of(answer) for answer in answers}) == 1
        assert await echo.draw(plan("Home 39")) is answers[39]
        # The oldest were given up for newer ones, and are drawn again.
        assert await echo.draw(plan("Home 0")) == answers[0]
        assert await echo.draw(plan("Home 0")) is not answers[0]
        assert len(echo._kept) == 32


async def test_the_same_picture_is_drawn_once_for_everybody_who_waits() -> None:
    async with painter(_ECHO) as echo:
        answers = await asyncio.gather(*(echo.draw(plan()) for _ in range(50)))
    assert all(answer is answers[0] for answer in answers)


async def test_a_drawing_error_is_told_without_the_plan_and_the_process_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with painter(_REFUSES) as refusing:
        for _ in range(2):
            with pytest.raises(PictureError, match="drawing failed"):
                await refusing.draw(plan("Secret street 1"))
        assert refusing._worker is not None
    assert "KeyError" in caplog.text
    assert "Secret" not in caplog.text


@pytest.mark.parametrize("code", [_DIES, _DEAD])
async def test_a_dying_process_costs_one_picture(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with painter(code) as dying:
        with caplog.at_level(logging.WARNING), pytest.raises(PictureError):
            await dying.draw(plan("Secret street 1"))
        assert "drawing process failed" in caplog.text
        assert "Secret" not in caplog.text
        dying._command = (sys.executable, "-c", _ECHO)
        assert await dying.draw(plan())


async def test_a_process_that_cannot_start_is_an_error() -> None:
    async with painter(command=("/nonexistent/python",)) as absent:
        with pytest.raises(PictureError):
            await absent.draw(plan())


async def test_a_process_that_was_killed_is_replaced() -> None:
    async with painter(_ECHO) as echo:
        first = process_of(await echo.draw(plan("1")))
        worker = echo._worker
        assert worker is not None
        os.kill(first, signal.SIGKILL)
        await worker.process.wait()
        assert process_of(await echo.draw(plan("2"))) != first


async def test_a_drawing_that_hangs_is_ended() -> None:
    async with painter(_HANGS, draw_s=0.3) as hanging:
        with pytest.raises(PictureError):
            await hanging.draw(plan())
        assert hanging._worker is None


async def test_a_waiter_who_leaves_does_not_mix_up_the_next_answer() -> None:
    async with painter(_SLOW) as slow:
        await slow.draw(plan("0"))
        leaving = asyncio.create_task(slow.draw(plan("1")))
        await asyncio.sleep(0.02)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert b'"title": "2"' in await slow.draw(plan("2"))


async def test_more_waiters_than_the_queue_holds_are_told_at_once() -> None:
    async with painter(_ECHO, queue_most=3) as echo:
        results = await asyncio.gather(
            *(echo.draw(plan(str(index))) for index in range(5)), return_exceptions=True
        )
        assert [isinstance(result, bytes) for result in results] == [True] * 3 + [False] * 2
        assert isinstance(results[4], PictureError)
        assert await echo.draw(plan("later"))


async def test_an_idle_process_is_ended_and_started_again() -> None:
    async with painter(_ECHO, idle_s=0.01) as echo:
        first = process_of(await echo.draw(plan("1")))
        worker = echo._worker
        assert worker is not None
        async with asyncio.timeout(10):
            await worker.process.wait()
        assert echo._worker is None
        assert process_of(await echo.draw(plan("2"))) != first


async def test_closing_twice_and_unused_is_fine() -> None:
    async with painter(_ECHO) as echo:
        await echo.aclose()
        await echo.draw(plan())
        await echo.aclose()
        await echo.draw(plan("2"))


async def test_the_process_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:fake")
    monkeypatch.setenv("PANOPTES_SECRET_KEYS", "fake")
    monkeypatch.setenv("PLUME_SSO_URL", "https://fake.test")
    async with painter(_ENVIRONMENT) as teller:
        names = (await teller.draw(plan())).decode()
    assert "'PATH'" in names
    assert not any(prefix in names for prefix in ("TELEGRAM_", "PANOPTES_", "PLUME_"))


def test_equal_pictures_have_equal_keys_and_others_do_not() -> None:
    key = picture_key(plan(), "light")
    assert picture_key(plan(), "light") == key
    keys = {key, picture_key(plan(), "dark"), picture_key(plan("Other"), "light")}
    assert len(keys) == 3
    assert picture_key(plan("\ud800"), "light").isalnum()
