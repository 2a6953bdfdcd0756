"""What is said about people: readable, within Telegram's limits, whatever people are called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.handlers import member_texts as said
from src.handlers.state import Member
from src.storage.records import AuditEntry, JoinDecision, JoinRequest, Settings
from src.utils.markup import plain
from tests.telegram_rules import NASTY, shown
from tests.texts import texts

if TYPE_CHECKING:
    from src.storage.records import Role, StoredSummary

AT = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
NAMES = st.one_of(st.sampled_from(NASTY), texts(max_size=200))
# core.telegram.org/bots/api#answercallbackquery
ALERT_LIMIT = 200


@given(NAMES, st.sampled_from(["viewer", "operator", "admin"]), st.booleans())
def test_any_name_is_shown_as_it_is(name: str, role: Role, named: bool) -> None:
    member = Member(5, name, role, named=named)
    request = JoinRequest(5, name, AT)
    decision = JoinDecision(5, "viewer", 6, AT, first=True)
    for text in (
        said.person(member),
        said.person(member, for_good=True),
        said.remove_ask(member),
        said.removed(member),
        said.join_request(request, name[:32]),
        said.decided(name, decision, name),
        said.no_zone(name),
        said.audit([AuditEntry(AT, 5, name, name, 7, name)] * 15, {5: name}, 0, None),
    ):
        assert shown(text)


@pytest.mark.parametrize(
    ("name", "user_id", "expected"),
    [
        ("Ann", 5, "Ann"),
        (" \n", 5, "id 5"),
        ("x" * 60, 5, "x" * 47 + "…"),
        ("Ann", None, "somebody erased"),
    ],
)
def test_a_person_always_has_something_to_be_called(
    name: str, user_id: int | None, expected: str
) -> None:
    assert said.name_of(name, user_id) == expected


def test_what_is_said_as_an_alert_fits_into_one() -> None:
    alerts = [
        said.NAMED_STAYS,
        said.NOT_CHANGEABLE,
        said.NOT_A_MEMBER,
        said.JOIN_GONE,
        said.OPEN_BOT,
        said.ASK_IN_PRIVATE.format(link="https://t.me/" + "x" * 32),
        said.private_bot(2**52, can_ask=True),
        said.private_bot(2**52, can_ask=False),
        said.too_low("operator", "admin"),
        said.too_low("viewer", "operator"),
        said.decided("x" * 90, JoinDecision(5, "deny", 6, AT, first=False), "x" * 48),
    ]
    assert not [text for text in alerts if len(plain(text)) > ALERT_LIMIT]


def test_a_decision_says_who_decided_what() -> None:
    let_in = said.decided("Eve", JoinDecision(5, "operator", 6, AT, first=True), "Ann")
    assert shown(let_in) == "Eve: let in as operator by Ann, 18 May 09:00 UTC."
    denied = said.decided("", JoinDecision(5, "deny", None, AT, first=True), "somebody erased")
    assert shown(denied) == "id 5: not let in by somebody erased, 18 May 09:00 UTC."


@pytest.mark.parametrize(
    ("settings", "private", "expected"),
    [
        (Settings(), True, ["Your settings", "Time zone: where it is", "Pictures: light",
                            "Quiet hours, maintenance and digests follow it; /audit is in UTC"]),
        (Settings("Asia/Tokyo"), True, ["Quiet hours, maintenance, digests and /audit follow it."]),
        (Settings("Asia/Tokyo", "dark"), False,
         ["Settings of this group", "Pictures: dark", "maintenance and digests follow it."]),
    ],
)  # fmt: skip
def test_settings_say_what_is_set_and_what_for(
    settings: Settings, private: bool, expected: list[str]
) -> None:
    text = shown(said.settings(settings, "where it is", private=private))
    assert [words for words in expected if words not in text] == []


def test_what_is_stored_is_listed_and_nothing_is_not() -> None:
    nothing: StoredSummary = {
        "name": None,
        "role": None,
        "known_since": None,
        "credential": False,
        "chosen_locations": 0,
        "recents": 0,
        "favourites": 0,
        "settings": {},
        "join_request": False,
        "drafts": 0,
        "watches": 0,
        "private_chat": False,
        "audit_entries": 0,
    }
    assert said.stored(nothing, is_member=False) == said.NOTHING_STORED
    some = nothing.copy()
    some.update({"name": "Ann <b>", "known_since": AT, "settings": {"theme": "dark"}})
    text = shown(said.stored(some, is_member=True))
    assert "Name: Ann <b>\nKnown since: 18 May 2026\nSettings: theme dark" in text
    assert "You lose access" in text


def test_whoami_names_the_topic_only_where_there_is_one() -> None:
    assert "This topic: 9" in shown(said.whoami(5, "viewer", -7, 9, "closed"))
    assert "topic" not in shown(said.whoami(5, None, -7, None, "closed"))
