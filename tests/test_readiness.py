"""Readiness: each thing the bot hangs on, with when it last worked, and no false alarm."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

import plume_api_client as plume
from src import telemetry
from src.handlers.state import State
from src.service import readiness as module
from src.service.readiness import Health, readiness
from src.settings import load_settings
from src.storage import StorageUnavailableError
from tests.planted import BOT_TOKEN as TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOON = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how: float) -> None:
        self.at += timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    plume.configure()
    found = Health(now=clock)
    found.listens("polling")
    found.polled = clock()
    return found


def make_state(folder: Path) -> State:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "PANOPTES_DATA_DIR": str(folder)}
    return State(load_settings(given, dotenv=None))


@pytest_asyncio.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    found = make_state(tmp_path)
    await found.open()
    yield found
    await found.close()


async def wrong(health: Health, state: State) -> set[str]:
    """The items that are not well, each of which keeps people from being answered."""
    found = await readiness(health, state)
    bad = {name for name, item in found["items"].items() if not item["ok"]}
    assert found["ready"] is not bool(bad)
    assert found["degraded"] == []
    return bad


async def test_all_is_well(health: Health, state: State) -> None:
    found = await readiness(health, state)
    assert (found["ready"], found["degraded"]) == (True, [])
    assert {*found["items"]} == {"telegram", "alone", "database", "plume"}
    assert found["items"]["telegram"] == {
        "ok": True,
        "by": "polling",
        "since": "2026-05-18T12:00:00+00:00",
        "last_poll": "2026-05-18T12:00:00+00:00",
        "last_update": None,
        "last_success": None,
    }
    assert found["items"]["database"]["took_ms"] >= 0


async def test_a_poller_that_does_not_poll_is_not_alive(
    health: Health, clock: Clock, state: State
) -> None:
    clock.forward(seconds=59)
    assert await wrong(health, state) == set()
    clock.forward(seconds=2)
    assert await wrong(health, state) == {"telegram"}
    health.deaf()
    health.listens("webhook")  # then silence is nothing unusual
    assert await wrong(health, state) == set()
    health.deaf()
    assert await wrong(health, state) == {"telegram"}


async def test_a_second_program_is_named_until_it_was_quiet_for_a_while(
    health: Health, clock: Clock, state: State
) -> None:
    health.conflict = clock()
    assert await wrong(health, state) == {"alone"}
    clock.forward(minutes=11)
    health.polled = clock()
    assert await wrong(health, state) == set()


async def test_what_happens_is_heard_through_the_telemetry(health: Health, clock: Clock) -> None:
    stop = telemetry.listen(health.take)
    try:
        telemetry.report(telemetry.TelegramCall("sendMessage", "NetworkError", 0.1))
        telemetry.report(telemetry.PlumeCall("GET", "/x", "403", 0.1))
        assert (health.telegram, health.plume, health.looked) == (None, None, None)
        telemetry.report(telemetry.TelegramCall("sendMessage", telemetry.OK, 0.1))
        telemetry.report(telemetry.PlumeCall("GET", "/x", "200", 0.1))
        telemetry.report(telemetry.WatchLook("seen"))
    finally:
        stop()
    assert (health.telegram, health.plume, health.looked) == (clock(), clock(), clock())


async def test_a_blocked_plume_is_named_but_people_are_still_answered(
    health: Health, clock: Clock, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked: Any = {**plume.budget_state(), "blocked_for_s": 120.4}
    monkeypatch.setattr(plume, "budget_state", lambda: blocked)
    found = await readiness(health, state)
    assert found["items"]["plume"] == {
        "ok": False,
        "breaker": "open",
        "blocked_for_s": 120,
        "last_success": None,
    }
    assert (found["ready"], found["degraded"]) == (True, ["plume"])
    clock.forward(minutes=2)  # and now nothing is polled either
    found = await readiness(health, state)
    assert (found["ready"], found["degraded"]) == (False, ["plume"])


@pytest.mark.parametrize("trouble", ["closed", "gone", "hanging"])
async def test_a_database_that_does_not_answer(
    trouble: str, health: Health, tmp_path: Path, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone() -> None:
        raise StorageUnavailableError("/secret/place: away")

    async def hang() -> None:
        await asyncio.Event().wait()

    if trouble == "closed":
        state = make_state(tmp_path)
    else:
        monkeypatch.setattr(module, "_DATABASE_S", 0.01)
        monkeypatch.setattr(state.store, "health", gone if trouble == "gone" else hang)
    found = await readiness(health, state)
    assert found["ready"] is False
    error = found["items"]["database"]["error"]
    assert error in {"not open", "StorageUnavailableError", "no answer within 0 s"}
    assert "secret" not in error


@pytest.mark.parametrize(
    "case",
    [
        ({"homes": 3, "interval_s": 60.0}, 5, True),
        ({"homes": 3, "interval_s": 60.0}, 7, False),
        ({"homes": 3, "interval_s": 600.0}, 7, True),
        ({"homes": 0, "interval_s": 60.0}, 7, True),
        ({}, 7, True),
    ],
)
async def test_watching_is_late_only_where_something_is_watched(
    case: Any, health: Health, clock: Clock, state: State
) -> None:
    watching, minutes_ago, ok = case
    health.looked = clock() - timedelta(minutes=minutes_ago)
    stop = telemetry.offer_watch_state(lambda: watching)
    try:
        found = await readiness(health, state)
    finally:
        stop()
    assert found["items"]["watch"]["ok"] is ok
    assert found["degraded"] == ([] if ok else ["watch"])
    assert found["ready"] is True
