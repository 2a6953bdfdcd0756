"""What the embedded Telegram server knows: people, chats, messages, and waiting updates."""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from src.demo.telegram_errors import ApiError, bad_request, forbidden, too_many
from src.demo.telegram_events import EventLog
from src.demo.telegram_files import FileStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

__all__ = [
    "Chat",
    "FloodLimits",
    "Person",
    "Query",
    "StoredMessage",
    "TelegramState",
    "UpdateQueue",
]

Json = dict[str, Any]

MAX_VERSIONS = 200
MAX_QUERIES = 5000
MAX_UPDATES = 10_000
ACTION_LIFE_S = 5.0
FIRST_UPDATE_ID = 730_000_001
FIRST_MESSAGE_ID = 101
# Left out unless a bot asks for them by name.
UNASKED_UPDATES = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram account."""

    json: Json
    started: bool = False
    """Wrote to the bot at least once; before that a bot cannot write to them."""
    blocked: bool = False
    deactivated: bool = False
    """The account was deleted."""

    @property
    def id(self) -> int:
        """User id, which is the id of the private chat as well."""
        return int(self.json["id"])


@dataclass(slots=True)
class StoredMessage:
    """A message with everything it ever was."""

    json: Json
    deleted: bool = False
    edits: int = 0
    versions: deque[Json] = field(default_factory=lambda: deque(maxlen=MAX_VERSIONS))
    editable: bool = True
    """False for bot messages with a reply keyboard: Telegram refuses to edit them."""

    def replace(self, json: Json) -> None:
        """The message now reads differently; what it was stays in ``versions``."""
        self.versions.append(self.json)
        self.json = json
        self.edits += 1

    def history(self) -> Json:
        """For whoever searches everything that was ever shown."""
        return {
            "message_id": self.json["message_id"],
            "deleted": self.deleted,
            "edits": self.edits,
            "versions": [*self.versions, self.json],
        }


@dataclass(slots=True)
class Chat:
    """A private chat, a group, a supergroup or a channel."""

    json: Json
    members: set[int] = field(default_factory=set)
    owner: int | None = None
    bot_status: str = "member"
    topics: dict[int, str] = field(default_factory=dict)
    messages: OrderedDict[int, StoredMessage] = field(default_factory=OrderedDict)
    migrated_to: int | None = None
    action: tuple[str, float] | None = None
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    """The reply keyboard on show, or a ForceReply."""
    own_ids: Iterator[int] | None = None
    """Supergroups and channels number their own messages."""
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=64))

    @property
    def id(self) -> int:
        """Chat id: positive for people, negative for groups."""
        return int(self.json["id"])

    @property
    def private(self) -> bool:
        """Whether this is a chat with one person."""
        return bool(self.json["type"] == "private")

    @property
    def noun(self) -> str:
        """The kind of chat, as refusals name it."""
        kind = str(self.json["type"])
        return "group chat" if kind == "group" else f"{kind} chat"


@dataclass(slots=True)
class Query:
    """A pressed button or an inline query that waits for its answer."""

    id: str
    user_id: int
    born: float
    chat_id: int | None = None
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """Optional sending limits; Telegram names these figures, and calls them approximate."""

    per_chat_per_s: int = 1
    per_group_per_min: int = 20
    overall_per_s: int = 30


class UpdateQueue:
    """Updates until the bot confirms them, by offset or by answering its webhook."""

    def __init__(self) -> None:
        self._waiting: deque[Json] = deque()
        self._ids = itertools.count(FIRST_UPDATE_ID)
        self._arrived = asyncio.Event()
        self.allowed: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, kind: str, content: Json) -> None:
        """Queue one update if the bot wants its kind."""
        wanted = kind not in UNASKED_UPDATES if self.allowed is None else kind in self.allowed
        if not wanted:
            return
        self._waiting.append({"update_id": next(self._ids), kind: content})
        if len(self._waiting) > MAX_UPDATES:
            self._waiting.popleft()
        self._arrived.set()

    def confirm(self, offset: int) -> None:
        """Forget updates before ``offset``; a negative one keeps only the last ``-offset``."""
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        else:
            while self._waiting and self._waiting[0]["update_id"] < offset:
                self._waiting.popleft()

    def clear(self) -> None:
        """Forget all (``drop_pending_updates``)."""
        self._waiting.clear()

    def first(self, limit: int = 100) -> list[Json]:
        """The oldest unconfirmed updates; they stay until confirmed."""
        return list(itertools.islice(self._waiting, limit))

    async def arrival(self) -> None:
        """Return when there is at least one update."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()


class TelegramState:
    """Everything behind the methods. One event loop, no locks."""

    def __init__(
        self,
        *,
        bot: Json,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        query_life_s: float,
        max_messages_per_chat: int,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.monotonic = monotonic
        self.query_life_s = query_life_s
        self.max_messages_per_chat = max_messages_per_chat
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: OrderedDict[str, Query] = OrderedDict()
        self.settings: dict[str, Any] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.events = EventLog()
        self.files = FileStore()
        self.updates = UpdateQueue()
        self.flood: FloodLimits | None = None
        self._overall: deque[float] = deque(maxlen=64)
        self._box_ids = itertools.count(FIRST_MESSAGE_ID)

    # -- looking up

    def known_user(self, user_id: int) -> Json | None:
        """The User behind an id in a mention."""
        if user_id == self.bot["id"]:
            return self.bot
        person = self.people.get(user_id)
        return person.json if person else None

    def chat(self, chat_id: int | str) -> Chat:
        """A chat by id or @username. Raises ``ApiError`` "chat not found"."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else self._named(chat_id)
        if found is None:
            raise bad_request("chat not found")
        return found

    def _named(self, name: str) -> Chat | None:
        """Only groups and channels can be reached by @username."""
        for chat in self.chats.values():
            if not chat.private and f"@{chat.json.get('username', '')}".lower() == name.lower():
                return chat
        return None

    def writable(self, chat_id: int | str) -> Chat:
        """A chat the bot may write to now, or Telegram's refusal."""
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        if chat.private:
            person = self.people[chat.id]
            if person.deactivated:
                raise forbidden("user is deactivated")
            if person.blocked:
                raise forbidden("bot was blocked by the user")
            if not person.started:
                raise forbidden("bot can't initiate conversation with a user")
        elif chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.noun}")
        elif chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.noun}")
        return chat

    def visible(self, chat: Chat, message_id: int) -> StoredMessage | None:
        """A message that is still there."""
        stored = chat.messages.get(message_id)
        return stored if stored is not None and not stored.deleted else None

    # -- changing

    def now(self) -> int:
        """Unix seconds, as in every ``date``."""
        return int(self.clock().timestamp())

    def add_message(
        self, chat: Chat, sender: Json | None, content: Json, *, editable: bool = True
    ) -> Json:
        """Number, keep and announce a message."""
        number = next(chat.own_ids or self._box_ids)
        json: Json = {"message_id": number, "date": self.now(), "chat": chat.json}
        if sender is not None:
            json["from"] = sender
        else:
            json["sender_chat"] = chat.json
        json.update(content)
        chat.messages[number] = StoredMessage(json, editable=editable)
        while len(chat.messages) > self.max_messages_per_chat:
            chat.messages.popitem(last=False)
        self.events.emit("message", chat_id=chat.id, message=json)
        return json

    def change_message(self, chat: Chat, stored: StoredMessage, json: Json) -> None:
        """Replace a message's content and announce it."""
        stored.replace(json)
        self.events.emit("edited", chat_id=chat.id, message=json)

    def delete_messages(self, chat: Chat, message_ids: list[int]) -> None:
        """Hide messages from everybody; their content stays in the history."""
        for message_id in message_ids:
            chat.messages[message_id].deleted = True
            if message_id in chat.pinned:
                chat.pinned.remove(message_id)
        self.events.emit("deleted", chat_id=chat.id, message_ids=message_ids)

    def add_query(self, query: Query) -> None:
        """Keep a query until it is answered or pushed out by newer ones."""
        self.queries[query.id] = query
        while len(self.queries) > MAX_QUERIES:
            self.queries.popitem(last=False)

    def answer_query(self, query_id: str, answer: Json) -> Query:
        """Settle a query; a late, second or unknown one is refused."""
        query = self.queries.get(query_id)
        late = query is None or self.monotonic() - query.born > self.query_life_s
        if query is None or late or query.answer is not None:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        query.answer = answer
        return query

    def set_action(self, chat: Chat, action: str | None) -> None:
        """Show "typing" and the like; a sent message ends it."""
        had = chat.action is not None
        chat.action = (action, self.monotonic() + ACTION_LIFE_S) if action else None
        if had or action:
            self.events.emit("typing", chat_id=chat.id, action=action)

    def charge_flood(self, chat: Chat) -> None:
        """Count one outgoing message against the optional limits."""
        if self.flood is None:
            return
        now = self.monotonic()
        limits = [(self._overall, self.flood.overall_per_s, 1.0)]
        if chat.private:
            limits.append((chat.sent, self.flood.per_chat_per_s, 1.0))
        else:
            limits.append((chat.sent, self.flood.per_group_per_min, 60.0))
        for sent, most, window in limits:
            recent = [moment for moment in sent if moment > now - window]
            if len(recent) >= most:
                raise too_many(max(1, int(recent[-most] + window - now + 0.999)))
        self._overall.append(now)
        chat.sent.append(now)
