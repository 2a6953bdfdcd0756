"""What delivery decides on is what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from src.models.watching import ChatPolicy, Spot
from src.storage.records import WatchState
from src.watch.delivery import Verdict
from src.watch.ledger import CLOSED_FOR, Ledger
from tests.storage import watching
from tests.storage.watching import KEY, NOON, OTHER, SPOT


def ledger(**fields: object) -> Ledger:
    empty: dict[str, object] = {
        "homes": {}, "scopes": {}, "incidents": [], "notices": {}, "watches": [], "policies": {},
    }  # fmt: skip
    return Ledger(WatchState(**(empty | fields)))  # type: ignore[arg-type] # fields by name


def test_a_home_has_the_name_that_it_was_first_watched_under() -> None:
    first = watching.watch()
    known = ledger(watches=[first, watching.watch(OTHER)])
    assert dict(known.homes()) == {KEY: first.name, OTHER: first.name}
    known.add(replace(watching.watch(spot=Spot(1)), name="Second"))
    assert known.homes()[KEY] == first.name
    known.remove(KEY, SPOT)
    assert dict(known.homes()) == {KEY: "Second", OTHER: first.name}
    known.remove(KEY, Spot(1))
    assert set(known.homes()) == {OTHER}
    assert known.desk(NOON).watches == [watching.watch(OTHER)]


def test_what_was_written_is_taken_over() -> None:
    known = ledger()
    policy = ChatPolicy(SPOT, timezone="Asia/Tokyo")
    told = watching.notice()
    known.take(Verdict(notices=(told,), policies=(policy,)), [watching.incident()])
    assert known.desk(NOON).policy(SPOT) == policy
    assert known.open_incidents() == [watching.incident()]
    known.sent("i1", SPOT, 10)
    known.sent("i1", SPOT, 11)  # the message of the alert is the first
    known.sent("i2", SPOT, 12)
    acked = watching.notice(acked_by=44)
    known.take(Verdict(notices=(acked,)))
    assert known.notices == {("i1", SPOT): watching.notice(acked_by=44, message_id=10)}


def test_only_what_nobody_speaks_of_any_more_is_forgotten() -> None:
    over = watching.incident("i0", closed_at=NOON)
    known = ledger(
        incidents=[watching.incident(), over],
        notices={(name, SPOT): watching.notice(name) for name in ("i0", "i1")},
    )
    known.prune(NOON + CLOSED_FOR)
    assert set(known.incidents) == {"i0", "i1"}
    known.prune(NOON + CLOSED_FOR + timedelta(seconds=1))
    assert set(known.incidents) == {"i1"}
    assert set(known.notices) == {("i1", SPOT)}
