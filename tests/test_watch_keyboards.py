"""The keyboards of watching: within Telegram's limits, and each button reads back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from src.handlers import watch_keyboards
from src.handlers.callbacks import Buttons
from src.handlers.state import Home
from src.handlers.watch_presses import ListAlerts, Section, TakeAlert
from src.models.watching import ChatPolicy, Digest, Maintenance, Outgoing, QuietHours, Spot
from src.utils.digest_formatter import Period
from tests.watch.incidents import START, at, incident

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

IDS = ("b1b1b1b1b1b1b1b100000000", "c2c2c2c2c2c2000000000000")
FULL = ChatPolicy(
    Spot(1),
    quiet=QuietHours(22 * 60, 7 * 60),
    maintenance=tuple(Maintenance(f"{n:08x}", START, at(60)) for n in range(6)),
    escalate_to=Spot(2),
    digest=Digest(7, weekday=0),
)


def _fits(keyboard: InlineKeyboardMarkup, buttons: Buttons) -> None:
    assert 0 < len(keyboard.inline_keyboard) <= 10
    for row in keyboard.inline_keyboard:
        assert 0 < len(row) <= 4
        for button in row:
            assert button.text
            assert len(str(button.callback_data).encode()) <= 64
            assert not str(button.callback_data).startswith("1|~"), "it would not outlive a restart"
            assert buttons.unpack(button.callback_data) is not None


def _message(**fields: str | None) -> Outgoing:
    return Outgoing("once", Spot(1), "alert", "text", START, **fields)  # type: ignore[arg-type]  # texts only


@pytest.mark.parametrize("name", ["open", "acked", "snoozed", "closed", "odd"])
@pytest.mark.parametrize("home", [IDS, (None, None)])
def test_under_alerts(name: str, home: tuple[str | None, str | None]) -> None:
    buttons = Buttons()
    customer_id, location_id = home
    message = _message(
        buttons=name, incident_id="0123456789abcdef", customer_id=customer_id,
        location_id=location_id,
    )  # fmt: skip
    keyboard = watch_keyboards.under(buttons, message)
    assert keyboard is not None
    _fits(keyboard, buttons)
    first = buttons.unpack(keyboard.inline_keyboard[0][0].callback_data)
    assert isinstance(first, TakeAlert) is (name in {"open", "snoozed", "odd"})


def test_under_other_messages() -> None:
    buttons = Buttons()
    assert watch_keyboards.under(buttons, _message()) is None
    assert watch_keyboards.under(buttons, _message(buttons="open")) is None
    summary = watch_keyboards.under(buttons, _message(buttons="summary"))
    assert summary is not None
    assert buttons.unpack(summary.inline_keyboard[0][0].callback_data) == ListAlerts()
    board = watch_keyboards.under(buttons, _message(buttons="board:1:3"))
    assert board is not None
    _fits(board, buttons)
    assert [button.text for button in board.inline_keyboard[0]] == ["<", "2/3", ">"]


@pytest.mark.parametrize("section", Section)
@pytest.mark.parametrize("policy", [ChatPolicy(Spot(1)), FULL])
@pytest.mark.parametrize("home", [None, Home(*IDS, "A home with quite a long name")])
def test_settings(section: Section, policy: ChatPolicy, home: Home | None) -> None:
    buttons = Buttons()
    _fits(watch_keyboards.panel(buttons, section, policy, home, now_work=False), buttons)


def test_the_list_of_open_incidents() -> None:
    buttons = Buttons()
    what = incident("pod_offline")
    entries = [Period.Entry(what, what.homes, None)] * 20
    keyboard = watch_keyboards.alerts(buttons, entries)
    assert keyboard is not None
    _fits(keyboard, buttons)
    assert watch_keyboards.alerts(buttons, []) is None


def test_the_shift_is_taken_once() -> None:
    buttons = Buttons()
    assert len(watch_keyboards.shift(buttons).inline_keyboard[0]) == 2
    assert len(watch_keyboards.shift(buttons, taken=True).inline_keyboard[0]) == 1
