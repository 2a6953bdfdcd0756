"""What a report can do without never costs it: neither time, nor an error, nor a token."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

import plume_api_client as plume
from src.handlers.beside import Extras, Refusals, beside
from src.handlers.report import Ask
from src.handlers.state import Home
from tests.samples import NOW


def ask(**options: Any) -> Ask:
    return Ask(7, Home("c", "l"), lambda: NOW, **options)


async def value(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


async def test_all_leave_together() -> None:
    begun: list[str] = []
    both = asyncio.Event()

    async def call(name: str) -> str:
        begun.append(name)
        if len(begun) == 3:
            both.set()
        await both.wait()
        return name

    calls = {"a": lambda: call("a"), "b": lambda: call("b")}
    answer, extras = await beside(ask(), call("main"), calls)
    assert (answer, extras.get("a"), extras.get("b")) == ("main", "a", "b")
    assert (extras.get("c"), extras.missing) == (None, [])


ERRORS: list[tuple[Exception, bool, bool]] = [
    (plume.PlumeServerError(), True, False),
    (plume.PlumeTimeoutError(), True, False),
    (plume.PlumeAuthError(), True, False),
    (plume.PlumeNotFoundError(), False, False),
    (plume.PlumeNotVisibleError(), False, True),
    (plume.PlumePermissionError(), False, True),
]


@pytest.mark.parametrize(("error", "missed", "refused"), ERRORS)
async def test_errors_are_missed_or_silent_and_refusals_are_remembered(
    error: Exception, missed: bool, refused: bool
) -> None:
    asked = ask()
    answer, extras = await beside(asked, value(1), {"alerts": lambda: value(error)})
    assert (answer, extras.get("alerts")) == (1, None)
    assert extras.missing == ["alerts"] * missed
    _, extras = await beside(asked, value(1), {"alerts": lambda: value("asked again")})
    assert extras.get("alerts") == (None if refused else "asked again")


async def test_what_is_late_is_missed_and_stopped() -> None:
    stopped = asyncio.Event()

    async def late() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    _, extras = await beside(ask(extra_s=0.01), value(1), {"alerts": late})
    assert extras.missing == ["alerts"]
    await asyncio.wait_for(stopped.wait(), 5)


async def test_an_error_of_the_report_stops_the_rest_without_a_trace() -> None:
    waiting = asyncio.Event()

    async def late() -> None:
        waiting.set()
        await asyncio.Event().wait()

    async def fails() -> None:
        await waiting.wait()
        raise plume.PlumeServerError

    calls = {"late": late, "bad": lambda: value(plume.PlumeServerError())}
    with pytest.raises(plume.PlumeServerError):
        await beside(ask(), fails(), calls)


def test_a_refusal_holds_for_an_hour_for_that_person_and_thing() -> None:
    refusals = Refusals()
    refusals.note(7, "alerts", NOW)
    assert refusals.holds(7, "alerts", NOW + timedelta(minutes=59))
    assert not refusals.holds(7, "alerts", NOW + timedelta(minutes=61))
    assert not refusals.holds(8, "alerts", NOW)
    assert not refusals.holds(7, "reboots", NOW)
    for number in range(10_001):
        refusals.note(number, "x", NOW)
    assert not refusals.holds(7, "alerts", NOW), "the memory of it is bounded"


def test_nothing_asked_is_nothing_missed() -> None:
    assert Extras({}).missing == []
