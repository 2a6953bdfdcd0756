"""A refusal by Telegram costs the refused call a wait, and nobody else anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, RetryAfter

from src.handlers.limiter import PatientLimiter


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


class _Telegram:
    """Refuses the first calls."""

    def __init__(self, refusals: list[Exception]) -> None:
        self.refusals = refusals
        self.calls = 0

    async def __call__(self, **_: Any) -> bool:
        self.calls += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return True


async def _call(telegram: _Telegram, endpoint: str = "sendMessage") -> tuple[Any, list[float]]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    limiter = PatientLimiter(sleep)
    await limiter.initialize()
    answer = await limiter.process_request(telegram, (), {}, endpoint, {}, None)
    await limiter.shutdown()
    return answer, waits


async def test_the_wait_is_as_long_as_telegram_asks() -> None:
    telegram = _Telegram([RetryAfter(timedelta(seconds=3)), RetryAfter(timedelta(seconds=5))])
    assert await _call(telegram) == (True, [3.0, 5.0])


async def test_it_gives_up_after_a_few_refusals() -> None:
    telegram = _Telegram([RetryAfter(timedelta(seconds=1))] * 9)
    with pytest.raises(RetryAfter):
        await _call(telegram)
    assert telegram.calls == 4


async def test_a_caller_with_patience_of_its_own_hears_of_it_at_once() -> None:
    telegram = _Telegram([RetryAfter(timedelta(seconds=1))])
    with pytest.raises(RetryAfter):
        await PatientLimiter().process_request(telegram, (), {}, "sendMessage", {}, 1)
    assert telegram.calls == 1


@pytest.mark.parametrize(
    ("seconds", "endpoint"),
    [(1, "sendChatAction"), (1, "answerCallbackQuery"), (3600, "sendMessage")],
)
async def test_what_is_fleeting_or_takes_too_long_is_not_repeated(
    seconds: int, endpoint: str
) -> None:
    telegram = _Telegram([RetryAfter(timedelta(seconds=seconds))])
    with pytest.raises(RetryAfter):
        await _call(telegram, endpoint)
    assert telegram.calls == 1


async def test_other_errors_are_none_of_its_business() -> None:
    telegram = _Telegram([BadRequest("no")])
    with pytest.raises(BadRequest):
        await _call(telegram)
    assert telegram.calls == 1


async def test_a_wait_given_as_a_number_works_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RetryAfter, "retry_after", 2)
    assert await _call(_Telegram([RetryAfter(timedelta(seconds=2))])) == (True, [2])
