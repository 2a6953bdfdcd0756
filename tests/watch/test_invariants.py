"""What holds however odd the looks are: generated homes, generated times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from src.models.watching import Blindness, PodSight, Sight, SpeedSight
from src.watch.engine import Engine
from src.watch.memory import dump_home, dump_scope, load_home, load_scope
from tests.watch.timeline import START, at, key

if TYPE_CHECKING:
    from src.models.watching import HomeKey, IncidentEvent
    from src.watch.engine import Step

OWNER = 7
HOMES = [key(number) for number in (1, 2, 3, 4)]
_NAMES = ["hall", "study", "attic", "shed"]

_state = st.sampled_from([True, True, True, False, False, None])
_moment = st.one_of(st.none(), st.integers(-50, 400).map(at))


@st.composite
def _pod(draw: st.DrawFn, name: str) -> PodSight:
    return PodSight(
        id=name,
        name=name.title(),
        connected=draw(_state),
        since=draw(_moment),
        is_gateway=name == "hall",
        health=draw(st.sampled_from(["good", "good", "fair", "poor", None, "splendid"])),
        alerts=draw(st.sampled_from([(), (), ("hot",), ("poorHealth", "odd one")])),
        backhaul=draw(st.sampled_from(["wifi", "ethernet", None])),
        parent_id=draw(st.sampled_from([None, "hall", "study", "attic", name])),
        hops=draw(st.sampled_from([None, 1, 2, 3])),
        booted_at=draw(_moment),
    )


@st.composite
def _sight(draw: st.DrawFn) -> Sight:
    names = draw(st.lists(st.sampled_from(_NAMES), unique=True))
    return Sight(
        at=START,
        online=draw(_state),
        pods=tuple(draw(_pod(name)) for name in names),
        since=draw(_moment),
        service_level=draw(st.sampled_from([None, "fullService", "noService"])),
        public_address=draw(st.sampled_from([None, "203.0.113.4", "203.0.113.5", "odd"])),
        isp=draw(st.sampled_from([None, "Northwind"])),
        speed=draw(st.sampled_from([None, SpeedSight(at(3), 5.0), SpeedSight(at(9), 400.0, 3.0)])),
    )


_blind = st.sampled_from(["home", "credential", "plume", "network"]).map(
    lambda fault: Blindness(START, fault, "refused")  # type: ignore[arg-type]  # the four words
)
# Few different sights, seen again and again: only so do things get confirmed.
_days = st.lists(st.one_of(_sight(), _sight(), _sight(), _blind), min_size=1, max_size=4).flatmap(
    lambda found: st.lists(
        st.tuples(
            st.sampled_from(found),
            st.sampled_from([1, 1, 1, 2, 5, 5, 30, 200]),
            st.sampled_from([60, 60, 60, 60, 20, 300, 4000]),
            st.sampled_from(HOMES),
        ),
        min_size=1,
        max_size=12,
    )
)


class _Keeper:
    """Checks each event: opened once, then changed, then closed once."""

    def __init__(self) -> None:
        self.open: dict[str, IncidentEvent] = {}
        self.ids: set[str] = set()

    def take(self, step: Step) -> None:
        for event in step.events:
            one = event.incident
            if event.kind == "opened":
                assert one.id not in self.ids
                self.ids.add(one.id)
                if one.open:
                    self.open[one.id] = event
            elif one.trigger != "reboot":
                assert one.id in self.open, (event.kind, one.trigger)
                self.open[one.id] = event
            if event.kind == "closed":
                del self.open[one.id]
                assert one.ended_at is not None
                assert one.ended_at >= one.began_at
                assert one.ending is not None
                assert (one.ending == "swallowed") == (one.swallowed_by is not None)
        places = [
            (home.key, e.incident.trigger, e.incident.subject)
            for e in self.open.values()
            for home in e.incident.homes
        ]
        assert len(places) == len(set(places))
        assert sum(1 for e in self.open.values() if e.incident.trigger == "blind") <= 1


def _stored(engine: Engine) -> set[str]:
    told = set(engine.scope(OWNER).incidents)
    for one in engine.homes():
        told |= set(engine.memory(one).incidents)
    return told


@settings(max_examples=150)
@given(_days)
def test_every_incident_is_opened_once_and_is_open_or_closed_at_the_end(
    days: list[tuple[Sight | Blindness, int, int, HomeKey]],
) -> None:
    engine, keeper, now = Engine(), _Keeper(), START
    for found, times, pause, home in days:
        for _ in range(times):
            now += timedelta(seconds=pause)
            step = engine.look(home, replace(found, at=now), now, interval_s=60, name="Home")
            engine.accept(step)
            keeper.take(step)
            for timed in engine.tick(now):
                engine.accept(timed)
                keeper.take(timed)
        assert set(keeper.open) == _stored(engine)
    for home in list(engine.homes()):
        step = engine.forget(home, now)
        engine.accept(step)
        keeper.take(step)
    assert {e.incident.trigger for e in keeper.open.values()} <= {"blind"}


def _reborn(engine: Engine) -> Engine:
    homes = {one: load_home(dump_home(engine.memory(one))) for one in engine.homes()}
    return Engine(homes=homes, scopes={OWNER: load_scope(dump_scope(engine.scope(OWNER)))})


@settings(max_examples=60)
@given(_days)
def test_a_quiet_look_changes_nothing_even_when_it_is_taken_in_full(
    days: list[tuple[Sight | Blindness, int, int, HomeKey]],
) -> None:
    """What the quick way skips, the full way finds unchanged; and memories survive as text."""
    engine, now = Engine(), START
    for found, times, pause, home in days:
        for _ in range(times):
            now += timedelta(seconds=pause)
            seen = replace(found, at=now)
            step = engine.look(home, seen, now, interval_s=60, name="Home")
            if not step.home_changed and isinstance(seen, Sight):
                twin = _reborn(engine)
                twin._looked = dict(engine._looked)
                full = twin.look(home, seen, now, interval_s=60, name="Home")
                assert (full.events, full.home_changed) == (step.events, False)
                assert full.scope == step.scope
            engine.accept(step)
    for one in engine.homes():
        assert load_home(dump_home(engine.memory(one))) == engine.memory(one)


@settings(max_examples=60)
@given(_days, st.permutations(HOMES))
def test_the_order_of_homes_within_a_round_does_not_matter(
    days: list[tuple[Sight | Blindness, int, int, HomeKey]], order: list[HomeKey]
) -> None:
    """Without neighbourhoods and blindness, which are about several homes, homes are strangers."""
    plans: dict[HomeKey, list[Sight]] = {home: [] for home in HOMES}
    for found, times, _, home in days:
        if isinstance(found, Sight):
            alone = replace(found, isp=None, public_address=None)
            plans[home] += [alone] * min(times, 12)
    told = []
    for homes in (HOMES, order):
        engine, events = Engine(), set()
        for turn in range(40):
            now = START + timedelta(minutes=turn)
            for home in homes:
                if turn < len(plans[home]):
                    seen = replace(plans[home][turn], at=now)
                    step = engine.look(home, seen, now, interval_s=60, name="Home")
                    engine.accept(step)
                    events |= {(e.kind, e.incident.id, e.at) for e in step.events}
        told.append(events)
    assert told[0] == told[1]
