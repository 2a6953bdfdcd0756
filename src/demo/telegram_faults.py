"""Switches that make the embedded Telegram server misbehave as the real one does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from src.demo.telegram_errors import (
    ApiError,
    bad_request,
    conflict,
    forbidden,
    too_many,
)
from src.demo.telegram_updates import OTHER_POLLER

__all__ = ["Fault", "Faults"]

KINDS = frozenset(
    {"429", "500", "502", "hang", "reset", "slow", "forbidden", "bad_html", "conflict"}
)


@dataclass(slots=True)
class Fault:
    """One switch: which calls, what happens, and how many times more (None: until cleared)."""

    method: str
    kind: str
    left: int | None
    options: dict[str, Any]
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hits: int = 0

    def hits_call(self, method: str, params: dict[str, Any]) -> bool:
        """Whether this call is meant; ``chat_id`` among the options narrows it to one chat."""
        if self.method not in {"*", method} or self.left == 0:
            return False
        if "chat_id" in self.options and str(params.get("chat_id")) != str(self.options["chat_id"]):
            return False
        # Only formatted texts can be badly formatted.
        return self.kind != "bad_html" or _is_formatted(params)

    def error(self) -> ApiError | None:
        """The refusal, for the kinds that are one."""
        found = {
            "429": too_many(int(self.options.get("retry_after", 1))),
            "500": ApiError(500, "Internal Server Error"),
            "502": ApiError(502, "Bad Gateway"),
            "forbidden": forbidden("bot was blocked by the user"),
            "bad_html": bad_request(
                'can\'t parse entities: Unsupported start tag "fault" at byte offset 0'
            ),
            "conflict": conflict(OTHER_POLLER),
        }
        return found.get(self.kind)


def _is_formatted(params: dict[str, Any]) -> bool:
    return bool(params.get("parse_mode")) or "parse_mode" in str(params.get("media", ""))


class Faults:
    """``server.faults.set("sendMessage", kind="429", times=1, retry_after=2)``."""

    def __init__(self) -> None:
        self._switches: list[Fault] = []

    def set(
        self, method: str = "*", *, kind: str | int, times: int | None = None, **options: Any
    ) -> Fault:
        """Add a switch; the newest matching one wins.

        Kinds: 429 (``retry_after`` s), 500, 502, hang (until cleared or the caller goes), reset
        (the connection breaks), slow (``seconds`` before the call runs), forbidden, bad_html
        (formatted texts are refused), conflict. ``chat_id`` narrows any of them.
        """
        if str(kind) not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {sorted(KINDS)}")
        fault = Fault(method, str(kind), times, options)
        self._switches.append(fault)
        return fault

    def clear(self, method: str | None = None) -> None:
        """Take away the switches of one method, or all; calls that hang end with a 502."""
        for fault in self._switches:
            if method in {None, fault.method}:
                fault.released.set()
        self._switches = [fault for fault in self._switches if not fault.released.is_set()]

    def take(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The fault for this call, counted as used."""
        for fault in reversed(self._switches):
            if fault.hits_call(method, params):
                fault.hits += 1
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None
