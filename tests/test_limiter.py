"""A refusal by Telegram costs the refused call a wait, and nobody else anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

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


def _lost(cause: Exception, kind: type[NetworkError] = NetworkError) -> NetworkError:
    error = kind("lost")
    error.__cause__ = cause
    return error


DROPPED, SLOW = httpx.ReadError("reset"), httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("endpoint", "fault", "repeated"),
    [
        ("sendMessage", NetworkError("Bad Gateway (502)"), True),
        ("sendMessage", _lost(httpx.ConnectError("no route")), True),
        ("sendMessage", _lost(DROPPED), True),
        ("sendMessage", _lost(SLOW, TimedOut), True),
        ("sendPhoto", _lost(httpx.ConnectTimeout("slow"), TimedOut), True),
        ("sendPhoto", _lost(DROPPED), True),
        ("sendDocument", _lost(SLOW, TimedOut), False),
        ("sendPhoto", _lost(httpx.WriteTimeout("slow"), TimedOut), False),
        ("editMessageText", _lost(DROPPED), True),
        ("editMessageMedia", _lost(SLOW, TimedOut), True),
        ("answerCallbackQuery", _lost(DROPPED), True),
        ("deleteMessage", _lost(SLOW, TimedOut), True),
        ("editMessageText", BadRequest("message is not modified"), False),
        ("sendChatAction", NetworkError("Bad Gateway (502)"), False),
    ],
    ids=str,
)
async def test_what_the_road_lost_is_sent_again(
    endpoint: str, fault: TelegramError, repeated: bool
) -> None:
    telegram = _Telegram([fault])
    if repeated:
        assert await _call(telegram, endpoint) == (True, [0.5])
    else:
        with pytest.raises(type(fault)):
            await _call(telegram, endpoint)
        assert telegram.calls == 1


LATE = _lost(SLOW, TimedOut)
FAILED = NetworkError("Bad Gateway (502)")


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([FAILED, LATE], [0.5, 1.0]),
        ([LATE, FAILED], [0.5, 1.0]),
        ([_lost(DROPPED), FAILED, LATE], [0.5, 1.0, 2.0]),
    ],
)
async def test_several_faults_in_a_row_leave_nobody_without_an_answer(
    faults: list[Exception], waits: list[float]
) -> None:
    assert await _call(_Telegram(list(faults))) == (True, waits)


@pytest.mark.parametrize(
    ("endpoint", "fault", "calls"),
    [("sendMessage", FAILED, 4), ("sendMessage", LATE, 2), ("answerCallbackQuery", FAILED, 2)],
)
async def test_faults_without_end_are_told(endpoint: str, fault: Exception, calls: int) -> None:
    telegram = _Telegram([fault] * 9)
    with pytest.raises(type(fault)):
        await _call(telegram, endpoint)
    assert telegram.calls == calls


async def test_a_fault_between_refusals_costs_one_more_try() -> None:
    refusals: list[Exception] = [RetryAfter(timedelta(seconds=3)), NetworkError("Bad Gateway")]
    assert await _call(_Telegram(refusals)) == (True, [3.0, 0.5])
