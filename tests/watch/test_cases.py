"""One incident as each chat sees it: its homes, its names, its zone, its buttons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from src.models.watching import ChatPolicy, Notice
from src.utils.markup import plain
from src.watch.cases import Desk, buttons_of
from src.watch.verdict import Draft
from tests.watch.incidents import (
    ANNS,
    BOBS,
    BOSS,
    CATHS,
    NIGHT,
    START,
    TEAM_TOPIC,
    at,
    incident,
    over,
    watch,
)

STREET = incident("neighbourhood", ANNS, BOBS, CATHS)


def _desk(*watches: object, **fields: object) -> Desk:
    made = {"watches": watches or (watch(),), "policies": {}, "notices": {}, "now": at(5)}
    return Desk(**{**made, **fields})  # type: ignore[arg-type]  # fields of a desk


def test_each_chat_sees_the_homes_that_it_watches() -> None:
    desk = _desk(watch(ANNS), watch(BOBS, TEAM_TOPIC), watch(CATHS, TEAM_TOPIC))
    seen = {case.spot: ([h.key for h in case.homes], case.elsewhere) for case in desk.cases(STREET)}
    assert seen == {NIGHT: ([ANNS], 2), TEAM_TOPIC: ([BOBS, CATHS], 1)}


def test_a_chat_that_was_told_without_watching_sees_them_all() -> None:
    notices = {(STREET.id, BOSS): Notice(STREET.id, BOSS, "told")}
    desk = _desk(notices=notices)
    (boss,) = (case for case in desk.cases(STREET) if case.spot == BOSS)
    assert (len(boss.homes), boss.elsewhere, boss.watching) == (3, 0, False)


def test_a_home_of_another_owner_is_another_home() -> None:
    others = replace(watch(), key=ANNS._replace(owner=9))
    assert list(_desk(others).cases(incident())) == []


def test_the_chats_own_zone_comes_before_the_homes() -> None:
    home = replace(incident().homes[0], timezone="Europe/Oslo")
    what = incident(homes=(home,))
    assert _desk().case(what, NIGHT).zone == "Europe/Oslo"
    policies = {NIGHT: ChatPolicy(NIGHT, timezone="Asia/Tokyo")}
    assert _desk(policies=policies).case(what, NIGHT).zone == "Asia/Tokyo"
    assert _desk().case(incident("blind", homes=()), NIGHT).zone is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "open"),
        ({"acked_at": START}, "acked"),
        ({"snoozed_until": START}, "snoozed"),
        ({"acked_at": START, "snoozed_until": START}, "acked"),
        ({"state": "done"}, "closed"),
    ],
)
def test_which_buttons(fields: dict[str, object], name: str) -> None:
    notice = Notice(**{"incident_id": "i", "spot": NIGHT, "state": "told", **fields})  # type: ignore[arg-type]  # fields of a notice
    assert buttons_of(incident(), notice) == name
    assert buttons_of(over(incident(), 9), notice) == "closed"
    assert buttons_of(incident(), None) == "open"


def test_what_a_summary_told_has_no_message_to_edit() -> None:
    draft, what = Draft(), incident()
    notice = Notice(what.id, NIGHT, "told", in_summary=True)
    _desk(notices={(what.id, NIGHT): notice}).case(what, NIGHT).edit(draft, "x")
    _desk().case(what, NIGHT).edit(draft, "x")
    assert not draft.done()


def test_messages_about_one_home_lead_there() -> None:
    draft = Draft()
    _desk().case(incident(), NIGHT).send(draft, "alert", "text")
    _desk(watch(BOBS), watch(CATHS)).case(STREET, NIGHT).send(draft, "alert", "text", "2")
    one, several = draft.done().outgoing
    assert (one.customer_id, one.location_id, one.buttons) == ("c", "ann", "open")
    assert (several.customer_id, several.location_id) == (None, None)
    assert several.once == f"alert:{STREET.id}:100:0:2"


def test_under_what_is_over_here_and_not_elsewhere() -> None:
    notices = {(STREET.id, NIGHT): Notice(STREET.id, NIGHT, "done")}
    text = _desk(notices=notices).case(STREET, NIGHT).alert_text()
    assert plain(text).endswith("✅ Over for what is watched here; elsewhere it is not.")
