"""What the bot remembers, where it holds, and when the right to it ends."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from telegram import Chat, Message, Update, User

import plume_api_client as plume
from src.handlers.state import Home, Member, Place, State
from src.models import GeoIp, Location
from src.settings import load_settings
from tests.planted import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CONFIG = {"auth_header": base64.b64encode(b"id:s3cret-of-nobody").decode(), "partner_id": "p1"}
TEAMS = {"auth_header": base64.b64encode(b"team:s3cret-of-team").decode(), "partner_id": "p2"}
HOME = Home("c1", "l1", "Home", "Europe/Stockholm")
CLOSED = {"PANOPTES_ADMINS": "1", "PANOPTES_ALLOWED_USERS": "2,3"}
TOKEN = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN}


class Kept:
    """A state that can be opened again, as after a restart."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.learnt: list[str] = []
        self.states: list[State] = []

    async def open(self, **environment: str) -> State:
        given = TOKEN | {"PANOPTES_DATA_DIR": str(self.data_dir)} | environment
        state = State(load_settings(given, dotenv=None), self.learnt.append)
        await state.open()
        await state.open()
        self.states.append(state)
        return state

    async def restart(self, **environment: str) -> State:
        await self.close()
        return await self.open(**environment)

    async def close(self) -> None:
        plume.user_auth.clear()
        for state in self.states:
            await state.close()


@pytest_asyncio.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    kept = Kept(tmp_path / "data")
    yield kept
    await kept.close()


async def test_a_closed_state_is_not_used_by_mistake(kept: Kept) -> None:
    state = await kept.open()
    await state.close()
    with pytest.raises(RuntimeError, match="not opened"):
        _ = state.store


async def test_credentials_are_per_person_and_survive_a_restart(kept: Kept) -> None:
    state = await kept.open()
    await state.connect(1, CONFIG)
    assert await state.is_connected(1)
    assert not await state.is_connected(2)
    state = await kept.restart()
    assert not plume.is_configured(1), "loaded on first use only"
    assert await state.is_connected(1)
    assert plume.user_auth[1]["partner_id"] == "p1"
    assert await state.disconnect(1)
    assert not await state.disconnect(1)
    assert not await state.is_connected(1)


async def test_a_restart_uses_the_addresses_of_today(kept: Kept) -> None:
    state = await kept.open()
    await state.connect(1, CONFIG | {"plume_api_base": "https://old.test/api/"})
    state = await kept.restart(PLUME_API_BASE="https://new.test/api/")
    assert await state.is_connected(1)
    assert plume.user_auth[1]["plume_api_base"] == "https://new.test/api/"


async def test_every_secret_in_memory_is_hidden_from_the_log(kept: Kept) -> None:
    await (await kept.open()).connect(1, CONFIG)
    assert set(kept.learnt) >= {CONFIG["auth_header"], "s3cret-of-nobody"}
    kept.learnt.clear()
    await (await kept.restart()).is_connected(1)
    assert set(kept.learnt) >= {CONFIG["auth_header"], "s3cret-of-nobody"}


async def test_members_work_with_the_teams_credentials_until_removed(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    assert not await state.has_team_credential()
    await state.set_role(7, "viewer")
    await state.connect_team(TEAMS)
    assert await state.has_team_credential()
    assert await state.is_connected(7)
    assert await state.is_connected(7), "asked again, from memory"
    assert await state.is_connected(7, "viewer"), "the gate has just asked"
    assert plume.user_auth[7]["partner_id"] == "p2"
    assert not await state.is_connected(99), "a stranger"
    assert await state.remove(7)
    assert not plume.is_configured(7)
    assert not await state.is_connected(7)
    assert not await state.is_connected(7, "viewer"), "removed after the gate looked"
    assert not plume.is_configured(7)


async def test_own_credentials_go_before_the_teams(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    await state.connect_team(TEAMS)
    assert await state.is_connected(2)
    await state.connect(2, CONFIG)
    assert await state.is_connected(2)
    assert plume.user_auth[2]["partner_id"] == "p1"
    await state.disconnect(2)
    assert await state.is_connected(2)
    assert plume.user_auth[2]["partner_id"] == "p2"


async def test_own_credentials_saved_elsewhere_replace_the_teams(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    await state.connect_team(TEAMS)
    assert await state.is_connected(2)
    await state.store.save_credential(2, CONFIG)
    assert await state.is_connected(2)
    assert plume.user_auth[2]["partner_id"] == "p1"


async def test_new_or_erased_team_credentials_reach_everybody_at_once(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    await state.connect_team(TEAMS)
    assert await state.is_connected(2)
    await state.connect_team(CONFIG)
    assert not plume.is_configured(2)
    assert await state.is_connected(2)
    assert plume.user_auth[2]["partner_id"] == "p1"
    assert await state.disconnect_team()
    assert not plume.is_configured(2)
    assert not await state.is_connected(2)
    assert not await state.disconnect_team()


async def test_an_open_bot_has_no_team(kept: Kept) -> None:
    state = await kept.open()
    await state.store.save_credential(0, TEAMS)
    assert not await state.has_team_credential()
    assert not await state.is_connected(5)


async def test_the_chosen_home_is_per_place(kept: Kept) -> None:
    state = await kept.open()
    await state.choose(Place(1), HOME, 1)
    assert await state.home(Place(1)) == HOME
    assert await state.home(Place(-1, 7)) is None
    assert await (await kept.restart()).home(Place(1)) == HOME
    state = kept.states[-1]
    await state.leave(Place(1))
    await state.leave(Place(1))
    assert await state.home(Place(1)) is None


def _update(number: int = 1, user_id: int = 5) -> Update:
    message = Message(
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        Chat(user_id, Chat.PRIVATE),
        from_user=User(user_id, "Ann", is_bot=False),
    )
    return Update(number, message=message)


async def test_a_look_at_a_home_is_recent_and_audited_once(kept: Kept) -> None:
    state = await kept.open()
    for number in (1, 2, 2):
        state.saw(_update(number), HOME, "status")
    assert await state.recents(5) == [HOME]
    entries = await state.store.audit()
    assert [(e.user_id, e.action, e.object) for e in entries] == [
        (5, "saw status", "location:l1")
    ] * 2
    state.saw(Update(3), HOME, "status")
    assert [e.user_id for e in await state.store.audit(1)] == [None]


async def test_a_database_that_fails_keeps_nobody_from_reading(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    state = await kept.open()
    async with state.store.database.writing() as conn:
        await conn.exec_driver_sql("DROP TABLE audit")
    state.saw(_update(), HOME, "status")
    await state.store.settle()
    assert "looks at homes not noted: 1" in caplog.text


async def test_favourites_are_kept_in_order(kept: Kept) -> None:
    state, other = await kept.open(), Home("c1", "l2")
    assert await state.set_favourite(5, HOME, wanted=True) == "added"
    assert await state.set_favourite(5, other, wanted=True) == "added"
    assert await state.favourites(5) == [HOME, other]
    assert await state.set_favourite(5, HOME, wanted=False) == "removed"
    assert await state.favourites(5) == [other]


async def test_members_are_who_the_environment_and_the_admins_name(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    await state.arrive(3, "Otto")
    await state.arrive(99, "Eve")
    await state.set_role(2, "viewer")
    await state.set_role(8, "admin")
    await state.store.remove_person(8)
    await state.set_role(9, "operator")
    assert await state.members() == [
        Member(1, "", "admin", named=True),
        Member(9, "", "operator", named=False),
        Member(3, "Otto", "operator", named=True),
        Member(2, "", "viewer", named=True),
    ]
    assert await state.admins() == [1]
    assert await state.store.person(99) is None, "strangers are not stored"


async def test_somebody_removed_elsewhere_loses_credentials_on_arrival(kept: Kept) -> None:
    state = await kept.open(**CLOSED)
    await state.set_role(7, "viewer")
    await state.connect(7, CONFIG)
    await state.store.remove_person(7)
    assert await state.arrive(7, "Max") is None
    assert not plume.is_configured(7)


async def test_an_open_bot_stores_no_people(kept: Kept) -> None:
    state = await kept.open()
    assert await state.arrive(5, "Ann") == "operator"
    assert await state.store.people() == []


async def test_erasure_takes_credentials_from_memory_too(kept: Kept) -> None:
    state = await kept.open()
    await state.connect(5, CONFIG)
    await state.remember_chat(5, "private", None)
    await state.erase(5)
    assert not plume.is_configured(5)
    assert not await state.is_connected(5)
    assert await state.store.chat(5) is None
    await state.remember_chat(5, "private", None)
    assert await state.store.chat(5) is not None


async def test_a_chat_that_refuses_is_left_alone_until_it_writes_again(kept: Kept) -> None:
    state = await kept.open()
    assert await state.is_reachable(5)
    await state.remember_chat(5, "private", None)
    await state.cannot_reach(5, "blocked")
    assert not await state.is_reachable(5)
    await state.remember_chat(5, "private", None)
    assert await state.is_reachable(5)


async def test_a_group_keeps_its_home_when_it_moves(kept: Kept) -> None:
    state = await kept.open()
    await state.choose(Place(-5), HOME, 1)
    await state.migrate(-5, -1005)
    await state.migrate(-5, -1005)
    assert await state.home(Place(-1005)) == HOME
    assert await state.home(Place(-5)) is None


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (Location(id="l1", name="Home", geo_ip=GeoIp(timezone="Asia/Kathmandu")),
         Home("c1", "l1", "Home", "Asia/Kathmandu")),
        (Location(id="l1"), Home("c1", "l1")),
    ],
)  # fmt: skip
def test_a_home_is_what_plume_says_it_is(location: Location, expected: Home) -> None:
    assert Home.of("c1", location) == expected


def test_a_nameless_home_has_a_title_and_sameness_is_about_ids() -> None:
    assert Home("c1", "l1").title == "Location l1"
    assert Home("c1", "l1", "Home", customer="Ann Berg").title == "Ann Berg · Home"
    assert Home("c1", "l1", customer="Ann Berg").title == "Ann Berg · Location l1"
    for name in ("Ann Berg", "Ann Berg · Home"):  # who says it needs no telling
        assert Home("c1", "l1", name, customer="Ann Berg").title == name
    assert Home("c1", "l1", "Home", customer="Ann Berg") == Home("c1", "l1", "Home")
    assert HOME.title == "Home"
    assert HOME.same_as(Home("c1", "l1"))
    assert not HOME.same_as(Home("c1", "l2"))
    assert not HOME.same_as(None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Place(-5)),
        ({"message_thread_id": 9}, Place(-5)),  # a thread of replies is not a topic
        ({"message_thread_id": 9, "is_topic_message": True}, Place(-5, 9)),
    ],
)
def test_a_place_is_a_chat_or_a_topic(options: dict[str, int], expected: Place) -> None:
    message = Message(
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        Chat(-5, Chat.SUPERGROUP),
        from_user=User(1, "Ann", is_bot=False),
        **options,  # type: ignore[arg-type]  # of two different types
    )
    assert Place.of(Update(1, message=message)) == expected
