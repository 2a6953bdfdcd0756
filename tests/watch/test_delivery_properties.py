"""Whatever happens in whatever order: one alert each, quiet nights, no echo, nothing forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from src.models.watching import Maintenance, QuietHours
from src.watch import delivery
from src.watch.quiet import is_held
from tests.watch.incidents import (
    ANNS,
    BOBS,
    BOSS,
    CATHS,
    NIGHT,
    Chats,
    at,
    incident,
    over,
    watch,
)

if TYPE_CHECKING:
    from src.models.watching import HomeKey, Incident, Outgoing

HOMES = (ANNS, BOBS, CATHS)
DAY = 24 * 60
SPEAKING = {"alert", "recovery", "reminder"}

homes = st.sampled_from(HOMES)
steps = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 10, 60, 240, 600])),
    st.tuples(st.just("begin"), homes, st.sampled_from(["home_offline", "pod_offline", "reboot"])),
    st.tuples(st.just("close"), homes, st.sampled_from(["recovered", "swallowed", "new normal"])),
    st.tuples(st.just("grow"), homes),
    st.tuples(st.just("ack"), homes),
    st.tuples(st.just("snooze"), homes, st.sampled_from([60, None])),
    st.tuples(st.just("undo"), homes),
    st.tuples(st.just("quiet"), st.booleans()),
    st.tuples(st.just("work"), st.integers(1, 300)),
    st.tuples(st.just("mode"), st.sampled_from(["loud", "silent", "off"])),
    st.tuples(st.just("watch"), homes),
    st.tuples(st.just("unwatch"), homes),
)


class Story:
    """One chat's days; every message that goes out is looked at in the moment in which it does."""

    def __init__(self) -> None:
        self.chats = Chats([watch(key) for key in HOMES])
        self.chats.set(escalate_to=BOSS, escalate_after_s=1800)
        self.minute = 0
        self.open: dict[HomeKey, Incident] = {}
        self.spoken: set[str] = set()

    def do(self, step: tuple[Any, ...]) -> None:
        name, *rest = step
        getattr(self, name)(*rest)
        self._check(self.chats.tick(self.minute))

    # -- what can happen

    def wait(self, minutes: int) -> None:
        self.minute += minutes

    def begin(self, key: HomeKey, trigger: Any) -> None:
        if key in self.open:
            return
        number = f"{trigger}-{key.location_id}-{self.minute}"
        what = incident(
            trigger, key, id=number, began_at=at(self.minute), opened_at=at(self.minute)
        )
        if trigger == "reboot":
            self._check(self.chats.opens(replace(over(what, 0), began_at=at(0)), self.minute))
            return
        self.open[key] = what
        self._check(self.chats.opens(what, self.minute))

    def close(self, key: HomeKey, ending: Any) -> None:
        what = self.open.pop(key, None)
        if what is not None:
            self.minute += 3
            ended = over(what, self.minute - 3, ending)
            self._check(self.chats.happens("closed", ended, self.minute))

    def grow(self, key: HomeKey) -> None:
        if key in self.open:
            self.open[key] = replace(self.open[key], evidence=(str(self.minute),))
            self._check(self.chats.happens("grew", self.open[key], self.minute))

    def ack(self, key: HomeKey) -> None:
        if key in self.open:
            desk = self.chats.desk(self.minute)
            self._check(
                self.chats.take(delivery.acknowledge(desk, self.open[key], by=1, name="Bea"))
            )

    def snooze(self, key: HomeKey, minutes: int | None) -> None:
        if key in self.open:
            until = None if minutes is None else at(self.minute + minutes)
            desk = self.chats.desk(self.minute)
            self.chats.take(delivery.snooze(desk, self.open[key], NIGHT, until, name="Bea"))

    def undo(self, key: HomeKey) -> None:
        if key in self.open:
            desk = self.chats.desk(self.minute)
            self.chats.take(delivery.undo(desk, self.open[key], NIGHT, name="Bea"))

    def quiet(self, on: bool) -> None:
        self.chats.set(quiet=QuietHours(20 * 60, 8 * 60) if on else None)

    def work(self, minutes: int) -> None:
        window = Maintenance(str(self.minute), at(self.minute), at(self.minute + minutes))
        self.chats.set(maintenance=(window,))

    def mode(self, mode: Any) -> None:
        self.chats.set(modes={"pod_offline": mode})

    def watch(self, key: HomeKey) -> None:
        if watch(key) not in self.chats.watches:
            self.chats.watches.append(watch(key))
            desk, open_ones = self.chats.desk(self.minute), self.open.values()
            self._check(self.chats.take(delivery.follow(desk, key, NIGHT, open_ones)))

    def unwatch(self, key: HomeKey) -> None:
        if watch(key) in self.chats.watches:
            self.chats.watches.remove(watch(key))
            desk, open_ones = self.chats.desk(self.minute), self.open.values()
            self._check(self.chats.take(delivery.leave(desk, key, NIGHT, open_ones)))

    # -- what must hold

    def _check(self, sent: list[Outgoing]) -> None:
        policy = self.chats.desk(self.minute).policy(NIGHT)
        for message in sent:
            if message.spot != NIGHT or message.incident_id is None:
                continue
            what = self.chats.incidents[message.incident_id]
            if message.kind in SPEAKING:
                assert not is_held(policy, what.level, at(self.minute)), "it is night"
            if message.kind in {"alert", "reminder"}:
                work = policy.maintenance
                assert not any(w.start <= at(self.minute) < w.end for w in work), "maintenance"
            if message.kind == "alert":
                assert what.id not in self.spoken, "told twice"
            if message.kind != "alert":
                assert what.id in self.spoken, f"{message.kind} of what was never told"
            self.spoken.add(what.id)
        for message in sent:
            night = is_held(policy, "warning", at(self.minute))
            assert not (night and "in the quiet hours" in message.text), "a summary at night"
        if any(message.kind == "summary" for message in sent):
            self.spoken |= {key for key, _ in self.chats.notices}

    def end(self) -> None:
        """Everything comes to its end: whatever waited was said or dropped."""
        self.quiet(on=False)
        self.wait(400)
        self._check(self.chats.tick(self.minute))
        for key, what in self.open.items():
            notice = self.chats.notices.get((what.id, NIGHT))
            if watch(key) in self.chats.watches and notice is not None:
                said = notice.state == "told" or "is off here" in notice.reason
                assert said, f"still broken, and not told: {notice}"
        for key in list(self.open):
            self.close(key, "recovered")
        self.wait(2 * DAY)
        self._check(self.chats.tick(self.minute))
        left = {n.state for n in self.chats.notices.values()}
        assert left <= {"done", "withheld"}
        waiting = [n for n in self.chats.notices.values() if n.next_reminder_at is not None]
        assert not [n for n in waiting if n.state == "withheld"], "kept back and forgotten"
        assert self.chats.tick(self.minute + DAY) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, min_size=15, max_size=60))
def test_whatever_happens(happened: list[tuple[Any, ...]]) -> None:
    story = Story()
    for step in happened:
        story.do(step)
    story.end()
