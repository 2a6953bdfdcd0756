"""What the bot remembers, and where it holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from src.handlers.state import Home, Place, State
from src.models import GeoIp, Location

CONFIG = {"auth_header": "aWQ6c2VjcmV0", "partner_id": "p1"}
HOME = Home("c1", "l1", "Home", "Europe/Stockholm")


async def test_credentials_are_per_person() -> None:
    state = State()
    await state.connect(1, CONFIG)
    assert await state.is_connected(1)
    assert not await state.is_connected(2)
    await state.disconnect(1)
    assert not await state.is_connected(1)


async def test_the_chosen_home_is_per_place() -> None:
    state = State()
    await state.choose(Place(1), HOME)
    assert await state.home(Place(1)) == HOME
    assert await state.home(Place(1, 7)) is None
    await state.leave(Place(1))
    await state.leave(Place(1))
    assert await state.home(Place(1)) is None


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
