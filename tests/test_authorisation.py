"""Who may do what: every command, button and deep link, for everybody who might try it.

The table here is written by hand, apart from the one that the bot uses, and a handler without a row
fails the test. What counts is what happened, not only what was answered: who is refused changes
nothing and asks Plume nothing, and who is not changes nothing of anybody else's.

All tests share one bot. Each has people and chats of its own, of whom nobody is left as a member.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
import pytest_asyncio
from sqlalchemy import text
from telegram.ext import CommandHandler, ConversationHandler

import plume_api_client as plume
from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from src.handlers import member_presses as m
from src.handlers import member_texts, texts
from src.handlers import watch_presses as w
from src.handlers.access import check_rows, need_of_press
from src.handlers.callbacks import (
    ChangeLocation,
    Connect,
    DevicePage,
    ExportReport,
    FileKind,
    FindPage,
    ListLocations,
    More,
    OpenReport,
    Panel,
    PickLocation,
    Press,
    PressHandler,
    SetFavourite,
    ShowMore,
    Span,
    Star,
)
from src.handlers.order import ChatOrder
from src.handlers.state import Home, Place
from src.handlers.throttle import Throttle
from tests.bot_harness import Bot, Person, text_of
from tests.watch_kit import delivered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram.ext import BaseHandler

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME = (DEMO_CUSTOMER_ID, DEMO_LOCATION_ID)
NOBODY = 999_999
INCIDENT = "0123456789abcdef"
RANK = {"anyone": 0, "viewer": 1, "operator": 2, "admin": 3}
ADMIN_ONLY_IN_PRIVATE = "admin"

COMMANDS = {
    "start": "viewer",
    "help": "viewer",
    "cancel": "viewer",
    "setup": "viewer",
    "locations": "viewer",
    "find": "viewer",
    "status": "viewer",
    "wan": "viewer",
    "stats": "viewer",
    "nodes": "viewer",
    "wifi": "viewer",
    "devices": "viewer",
    "speed": "viewer",
    "call": "viewer",
    "watch": "viewer",
    "unwatch": "viewer",
    "watches": "viewer",
    "alerts": "viewer",
    "why": "viewer",
    "handover": "viewer",
    "test_alert": "viewer",
    "logout": "viewer",
    "whoami": "anyone",
    "join": "anyone",
    "forget": "anyone",
    "settings": "viewer",
    "people": "admin",
    "audit": "admin",
}
LINKS = {
    "start setup": "viewer",
    f"start loc_{DEMO_CUSTOMER_ID}_{DEMO_LOCATION_ID}": "viewer",
    f"start cus_{DEMO_CUSTOMER_ID}": "viewer",
    "start join": "anyone",
    "start anything-else": "viewer",
}
PRESSES: dict[Any, str] = {
    OpenReport(Panel.STATUS, *HOME): "viewer",
    ListLocations(DEMO_CUSTOMER_ID): "viewer",
    PickLocation(*HOME): "viewer",
    ExportReport(FileKind.CSV, Panel.STATUS, *HOME, Span.DAYS_7): "viewer",
    DevicePage(*HOME, 0): "viewer",
    SetFavourite(*HOME, Star.ON): "viewer",
    ShowMore(*HOME, More.MORE): "viewer",
    FindPage.of("home"): "viewer",
    ChangeLocation(): "viewer",
    Connect(): "viewer",
    m.ConnectAs(m.Whose.ME): "viewer",
    m.ConnectAs(m.Whose.TEAM): "admin",
    w.SetWatch(*HOME, w.Wanted.ON): "viewer",
    w.BoardPage(): "viewer",
    w.PinBoard(): "viewer",
    w.ListAlerts(): "viewer",
    w.ShowAlert(INCIDENT): "viewer",
    w.TakeAlert(INCIDENT): "viewer",
    w.SnoozeAlert(INCIDENT, w.SnoozeFor.HOUR): "viewer",
    w.UndoAlert(INCIDENT): "viewer",
    w.TestAgain(INCIDENT): "viewer",
    w.OpenBeside("s", *HOME): "viewer",
    w.TakeShift(): "viewer",
    w.AlertPanel(): "viewer",
    w.SetMode(0, 2): "viewer",
    w.SetQuiet("start", 1320): "viewer",
    w.SetWork(2, w.Wanted.OFF): "viewer",
    w.EndWork("work"): "viewer",
    w.SetEscalation(30): "viewer",
    w.SetDigest(7): "viewer",
    m.AskToJoin(): "anyone",
    m.EraseMe(m.Sure.NO): "anyone",
    m.ShowSettings(): "viewer",
    m.AskZone(): "viewer",
    m.SetZone("Europe/Berlin"): "viewer",
    m.SetTheme(m.Theme.DARK): "viewer",
    m.DecideJoin(NOBODY, m.JoinChoice.VIEWER): "admin",
    m.ListPeople(): "admin",
    m.ShowPerson(NOBODY): "admin",
    m.SetRole(NOBODY, m.RoleChoice.ADMIN): "admin",
    m.RemovePerson(NOBODY, m.Sure.YES): "admin",
    m.AuditPage(): "admin",
    m.DropTeam(m.Sure.YES): "admin",
}
PRIVATE_ONLY = {"logout", "forget", "people", "audit"}
# In a group these concern everybody there.
OPERATORS_IN_GROUPS = {
    "settings", "ShowSettings", "AskZone", "SetZone", "SetTheme", "watch", "unwatch", "test_alert",
    "SetWatch", "PinBoard", "TakeAlert", "SnoozeAlert", "UndoAlert", "TakeShift", "AlertPanel",
    "SetMode", "SetQuiet", "SetWork", "EndWork", "SetEscalation", "SetDigest",
}  # fmt: skip

# Who tries, what they may at that moment, and where. The last to try is the admin, who may change
# things.
ACTORS = {
    "stranger": "anyone",
    "removed": "anyone",
    "elsewhere": "anyone",
    "outsider": "viewer",
    "viewer": "viewer",
    "demoted": "viewer",
    "operator": "operator",
    "admin": "admin",
}
IN_A_GROUP = {"elsewhere", "outsider"}
REFUSALS = ("This bot is private", "Only an ", "This works in our private chat only")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running() -> AsyncIterator[Bot]:
    """The bot of all tests here."""
    async with Bot(environment={"PANOPTES_ADMINS": "500001"}) as bot:
        await bot.person("owner").ask("/whoami")
        services = bot.application.services
        bot.application.services = replace(services, strangers=Throttle(timedelta(0)))
        yield bot


@pytest_asyncio.fixture(loop_scope="module")
async def bot(running: Bot) -> AsyncIterator[Bot]:
    """The bot, with nobody in it but the owner of the environment, before and after."""
    state = running.application.services.state
    running.cloud.requests.clear()
    yield running
    watching = running.application.services.watching
    for watch in watching.desk().watches:
        await watching.remove_watch(watch.key, watch.spot)
    await state.disconnect_team()
    async with state.store.database.writing() as conn:
        await conn.execute(text("UPDATE people SET role = NULL"))


async def _cast(bot: Bot) -> dict[str, Person]:
    """Everybody of `ACTORS`."""
    people = {name: bot.person(name) for name in ACTORS}
    state = bot.application.services.state
    await state.set_role(people["admin"].user_id, "admin")
    await state.set_role(people["viewer"].user_id, "viewer")
    await state.set_role(people["operator"].user_id, "operator")
    await state.set_role(people["demoted"].user_id, "admin")
    await state.set_role(people["demoted"].user_id, "viewer")
    await state.set_role(people["removed"].user_id, "operator")
    await state.remove(people["removed"].user_id)
    # Somebody who shares a group with the bot and its members, and has no rights of their own.
    people["elsewhere"], _ = bot.group("Other", people["elsewhere"], people["viewer"])
    # A member of the team, in a chat of their own; what they press was made for another chat.
    await state.set_role(people["outsider"].user_id, "viewer")
    (people["outsider"],) = bot.group("Elsewhere", people["outsider"])
    # Everybody has been seen, so that what follows is about what they try.
    await asyncio.gather(*(person.ask("/whoami") for person in people.values()))
    await _done(bot)
    return people


def _expected(actor: str, least: str, what: str = "") -> bool:
    if actor in IN_A_GROUP and what in OPERATORS_IN_GROUPS:
        least = "operator"
    return RANK[ACTORS[actor]] >= RANK[least]


async def _done(bot: Bot) -> None:
    """Wait for what comes after an answer."""
    order = bot.application.update_processor
    assert isinstance(order, ChatOrder)
    while order.busy:  # noqa: ASYNC110 - it ends with the work of its threads
        await asyncio.sleep(0.001)


class Kept:
    """What is stored, and what Plume was asked: before somebody tries, and after."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def look(self) -> None:
        """Remember how it stands, once alerts to those who tried before have arrived."""
        await delivered(self._bot)
        self._rows, self._calls = await self._now(), len(self._bot.plume_calls())

    async def must_be_the_same(self, who: str, but: Person | None = None) -> None:
        """Nothing happened; `but`: except to what this person and their chat have."""
        mine = {str(but.user_id), str(but.chat_id)} if but else set()
        before, self._rows = self._rows, await self._now()
        changed = before ^ self._rows
        others = {row for row in changed if not any(number in row for number in mine)}
        assert not others, who
        asked, self._calls = self._calls, len(self._bot.plume_calls())
        assert but is not None or asked == self._calls, f"{who} asked Plume"

    async def _now(self) -> set[str]:
        """Every row of the file, without the bot's own thread for it: that takes far longer."""
        database = self._bot.application.services.state.store.database
        await self._bot.application.services.state.store.settle()
        with closing(sqlite3.connect(str(database.path))) as file:
            tables = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            rows = [
                f"{name} {json.dumps(row)}"
                for (name,) in tables
                if name != "updates"
                for row in file.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - its own tables
            ]
        # How far a message of the outbox got is the sender's doing, at its own time.
        return {row.partition(", 0, ")[0] if row.startswith("outbox ") else row for row in rows}


@pytest.mark.parametrize("command", [*COMMANDS, *LINKS])
async def test_commands_and_links(bot: Bot, command: str) -> None:
    least = (COMMANDS | LINKS)[command]
    people, kept = await _cast(bot), Kept(bot)
    await kept.look()
    for actor in ACTORS:
        said = text_of(await people[actor].ask(f"/{command}"))
        private = actor in IN_A_GROUP and command in PRIVATE_ONLY
        allowed = _expected(actor, least, command) and not private
        assert not said.startswith(REFUSALS) if allowed else said.startswith(REFUSALS), (
            f"{actor} /{command}: {said}"
        )
        await _done(bot)
        await kept.must_be_the_same(actor, people[actor] if allowed else None)


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: type(press).__name__)
async def test_buttons(bot: Bot, press: Any) -> None:
    """All of them forged, because nobody was ever given that button."""
    least, private = PRESSES[press], isinstance(press, m.EraseMe)
    people, kept = await _cast(bot), Kept(bot)
    data = bot.application.services.buttons.pack(press)
    await kept.look()
    for actor in ACTORS:
        person = people[actor]
        answer = await person.forge(person.last(), data)
        said = str(answer.get("text", ""))
        refused = said.startswith(REFUSALS)
        allowed = _expected(actor, least, type(press).__name__)
        allowed = allowed and not (private and actor in IN_A_GROUP)
        assert refused is not allowed, f"{actor} {press}: {answer}"
        assert answer.get("show_alert") or not refused
        await _done(bot)
        await kept.must_be_the_same(actor, None if refused else person)


@pytest.mark.parametrize(
    "press",
    [press for press, least in PRESSES.items() if least != "admin"],
    ids=lambda press: type(press).__name__,
)
async def test_a_button_of_another_chat_acts_only_where_it_is_pressed(bot: Bot, press: Any) -> None:
    """Made for a group that the presser, a member with credentials of another ISP, is not in."""
    state, operator, kept = bot.application.services.state, bot.person("operator"), Kept(bot)
    outsider = bot.person("outsider", DEMO_CREDENTIALS[1])
    for person in (operator, outsider):
        await state.set_role(person.user_id, "operator")
    await outsider.connect()
    (in_noc,) = bot.group("NOC", operator)
    await in_noc.ask("/settings Oslo")
    await state.choose(Place(in_noc.chat_id), Home(*HOME, "Home"), operator.user_id)
    for presser in (*bot.group("Elsewhere", outsider), outsider):
        shown = await presser.ask("/whoami")
        await kept.look()
        await presser.forge(shown, bot.application.services.buttons.pack(press))
        await _done(bot)
        await kept.must_be_the_same("outsider", presser)
        seen = [text_of(message) for message in presser.shown(shown["message_id"] - 1)]
        assert not [text for text in seen if "Hallway" in text], "a home of another ISP"


@pytest.mark.parametrize(
    "data", ["0|r|s|a|b|7d", "1|X|5", "1|J|x|admin", "1|R|5|owner", "junk", "1"]
)
async def test_old_and_broken_buttons_do_nothing_for_anybody(bot: Bot, data: str) -> None:
    people, kept = await _cast(bot), Kept(bot)
    for actor, person in people.items():
        await kept.look()
        answer = await person.forge(person.last(), data)
        assert answer["show_alert"]
        expired = answer["text"] == texts.EXPIRED
        assert expired is _expected(actor, "viewer"), (actor, answer)
        await _done(bot)
        await kept.must_be_the_same(actor)


async def test_a_removed_member_has_no_credentials_left_to_use(bot: Bot) -> None:
    max_, state = bot.person("Max"), bot.application.services.state
    await state.set_role(max_.user_id, "operator")
    await max_.connect()
    assert plume.is_configured(max_.user_id)
    report = await max_.choose()
    await state.remove(max_.user_id)
    assert not plume.is_configured(max_.user_id)
    calls = len(bot.plume_calls())
    answer = await max_.press("Refresh", report)
    assert "private" in answer["text"]
    assert len(bot.plume_calls()) == calls


async def test_a_demoted_admin_cannot_finish_what_they_began(bot: Bot) -> None:
    max_, state = bot.person("Max"), bot.application.services.state
    await state.set_role(max_.user_id, "admin")
    choice = await max_.ask("/setup")
    await max_.press("For the team", choice)
    await max_.answered(choice["message_id"], "step 1")
    await max_.ask(max_.credential.header)
    await state.set_role(max_.user_id, "viewer")
    told = text_of(await max_.ask(max_.credential.partner_id))
    assert told == member_texts.ADMINS_ONLY_TEAM
    assert not await state.has_team_credential()


def _handlers(bot: Bot) -> list[BaseHandler[Any, Any, Any]]:
    found: list[BaseHandler[Any, Any, Any]] = []
    for group in bot.application.handlers.values():
        for handler in group:
            found.append(handler)
            if isinstance(handler, ConversationHandler):
                found += [*handler.entry_points, *handler.fallbacks]
                found += [each for step in handler.states.values() for each in step]
    return found


async def test_no_handler_is_without_a_row(bot: Bot) -> None:
    handlers = _handlers(bot)
    commands = {c for h in handlers if isinstance(h, CommandHandler) for c in h.commands}
    assert commands <= set(COMMANDS), "a row in COMMANDS says who may use it"
    kinds = {type(press) for press in PRESSES}
    assert {h._kind for h in handlers if isinstance(h, PressHandler)} <= kinds
    assert set(get_args(Press)) == kinds, "a row in PRESSES says who may use it"


async def test_what_the_bot_does_not_know_is_for_admins_or_refused_at_once() -> None:
    class NewPress:
        pass

    assert need_of_press(NewPress()).role == "admin"
    with pytest.raises(LookupError, match="reboot"):
        check_rows(["status", "reboot"])
