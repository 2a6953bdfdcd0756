"""When a digest is due, and what it and the hand-over say of a chat's homes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from src.models.watching import Digest
from src.utils.digest_formatter import format_handover
from src.utils.markup import plain
from src.watch import delivery
from src.watch.digest import last_due
from tests.watch.incidents import (
    ANNS,
    BOBS,
    CATHS,
    NIGHT,
    TEAM_TOPIC,
    Chats,
    at,
    incident,
    kinds,
    over,
    watch,
)

DAY = 24 * 60


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "zone", "now", "due"),
    [
        (Digest(7), None, "2026-05-18T10:00", "2026-05-18T07:00"),
        (Digest(7), None, "2026-05-18T06:59", "2026-05-17T07:00"),
        (Digest(7, 30), "Europe/Berlin", "2026-05-18T05:30", "2026-05-18T05:30"),
        (Digest(7), "Europe/Berlin", "2026-10-25T12:00", "2026-10-25T06:00"),  # the clocks changed
        (Digest(7, weekday=4), None, "2026-05-18T10:00", "2026-05-15T07:00"),
        (Digest(7, weekday=0), None, "2026-05-18T06:00", "2026-05-11T07:00"),
    ],
)
def test_when_it_is_due(digest: Digest, zone: str | None, now: str, due: str) -> None:
    assert last_due(digest, zone, _utc(now)) == _utc(due)


def _chats(**fields: object) -> Chats:
    chats = Chats([watch(ANNS), watch(BOBS), watch(CATHS, TEAM_TOPIC)])
    chats.set(**{"digest": Digest(10), "digest_sent_at": at(-1), **fields})  # type: ignore[arg-type]  # fields of a policy
    return chats


def test_one_line_when_all_was_well() -> None:
    chats = _chats()
    (digest,) = chats.tick(0)
    assert (digest.kind, digest.silent, digest.buttons) == ("digest", True, "")
    assert plain(digest.text) == "🟢 Last 24 hours: all was well in 2 homes."
    assert chats.policies[NIGHT].digest_sent_at == at(0)
    assert chats.tick(1) == []
    assert kinds(chats.tick(DAY)) == ["digest (silent)"]


def test_what_broke_for_how_long_and_what_is_open() -> None:
    chats = _chats()
    street = incident("neighbourhood", BOBS, CATHS)
    things = [
        over(incident("home_offline", ANNS), 14),
        over(incident("pod_offline", ANNS, unstable=True, flips=5), 90),
        over(incident("slow_speed", ANNS, id="swallowed"), 9, "swallowed"),
        over(incident("reboot", BOBS), 0),
        incident("poor_health", BOBS),
        incident("blind", homes=()),
        street,
        incident("home_offline", CATHS),
        over(incident("home_offline", BOBS, id="long ago"), -2 * DAY),
        replace(incident("blind", homes=()), id="others", owner=9),
    ]
    chats.incidents = {each.id: each for each in things}
    (digest,) = chats.tick(DAY)
    assert digest.buttons == "summary"
    text = plain(digest.text)
    assert text.startswith("📋 Last 24 hours: 5 incidents in 2 homes, 3 still open.")
    open_, done = text.split("Over\n")
    assert "POOR HEALTH · Bob's home" in open_
    assert "I SEE NOTHING · all watched homes" in open_
    assert "OUTAGE · Bob's home" in open_  # Cath's is not watched here
    assert done.index("1 h 30 min unstable") < done.index("14 min offline")
    assert "Noisiest homes\n1. Ann's home: 7 times\n2. Bob's home: 2 times" in text
    assert "Cath" not in text


def test_only_small_changes() -> None:
    chats = _chats()
    reboot = over(incident("reboot", ANNS), 0)
    chats.incidents = {reboot.id: reboot}
    (digest,) = chats.tick(DAY)
    assert plain(digest.text) == "🟢 Last 24 hours: all was well in 2 homes. 1 small change."


def test_weekly() -> None:
    chats = _chats(digest=Digest(10, weekday=0), digest_sent_at=at(0))
    assert chats.tick(6 * DAY) == []
    (digest,) = chats.tick(7 * DAY)
    assert "Last 7 days" in digest.text


def test_one_that_was_missed_for_long_is_left_out() -> None:
    chats = _chats()
    assert chats.tick(13 * 60) == []
    assert chats.policies[NIGHT].digest_sent_at == at(13 * 60)
    assert kinds(chats.tick(DAY + 11 * 60)) == ["digest (silent)"]


def test_a_chat_that_watches_nothing_gets_none() -> None:
    chats = _chats()
    chats.watches = []
    assert chats.tick(0) == []


def test_the_hand_over_names_whose_what_is() -> None:
    chats = _chats()
    hers, nobodys, by_itself, done = (
        incident("home_offline", ANNS),
        incident("pod_offline", BOBS),
        incident("slow_speed", ANNS),
        incident("poor_health", BOBS),
    )
    for each in (hers, nobodys, by_itself, done):
        chats.opens(each)
    for each in (hers, done):
        chats.take(delivery.acknowledge(chats.desk(10), each, by=5, name="Bea"))
    chats.take(delivery.snooze(chats.desk(12), nobodys, NIGHT, at(70), name="Bea"))
    chats.ends(by_itself, 20)
    chats.ends(done, 30)
    period = delivery.period_of(chats.desk(60), NIGHT, at(-60), chats.incidents.values())
    text = plain(format_handover(period))
    assert text.startswith("🤝 Hand-over: 2 open incidents, 2 over since 18 May 2026 09:00 UTC.")
    assert "OFFLINE · Ann's home, since Mon 10:00 (1 h) · 🙋 Bea" in text
    assert "Nobody has 1 of them." in text
    assert "Snoozed: Bob's home until 11:10" in text
    taken, alone = text.split("Over by itself")
    assert "30 min poor health" in taken
    assert "20 min slower than usual" in alone


def test_a_hand_over_of_nothing() -> None:
    period = delivery.period_of(Chats().desk(60), NIGHT, at(-60), [])
    text = plain(format_handover(period))
    assert text.startswith("🤝 Hand-over: 0 open incidents")
    assert text.endswith("Nothing is open.")
