"""What the bot remembers about people and chats, behind one door.

Everything is async, keyed by ids, and on the disk before the call returns. Credentials are loaded
into the client on first use, and leave it in the moment in which the right to them ends.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import plume_api_client as plume
from src.handlers.access import role_of
from src.handlers.incoming import chat_of, thread_of
from src.handlers.memories import HomeMemories
from src.handlers.remembered import Remembered
from src.storage import TEAM, ChosenLocation, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from telegram import Update

    from src.models import Location
    from src.settings import Settings
    from src.storage.records import FavouriteChange, Role, SettingName
    from src.storage.records import Settings as ChatSettings
    from src.storage.store import Store

__all__ = ["Home", "Member", "Place", "State"]


@dataclass(frozen=True, slots=True)
class Home:
    """A chosen location. `name` and `timezone` are None when Plume did not report them.

    `customer` is whose it is, where that is known already; it is not kept with a choice.
    """

    customer_id: str
    location_id: str
    name: str | None = None
    timezone: str | None = None
    customer: str | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """What a person calls it: "Nora Lindqvist · Home". Half of all homes are called Home."""
        name = self.name or f"Location {self.location_id}"
        if not self.customer or self.customer == name or name.startswith(f"{self.customer} · "):
            return name
        return f"{self.customer} · {name}"

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


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role; `named` in the environment, which only its owner can change."""

    user_id: int
    name: str
    role: Role
    named: bool


class State:
    """Credentials, homes, people, chats and the audit log. Every call may raise StorageError."""

    def __init__(self, settings: Settings, learn: Callable[[str], None] = lambda _: None) -> None:
        """Nothing is opened yet. `learn` is told of every secret that comes into memory."""
        self._settings = settings
        self._learn = learn
        self._store: Store | None = None
        self.memories = HomeMemories(lambda: self._store)
        self._on_team: set[int] = set()  # who works with the team's credentials
        self._listeners: list[Callable[[], None]] = []
        self._known_chats: dict[int, tuple[str, str | None]] = {}
        self._homes = Remembered(self._read_home)
        self._starred = Remembered(self._read_favourites)
        self._settings_of = Remembered(self._read_settings)

    @property
    def store(self) -> Store:
        """The open store."""
        if self._store is None:
            raise RuntimeError("the state was not opened")
        return self._store

    def when_changed(self, listener: Callable[[], None]) -> None:
        """Call `listener` when somebody was removed or erased, or a chat has another id."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    async def open(self) -> None:
        """Open the database; once is enough, however often it is called."""
        if self._store is None:
            settings = self._settings
            url = settings.database_url
            self._store = await open_store(
                settings.data_dir,
                url.get_secret_value() if url else None,
                [key.get_secret_value() for key in settings.secret_keys],
            )

    async def close(self) -> None:
        """Give the database back."""
        await self.memories.close()
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    # -- credentials

    async def connect(self, user_id: int, auth_config: Mapping[str, Any]) -> None:
        """Keep credentials that Plume has just accepted."""
        self._teach(auth_config)
        await self.store.save_credential(user_id, auth_config)
        plume.set_user_auth(user_id, auth_config)
        self._on_team.discard(user_id)

    async def connect_team(self, auth_config: Mapping[str, Any]) -> None:
        """Keep them for everybody who has none of their own."""
        self._teach(auth_config)
        await self.store.save_credential(TEAM, auth_config)
        self._leave_team(TEAM, *self._on_team)

    async def disconnect(self, user_id: int) -> bool:
        """Forget this person's own credentials; False when there were none."""
        dropped = await self.store.delete_credential(user_id)
        self._drop(user_id)
        return dropped

    async def disconnect_team(self) -> bool:
        """Forget the team's credentials, and take them from everybody at once."""
        dropped = await self.store.delete_credential(TEAM)
        self._leave_team(TEAM, *self._on_team)
        return dropped

    async def has_team_credential(self) -> bool:
        """Whether the team has credentials that its members work with."""
        return not self._settings.is_open and await self.store.credential(TEAM) is not None

    async def is_connected(self, user_id: int, role: Role | None = None) -> bool:
        """Whether this person can ask Plume: with own credentials, else with the team's.

        They are loaded here, on first use. Says nothing about a token. `role` is the person's at
        this moment, where the gate has just read it.
        """
        if plume.is_configured(user_id) and await self._still_stands(user_id, role):
            return True
        own = await self.store.credential(user_id)
        config = own or await self._of_team(user_id)
        if config is None:
            self._drop(user_id)
            return False
        if own or not plume.is_configured(user_id):
            self._load(user_id, config)
        (self._on_team.discard if own else self._on_team.add)(user_id)
        return True

    async def _still_stands(self, user_id: int, role: Role | None) -> bool:
        """Whether what is in use is still what this person should work with; cheap to ask."""
        if user_id not in self._on_team:
            return True
        owners = await self.store.credential_owners((user_id, TEAM))
        return owners == [TEAM] and (role or await self.role(user_id)) is not None

    async def _of_team(self, user_id: int) -> dict[str, Any] | None:
        if self._settings.is_open or await self.role(user_id) is None:
            return None
        return await self.store.credential(TEAM)

    def _load(self, user_id: int, config: Mapping[str, Any]) -> None:
        """Take stored credentials into use, at the addresses of today's settings."""
        settings = self._settings
        self._teach(config)
        addresses = {
            "sso_url": settings.plume_sso_url,
            "plume_api_base": settings.plume_api_base,
            "plume_reports_base": settings.plume_reports_base,
        }
        plume.set_user_auth(user_id, {**config, **addresses})

    def _teach(self, config: Mapping[str, Any]) -> None:
        """No log line shows the header, nor the client secret inside it."""
        packed = str(config.get("auth_header", "")).rpartition(" ")[2]
        self._learn(packed)
        with suppress(ValueError):
            clear = base64.b64decode(packed, validate=True).decode()
            self._learn(clear.partition(":")[2])

    def _drop(self, user_id: int) -> None:
        plume.clear_user_auth(user_id)
        self._on_team.discard(user_id)

    def _leave_team(self, *user_ids: int) -> None:
        for user_id in user_ids:
            self._drop(user_id)

    # -- homes

    async def home(self, place: Place) -> Home | None:
        """The home chosen here."""
        return await self._homes.get(place)

    async def _read_home(self, place: Place) -> Home | None:
        found = await self.store.chosen_location(place.chat_id, place.thread_id, 0)
        return _home(found) if found else None

    async def choose(self, place: Place, home: Home, user_id: int) -> None:
        """Make this the home of the place; whose choice it was is kept."""
        where = place.chat_id, place.thread_id
        with self._homes.writing(place):
            await self.store.choose_location(*where, user_id, _location(home))

    async def leave(self, place: Place) -> None:
        """No home is chosen here any more."""
        with self._homes.writing(place):
            await self.store.forget_location(place.chat_id, place.thread_id, 0)

    def saw(self, update: Update, home: Home, what: str) -> None:
        """Somebody looked at a home: it becomes their latest, and the audit log says so.

        Not waited for: on a full disk the report is still shown, and the log tells of the gap.
        """
        user, chat = update.effective_user, update.effective_chat
        action = f"saw {what}"
        self.store.look(
            user.id if user else None,
            _location(home),
            action,
            chat.id if chat else None,
            once=_once(update, action),
        )

    async def recents(self, user_id: int) -> list[Home]:
        """Homes this person opened, newest first."""
        return [_home(found) for found in await self.store.recents(user_id)]

    async def favourites(self, user_id: int) -> list[Home]:
        """This person's favourites, in the order in which they were added."""
        return list(await self._starred.get(user_id))

    async def _read_favourites(self, user_id: int) -> list[Home]:
        return [_home(each) for each in await self.store.favourites(user_id)]

    async def set_favourite(self, user_id: int, home: Home, *, wanted: bool) -> FavouriteChange:
        """Make it a favourite or not, however often: "added", "removed" or "full"."""
        with self._starred.writing(user_id):
            return await self.store.set_favourite(user_id, _location(home), wanted)

    # -- settings

    async def settings(self, chat_id: int) -> ChatSettings:
        """What was set in this chat; a private chat has its person's id."""
        return await self._settings_of.get(chat_id)

    async def _read_settings(self, chat_id: int) -> ChatSettings:
        return await self.store.settings(chat_id)

    async def set_setting(self, chat_id: int, name: SettingName, value: str | None) -> None:
        """Set one of them; None goes back to the default."""
        with self._settings_of.writing(chat_id):
            await self.store.set_setting(chat_id, name, value)

    # -- people

    async def role(self, user_id: int) -> Role | None:
        """What this person may do at this moment; None for a stranger."""
        if self._settings.is_open:
            return role_of(user_id, None, self._settings)
        return role_of(user_id, await self.store.person(user_id), self._settings)

    async def arrive(self, user_id: int, name: str) -> Role | None:
        """The role of somebody who writes. Who has one is remembered by name."""
        is_open = self._settings.is_open
        person = None if is_open else await self.store.person(user_id)
        role = role_of(user_id, person, self._settings)
        if role is None:
            self._drop(user_id)  # removed meanwhile, perhaps by another process
        elif not is_open and (person is None or person.name != name):
            await self.store.upsert_person(user_id, name)
        return role

    async def members(self) -> list[Member]:
        """Everybody who has a role, admins first, then by name."""
        settings = self._settings
        stored = {person.user_id: person for person in await self.store.people()}
        found = []
        for user_id in {*stored, *settings.admins, *settings.allowed_users}:
            person = stored.get(user_id)
            role = role_of(user_id, person, settings)
            if role is not None:
                named = user_id in settings.admins | settings.allowed_users
                name = person.name if person else ""
                found.append(Member(user_id, name, role, named=named))
        order = ("admin", "operator", "viewer")
        return sorted(found, key=lambda m: (order.index(m.role), m.name.casefold(), m.user_id))

    async def admins(self) -> list[int]:
        """Who may decide about others."""
        return [member.user_id for member in await self.members() if member.role == "admin"]

    async def set_role(self, user_id: int, role: Role) -> None:
        """Give the role; PANOPTES_ADMINS stay admins whatever is stored."""
        person = await self.store.person(user_id)
        await self.store.set_role(user_id, role, person.name if person else "")

    async def remove(self, user_id: int) -> bool:
        """Take role and credentials away at once; False when there was no role."""
        removed = await self.store.remove_person(user_id)
        self._drop(user_id)
        self._tell()
        return removed

    async def erase(self, user_id: int) -> None:
        """Erase everything stored about this person."""
        await self.store.erase(user_id)
        self._drop(user_id)
        self._tell()
        self._known_chats.pop(user_id, None)
        self._forget_read()

    # -- chats and the audit log

    async def remember_chat(self, chat_id: int, kind: str, title: str | None) -> None:
        """The bot can talk here; cheap when nothing is new."""
        if self._known_chats.get(chat_id) != (kind, title):
            await self.store.remember_chat(chat_id, kind, title)
            self._known_chats[chat_id] = (kind, title)

    async def cannot_reach(self, chat_id: int, reason: str) -> None:
        """Telegram refuses messages to this chat: nothing is sent there until it writes again."""
        self._known_chats.pop(chat_id, None)
        await self.store.chat_unreachable(chat_id, reason)

    async def is_reachable(self, chat_id: int) -> bool:
        """Whether there is no reason to think that a message would be refused."""
        chat = await self.store.chat(chat_id)
        return chat is None or chat.unreachable is None

    async def migrate(self, old_id: int, new_id: int) -> None:
        """A group became a supergroup: everything moves along."""
        self._known_chats.pop(old_id, None)
        self._known_chats.pop(new_id, None)
        await self.store.migrate_chat(old_id, new_id)
        self._tell()
        self._forget_read()

    def _forget_read(self) -> None:
        """What was read may be gone: read it again when it is asked for."""
        self._homes.clear()
        self._starred.clear()
        self._settings_of.clear()

    async def note(
        self, update: Update, action: str, about: str | None = None, detail: str | None = None
    ) -> None:
        """Into the audit log: who did it, where, about what; once for each update and action."""
        user, chat = update.effective_user, update.effective_chat
        await self.store.record(
            user.id if user else None,
            action,
            about,
            chat.id if chat else None,
            detail,
            once=_once(update, action),
        )


def _once(update: Update, action: str) -> str:
    return f"update:{update.update_id}:{action}"


def _home(found: ChosenLocation) -> Home:
    return Home(found.customer_id, found.location_id, found.name or None, found.timezone)


def _location(home: Home) -> ChosenLocation:
    return ChosenLocation(home.customer_id, home.location_id, home.name or "", home.timezone)
