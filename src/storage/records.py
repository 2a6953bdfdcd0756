"""What the store hands out: small frozen records, times in aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.watching import (
        ChatPolicy,
        HomeKey,
        Incident,
        Notice,
        Outgoing,
        Spot,
        Watch,
    )

__all__ = [
    "TEAM",
    "AuditEntry",
    "Board",
    "Chat",
    "ChosenLocation",
    "Draft",
    "FavouriteChange",
    "JoinAnswer",
    "JoinDecision",
    "JoinRequest",
    "Pending",
    "Person",
    "Role",
    "SettingName",
    "Settings",
    "StoredSummary",
    "WatchState",
]

Role = Literal["viewer", "operator", "admin"]
JoinAnswer = Literal["viewer", "operator", "deny"]
SettingName = Literal["timezone", "theme"]
FavouriteChange = Literal["added", "removed", "full"]

# Telegram's user ids start at 1, so 0 is free to mean "everyone of this bot".
TEAM: Final = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known; `role` is None before they are let in and after they are removed."""

    user_id: int
    name: str
    role: Role | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChosenLocation:
    """A Plume location as people pick it; `timezone` is an IANA name, None when not reported."""

    customer_id: str
    location_id: str
    name: str
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a person or a chat; None means "not set", the caller has the default.

    `timezone` is an IANA name. `theme` is that of pictures, "light" or "dark".
    """

    timezone: str | None = None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A stranger who asked to be let in and still waits."""

    user_id: int
    name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class JoinDecision:
    """How a request was answered; `first` is True for the call that really decided it.

    `by` is None when the person who decided asked to be forgotten since.
    """

    user_id: int
    decision: JoinAnswer
    by: int | None
    at: datetime
    first: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when; `user_id` is None for people who asked to be forgotten."""

    at: datetime
    user_id: int | None
    action: str
    object: str | None
    chat_id: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation that was under way: that it was, never what was said in it."""

    user_id: int
    chat_id: int
    kind: str
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of the bot; `unreachable` is why it cannot be written to, None when it can."""

    chat_id: int
    type: str
    title: str | None
    unreachable: str | None
    unreachable_since: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """A message that shows the board of a chat or topic; `page` counts from 0."""

    spot: Spot
    message_id: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """A message of the outbox that is due, the next of its chat.

    `begun`: an attempt to send it began and its end is not known, so it may have arrived.
    `alert_id`: the message that told this chat of the incident, which replies and edits need.
    """

    number: int
    message: Outgoing
    begun: bool
    tries: int
    alert_id: int | None


@dataclass(frozen=True, slots=True)
class WatchState:
    """All that watching goes on from after a start."""

    homes: dict[HomeKey, str]  # the engine's memory, as it wrote it
    scopes: dict[int, str]
    incidents: list[Incident]
    notices: dict[tuple[str, Spot], Notice]
    watches: list[Watch]
    policies: dict[Spot, ChatPolicy]


class StoredSummary(TypedDict):
    """What is kept about one person, for /forget: own words and counts, never a secret."""

    name: str | None
    role: Role | None
    known_since: datetime | None
    credential: bool
    chosen_locations: int
    recents: int
    favourites: int
    settings: dict[str, str]
    join_request: bool
    drafts: int
    watches: int
    private_chat: bool
    audit_entries: int
