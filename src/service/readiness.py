"""Can the bot answer people right now? Each thing that this hangs on, with when it last worked.

A cloud that blocks us, or watching that is late, is a defect and is named; but updates can still be
taken and answered then, and a proxy that routes by readiness must not hold them back. What happens
is heard from src/telemetry.py and from where updates come in; the database and the budget are
looked at in the moment of the question.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import plume_api_client as plume
from src import telemetry
from src.storage import StorageError
from src.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.handlers.state import State

__all__ = ["Health", "Readiness", "readiness"]

# A poll takes 10 s and a pause after trouble 30 s; a conflict repeats itself sooner than this.
_POLL_IS_OLD: Final = timedelta(seconds=60)
_CONFLICT_IS_OVER: Final = timedelta(minutes=10)
_DATABASE_S: Final = 3.0
_LOOKS_MISSED: Final = 5
# Without one of these nobody is answered; without another one of the items, only worse.
_NEEDED: Final = frozenset({"telegram", "alone", "database"})


class Readiness(TypedDict):
    """What /readyz says. `items` have `ok` each; times are ISO 8601 in UTC, None is "never".

    `ready`: people are answered. `degraded`: what is not well all the same, such as "plume".
    """

    ready: bool
    degraded: list[str]
    version: str
    items: dict[str, dict[str, Any]]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Health:
    """When what last went well. One for a process, written by whoever sees it happen."""

    def __init__(self, now: Callable[[], datetime] = _utc_now) -> None:
        """Nothing happened yet."""
        self.now = now
        self.started = now()
        self.mode: Literal["polling", "webhook"] | None = None
        self.since: datetime | None = None  # updates come in without a break
        self.polled: datetime | None = None
        self.updated: datetime | None = None
        self.telegram: datetime | None = None
        self.plume: datetime | None = None
        self.looked: datetime | None = None
        self.conflict: datetime | None = None

    def listens(self, mode: Literal["polling", "webhook"]) -> None:
        """Updates come in from now on, or still do."""
        self.mode, self.since = mode, self.since or self.now()

    def deaf(self) -> None:
        """No updates come in."""
        self.since = None

    def take(self, event: telemetry.Event) -> None:
        """Hear of something that happened."""
        match event:
            case telemetry.TelegramCall(_, telemetry.OK):
                self.telegram = self.now()
            case telemetry.PlumeCall(_, _, result) if result.startswith("2"):
                self.plume = self.now()
            case telemetry.WatchLook():
                self.looked = self.now()

    def hears(self) -> bool:
        """Whether an update sent now would arrive."""
        if self.since is None:
            return False
        polled = self.polled is not None and self.now() - self.polled < _POLL_IS_OLD
        return self.mode == "webhook" or polled

    def is_alone(self) -> bool:
        """Whether nobody else took our updates lately."""
        return self.conflict is None or self.now() - self.conflict > _CONFLICT_IS_OVER


async def readiness(health: Health, state: State) -> Readiness:
    """Look at everything; never raises, and never waits longer than 3 s."""
    items = {
        "telegram": {
            "ok": health.hears(),
            "by": health.mode,
            "since": _time(health.since),
            "last_poll": _time(health.polled),
            "last_update": _time(health.updated),
            "last_success": _time(health.telegram),
        },
        "alone": {"ok": health.is_alone(), "last_conflict": _time(health.conflict)},
        "database": await _database(state),
        "plume": _plume(health),
    }
    watching = telemetry.watch_state()
    if watching is not None:
        items["watch"] = _watch(health, watching)
    bad = [name for name, item in items.items() if not item["ok"]]
    return {
        "ready": _NEEDED.isdisjoint(bad),
        "degraded": [name for name in bad if name not in _NEEDED],
        "version": VERSION,
        "items": items,
    }


async def _database(state: State) -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(_DATABASE_S):
            await state.store.health()
    except TimeoutError:
        return {"ok": False, "error": f"no answer within {_DATABASE_S:.0f} s"}
    except StorageError as error:  # only its class: its words name places on the disk
        return {"ok": False, "error": type(error).__name__}
    except RuntimeError:
        return {"ok": False, "error": "not open"}
    return {"ok": True, "took_ms": round(1000 * (time.perf_counter() - begun), 1)}


def _plume(health: Health) -> dict[str, Any]:
    """Blocked by the firewall, or not; nobody asking Plume anything is no trouble."""
    blocked_for_s = plume.budget_state()["blocked_for_s"]
    return {
        "ok": blocked_for_s <= 0,
        "breaker": "open" if blocked_for_s > 0 else "closed",
        "blocked_for_s": round(blocked_for_s),
        "last_success": _time(health.plume),
    }


def _watch(health: Health, watching: telemetry.WatchState) -> dict[str, Any]:
    """Late only where something is watched, and by several looks."""
    homes, interval_s = watching.get("homes", 0), watching.get("interval_s")
    patience = timedelta(seconds=60 + _LOOKS_MISSED * (interval_s or 0))
    late = health.now() - (health.looked or health.started) > patience
    return {
        "ok": not (homes and interval_s and late),
        "homes": homes,
        "interval_s": interval_s,
        "last_look": _time(health.looked),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
