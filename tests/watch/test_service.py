"""From a home that breaks to the message that says so, and through every kind of restart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from src import telemetry
from src.models.watching import ChatPolicy, Spot
from src.storage.records import Board
from src.watch.delivery import Verdict
from tests import patient_time
from tests.storage.watching import message
from tests.watch.station import (
    ADMIN,
    HOME,
    HOUR_S,
    MINUTE_S,
    POD,
    Station,
    homes,
    make_cloud,
    station,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


def run(tmp_path: Path, play: Callable[[Station], Awaitable[None]]) -> None:
    """Play a scene in virtual time."""

    async def main() -> None:
        async with station(tmp_path / "data") as scene:
            await play(scene)

    patient_time.run(main())


def test_a_pod_that_is_unplugged_is_told_and_its_return_is_a_reply(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        assert await scene.watch(ann)
        assert not await scene.watch(ann)
        await asyncio.sleep(10 * MINUTE_S)
        assert scene.post.texts(ann) == []
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        took = await scene.until(lambda: scene.post.texts(ann))
        assert took <= 2 * 60 + 180 + 5
        [alert] = scene.post.texts(ann)
        assert "Olson" in alert
        scene.world.restore(HOME.location_id)
        await scene.until(lambda: len(scene.post.texts(ann)) == 2)
        await scene.post.empty()
        first, second = [m for m in scene.post.server.messages(ann.chat_id) if m["from"]["is_bot"]]
        assert second["reply_to_message"]["message_id"] == first["message_id"]
        assert first["text"] != alert  # it says that it is over
        await asyncio.sleep(HOUR_S)
        assert len(scene.post.texts(ann)) == 2

    run(tmp_path, play)


def test_a_clock_that_runs_faster_from_now_on_is_no_pause_of_ours(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        await asyncio.sleep(10 * MINUTE_S)
        scene.world.clock.set_speed(60)  # an hour of the world from one look to the next
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        assert await scene.until(lambda: scene.post.texts(ann)) <= 2 * 60 + 5
        scene.world.clock.set_speed(1)
        scene.world.restore(HOME.location_id)
        assert await scene.until(lambda: len(scene.post.texts(ann)) == 2) <= 5 * 60 + 5

    run(tmp_path, play)


def test_a_line_that_is_slow_on_the_first_day_is_told(tmp_path: Path) -> None:
    """What is usual there is known from before, by one call that no look waits for."""

    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        await asyncio.sleep(10 * MINUTE_S)
        scene.world.clock.set_speed(60)
        await asyncio.sleep(5 * MINUTE_S)
        scene.world.apply("slow_speed_test", HOME.location_id)
        took = await scene.until(lambda: scene.post.texts(ann))
        assert 60 * took < 12 * HOUR_S
        assert "SLOWER THAN USUAL" in scene.post.texts(ann)[0]
        assert len(scene.calls(HOME.location_id, "/speedTestResults")) == 1

    run(tmp_path, play)


def test_the_past_of_a_home_that_nobody_watches_any_more_is_dropped(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        await scene.until(lambda: scene.watching._engine.memory(HOME).recalled)
        assert len(scene.watching._engine.memory(HOME).speeds) > 50
        await scene.watching.remove_watch(HOME, ann)
        await scene.watching._take_speeds(HOME, ())  # the answer came late
        assert scene.watching._engine.homes() == []

    run(tmp_path, play)


def test_a_home_watched_from_ten_chats_is_looked_at_once(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        people = [await scene.person(f"P{n}") for n in range(10)]
        for person in people:
            await scene.watch(person)
        await asyncio.sleep(HOUR_S)
        assert 58 <= len(scene.calls(HOME.location_id, "/nodes")) <= 62
        assert 3 <= len(scene.calls(HOME.location_id)) - 60 <= 10  # rarer calls, the past once
        scene.world.apply("cut_line", HOME.location_id)
        await scene.until(lambda: all(scene.post.texts(person) for person in people))
        for person in people:
            assert await scene.watching.remove_watch(HOME, person)
        before = len(scene.calls())
        await asyncio.sleep(HOUR_S)
        assert len(scene.calls()) == before
        assert scene.watching.incidents() != {}
        assert not [each for each in scene.watching.incidents().values() if each.open]
        assert not await scene.watching.remove_watch(HOME, people[0])

    run(tmp_path, play)


@pytest.mark.parametrize("after_s", [30, 100, 220, 400])
def test_a_restart_loses_and_doubles_nothing(tmp_path: Path, after_s: float) -> None:
    """Whatever the moment of the kill: before the first look, between looks, after the alert."""

    async def main() -> None:
        cloud = make_cloud()
        async with station(tmp_path / "data", cloud) as scene:
            ann, server = await scene.person(), scene.post.server
            await scene.watch(ann)
            await asyncio.sleep(5 * MINUTE_S)
            cloud.world.apply("unplug_pod", HOME.location_id, POD)
            await asyncio.sleep(after_s)
        async with station(tmp_path / "data", cloud, server) as scene:
            await scene.until(lambda: scene.post.texts(ann))
            cloud.world.restore(HOME.location_id)
            await asyncio.sleep(60)
        async with station(tmp_path / "data", cloud, server) as scene:
            await scene.until(lambda: len(scene.post.texts(ann)) == 2)
            await asyncio.sleep(HOUR_S / 2)
            assert len(scene.post.texts(ann)) == 2

    patient_time.run(main())


def test_when_plume_is_down_it_is_said_once_and_the_homes_are_not_accused(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        await scene.watch(ann, homes(8)[7], "Other")
        await asyncio.sleep(10 * MINUTE_S)
        scene.cloud.faults.set("503")
        await scene.until(lambda: scene.post.texts(ann))
        [text] = scene.post.texts(ann)
        assert "Olson" not in text.splitlines()[0]
        await asyncio.sleep(HOUR_S / 2)
        scene.cloud.faults.clear()
        await scene.until(lambda: len(scene.post.texts(ann)) == 2)
        await asyncio.sleep(HOUR_S / 2)
        assert len(scene.post.texts(ann)) == 2

    run(tmp_path, play)


def test_a_full_disk_makes_a_look_that_never_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        await asyncio.sleep(5 * MINUTE_S)
        refuses = "BEFORE INSERT ON incidents BEGIN SELECT RAISE(ABORT, 'no room'); END"
        await scene.post.sql(f"CREATE TRIGGER full {refuses}")
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        await asyncio.sleep(HOUR_S)
        assert scene.post.texts(ann) == []
        assert not scene.watching.incidents()
        await scene.post.sql("DROP TRIGGER full")
        await scene.until(lambda: scene.post.texts(ann))

    run(tmp_path, play)
    told = [each for each in caplog.records if "looks are dropped" in each.message]
    assert len(told) == 1


def test_who_may_not_use_the_bot_any_more_hears_nothing_more(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann, group = await scene.person(), scene.post.group()
        for spot in (ann, group):
            await scene.watch(spot)
        await scene.post.state.remove(ann.chat_id)
        await asyncio.sleep(1)
        assert [each.spot for each in scene.watching.desk().watches] == [group]
        await scene.post.state.set_role(ann.chat_id, "operator")
        await scene.watch(ann)
        await scene.post.state.erase(ann.chat_id)
        await asyncio.sleep(1)
        assert [each.spot for each in scene.watching.desk().watches] == [group]

    run(tmp_path, play)


def test_a_private_watch_of_somebody_unknown_ends_at_the_start(tmp_path: Path) -> None:
    async def main() -> None:
        cloud = make_cloud()
        async with station(tmp_path / "data", cloud, PANOPTES_ALLOWED_USERS="500001") as scene:
            ann = scene.post.person()
            assert ann.chat_id == 500_001
            await scene.watch(ann)
            await asyncio.sleep(HOUR_S)
            assert len(scene.watching.desk().watches) == 1
        async with station(tmp_path / "data", cloud) as scene:  # taken out of the environment
            assert scene.watching.desk().watches == []
            assert scene.watching.figures()["homes"] == 0

    patient_time.run(main())


def test_everything_moves_with_a_group(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        group = scene.post.group()
        await scene.watch(group)
        await scene.watching.change(
            lambda _: Verdict(policies=(ChatPolicy(group, {}, "Asia/Tokyo"),))
        )
        await asyncio.sleep(5 * MINUTE_S)
        moved = Spot(scene.post.server.migrate_to_supergroup(group.chat_id))
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        await scene.until(lambda: scene.post.texts(moved))
        await asyncio.sleep(1)
        desk = scene.watching.desk()
        assert [each.spot for each in desk.watches] == [moved]
        assert desk.policy(moved).timezone == "Asia/Tokyo"
        scene.world.restore(HOME.location_id)
        await scene.until(lambda: len(scene.post.texts(moved)) == 2)

    run(tmp_path, play)


def test_a_deleted_topic_leaves_its_watches_to_general_and_says_so(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        topic = scene.post.group(forum=True)
        general = Spot(topic.chat_id)
        await scene.watch(topic)
        await asyncio.sleep(5 * MINUTE_S)
        scene.post.server.delete_topic(*topic)
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        await scene.until(lambda: len(scene.post.texts(general)) == 2)
        assert "A topic of this group was deleted" in "\n".join(scene.post.texts(general))
        assert [each.spot for each in scene.watching.desk().watches] == [general]

    run(tmp_path, play)


def test_admins_are_told_once_of_a_chat_that_cannot_be_reached(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        admin_user = scene.post.server.add_user("Admin", user_id=ADMIN)["id"]
        scene.post.server.send_text(admin_user, "/start")
        group = scene.post.group("NOC <1>")
        await scene.post.state.remember_chat(group.chat_id, "group", "NOC <1>")
        await scene.watch(group)
        scene.post.server.faults.set("sendMessage", kind="forbidden", chat_id=group.chat_id)
        for number in range(3):
            sent = message(f"m{number}", spot=group)
            await scene.watching.change(lambda _, sent=sent: Verdict(outgoing=(sent,)))  # type: ignore[misc]
            await asyncio.sleep(MINUTE_S)
        [text] = scene.post.texts(Spot(ADMIN))
        assert "NOC <1>" in text
        assert "1 home watched there" in text

    run(tmp_path, play)


def test_a_look_on_demand_does_not_wait_for_its_turn(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        await scene.watch(await scene.person())
        await asyncio.sleep(5 * MINUTE_S)
        before, calls = scene.watching.home(HOME).looked_at, len(scene.calls())
        state = await scene.watching.look_now(HOME)
        assert len(scene.calls()) == calls + 2
        assert state.looked_at is not None
        assert before is not None
        assert state.looked_at > before

    run(tmp_path, play)


def test_others_see_how_watching_stands(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        changed: list[int] = []
        scene.watching.when_changed(lambda: changed.append(1))
        ann = await scene.person()
        await scene.watch(ann)
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        await scene.until(lambda: scene.post.texts(ann))
        assert changed
        found = telemetry.watch_state()
        assert found == scene.watching.figures()
        assert found is not None
        assert (found["homes"], found["interval_s"]) == (1, 60.0)
        assert sum(found["open_incidents"].values()) == 1
        await scene.watching.stop()
        assert telemetry.watch_state() is None

    run(tmp_path, play)


def test_a_board_is_kept_until_it_is_given_up(tmp_path: Path) -> None:
    async def main() -> None:
        board = Board(Spot(-77), 10, 1)
        async with station(tmp_path / "data") as scene:
            await scene.watching.save_board(board)
            assert scene.watching.boards() == [board]
        async with station(tmp_path / "data") as scene:
            assert scene.watching.boards() == [board]
            assert await scene.watching.forget_board(board.spot)
            assert scene.watching.boards() == []
            assert not await scene.watching.forget_board(board.spot)

    patient_time.run(main())


def test_what_a_timer_brings_is_told_without_a_look(tmp_path: Path) -> None:
    """A home that waits for its neighbours is told when the wait is over."""

    async def play(scene: Station) -> None:
        group = scene.post.group()
        await scene.watch(group)
        await asyncio.sleep(10 * MINUTE_S)
        scene.world.apply("cut_line", HOME.location_id)
        await scene.until(lambda: scene.post.texts(group))
        assert "OFFLINE" in scene.post.texts(group)[0]

    run(tmp_path, play)


def test_a_look_at_a_home_that_was_just_left_is_dropped(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        group = scene.post.group()
        await scene.watch(group)
        await asyncio.sleep(10)
        scene.cloud.latency_s = 5
        looking = asyncio.create_task(scene.watching.look_now(HOME))
        await asyncio.sleep(1)
        await scene.watching.remove_watch(HOME, group)
        assert (await looking).word == "waiting"

    run(tmp_path, play)


def test_damaged_memory_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        cloud = make_cloud()
        async with station(tmp_path / "data", cloud) as scene:
            await scene.watch(await scene.person())
            await asyncio.sleep(5 * MINUTE_S)
        async with station(tmp_path / "data", cloud) as scene:
            await scene.post.sql("UPDATE watch_homes SET memory = 'no JSON'")
        async with station(tmp_path / "data", cloud) as scene:
            await asyncio.sleep(5 * MINUTE_S)
            assert scene.watching.home(HOME).looked_at is not None

    patient_time.run(main())
    assert any("cannot be read" in record.message for record in caplog.records)


def test_what_is_old_is_tidied_away(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        ann = await scene.person()
        await scene.watch(ann)
        scene.world.apply("unplug_pod", HOME.location_id, POD)
        await scene.until(lambda: scene.post.texts(ann))
        scene.world.restore(HOME.location_id)
        await scene.until(lambda: len(scene.post.texts(ann)) == 2)
        [told] = scene.watching.incidents()
        scene.world.clock.advance(9 * 24 * HOUR_S)
        await asyncio.sleep(1.1 * HOUR_S)
        assert told not in scene.watching.incidents()
        assert told not in {incident for incident, _ in scene.watching.desk().notices}

    run(tmp_path, play)


def test_before_the_start_there_is_nothing_to_see(tmp_path: Path) -> None:
    async def play(scene: Station) -> None:
        from src.watch.service import WatchService  # noqa: PLC0415

        fresh: Any = WatchService(scene.watching._means)
        with pytest.raises(RuntimeError, match="has not started"):
            fresh.desk()

    run(tmp_path, play)
