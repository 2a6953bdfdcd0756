"""What the bot remembers about people and chats, behind one door.

Everything is async and keyed by ids, so that a database can stand behind the same functions. In
this version it lives in memory: a restart forgets it, and the bot then asks to connect again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import plume_api_client as plume
from src.handlers.incoming import chat_of, thread_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from src.models import Location

__all__ = ["Home", "Place", "State"]


@dataclass(frozen=True, slots=True)
class Home:
    """A chosen location. `name` and `timezone` are None when Plume did not report them."""

    customer_id: str
    location_id: str
    name: str | None = None
    timezone: str | None = None

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.name or f"Location {self.location_id}"

    def same_as(self, other: Home | None) -> bool:
        """The same location, whatever else is known of it."""
        return other is not None and (self.customer_id, self.location_id) == (
            other.customer_id,
            other.location_id,
        )

    @classmethod
    def of(cls, customer_id: str, location: Location) -> Home:
        """The home that Plume describes."""
        zone = location.geo_ip.timezone if location.geo_ip else None
        return cls(customer_id, location.id, location.name, zone)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a choice holds: a private chat, a group, or one topic of a forum."""

    chat_id: int
    thread_id: int | None = None

    @classmethod
    def of(cls, update: Update) -> Place:
        """The place of an update that has passed the gate."""
        return cls(chat_of(update).id, thread_of(update))


class State:
    """Credentials per person, and the chosen home per place."""

    def __init__(self) -> None:
        """Start empty."""
        self._homes: dict[Place, Home] = {}

    async def connect(self, user_id: int, auth_config: Mapping[str, Any]) -> None:
        """Keep credentials that Plume has just accepted, with their token."""
        plume.set_user_auth(user_id, dict(auth_config))

    async def is_connected(self, user_id: int) -> bool:
        """Whether this person has credentials; says nothing about a token."""
        return plume.is_configured(user_id)

    async def disconnect(self, user_id: int) -> None:
        """Forget this person's credentials."""
        plume.clear_user_auth(user_id)

    async def home(self, place: Place) -> Home | None:
        """The home chosen here."""
        return self._homes.get(place)

    async def choose(self, place: Place, home: Home) -> None:
        """Make this the home of the place."""
        self._homes[place] = home

    async def leave(self, place: Place) -> None:
        """No home is chosen here any more."""
        self._homes.pop(place, None)
