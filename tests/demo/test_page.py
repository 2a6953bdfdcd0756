"""The page's own API: what it gives to its scripts, and what it refuses."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from src.demo.page import DemoPage, Visitor
from src.demo.plume_panel import panel_app
from src.demo.serving import ServedApp
from src.demo.telegram_server import TelegramServer
from src.demo.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "key-of-this-test"
TOKEN = "7100000001:a-token-of-this-test"
MAYA, JONAS = 500_001, 500_002
PEOPLE = (
    Visitor(MAYA, "Maya", "Technician", "Basic bWF5YTpub3QtYS1zZWNyZXQ=", "a" * 24, "b" * 24),
    Visitor(JONAS, "Jonas", "Technician", "Basic am9uYXM6bm90LWEtc2VjcmV0", "c" * 24, "d" * 24),
)
KEYS = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


class Chat:
    """A page without sockets, and the bot's side of its server."""

    def __init__(self, *, plume_only: bool = False) -> None:
        self.telegram = TelegramServer(token=TOKEN, max_messages_per_chat=150)
        for visitor in PEOPLE:
            self.telegram.add_user(visitor.name, user_id=visitor.id)
        self.group = self.telegram.add_group("Night shift", [MAYA, JONAS])
        panel = panel_app(World(customers=3))
        self.page = DemoPage(None if plume_only else self.telegram, panel, PEOPLE, key=KEY)
        self.client = _client(self.page.app, f"http://127.0.0.1/{KEY}/")
        self._bot = _client(self.telegram.app, f"http://bot/bot{TOKEN}/")

    async def bot(self, method: str, **params: Any) -> Any:
        """Call as the bot."""
        answer = (await self._bot.post(method, json=params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def get(self, path: str) -> Any:
        """JSON of a GET that has to work."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def aclose(self) -> None:
        """Let go of both clients."""
        await self.client.aclose()
        await self._bot.aclose()


def _client(app: Any, base_url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)


@pytest_asyncio.fixture
async def chat() -> AsyncIterator[Chat]:
    """A fresh page."""
    running = Chat()
    yield running
    await running.aclose()


async def test_the_page_and_its_scripts_come_from_here(chat: Chat) -> None:
    index = await chat.client.get("")
    assert "text/html" in index.headers["content-type"]
    for name in ("main.js", "chat.css", "icon.svg"):
        assert (await chat.client.get(f"web/{name}")).status_code == 200
    assert "http" not in index.text.replace("http-equiv", "")  # nothing from outside
    assert (await chat.client.get("web/../page.py")).status_code == 404


async def test_the_state_names_people_chats_and_the_bot(chat: Chat) -> None:
    state = await chat.get("api/state")
    assert state["mode"] == "chat"
    assert [person["name"] for person in state["people"]] == ["Maya", "Jonas"]
    assert state["people"][0]["credential"]["partner_id"] == "a" * 24
    members = {entry["id"]: entry["members"] for entry in state["chats"]}
    assert members == {MAYA: [MAYA], JONAS: [JONAS], chat.group: [MAYA, JONAS]}
    assert (state["bot"]["online"], state["bot"]["seen"]) == (False, False)


async def test_online_means_that_the_present_process_polls(chat: Chat) -> None:
    async def online() -> bool:
        return bool((await chat.get("api/state"))["bot"]["online"])

    chat.page.bot_process(running=True)
    assert not await online()
    await chat.bot("getUpdates", timeout=0)
    assert await online()
    chat.page.bot_process(running=False)
    assert not await online()
    chat.page.bot_process(running=True)
    assert not await online()  # the server still trusts the poll of the process before
    await chat.bot("getUpdates", timeout=0)
    assert await online()


async def test_messages_come_in_pages(chat: Chat) -> None:
    for number in range(140):
        chat.telegram.send_text(MAYA, f"message {number}")
    newest = await chat.get(f"api/chat?user={MAYA}&chat={MAYA}")
    texts = [message["text"] for message in newest["messages"]]
    while newest["more"]:
        before = newest["messages"][0]["message_id"]
        newest = await chat.get(f"api/chat?user={MAYA}&chat={MAYA}&before={before}")
        texts = [message["text"] for message in newest["messages"]] + texts
    assert texts == [f"message {number}" for number in range(140)]


async def test_send_press_and_answer(chat: Chat) -> None:
    place = {"user": MAYA, "chat": MAYA}
    sent = (await chat.client.post("api/send", json={**place, "text": "/start"})).json()
    message = await chat.bot("sendMessage", chat_id=MAYA, text="Hello", reply_markup=KEYS)
    assert message["message_id"] > sent["message_id"]
    pressed = {**place, "message": message["message_id"], "data": "go"}
    query = (await chat.client.post("api/press", json=pressed)).json()["query"]
    update = (await chat.bot("getUpdates"))[-1]
    assert update["callback_query"]["id"] == query


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("send", {"user": MAYA, "chat": JONAS, "text": "x"}, "not in that chat"),
        ("send", {"user": 1, "chat": 1, "text": "x"}, "no such person"),
        ("send", {"user": MAYA, "chat": MAYA}, "'text' is missing"),
        ("send", {"user": MAYA, "chat": MAYA, "text": "   "}, "empty"),
        ("send", {"user": MAYA, "chat": MAYA, "text": "x", "reply": 999}, "999"),
        ("send", {"user": MAYA, "chat": MAYA, "text": "x", "reply": "y"}, "'reply'"),
        ("send", {"user": True, "chat": MAYA, "text": "x"}, "'user'"),
        ("send", {"user": 1.5, "chat": MAYA, "text": "x"}, "'user'"),
        ("send", {"chat": MAYA, "text": "x"}, "'user'"),
        ("send", [], "JSON object"),
        ("send", {"user": MAYA, "chat": MAYA, "text": "x" * 70_000}, "too long"),
        ("press", {"user": MAYA, "chat": MAYA, "message": 999, "data": "go"}, "gone"),
    ],
)
async def test_nonsense_is_refused_in_one_sentence(
    chat: Chat, path: str, body: Any, words: str
) -> None:
    answer = await chat.client.post(f"api/{path}", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/plain", "{}"), ("application/x-www-form-urlencoded", "user=1"), ("", "{}")],
)
async def test_what_a_foreign_form_could_send_is_refused(chat: Chat, kind: str, body: str) -> None:
    before = chat.telegram.pending_updates
    answer = await chat.client.post("api/send", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert chat.telegram.pending_updates == before


async def test_broken_json_is_refused(chat: Chat) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await chat.client.post("api/send", content="{", headers=headers)
    assert answer.status_code == 400


async def test_uploads_never_run_as_our_page(chat: Chat) -> None:
    evil = b"<script>alert(1)</script>"
    sent = chat.telegram.send_document(MAYA, 'a "b".html', evil, mime="text/html")
    answer = await chat.client.get(f"api/file/{sent['document']['file_id']}")
    assert answer.content == evil
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert (await chat.client.get("api/file/unknown")).status_code == 404


async def test_the_world_panel_is_part_of_the_page(chat: Chat) -> None:
    state = await chat.get("world/state")
    home = next(home for home in state["homes"] if home["state"] == "online")
    body = {"kind": "cut_line", "location": home["location_id"]}
    assert (await chat.client.post("world/incident", json=body)).status_code == 200
    changed = await chat.get("world/state")
    after = next(row for row in changed["homes"] if row["location_id"] == home["location_id"])
    assert after["state"] == "offline"


async def test_without_a_chat_only_the_world_is_there() -> None:
    chat = Chat(plume_only=True)
    state = await chat.get("api/state")
    assert (state["mode"], len(state["people"])) == ("plume", 2)
    chat.page.bot_process(running=False)  # nobody to tell, and no harm
    assert (await chat.client.get("api/chat?user=1&chat=1")).status_code == 404
    await chat.aclose()


async def read_events(client: httpx.AsyncClient, url: str, count: int) -> list[dict[str, Any]]:
    """The first events of the stream."""
    found: list[dict[str, Any]] = []
    async with client.stream("GET", url) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
            if len(found) == count:
                break
    return found


async def test_the_stream_resumes_after_what_was_seen(chat: Chat) -> None:
    async with ServedApp(chat.page.app) as served, httpx.AsyncClient() as client:
        url = f"{served.url}/{KEY}/api/events?after="
        for text in ("one", "two", "three"):
            chat.telegram.send_text(MAYA, text)
        first = await read_events(client, f"{url}0", 2)
        rest = await read_events(client, f"{url}{first[-1]['seq']}", 2)
        texts = [event["message"].get("text") for event in first + rest]
        assert texts == [None, "one", "two", "three"]  # the first is the group's creation
        beyond = await read_events(client, f"{url}99999", 1)
        assert beyond[0]["type"] == "gap"
        refused = await client.get(f"{url}x")
        assert refused.status_code == 400


async def test_memory_stays_flat_however_many_messages(chat: Chat) -> None:
    def write(count: int) -> None:
        for number in range(count):
            chat.telegram.send_text(MAYA, f"message {number}")

    tracemalloc.start()
    try:
        write(11_000)  # until everything that is bounded is full
        before = tracemalloc.get_traced_memory()[0]
        write(1000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    # What is new takes the place of what was old; 1,000 messages kept would be over a megabyte.
    assert grown < 100_000
