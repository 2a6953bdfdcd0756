"""From the outbox to Telegram, whatever Telegram does; an hour takes no time here."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from src.demo.telegram_state import FloodLimits
from src.handlers.courier import REPEATED
from src.models.watching import Incident, Notice, Spot
from src.storage.errors import StorageError
from src.watch.sender import LaterError, Sender, Sent
from tests import patient_time
from tests.storage import watching
from tests.watch.post import PostOffice, now, post_office

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from src.storage.records import Pending

HOUR_S = 3600.0


def run(tmp_path: Path, play: Callable[[PostOffice], Awaitable[None]], **options: Any) -> None:
    """Play a scene in virtual time."""

    async def main() -> None:
        async with post_office(tmp_path / "data", **options) as post:
            await play(post)

    patient_time.run(main())


def test_two_hours_without_telegram_and_then_refusals_cost_nothing(tmp_path: Path) -> None:
    """All messages arrive, in order within each chat, none lost, none twice."""

    async def play(post: PostOffice) -> None:
        dice = random.Random(6)  # noqa: S311 - repeatable, not secret
        spots = [post.person(f"P{n}") for n in range(4)] + [post.group(f"G{n}") for n in range(4)]
        written: dict[Spot, list[str]] = {spot: [] for spot in spots}
        async with post.sending() as sender:
            for kind, seconds in (("reset", 3600), ("502", 3600), (None, 60)):
                if kind:
                    post.server.faults.set("*", kind=kind)
                ends = asyncio.get_running_loop().time() + seconds
                while asyncio.get_running_loop().time() < ends:
                    spot = dice.choice(spots)
                    written[spot].append(await post.write(spot))
                    sender.wake()
                    await asyncio.sleep(dice.uniform(10, 90))
                if kind == "502":
                    assert not any(post.texts(spot) for spot in spots)
                    post.server.faults.clear()
                    for spot in spots[::2]:
                        options = {"retry_after": 40, "chat_id": spot.chat_id}
                        post.server.faults.set("sendMessage", kind="429", times=2, **options)
            await post.empty()
        for spot in spots:
            assert [text.removeprefix("Repeated: it may have reached you before.\n\n")
                    for text in post.texts(spot)] == written[spot]  # fmt: skip
        assert sum(map(len, written.values())) > 100

    run(tmp_path, play, flood=FloodLimits())


def test_the_pace_is_one_that_telegram_never_refuses(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        spots = [post.person(), post.group(), *(post.person(f"P{n}") for n in range(40))]
        for _ in range(30):
            for spot in spots[:2]:
                await post.write(spot)
        for spot in spots[2:]:
            await post.write(spot)
        async with post.sending():
            await post.empty()
        refused = [call for call in post.server.calls if call.error_code == 429]
        assert refused == []
        assert [len(post.texts(spot)) for spot in spots] == [30, 30, *[1] * 40]

    run(tmp_path, play, flood=FloodLimits())


def test_a_busy_group_does_not_hold_up_others(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        group, ann = post.group(), post.person()
        for _ in range(50):
            await post.write(group)
        await post.write(ann, "digest")
        async with post.sending():
            await asyncio.sleep(2)
            assert len(post.texts(ann)) == 1
            assert 0 < len(post.texts(group)) < 10
            await post.empty()

    run(tmp_path, play)


def test_what_is_written_later_goes_when_the_sender_is_woken(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann = post.person()
        async with post.sending() as sender:
            await asyncio.sleep(HOUR_S)
            await post.write(ann)
            sender.wake()
            await asyncio.sleep(1)
            assert len(post.texts(ann)) == 1
            await post.write(ann, "note", not_before=now() + timedelta(minutes=10))
            sender.wake()
            await asyncio.sleep(300)
            assert (len(post.texts(ann)), sender.depth) == (1, 0)
            await asyncio.sleep(400)
            assert len(post.texts(ann)) == 2

    run(tmp_path, play)


def test_an_attempt_that_a_crash_cut_off_is_repeated_and_says_so(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann = post.person()
        first, second = await post.write(ann), await post.write(ann)
        [pending] = await post.store.next_batch(now())
        await post.store.mark_sending(pending.number)  # and then the power went
        async with post.sending():
            await post.empty()
        assert post.texts(ann) == [f"Repeated: it may have reached you before.\n\n{first}", second]
        assert REPEATED.startswith("<i>Repeated")

    run(tmp_path, play)


def test_a_stop_lets_the_message_under_way_arrive(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann = post.person()
        name = await post.write(ann)
        post.server.faults.set("sendMessage", kind="slow", seconds=1)
        async with post.sending():
            await asyncio.sleep(0.5)
        assert post.texts(ann) == [name]
        async with post.sending():
            await asyncio.sleep(60)
        assert post.texts(ann) == [name]

    run(tmp_path, play)


def test_a_stop_does_not_wait_for_a_call_that_hangs(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann = post.person()
        await post.write(ann)
        post.server.faults.set("sendMessage", kind="hang")
        async with post.sending():
            await asyncio.sleep(1)
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 5
        post.server.faults.clear()
        async with post.sending():
            await post.empty()
        [text] = post.texts(ann)
        assert text.startswith("Repeated")

    run(tmp_path, play)


def test_a_chat_that_blocks_the_bot_is_told_of_once(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann, bob = post.person("Ann"), post.person("Bob")
        post.server.faults.set("sendMessage", kind="forbidden", chat_id=ann.chat_id)
        for _ in range(3):
            await post.write(ann)
        name = await post.write(bob)
        async with post.sending() as sender:
            await post.empty()
            await post.write(ann)
            sender.wake()
            await post.empty()
        assert [chat_id for chat_id, _ in post.gone] == [ann.chat_id]
        assert post.texts(bob) == [name]
        assert not await post.state.is_reachable(ann.chat_id)

    run(tmp_path, play)


def test_a_deleted_topic_sends_its_messages_to_general(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        topic = post.group(forum=True)
        names = [await post.write(topic) for _ in range(2)]
        post.server.delete_topic(topic.chat_id, topic.thread_id)
        async with post.sending():
            await post.empty()
        assert post.topics == [topic]
        assert post.texts(topic) == names

    run(tmp_path, play)


def test_a_group_that_moved_takes_its_messages_along(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        group = post.group()
        names = [await post.write(group) for _ in range(3)]
        new_id = post.server.migrate_to_supergroup(group.chat_id)
        async with post.sending():
            await post.empty()
        assert post.texts(Spot(new_id)) == names

    run(tmp_path, play)


def test_recoveries_are_replies_and_edits_find_their_alert(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        ann = post.person()
        told = Notice("i1", ann, "told")
        incident: Incident = watching.incident()
        await post.store.commit_watch(incidents=[incident], notices=[told])
        for kind in ("alert", "edit", "recovery"):
            await post.write(ann, kind, incident_id="i1")
        async with post.sending():
            await post.empty()
        alert, recovery = [m for m in post.server.messages(ann.chat_id) if m["from"]["is_bot"]]
        assert alert["text"].startswith("edit")
        assert recovery["reply_to_message"]["message_id"] == alert["message_id"]
        assert post.arrived[0] == ("alert 0", alert["message_id"])

    run(tmp_path, play)


class Stubborn:
    """A courier that does as it is told."""

    def __init__(self, *outcomes: Exception | Sent) -> None:
        self.outcomes = list(outcomes)
        self.brought: list[str] = []

    async def bring(self, pending: Pending) -> Sent:
        self.brought.append(pending.message.once)
        outcome = self.outcomes.pop(0) if self.outcomes else Sent(1)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_what_arrived_is_not_sent_again_when_the_disk_is_full(tmp_path: Path) -> None:
    async def play(post: PostOffice) -> None:
        name = await post.write(post.person())
        courier = Stubborn()
        sender = Sender(lambda: post.store, courier, post, now)
        refuses = "BEFORE UPDATE OF done_at ON outbox BEGIN SELECT RAISE(ABORT, 'no room'); END"
        await post.sql(f"CREATE TRIGGER full {refuses}")
        with pytest.raises(StorageError):
            await sender.run()
        await post.sql("DROP TRIGGER full")
        async with post.sending(sender):
            await post.empty()
        assert courier.brought == [name]
        assert post.arrived == [(name, 1)]

    run(tmp_path, play)


@pytest.mark.parametrize("chat_only", [True, False])
def test_pauses_grow_and_are_as_long_as_telegram_asks(tmp_path: Path, chat_only: bool) -> None:
    async def play(post: PostOffice) -> None:
        await post.write(post.person())
        refusals = [LaterError("no", chat_only=chat_only) for _ in range(3)]
        asked = LaterError("wait", after_s=200, chat_only=chat_only)
        courier = Stubborn(*refusals, asked)
        sender, loop = Sender(lambda: post.store, courier, post, now), asyncio.get_running_loop()
        began = loop.time()
        async with post.sending(sender):
            await post.empty()
        assert len(courier.brought) == 5
        assert 1 + 2 + 5 + 200 <= loop.time() - began < 1 + 2 + 5 + 200 + 10

    run(tmp_path, play)


def test_what_fails_at_one_moment_is_one_failure(tmp_path: Path) -> None:
    """However many messages were on their way when Telegram went, the first pause is short."""

    async def play(post: PostOffice) -> None:
        for number in range(10):
            await post.write(post.person(f"P{number}"))
        courier = Stubborn(*(LaterError("no") for _ in range(5)))
        sender, loop = Sender(lambda: post.store, courier, post, now), asyncio.get_running_loop()
        began = loop.time()
        async with post.sending(sender):
            await post.empty()
        assert len(post.arrived) == 10
        assert loop.time() - began < 5

    run(tmp_path, play)
