"""Callback data survives the round trip, fits Telegram's limit, and is never trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.handlers.callbacks import (
    Buttons,
    ChangeLocation,
    Connect,
    DevicePage,
    ExportReport,
    FileKind,
    FindPage,
    ListLocations,
    OpenReport,
    Panel,
    PickLocation,
    Press,
    SetFavourite,
    Span,
    Star,
)
from tests.texts import texts

CUSTOMER = "b1b1b1b1b1b1b1b100000000"
LOCATION = "c2c2c2c2c2c2000000000000"

_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", fullmatch=True)
_PRESSES = st.one_of(
    st.builds(OpenReport, st.sampled_from(Panel), _IDS, _IDS, st.sampled_from(Span)),
    st.builds(ListLocations, _IDS, st.integers(0, 10_000)),
    st.builds(PickLocation, _IDS, _IDS),
    st.builds(
        ExportReport,
        st.sampled_from(FileKind),
        st.sampled_from(Panel),
        _IDS,
        _IDS,
        st.sampled_from(Span),
    ),
    st.builds(DevicePage, _IDS, _IDS, st.integers(0, 10_000)),
    st.builds(SetFavourite, _IDS, _IDS, st.sampled_from(Star)),
    st.builds(FindPage.of, texts(max_size=60), st.integers(0, 99)),
    st.just(ChangeLocation()),
    st.just(Connect()),
)


@given(_PRESSES)
def test_every_press_comes_back_as_it_was_within_64_bytes(press: Press) -> None:
    buttons = Buttons()
    data = buttons.pack(press)
    assert 1 <= len(data.encode()) <= 64
    assert buttons.unpack(data) == press


@given(texts(max_size=80))
def test_forged_data_is_nothing_or_a_valid_press(data: str) -> None:
    press = Buttons().unpack(data)
    assert press is None or Buttons().unpack(Buttons().pack(press)) == press


def test_plumes_own_ids_need_no_memory() -> None:
    press = OpenReport(Panel.STATS, CUSTOMER, LOCATION, Span.HOURS_24)
    assert Buttons().unpack(Buttons().pack(press)) == press


def test_long_ids_expire_with_the_process() -> None:
    press = PickLocation("c" * 64, "l" * 64)
    data = Buttons().pack(press)
    assert Buttons().unpack(data) is None


def test_parked_presses_do_not_pile_up() -> None:
    buttons = Buttons()
    first, *_, last = [buttons.pack(PickLocation("c" * 64, f"l{n}")) for n in range(10_001)]
    assert buttons.unpack(first) is None
    assert buttons.unpack(last) is not None


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "1",
        "0|c",
        "2|c",
        "1|zz",
        "1|c|more",
        "1|r|s|only-one",
        f"1|r|x|{CUSTOMER}|{LOCATION}|7d",
        f"1|r|s|{CUSTOMER}|{LOCATION}|9y",
        f"1|p|../..|{LOCATION}",
        f"1|p|{CUSTOMER}|a b",
        f"1|p|{CUSTOMER}|",
        f"1|l|{CUSTOMER}|second",
        "1|~|0123456789abcdef01234567",
        "1|~|too|many",
        object(),
    ],
)
def test_old_cut_and_forged_data_is_no_press(data: object) -> None:
    assert Buttons().unpack(data) is None
