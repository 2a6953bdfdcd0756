"""Chats, settings and interrupted conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.storage.records import Chat, ChosenLocation, Draft, Settings

if TYPE_CHECKING:
    from src.storage.store import Store
    from tests.storage.conftest import Clock, Place

ANN, BOB, GROUP, SUPERGROUP = 1, 2, -55, -1_001_234_567_890


async def test_a_chat_is_remembered_when_something_is_new(store: Store) -> None:
    assert await store.chat(GROUP) is None
    assert await store.remember_chat(GROUP, "group", "NOC") is True
    assert await store.remember_chat(GROUP, "group", "NOC") is False
    assert await store.remember_chat(GROUP, "group", "NOC 2") is True
    assert await store.remember_chat(ANN, "private") is True
    assert [chat.title for chat in await store.chats()] == ["NOC 2", None]


async def test_an_unreachable_chat_keeps_the_first_reason(store: Store, clock: Clock) -> None:
    await store.remember_chat(GROUP, "group", "NOC")
    since = clock.now
    assert await store.chat_unreachable(GROUP, "kicked") is True
    clock.pass_by(hours=1)
    assert await store.chat_unreachable(GROUP, "still kicked") is False
    assert await store.chat(GROUP) == Chat(GROUP, "group", "NOC", "kicked", since)
    assert await store.remember_chat(GROUP, "group", "NOC") is True
    assert await store.chat(GROUP) == Chat(GROUP, "group", "NOC", None, None)


async def test_a_chat_may_be_unreachable_before_it_was_seen(store: Store) -> None:
    for chat_id, kind in ((ANN, "private"), (GROUP, "group")):
        assert await store.chat_unreachable(chat_id, "blocked") is True
        chat = await store.chat(chat_id)
        assert chat is not None
        assert (chat.type, chat.unreachable) == (kind, "blocked")


async def test_settings_are_unset_until_set(store: Store) -> None:
    assert await store.settings(GROUP) == Settings(None, None)
    await store.set_setting(GROUP, "timezone", "Europe/Oslo")
    await store.set_setting(GROUP, "timezone", "Europe/Berlin")
    await store.set_setting(GROUP, "theme", "dark")
    assert await store.settings(GROUP) == Settings("Europe/Berlin", "dark")
    await store.set_setting(GROUP, "timezone", None)
    await store.set_setting(GROUP, "timezone", None)
    assert await store.settings(GROUP) == Settings(None, "dark")
    assert await store.settings(ANN) == Settings()


async def test_a_draft_is_told_after_a_restart_until_it_is_ended(place: Place) -> None:
    async with await place.open() as store:
        await store.begin_draft(ANN, ANN, "setup")
        place.clock.pass_by(seconds=9)
        await store.begin_draft(ANN, ANN, "locations")
        await store.begin_draft(BOB, GROUP, "setup")
        assert await store.end_draft(BOB, GROUP) is True
        assert await store.end_draft(BOB, GROUP) is False
    async with await place.open() as store:
        assert await store.interrupted_drafts() == [
            Draft(ANN, ANN, "locations", place.clock.now),
        ]
        await store.end_draft(ANN, ANN)
        assert await store.interrupted_drafts() == []


async def test_a_group_keeps_everything_as_a_supergroup(store: Store) -> None:
    first, second = ChosenLocation("c", "l1", "A"), ChosenLocation("c", "l2", "B")
    await store.remember_chat(GROUP, "group", "NOC")
    await store.choose_location(GROUP, None, ANN, first)
    await store.choose_location(GROUP, 4, ANN, second)
    await store.set_setting(GROUP, "timezone", "Europe/Berlin")
    await store.begin_draft(ANN, GROUP, "locations")
    await store.record(ANN, "status", "location:l1", GROUP)
    before = [line.replace(str(GROUP), "?") for line in (await store.dump()).splitlines()]
    for _ in range(2):  # Telegram announces it from both sides
        await store.migrate_chat(GROUP, SUPERGROUP)
        dump = await store.dump()
        assert str(GROUP) not in dump
        after = [line.replace(str(SUPERGROUP), "?") for line in dump.splitlines()]
        assert after == before


async def test_what_the_supergroup_has_already_stays(store: Store) -> None:
    old, new = ChosenLocation("c", "l1", "Old"), ChosenLocation("c", "l2", "New")
    for chat_id, title, location in ((GROUP, "Old", old), (SUPERGROUP, "New", new)):
        await store.remember_chat(chat_id, "group", title)
        await store.choose_location(chat_id, None, ANN, location)
        await store.set_setting(chat_id, "theme", "dark" if chat_id == GROUP else "light")
    await store.choose_location(GROUP, 7, ANN, old)
    await store.migrate_chat(GROUP, SUPERGROUP)
    assert [chat.title for chat in await store.chats()] == ["New"]
    assert await store.chosen_location(SUPERGROUP, None, ANN) == new
    assert await store.chosen_location(SUPERGROUP, 7, ANN) == old
    assert await store.settings(SUPERGROUP) == Settings(None, "light")
    assert str(GROUP) not in await store.dump()
