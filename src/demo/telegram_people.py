"""What people do with the bot, and what they see: the Python side of the embedded server.

Everything here is what a person could do in a Telegram client. A mistake of the caller (pressing
a button that is not there) is a ``LookupError`` or ``ValueError``; the bot never sees it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeVar

from src.demo.telegram_markup import buttons_of
from src.demo.telegram_params import Upload
from src.demo.telegram_settings import commands_for, member_json
from src.demo.telegram_state import Chat, Person, Query, StoredMessage, TelegramState
from src.demo.telegram_text import TEXT_LIMIT, Formatted, found_entities, tidy, utf16_len

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from src.demo.telegram_files import StoredFile

__all__ = ["TelegramPeople"]

T = TypeVar("T")
Json = dict[str, Any]

SHOWN_ON_TIMEOUT = 6


class TelegramPeople:
    """People, chats and messages, as seen from outside the bot."""

    def __init__(self, state: TelegramState) -> None:
        self.state = state
        self._user_ids = itertools.count(500_001)
        self._group_ids = itertools.count(-4_000_001, -1)
        self._super_ids = itertools.count(-1_002_000_000_001, -1)
        self._query_ids = itertools.count(880_000_000_000_000_001)

    # -- who and where

    def add_user(
        self,
        first_name: str,
        *,
        username: str | None = None,
        last_name: str | None = None,
        language_code: str = "en",
        user_id: int | None = None,
    ) -> Json:
        """A new person, as a Bot API User. They have not written to the bot yet."""
        number = next(self._user_ids) if user_id is None else user_id
        if number in self.state.chats:
            raise ValueError(f"there is already a chat {number}")
        user: Json = {"id": number, "is_bot": False, "first_name": first_name}
        chat: Json = {"id": number, "type": "private", "first_name": first_name}
        for key, value in (("last_name", last_name), ("username", username)):
            if value:
                user[key] = chat[key] = value
        user["language_code"] = language_code
        self.state.people[number] = Person(user)
        self.state.chats[number] = Chat(chat, members={number})
        return user

    def private_chat(self, user_id: int) -> int:
        """Id of the chat between this person and the bot (Telegram uses the user id)."""
        return self._person(user_id).id

    def add_group(
        self,
        title: str,
        members: Sequence[int],
        *,
        forum: bool = False,
        bot_admin: bool = False,
    ) -> int:
        """A group that the first member creates with the bot in it. A forum is a supergroup."""
        if not members:
            raise ValueError("a group needs a first member, its creator")
        creator = self._person(members[0])
        for member in members:
            self._person(member)
        json: Json = {"title": title, "type": "supergroup" if forum else "group"}
        if forum:
            json["is_forum"] = True
        chat = self._add_chat(json, members, creator.id)
        created = "supergroup_chat_created" if forum else "group_chat_created"
        self._bot_moved(chat, creator, "left", "administrator" if bot_admin else "member")
        message = self.state.add_message(chat, creator.json, {created: True})
        self.state.updates.put("message", message)
        return chat.id

    def add_topic(self, chat_id: int, name: str) -> int:
        """A new topic in a forum; its id is what ``message_thread_id`` takes."""
        chat = self._chat(chat_id)
        if not chat.json.get("is_forum"):
            raise ValueError(f"chat {chat_id} has no topics")
        creator = self._person(chat.owner or next(iter(chat.members)))
        made = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.state.add_message(chat, creator.json, made)
        chat.topics[int(message["message_id"])] = name
        return int(message["message_id"])

    def delete_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic goes, with its messages."""
        chat = self._chat(chat_id)
        del chat.topics[thread_id]
        gone = [
            number
            for number, stored in chat.messages.items()
            if stored.json.get("message_thread_id") == thread_id and not stored.deleted
        ]
        self.state.delete_messages(chat, gone)

    def migrate_to_supergroup(self, chat_id: int) -> int:
        """A basic group becomes a supergroup with another id; both sides hear of it."""
        old = self._chat(chat_id)
        if old.json["type"] != "group":
            raise ValueError(f"chat {chat_id} is no basic group")
        person = self._person(old.owner or next(iter(old.members)))
        json: Json = {"title": old.json["title"], "type": "supergroup"}
        new = self._add_chat(json, sorted(old.members), person.id)
        new.bot_status = old.bot_status
        moved = self.state.add_message(old, person.json, {"migrate_to_chat_id": new.id})
        arrived = self.state.add_message(new, person.json, {"migrate_from_chat_id": old.id})
        old.migrated_to = new.id
        self.state.updates.put("message", moved)
        self.state.updates.put("message", arrived)
        return new.id

    def block(self, user_id: int) -> None:
        """This person stops the bot."""
        person = self._person(user_id)
        if not person.blocked:
            person.blocked = True
            self._bot_moved(self._chat(user_id), person, "member", "kicked")

    def unblock(self, user_id: int) -> None:
        """This person lets the bot write again."""
        person = self._person(user_id)
        if person.blocked:
            person.blocked = False
            self._bot_moved(self._chat(user_id), person, "kicked", "member")

    def deactivate(self, user_id: int) -> None:
        """This person deletes their account."""
        self._person(user_id).deactivated = True

    def kick_bot(self, chat_id: int) -> None:
        """The bot is thrown out of a group."""
        self._change_bot(chat_id, "kicked")

    def invite_bot(self, chat_id: int, *, admin: bool = False) -> None:
        """The bot is taken (back) into a group, or made its administrator."""
        self._change_bot(chat_id, "administrator" if admin else "member")

    # -- what they do

    def send_text(
        self,
        user_id: int,
        text: str,
        *,
        chat_id: int | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """Write a message; one longer than 4,096 goes out in pieces, as clients do it.

        Returns the first message as Bot API JSON.
        """
        formatted = tidy(Formatted(text, ()))
        if not formatted.text:
            raise ValueError("people cannot send an empty message")
        pieces = [_text_fields(piece) for piece in _pieces(formatted.text)]
        sent = [
            self.send_content(
                user_id, piece, chat_id=chat_id, thread_id=thread_id, reply_to=reply_to
            )
            for piece in pieces
        ]
        return sent[0]

    def send_document(
        self,
        user_id: int,
        name: str,
        content: bytes,
        *,
        mime: str = "application/octet-stream",
        caption: str = "",
        chat_id: int | None = None,
    ) -> Json:
        """Send a file to the bot, which it can fetch with ``getFile``."""
        stored = self.state.files.add("document", Upload(name, content, mime))
        fields: Json = {"document": stored.document()}
        if caption:
            fields["caption"] = caption
        return self.send_content(user_id, fields, chat_id=chat_id)

    def send_content(
        self,
        user_id: int,
        content: Json,
        *,
        chat_id: int | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """Send a message with any content, such as ``{"location": {...}}``."""
        person = self._person(user_id)
        chat = self._chat_for(person, chat_id)
        fields = {**_thread_fields(chat, thread_id), **content}
        replied = self._reply(chat, reply_to)
        if replied is not None:
            fields["reply_to_message"] = replied
        message = self.state.add_message(chat, person.json, fields)
        if chat.private:
            person.started = True
        if self._bot_hears(chat, message):
            self.state.updates.put("message", message)
        return message

    def edit_text(self, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
        """Change one's own earlier message."""
        chat = self._chat(chat_id)
        stored = self._message(chat, message_id)
        if stored.json.get("from", {}).get("id") != user_id or "text" not in stored.json:
            raise ValueError(f"message {message_id} is no text of user {user_id}")
        json = {key: value for key, value in stored.json.items() if key != "entities"}
        json.update(_text_fields(tidy(Formatted(text, ())).text))
        json["edit_date"] = self.state.now()
        self.state.change_message(chat, stored, json)
        if self._bot_hears(chat, json):
            self.state.updates.put("edited_message", json)
        return json

    def delete(self, chat_id: int, message_id: int) -> None:
        """Remove a message for everybody; bots are not told."""
        chat = self._chat(chat_id)
        self._message(chat, message_id)
        self.state.delete_messages(chat, [message_id])

    def channel_post(self, title: str, text: str) -> Json:
        """A post in the channel of this title, which is made with the bot as administrator."""
        channel = next(
            (
                chat
                for chat in self.state.chats.values()
                if chat.json["type"] == "channel" and chat.json["title"] == title
            ),
            None,
        )
        if channel is None:
            channel = self._add_chat({"title": title, "type": "channel"}, (), None)
            channel.bot_status = "administrator"
        message = self.state.add_message(channel, None, _text_fields(text))
        self.state.updates.put("channel_post", message)
        return message

    def press(
        self, user_id: int, chat_id: int, message_id: int, data: str, *, forge: bool = False
    ) -> str:
        """Press a callback button; returns the query id that ``answer`` takes.

        ``forge`` sends data that no button has, or for a message that is gone, as a modified
        client can.
        """
        person, chat = self._person(user_id), self._chat(chat_id)
        if user_id not in chat.members:
            raise ValueError(f"user {user_id} is not in chat {chat_id}")
        stored = self.state.visible(chat, message_id)
        known = stored is not None and any(
            button.get("callback_data") == data for button in buttons_of(stored.json)
        )
        if not (known or forge):
            raise LookupError(f"message {message_id} has no button with data {data!r}")
        gone = {"chat": chat.json, "message_id": message_id, "date": 0}
        query_id = self._new_query(person.id, chat.id)
        self.state.updates.put(
            "callback_query",
            {
                "id": query_id,
                "from": person.json,
                "message": stored.json if stored is not None else gone,
                "chat_instance": str(7_000_000_000 + abs(chat.id)),
                "data": data,
            },
        )
        return query_id

    def press_button(
        self, user_id: int, chat_id: int, label: str, message_id: int | None = None
    ) -> str:
        """Press by (part of) the label, on the newest message that shows it."""
        shown = self.messages(chat_id)
        if message_id is not None:
            shown = [message for message in shown if message["message_id"] == message_id]
        for message in reversed(shown):
            for button in buttons_of(message):
                if label in button["text"] and "callback_data" in button:
                    number = int(message["message_id"])
                    return self.press(user_id, chat_id, number, str(button["callback_data"]))
        labels = [button["text"] for message in shown for button in buttons_of(message)]
        raise LookupError(f"no callback button {label!r} in chat {chat_id}; shown: {labels}")

    def inline_query(self, user_id: int, text: str) -> str:
        """Type ``@bot text`` in some chat; returns the query id."""
        person = self._person(user_id)
        query_id = self._new_query(person.id, None)
        query = {"id": query_id, "from": person.json, "query": text, "offset": ""}
        self.state.updates.put("inline_query", query)
        return query_id

    # -- what they see

    def chats(self, user_id: int) -> list[Json]:
        """Chats this person is in, as Bot API Chat."""
        return [
            chat.json
            for chat in self.state.chats.values()
            if user_id in chat.members and chat.migrated_to is None
        ]

    def messages(self, chat_id: int) -> list[Json]:
        """Messages on show, oldest first, as Bot API JSON (to be read, not changed)."""
        stored = self._chat(chat_id).messages.values()
        return [message.json for message in stored if not message.deleted]

    def texts(self, chat_id: int) -> list[str]:
        """Texts and captions on show, oldest first; an empty string where there is neither."""
        shown = self.messages(chat_id)
        return [str(message.get("text", message.get("caption", ""))) for message in shown]

    def edits(self, chat_id: int, message_id: int) -> int:
        """How often a message was edited."""
        return self._chat(chat_id).messages[message_id].edits

    def history(self, chat_id: int) -> list[Json]:
        """All that was ever in the chat: ``message_id``, ``deleted``, ``edits``, ``versions``."""
        return [stored.history() for stored in self._chat(chat_id).messages.values()]

    def answer(self, query_id: str) -> Json | None:
        """What the bot answered to a press or an inline query, or None so far."""
        query = self.state.queries.get(query_id)
        return query.answer if query else None

    def unanswered(self) -> list[str]:
        """Ids of presses and inline queries without an answer, oldest first."""
        return [query.id for query in self.state.queries.values() if query.answer is None]

    def chat_action(self, chat_id: int) -> str | None:
        """What the bot is shown to be doing ("typing"), for up to 5 s."""
        action = self._chat(chat_id).action
        return action[0] if action is not None and self.state.monotonic() < action[1] else None

    def keyboard(self, chat_id: int) -> Json | None:
        """The reply keyboard (or ForceReply) on show under the chat."""
        return self._chat(chat_id).keyboard

    def pinned(self, chat_id: int) -> list[int]:
        """Ids of pinned messages, newest last."""
        return list(self._chat(chat_id).pinned)

    def commands(self, user_id: int, chat_id: int | None = None) -> list[Json]:
        """The command menu that this person sees in this chat (default: the private one)."""
        person = self._person(user_id)
        chat = self._chat(person.id if chat_id is None else chat_id)
        return commands_for(self.state, chat, person.json)

    def file(self, file_id: str) -> StoredFile | None:
        """A photo or document by its ``file_id``, with its bytes."""
        return self.state.files.get(file_id)

    def subscribe(
        self, user_id: int | None = None, *, after: int | None = None
    ) -> AsyncIterator[Json]:
        """Events as they come, from now or after the sequence number given.

        Each has ``seq`` and ``type``: message, edited (``chat_id``, ``message``), deleted
        (``message_ids``), typing (``action``, None when it ends), answer (``query_id``,
        ``user_id``, ``answer``), keyboard, commands, pinned, reaction, bot_status (``online``),
        and ``gap`` when events were lost and the chat must be read anew. With ``user_id`` only
        what that person can see.
        """
        return self._follow(user_id, self.state.events.seq if after is None else after)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """The first truthy value of ``predicate``, tried now and after every event and call.

        Raises ``AssertionError`` with the newest messages when ``timeout`` seconds pass.
        """
        try:
            value: T = await self.state.events.until(predicate, timeout)
        except TimeoutError:
            raise AssertionError(self.timeout_text(timeout)) from None
        return value

    # -- inside

    async def _follow(self, user_id: int | None, seen: int) -> AsyncIterator[Json]:
        while True:
            await self.state.events.newer_than(seen)
            for event in self.state.events.since(seen):
                seen = event["seq"]
                if user_id is None or self._sees(user_id, event):
                    yield event

    def _sees(self, user_id: int, event: Json) -> bool:
        if "user_id" in event:
            return bool(event["user_id"] == user_id)
        if "chat_id" in event:
            return user_id in self.state.chats[event["chat_id"]].members
        return True

    def timeout_text(self, timeout: float) -> str:
        """What ``wait_for`` says when it gives up."""
        lines = [f"nothing matched within {timeout} s; newest messages:"]
        for chat in self.state.chats.values():
            for message in self.messages(chat.id)[-SHOWN_ON_TIMEOUT:]:
                sender = message.get("from", {}).get("first_name", "channel")
                shown = message.get("text", message.get("caption", sorted(message)))
                lines.append(f"  [{chat.id}/{message['message_id']}] {sender}: {shown!r}")
        return "\n".join(lines)

    def _person(self, user_id: int) -> Person:
        if user_id not in self.state.people:
            raise LookupError(f"no user {user_id}")
        return self.state.people[user_id]

    def _chat(self, chat_id: int) -> Chat:
        if chat_id not in self.state.chats:
            raise LookupError(f"no chat {chat_id}")
        return self.state.chats[chat_id]

    def _chat_for(self, person: Person, chat_id: int | None) -> Chat:
        chat = self._chat(person.id if chat_id is None else chat_id)
        if person.id not in chat.members:
            raise ValueError(f"user {person.id} is not in chat {chat.id}")
        if chat.private and (person.blocked or person.deactivated):
            raise ValueError(f"user {person.id} has blocked the bot, or is gone")
        return chat

    def _message(self, chat: Chat, message_id: int) -> StoredMessage:
        stored = self.state.visible(chat, message_id)
        if stored is None:
            raise LookupError(f"no message {message_id} in chat {chat.id}")
        return stored

    def _reply(self, chat: Chat, message_id: int | None) -> Json | None:
        if message_id is None:
            return None
        json = self._message(chat, message_id).json
        # Telegram nests replies one level deep only.
        return {key: value for key, value in json.items() if key != "reply_to_message"}

    def _add_chat(self, json: Json, members: Sequence[int], owner: int | None) -> Chat:
        basic = json["type"] == "group"
        number = next(self._group_ids if basic else self._super_ids)
        ids = None if basic else itertools.count(1)
        chat = Chat({"id": number, **json}, members=set(members), owner=owner, own_ids=ids)
        self.state.chats[number] = chat
        return chat

    def _change_bot(self, chat_id: int, status: str) -> None:
        chat = self._chat(chat_id)
        person = self._person(chat.owner or next(iter(chat.members)))
        if chat.bot_status != status:
            self._bot_moved(chat, person, chat.bot_status, status)

    def _bot_moved(self, chat: Chat, by: Person, old: str, new: str) -> None:
        chat.bot_status = chat.bot_status if chat.private else new
        change = {
            "chat": chat.json,
            "from": by.json,
            "date": self.state.now(),
            "old_chat_member": member_json(self.state.bot, old),
            "new_chat_member": member_json(self.state.bot, new),
        }
        self.state.updates.put("my_chat_member", change)

    def _bot_hears(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: in groups a bot gets commands, mentions of it, and replies to it."""
        if chat.private or chat.bot_status == "administrator":
            return True
        if chat.bot_status != "member":
            return False
        name = f"@{self.state.bot['username']}".lower()
        text = str(message.get("text", message.get("caption", ""))).lower()
        command, _, _ = text.partition(" ")
        if command.startswith("/"):
            return "@" not in command or command.endswith(name)
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        return name in text or bool(replied == self.state.bot["id"])

    def _new_query(self, user_id: int, chat_id: int | None) -> str:
        query_id = str(next(self._query_ids))
        born = self.state.monotonic()
        self.state.add_query(Query(query_id, user_id, born, chat_id))
        return query_id


def _thread_fields(chat: Chat, thread_id: int | None) -> Json:
    if thread_id is None:
        return {}
    if thread_id not in chat.topics:
        raise LookupError(f"chat {chat.id} has no topic {thread_id}")
    return {"message_thread_id": thread_id, "is_topic_message": True}


def _text_fields(text: str) -> Json:
    return Formatted(text, tuple(found_entities(text))).fields("text", "entities")


def _pieces(text: str) -> list[str]:
    pieces, start, units = [], 0, 0
    for at, character in enumerate(text):
        width = utf16_len(character)
        if units + width > TEXT_LIMIT:
            pieces.append(text[start:at])
            start, units = at, 0
        units += width
    return [*pieces, text[start:]]
