"""The buttons about people: each comes back as it was packed, and nothing forged gets through."""

from __future__ import annotations

from typing import get_args

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from src.handlers import member_presses as m
from src.handlers.callbacks import Buttons, Press

_NUMBERS = st.integers(-(2**63), 2**63)
_PRESSES = st.one_of(
    st.just(m.AskToJoin()),
    st.builds(m.DecideJoin, _NUMBERS, st.sampled_from(m.JoinChoice)),
    st.builds(m.ConnectAs, st.sampled_from(m.Whose)),
    st.builds(m.ListPeople, _NUMBERS),
    st.builds(m.ShowPerson, _NUMBERS),
    st.builds(m.SetRole, _NUMBERS, st.sampled_from(m.RoleChoice)),
    st.builds(m.RemovePerson, _NUMBERS, st.sampled_from(m.Sure)),
    st.builds(m.AuditPage, _NUMBERS),
    st.builds(m.DropTeam, st.sampled_from(m.Sure)),
    st.builds(m.EraseMe, st.sampled_from(m.Sure)),
    st.just(m.ShowSettings()),
    st.just(m.AskZone()),
    st.builds(m.SetZone, st.sampled_from(["", *pytz.all_timezones])),
    st.builds(m.SetTheme, st.sampled_from(m.Theme)),
)


@given(_PRESSES)
def test_every_press_comes_back_as_it_was_within_64_bytes(press: m.MemberPress) -> None:
    data = Buttons().pack(press)
    assert len(data.encode()) <= 64
    assert "~" not in data, "it fits without being parked, so it outlives a restart"
    assert Buttons().unpack(data) == press


@pytest.mark.parametrize(
    "data",
    [
        "1|R|5|owner",
        "1|J|x|viewer",
        "1|J|5|admin",
        "1|X|5|sure",
        "1|Z|Middle-earth/Shire",
        "1|Z|<b>",
        "1|H|pink",
        "1|K|everybody",
        "1|S|more",
    ],
)
def test_forged_data_is_nothing(data: str) -> None:
    assert Buttons().unpack(data) is None


def test_no_two_kinds_share_a_code() -> None:
    codes = [kind.code for kind in get_args(Press)]
    assert len(set(codes)) == len(codes)


def test_every_role_can_be_given() -> None:
    assert {m.ROLES[choice] for choice in m.RoleChoice} == {"viewer", "operator", "admin"}
