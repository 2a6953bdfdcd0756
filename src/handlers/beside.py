"""Fetches that a report can do without: they leave with the rest, and never cost the report.

Some credentials may not read them, some clouds do not have them; so their errors are no errors of
the report, they get a moment after the rest and no more, and what is refused is not asked for
again for an hour (a refusal makes the client renew its token).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import plume_api_client as plume

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from src.handlers.report import Ask

__all__ = ["Extras", "Refusals", "beside"]

T = TypeVar("T")

_AGAIN_AFTER: Final = timedelta(hours=1)
_MOST: Final = 10_000
# Not there for these credentials: nothing that a person could do about, or would miss.
_SILENT: Final = (plume.PlumePermissionError, plume.PlumeNotFoundError)
_REFUSED: Final = (plume.PlumePermissionError, plume.PlumeNotVisibleError)


class Refusals:
    """Which extras a person's credentials were refused, and when."""

    def __init__(self) -> None:
        """Nothing refused yet."""
        self._at: dict[tuple[int, str], datetime] = {}

    def holds(self, user_id: int, name: str, now: datetime) -> bool:
        """Whether it was refused within the last hour."""
        at = self._at.get((user_id, name))
        return at is not None and abs(now - at) < _AGAIN_AFTER

    def note(self, user_id: int, name: str, now: datetime) -> None:
        """It was refused just now."""
        if len(self._at) >= _MOST:
            self._at.clear()
        self._at[user_id, name] = now


class Extras:
    """What came of them, by name; what is late or failed is None."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """Errors are values here."""
        self._found = found

    def get(self, name: str) -> Any:
        """The answer, or None."""
        found = self._found.get(name)
        return None if isinstance(found, Exception) else found

    @property
    def missing(self) -> list[str]:
        """Names of those that were to be had, but not this time."""
        return [
            name
            for name, found in self._found.items()
            if isinstance(found, Exception) and not isinstance(found, _SILENT)
        ]


async def beside(
    ask: Ask, main: Awaitable[T], calls: Mapping[str, Callable[[], Awaitable[Any]]]
) -> tuple[T, Extras]:
    """`main`'s answer, and what the calls gave by the time that it came, or shortly after."""
    wanted = {
        name: asyncio.ensure_future(_caught(call()))
        for name, call in calls.items()
        if not ask.refusals.holds(ask.user_id, name, ask.now)
    }
    try:
        answer = await main
        if wanted:
            await asyncio.wait(wanted.values(), timeout=ask.extra_s)
        found = {
            name: task.result() if task.done() else TimeoutError() for name, task in wanted.items()
        }
    finally:
        for task in wanted.values():
            task.cancel()
    for name, each in found.items():
        if isinstance(each, _REFUSED):
            ask.refusals.note(ask.user_id, name, ask.now)
    return answer, Extras(found)


async def _caught(call: Awaitable[Any]) -> Any:
    """The answer, or the error as a value."""
    try:
        return await call
    except plume.PlumeAPIError as error:
        return error
