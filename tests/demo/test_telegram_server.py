"""The HTTP face: encodings, refusals, the call log, and a real bot on a real socket."""

from __future__ import annotations

import inspect
import json
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from src.demo.serving import ServedApp
from src.demo.telegram_server import TelegramServer
from tests.demo.telegram_kit import TOKEN, Api, Stage, make_stage, png
from tests.texts import texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JSON = {"content-type": "application/json"}


@pytest.fixture
def stage() -> Stage:
    return make_stage()


@pytest.mark.parametrize("encoding", ["query", "form", "multipart", "json"])
async def test_all_four_encodings(stage: Stage, encoding: str) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    flat = {"chat_id": str(stage.ann), "text": "x", "reply_markup": json.dumps(markup)}
    requests: dict[str, dict[str, Any]] = {
        "query": {"params": flat},
        "form": {"data": flat},
        "multipart": {"files": {name: (None, value) for name, value in flat.items()}},
        "json": {"json": {"chat_id": stage.ann, "text": "x", "reply_markup": markup}},
    }
    reply = await stage.api.post("sendMessage", **requests[encoding])
    assert reply.result["reply_markup"] == markup


async def test_get_works_and_names_ignore_case(stage: Stage) -> None:
    answer = await stage.api.client.get(f"/bot{TOKEN}/GETME")
    assert answer.json()["result"]["username"] == "panoptes_demo_bot"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"/bot{TOKEN}/getMoon", 404, "Not Found"),
        ("/bot123456:wrong/getMe", 401, "Unauthorized"),
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/", 404, "Not Found"),
        (f"/bot{TOKEN}/getMe/more", 404, "Not Found"),
    ],
)
async def test_unknown_ways_in(stage: Stage, path: str, status: int, words: str) -> None:
    answer = await stage.api.client.post(path)
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": words}
    assert (await stage.api.client.delete(f"/bot{TOKEN}/getMe")).status_code == 404


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"json": {"chat_id": 1, "txet": "x"}}, "unexpected parameter txet"),
        ({"content": "{", "headers": JSON}, "can't parse JSON body"),
        (
            {"content": "[]", "headers": JSON},
            "object expected as JSON body",
        ),
        ({"json": {"chat_id": [], "text": "x"}}, "parameter chat_id must be a String"),
        ({"json": {"text": True}}, "parameter text must be a String"),
        ({"json": {"protect_content": "maybe"}}, "parameter protect_content must be a Boolean"),
        ({"json": {"message_thread_id": "x"}}, "parameter message_thread_id must be an Integer"),
        ({"json": {"message_thread_id": 1.5}}, "parameter message_thread_id must be an Integer"),
        ({"json": {"text": "x", "reply_markup": "[]"}}, "object expected as reply_markup"),
        ({"json": {"text": "x", "reply_markup": 5}}, "object expected as reply_markup"),
        (
            {"content": b'{"text": "\\ud83d"}', "headers": JSON},
            "strings must be encoded in UTF-8",
        ),
        (
            {"content": b'{"text": NaN}', "headers": JSON},
            "strings must be encoded in UTF-8",
        ),
        (
            {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            "can't parse the form in the request body",
        ),
    ],
)  # fmt: skip
async def test_bad_parameters_are_refused(
    stage: Stage, request_: dict[str, Any], words: str
) -> None:
    assert (await stage.api.post("sendMessage", **request_)).error == f"Bad Request: {words}"


async def test_false_and_empty_words_are_understood(stage: Stage) -> None:
    data = {"chat_id": str(stage.ann), "text": "x", "protect_content": "False", "reply_markup": ""}
    sent = await stage.api.post("sendMessage", data=data)
    assert "has_protected_content" not in sent.result


async def test_huge_bodies_are_refused(stage: Stage) -> None:
    headers = {"content-length": str(60 * 1024 * 1024)}
    reply = await stage.api.post("sendMessage", content=b"", headers=headers)
    assert (reply.status, reply.error) == (413, "Request Entity Too Large")


async def test_every_call_is_logged_with_its_outcome() -> None:
    stage = make_stage(latency_s=0.001)
    await stage.api.sendMessage(chat_id=stage.ann, text="x")
    await stage.api.sendMessage(chat_id=5, text="x")
    good, bad = stage.server.calls_of("sendMessage")
    assert (good.ok, good.error, good.result["text"]) == (True, None, "x")
    assert (bad.ok, bad.error_code, bad.error) == (False, 400, "Bad Request: chat not found")
    assert bad.params == {"chat_id": 5, "text": "x"}
    assert good.finished is not None
    assert good.finished >= good.started
    assert TOKEN not in repr(stage.server.calls)


# Bot API parameters that PTB knows and that make no sense against this server.
NOT_SERVED = {
    "business_connection_id",
    "direct_messages_topic_id",
    "suggested_post_parameters",
}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_parameter_is_one_of_the_bot_api() -> None:
    """PTB's signatures are a second opinion on the spelling, and on what was left out."""
    local_to_ptb = {
        "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs", "self",
        "reply_to_message_id", "allow_sending_without_reply", "disable_web_page_preview",
        "filename", "current_offset",
    }  # fmt: skip
    for method in TelegramServer(token=TOKEN)._methods.values():
        known = set(inspect.signature(getattr(Bot, snake(method.name))).parameters)
        taken = set(method.takes)
        assert taken <= known, method.name
        if not method.name.startswith(("get", "set")):
            left = known - taken - local_to_ptb - NOT_SERVED
            allowed = {"caption", "parse_mode", "caption_entities"}  # PTB's own album caption
            assert left <= allowed, (method.name, left)


# -- whatever comes, the answer is Telegram's, never a crash

FIELDS = st.sampled_from(
    ["type", "text", "media", "chat_id", "message_id", "offset", "length", "url", "id", "user",
     "inline_keyboard", "keyboard", "force_reply", "command", "description", "callback_data",
     "user_id", "is_disabled", "copy_text", "quote", "style", "emoji", "web_app", "caption"]
)  # fmt: skip
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=6,
)
METHODS = sorted(
    (method.name, sorted(method.takes))
    for method in TelegramServer(token=TOKEN)._methods.values()
    if method.name not in {"setWebhook", "getUpdates"}
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name, takes = draw(st.sampled_from(METHODS))
    params: dict[str, Any] = {}
    for field in takes:
        params[field] = draw(JSON_VALUES)
    sensible = {"chat_id": 500_001, "text": "x", "message_id": 102, "message_thread_id": None}
    for field, value in sensible.items():
        if field in params and draw(st.booleans()):
            params[field] = value
    return name, params


@settings(max_examples=400)
@given(calls())
async def test_no_input_makes_the_server_stumble(call: tuple[str, dict[str, Any]]) -> None:
    name, params = call
    stage = make_stage()
    await stage.api.sendMessage(chat_id=stage.ann, text="mine")
    body = json.dumps(params).encode()
    reply = await stage.api.post(name, content=body, headers={"content-type": "application/json"})
    assert reply.body["ok"] is (reply.status == 200)
    assert reply.status in {200, 400, 403}


# -- python-telegram-bot over sockets


async def on_start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_chat is not None
    assert update.effective_message is not None
    await update.effective_chat.send_action("typing")
    await update.effective_message.reply_text(
        "<b>Hello</b> <tg-time unix='1700000000' format='wDT'>then</tg-time>",
        parse_mode=ParseMode.HTML,
        do_quote=True,
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton("Chart", callback_data="chart", style="primary")]]
        ),
    )


async def on_chart(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer("drawing")
    await query.edit_message_text("drawing")
    picture = InputMediaPhoto(png(200, 100), caption="done", filename="chart.png")
    await query.edit_message_media(picture)
    await context.bot.send_photo(query.from_user.id, png(50, 50), caption="again")
    await context.bot.send_document(query.from_user.id, b"a;b", filename="export.csv")


async def on_secret(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.delete()


@asynccontextmanager
async def running_bot(url: str) -> AsyncIterator[Bot]:
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .build()
    )
    application.add_handler(CommandHandler("start", on_start))
    application.add_handler(CallbackQueryHandler(on_chart))
    application.add_handler(MessageHandler(filters.TEXT, on_secret))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=5)
        try:
            yield application.bot
        finally:
            await application.updater.stop()
            await application.stop()


async def test_python_telegram_bot_round_trip() -> None:
    server = TelegramServer(token=TOKEN)
    async with ServedApp(server.app) as served, running_bot(served.url) as bot:
        ann = server.add_user("Ann")["id"]
        server.send_text(ann, "/start")
        await server.wait_for(lambda: len(server.messages(ann)) == 2)
        hello = server.messages(ann)[-1]
        assert hello["text"] == "Hello then"
        assert hello["entities"][1]["date_time_format"] == "wDT"
        assert hello["reply_to_message"]["text"] == "/start"
        assert hello["reply_markup"]["inline_keyboard"][0][0]["style"] == "primary"
        query = server.press_button(ann, ann, "Chart")
        await server.wait_for(lambda: server.answer(query))
        await server.wait_for(lambda: len(server.messages(ann)) == 4)
        picture = server.messages(ann)[1]
        assert (picture["caption"], picture["photo"][0]["width"]) == ("done", 200)
        assert server.edits(ann, picture["message_id"]) == 2
        document = server.messages(ann)[-1]["document"]
        fetched = await (await bot.get_file(document["file_id"])).download_as_bytearray()
        assert bytes(fetched) == b"a;b"
        server.send_text(ann, "Basic c2VjcmV0")
        await server.wait_for(lambda: server.history(ann)[-1]["deleted"])
        assert (await bot.get_chat(ann)).first_name == "Ann"
        group = server.add_group("Team", [ann])
        assert (await bot.get_chat_member(group, ann)).status == "creator"
        assert server.bot_online
        assert server.unanswered() == []
    assert not [call for call in server.calls if not call.ok]
    assert all(call.peer and call.peer[0] == "127.0.0.1" for call in server.calls)


async def test_python_telegram_bot_sees_each_refusal_as_its_own_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else PTB warns of its own future
    server = TelegramServer(token=TOKEN)
    ann = server.add_user("Ann")["id"]
    quick = HTTPXRequest(read_timeout=0.1)
    async with ServedApp(server.app) as served:
        bot = Bot(TOKEN, base_url=f"{served.url}/bot", request=quick, get_updates_request=quick)
        async with bot:
            with pytest.raises(Forbidden, match="initiate"):
                await bot.send_message(ann, "x")
            server.send_text(ann, "hello")
            with pytest.raises(BadRequest, match="parse entities"):
                await bot.send_message(ann, "<b>x", parse_mode=ParseMode.HTML)
            for kind, error in (
                ("429", RetryAfter),
                ("conflict", Conflict),
                ("502", NetworkError),
                ("hang", TimedOut),
                ("reset", NetworkError),
            ):
                server.faults.set("sendMessage", kind=kind, times=1)
                with pytest.raises(error):
                    await bot.send_message(ann, "x")
            assert (await bot.send_message(ann, "x")).text == "x"
        await server.aclose()


async def test_a_bot_that_is_killed_while_polling_loses_nothing() -> None:
    server = TelegramServer(token=TOKEN)
    ann = server.add_user("Ann")["id"]
    async with ServedApp(server.app) as served:
        url = f"{served.url}/bot{TOKEN}/getUpdates"
        async with httpx.AsyncClient() as dying:
            with pytest.raises(httpx.ReadTimeout):
                await dying.post(url, data={"timeout": "50"}, timeout=0.1)
        # The call is over once the server has seen the connection go.
        await server.wait_for(lambda: server.calls_of("getUpdates"))
        server.send_text(ann, "while it was down")
        async with httpx.AsyncClient() as reborn:
            for _ in range(2):  # handed out again until an offset confirms it
                answer = await reborn.post(url, data={"timeout": "50"})
                [update] = answer.json()["result"]
                assert update["message"]["text"] == "while it was down"


async def test_the_app_closes_what_it_opened() -> None:
    server = TelegramServer(token=TOKEN)
    async with ServedApp(server.app, lifespan=True):
        api = Api(server)
        await api.setWebhook(url="http://127.0.0.1:9/hook")
        assert server.bot_online is True
    assert server.bot_online is False


async def test_a_long_run_keeps_a_bounded_amount(stage: Stage) -> None:
    sent = await stage.api.sendMessage(chat_id=stage.ann, text="0")
    where = {"chat_id": stage.ann, "message_id": sent.result["message_id"]}
    for number in range(1, 260):
        assert (await stage.api.editMessageText(**where, text=str(number))).status == 200
    [_, panel] = stage.server.history(stage.ann)
    assert (panel["edits"], len(panel["versions"])) == (259, 201)
    for _ in range(5_100):
        stage.server.state.events.emit("typing", chat_id=stage.ann, action="typing")
        stage.server.inline_query(stage.ann, "x")
    assert sum(1 for _ in stage.server.state.events.since(0)) == 5_001  # and the gap
    assert len(stage.server.unanswered()) == 5_000
    assert stage.server.calls.maxlen == 5_000
