"""The buttons under an alert: have it, snooze it, take that back, look again, see more.

What carries them was made for one chat. Each press is looked at again: whether that chat was told
of the incident, and whether it is still open.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from src.handlers import keyboards, report, watch_keyboards, watch_texts
from src.handlers.callbacks import OpenReport, Panel
from src.handlers.incoming import pressed_message, user_of
from src.handlers.reply import answer, deliver, edit, send
from src.handlers.watch_commands import place_of
from src.handlers.watch_presses import SnoozeFor
from src.watch import delivery
from src.watch.cases import buttons_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from telegram import InlineKeyboardMarkup, Update

    from src.handlers.context import PanoptesContext
    from src.handlers.reply import Answer
    from src.handlers.report import Builder
    from src.handlers.watch_presses import (
        OpenBeside,
        ShowAlert,
        SnoozeAlert,
        TakeAlert,
        TestAgain,
        UndoAlert,
    )
    from src.models.watching import Incident, Notice, Spot

__all__ = ["open_beside", "show_alert", "snooze_alert", "take_alert", "test_again", "undo_alert"]

_SNOOZES: Final[dict[SnoozeFor, timedelta | None]] = {
    SnoozeFor.HOUR: timedelta(hours=1),
    SnoozeFor.FOUR_HOURS: timedelta(hours=4),
    SnoozeFor.FOR_GOOD: None,
}
_PANELS: Final = {"s": Panel.STATUS, "m": Panel.MESH, "w": Panel.WAN}


async def take_alert(update: Update, context: PanoptesContext, press: TakeAlert) -> None:
    """ "I have it", for the whole team."""
    user = user_of(update)
    known = await _known(update, context, press.incident_id)
    if known is None:
        return
    incident, notice = known
    done = await _change(
        context,
        press.incident_id,
        lambda desk, now_open: delivery.acknowledge(
            desk, now_open, by=user.id, name=user.full_name
        ),
    )
    if done:
        await context.services.state.note(update, "acknowledged", _about(incident))
        await answer(update, context, watch_texts.YOU_HAVE_IT)
        await _follow_up(update, context, press.incident_id)
    else:
        who = notice.acked_name or "Somebody"
        taken = notice.acked_at is not None
        text = watch_texts.SOMEBODY_HAS_IT.format(name=who) if taken else watch_texts.OVER
        await answer(update, context, text, alert=True)


async def snooze_alert(update: Update, context: PanoptesContext, press: SnoozeAlert) -> None:
    """Silence about it in this chat."""
    known = await _known(update, context, press.incident_id)
    if known is None:
        return
    name, spot, length = user_of(update).full_name, place_of(update), _SNOOZES[press.how_long]

    def decide(desk: delivery.Desk, incident: Incident) -> delivery.Verdict:
        until = None if length is None else desk.now + length
        return delivery.snooze(desk, incident, spot, until, name=name)

    if await _change(context, press.incident_id, decide):
        await context.services.state.note(update, "snoozed", _about(known[0]))
        await answer(update, context, watch_texts.SNOOZED)
        await _follow_up(update, context, press.incident_id)
    else:
        await answer(update, context, watch_texts.OVER, alert=True)


async def undo_alert(update: Update, context: PanoptesContext, press: UndoAlert) -> None:
    """Take back what was pressed last, within five minutes."""
    known = await _known(update, context, press.incident_id)
    if known is None:
        return
    name, spot = user_of(update).full_name, place_of(update)
    done = await _change(
        context,
        press.incident_id,
        lambda desk, incident: delivery.undo(desk, incident, spot, name=name),
    )
    if done:
        await context.services.state.note(update, "took back", _about(known[0]))
        await answer(update, context, watch_texts.UNDONE)
        await _follow_up(update, context, press.incident_id)
    else:
        late = watch_texts.TOO_LATE if known[0].open else watch_texts.OVER
        await answer(update, context, late, alert=True)


async def test_again(update: Update, context: PanoptesContext, press: TestAgain) -> None:
    """Look now, as the poller would; what follows from it is told as always."""
    known = await _known(update, context, press.incident_id)
    if known is None:
        return
    incident, _ = known
    if not incident.open or len(incident.homes) != 1:
        await answer(update, context, watch_texts.OVER, alert=True)
        return
    await answer(update, context, watch_texts.LOOKING)
    state = await context.services.watching.look_now(incident.homes[0].key)
    await send(update, context, watch_texts.looked(state))


async def show_alert(update: Update, context: PanoptesContext, press: ShowAlert) -> None:
    """An open incident once more, as a message with its buttons."""
    known = await _known(update, context, press.incident_id)
    if known is None:
        return
    await answer(update, context)
    text, keyboard = _view(context, known[0], place_of(update))
    await send(update, context, text, keyboard)


def _view(
    context: PanoptesContext, incident: Incident, spot: Spot
) -> tuple[str, InlineKeyboardMarkup]:
    """An alert as it should read now in this chat."""
    case = context.services.watching.desk().case(incident, spot)
    home = (case.key.customer_id, case.key.location_id) if case.key else (None, None)
    state = buttons_of(incident, case.notice)
    keyboard = watch_keyboards.alert(context.services.buttons, incident.id, state, home)
    return case.alert_text(), keyboard


async def _follow_up(update: Update, context: PanoptesContext, incident_id: str) -> None:
    """The alert itself changes by the outbox; a copy that somebody had shown changes here."""
    watching, spot = context.services.watching, place_of(update)
    notice = watching.desk().notices.get((incident_id, spot))
    message, incident = pressed_message(update), watching.incidents().get(incident_id)
    if notice is None or incident is None or notice.message_id == message.message_id:
        return
    text, keyboard = _view(context, incident, spot)
    await edit(update, context, message, text, keyboard)


def open_beside(
    builders: Mapping[Panel, Builder],
) -> Callable[[Update, PanoptesContext, OpenBeside], Awaitable[Any]]:
    """A report as a new message, so that the alert stays what it is."""

    async def handle(update: Update, context: PanoptesContext, press: OpenBeside) -> None:
        panel = _PANELS.get(press.panel, Panel.STATUS)
        if not await report.connected(update, context):
            return
        await answer(update, context)
        home = press.customer_id, press.location_id
        wanted = OpenReport(panel, *home, keyboards.first_span(panel))
        work = report.choice(update, context, wanted, builders[panel])
        await deliver(update, context, _below(work))

    return handle


async def _below(work: Awaitable[Answer]) -> Answer:
    return replace(await work, replaces=False)


def _about(incident: Incident) -> str:
    homes = ",".join(home.key.location_id for home in incident.homes[:1])
    return f"location:{homes}" if homes else f"incident:{incident.id}"


async def _known(
    update: Update, context: PanoptesContext, incident_id: str
) -> tuple[Incident, Notice] | None:
    """The incident, if this chat was told of it; else the press is answered here."""
    watching, spot = context.services.watching, place_of(update)
    incident = watching.incidents().get(incident_id)
    notice = watching.desk().notices.get((incident_id, spot))
    if incident is None or notice is None:
        await answer(update, context, watch_texts.NOT_HERE, alert=True)
        return None
    return incident, notice


async def _change(
    context: PanoptesContext,
    incident_id: str,
    decide: Callable[[delivery.Desk, Incident], delivery.Verdict],
) -> bool:
    """Decide on the incident as it is once nothing else changes it; whether anything did."""
    watching = context.services.watching

    def now(desk: delivery.Desk) -> delivery.Verdict:
        incident = watching.incidents().get(incident_id)
        return delivery.Verdict() if incident is None else decide(desk, incident)

    return bool(await watching.change(now))
