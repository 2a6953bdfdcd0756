"""What the watching service is given to work with: this bot's state, people and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.handlers.state import State
from src.handlers.watching import build_watching
from src.models.watching import Spot
from src.settings import load_settings
from tests import patient_time
from tests.planted import BOT_TOKEN
from tests.storage import watching as samples
from tests.watch.post import now
from tests.watch.station import ADMIN, HOME, Station, station

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

BOSS = 500_901


def run(tmp_path: Path, play: Callable[[Station], Awaitable[None]], **environment: str) -> None:
    """Play a scene in virtual time."""

    async def main() -> None:
        options = {"PANOPTES_ADMINS": f"{ADMIN},{BOSS}"} | environment
        async with station(tmp_path / "data", None, None, **options) as scene:
            await play(scene)

    patient_time.run(main())


@pytest.mark.parametrize(
    ("settings", "interval_s", "stretched"),
    [
        ({}, 60, False),
        ({"PANOPTES_WATCH_INTERVAL": "300"}, 300, False),
        ({"PLUME_POLL_RATE": "1"}, 122, True),
        ({"PLUME_WINDOW_CALLS": "360"}, 122, True),  # 300 of them in 300 s
    ],
)
async def test_the_pace_comes_from_the_settings(
    tmp_path: Path, settings: dict[str, str], interval_s: float, stretched: bool
) -> None:
    basic = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "PANOPTES_DATA_DIR": str(tmp_path)}
    found = load_settings(basic | settings, dotenv=None)
    watching = build_watching(found, State(found), now)
    watching._schedule.set_homes(HOME._replace(location_id=f"l{n}") for n in range(100))
    assert round(watching.pace.interval_s) == interval_s
    assert watching.pace.stretched is stretched


async def test_how_patient_it_is_comes_from_the_settings(tmp_path: Path) -> None:
    basic = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "PANOPTES_DATA_DIR": str(tmp_path)}
    patience = {"PANOPTES_WATCH_CONFIRM_LOOKS": "3", "PANOPTES_WATCH_CONFIRM_SECONDS": "300"}
    found = load_settings(basic | patience, dotenv=None)
    rules = build_watching(found, State(found), now)._engine.rules
    assert (rules.confirm_looks, rules.clear_looks) == (3, 3)
    assert (rules.confirm_s, rules.clear_s) == (300, 300)


def test_admins_hear_of_a_chat_that_is_gone_only_where_homes_are_watched(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        means, state = scene.watching._means, scene.post.state
        group, person = Spot(-77), Spot(ADMIN)
        assert await means.chat_gone(group.chat_id, "kicked") == ()
        assert not await state.is_reachable(group.chat_id)
        await scene.watch(group)
        notes = await means.chat_gone(group.chat_id, "kicked <out>")
        assert [note.spot for note in notes] == [Spot(ADMIN), Spot(BOSS)]
        assert "kicked &lt;out&gt;" in notes[0].text
        assert "Chat -77" in notes[0].text
        assert [note.once for note in await means.chat_gone(group.chat_id, "x")] == [
            note.once for note in notes
        ]
        await state.store.upsert_person(ADMIN, "Nora")
        await scene.watch(person)
        [note] = await means.chat_gone(person.chat_id, "blocked")  # not to the chat that is gone
        assert note.spot == Spot(BOSS)
        assert "Nora" in note.text

    run(tmp_path, play)


def test_general_is_told_what_it_takes_over(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        means = scene.watching._means
        note = means.topic_gone(samples.SPOT, 2)
        assert note.spot == Spot(samples.SPOT.chat_id)
        assert "2 homes" in note.text
        assert "homes" not in means.topic_gone(samples.SPOT, 0).text

    run(tmp_path, play)


def test_who_may_watch_in_private(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        allowed = scene.watching._means.allowed
        assert await allowed(ADMIN)
        assert not await allowed(123)
        await scene.post.state.set_role(123, "viewer")
        assert await allowed(123)

    run(tmp_path, play)


def test_new_credentials_of_the_team_are_used_at_once(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        await scene.watch(await scene.person())
        assert (await scene.watching.look_now(HOME)).looked_at is not None
        await scene.post.state.disconnect_team()
        calls = len(scene.calls())
        await scene.watching.look_now(HOME)
        assert len(scene.calls()) == calls

    run(tmp_path, play)
