"""One attempt to bring a message, and what Telegram's answer means for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from src.handlers.courier import REPEATED, TelegramCourier
from src.handlers.limiter import PatientLimiter
from src.models.watching import Outgoing, Spot
from src.storage.records import Pending
from src.watch.sender import ChatGoneError, HopelessError, LaterError, Sent, TopicGoneError
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from src.models.watching import MessageKind

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)
CHAT, GROUP, TOPIC = Spot(5), Spot(-5), Spot(-5, 7)
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Open", callback_data="x")]])


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


class Telegram:
    """Answers each call with what is next, the last again and again; remembers the calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fields = dict(httpx.QueryParams(request.content.decode()))
        self.calls.append((request.url.path.rpartition("/")[2], fields))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        code, description = answer
        if code == 200:
            sent = {"message_id": 42, "date": 0, "chat": {"id": 5, "type": "private"}, "text": "x"}
            return httpx.Response(200, json={"ok": True, "result": sent})
        body = {"ok": False, "error_code": code, "description": description}
        if code == 429:
            body["parameters"] = {"retry_after": 17}
        return httpx.Response(code, json=body)


class State:
    """Which chats can be written to."""

    reachable = True

    async def is_reachable(self, chat_id: int) -> bool:
        assert chat_id
        return self.reachable


def pending(
    kind: MessageKind = "alert",
    spot: Spot = CHAT,
    *,
    begun: bool = False,
    alert_id: int | None = None,
    **fields: Any,
) -> Pending:
    message = Outgoing("m", spot, kind, "<b>Text</b> &amp; more", NOW, **fields)
    return Pending(1, message, begun=begun, tries=0, alert_id=alert_id)


async def bring(telegram: Telegram, item: Pending, state: Any = None) -> Sent:
    """Let the courier try once."""
    request = HTTPXRequest(httpx_kwargs={"transport": httpx.MockTransport(telegram)})
    limiter = PatientLimiter()
    bot: Any = ExtBot(BOT_TOKEN, request=request, get_updates_request=request, rate_limiter=limiter)
    known: Any = state or State()
    return await TelegramCourier(bot, known, lambda _: BUTTONS).bring(item)


OK = (200, "")


async def test_an_alert_is_sent_as_it_is_written() -> None:
    telegram = Telegram(OK)
    assert await bring(telegram, pending(spot=TOPIC, silent=True)) == Sent(42)
    [(method, fields)] = telegram.calls
    assert method == "sendMessage"
    assert fields["text"] == "<b>Text</b> &amp; more"
    assert fields["parse_mode"] == "HTML"
    assert fields["message_thread_id"] == "7"
    assert fields["disable_notification"] == fields["protect_content"] == "true"
    assert "Open" in fields["reply_markup"]
    assert "reply_parameters" not in fields


@pytest.mark.parametrize("kind", ["recovery", "reminder"])
async def test_what_belongs_to_an_alert_replies_to_it(kind: MessageKind) -> None:
    telegram = Telegram(OK)
    await bring(telegram, pending(kind, alert_id=10))
    [(_, fields)] = telegram.calls
    assert '"message_id": 10' in fields["reply_parameters"]
    assert '"allow_sending_without_reply": true' in fields["reply_parameters"]
    assert "message_thread_id" not in fields
    assert "disable_notification" not in fields


EDITS: list[tuple[Pending, str]] = [
    (pending("edit", alert_id=10), "10"),
    (pending("board", message_id=11), "11"),
    (pending("edit", alert_id=10, begun=True), "10"),
]


@pytest.mark.parametrize(("item", "target"), EDITS)
async def test_an_edit_changes_the_message_that_is_there(item: Pending, target: str) -> None:
    telegram = Telegram(OK)
    assert await bring(telegram, item) == Sent(None)
    [(method, fields)] = telegram.calls
    assert (method, fields["message_id"]) == ("editMessageText", target)
    assert "Repeated" not in fields["text"]


async def test_a_board_that_is_not_there_yet_is_sent() -> None:
    telegram = Telegram(OK)
    assert await bring(telegram, pending("board")) == Sent(42)
    assert [method for method, _ in telegram.calls] == ["sendMessage"]


async def test_an_alert_that_never_arrived_cannot_be_edited() -> None:
    telegram = Telegram(OK)
    with pytest.raises(HopelessError):
        await bring(telegram, pending("edit"))
    assert telegram.calls == []


async def test_what_may_have_arrived_before_says_so() -> None:
    telegram = Telegram(OK)
    await bring(telegram, pending(begun=True))
    assert telegram.calls[0][1]["text"] == f"{REPEATED}<b>Text</b> &amp; more"


async def test_formatting_that_telegram_refuses_goes_out_plain() -> None:
    telegram = Telegram((400, "Bad Request: can't parse entities: odd tag"), OK)
    assert await bring(telegram, pending()) == Sent(42)
    [_, (_, fields)] = telegram.calls
    assert fields["text"] == "Text & more"
    assert "parse_mode" not in fields


async def test_a_chat_that_is_known_to_refuse_is_not_asked() -> None:
    telegram, state = Telegram(OK), State()
    state.reachable = False
    with pytest.raises(HopelessError):
        await bring(telegram, pending(), state)
    assert telegram.calls == []


ANSWERS: list[tuple[Any, Spot, type[Exception]]] = [
    ((400, "Bad Request: message thread not found"), TOPIC, TopicGoneError),
    ((400, "Bad Request: TOPIC_CLOSED"), TOPIC, TopicGoneError),
    ((400, "Bad Request: TOPIC_CLOSED"), GROUP, HopelessError),
    ((400, "Bad Request: chat not found"), CHAT, ChatGoneError),
    ((400, "Bad Request: not enough rights to send text messages"), GROUP, ChatGoneError),
    ((403, "Forbidden: bot was blocked by the user"), CHAT, ChatGoneError),
    ((403, "Forbidden: bot was kicked from the group chat"), GROUP, ChatGoneError),
    ((400, "Bad Request: message is too long"), CHAT, HopelessError),
    ((400, "Bad Request: message to edit not found"), CHAT, HopelessError),
]


@pytest.mark.parametrize(("answer", "spot", "error"), ANSWERS)
async def test_what_time_will_not_mend_is_told_apart(
    answer: Any, spot: Spot, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await bring(Telegram(answer), pending(spot=spot))


async def test_an_edit_that_changes_nothing_is_done() -> None:
    telegram = Telegram((400, "Bad Request: message is not modified: same"))
    assert await bring(telegram, pending("edit", alert_id=10)) == Sent(None)


# The answer; whether only this chat waits; how long; whether the message may have arrived.
WAITS: list[tuple[Any, bool, float | None, bool]] = [
    ((429, "Too Many Requests: retry after 17"), True, 17, False),
    ((500, "Internal Server Error"), False, None, False),
    ((502, "Bad Gateway"), False, None, False),
    ((401, "Unauthorized"), False, None, False),
    ((409, "Conflict"), False, None, False),
    (httpx.ConnectError("no route"), False, None, False),
    (httpx.ConnectTimeout("slow"), False, None, False),
    (httpx.PoolTimeout("busy"), False, None, False),
    (httpx.ReadTimeout("slow"), False, None, True),
    (httpx.WriteError("broke"), False, None, True),
    (httpx.RemoteProtocolError("hung up"), False, None, True),
]


@pytest.mark.parametrize(("answer", "chat_only", "after_s", "unsure"), WAITS)
async def test_what_time_mends_is_tried_again(
    answer: Any, chat_only: bool, after_s: float | None, unsure: bool
) -> None:
    telegram = Telegram(answer)
    with pytest.raises(LaterError) as caught:
        await bring(telegram, pending())
    later = caught.value
    assert (later.chat_only, later.after_s, later.may_have_arrived) == (chat_only, after_s, unsure)
    assert len(telegram.calls) == 1  # the patience is the sender's


async def test_a_group_that_moves_twice_is_followed_at_the_next_attempt() -> None:
    body = {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded"}
    body |= {"parameters": {"migrate_to_chat_id": -100}}

    def moved(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json=body)

    with pytest.raises(LaterError):
        await bring(moved, pending(spot=GROUP))  # type: ignore[arg-type] # a telegram of its own
